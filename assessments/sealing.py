"""What does a mentor's signature cover, and does it still hold?

The seal is SHA-256 over the material fields of a shift, the judgement on it and the standing that day of who signed:
a mentor, an outside coordinator, or a registrar on other evidence. What was covered is kept beside it, so that a broken
seal shows what it was broken from. The learning note is not covered: it belongs to the learner. Anything else changed
behind `assessments.signing` breaks the seal, visibly and for good.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cms.accounts.models import User

    from .models import Mentor, Shift, ShiftDispute

FORMAT = 2
# Says what is digested, so that no digest made for another purpose can ever pass for a seal.
DOMAIN = "closed-set:shift-seal"

Sealed = dict[str, Any]


def moment(at: datetime) -> str:
    """A moment as a seal writes it: in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def material_facts(shift: Shift) -> Sealed:
    """What the shift says now that a signature would cover, as plain JSON values. Needs its production loaded."""
    return {
        "shift": shift.pk,
        "record": str(shift.record),
        "version": shift.version,
        "learner": shift.learner_id,
        "enrolment": shift.enrolment_id,
        "production": shift.production.code,
        "medium": shift.medium,
        "region": shift.region,
        "union": shift.union,
        "date": shift.worked_on.isoformat(),
        "call": moment(shift.call_at),
        "wrap": moment(shift.wrap_at),
        "time_zone": shift.time_zone,
        "break_minutes": shift.break_minutes,
        "minutes": shift.minutes,
        "role": shift.role,
        "phases": shift.phases,
        "scenes": shift.scenes,
        "duties": shift.duties,
        "competencies": shift.competencies,
    }


def standing_of(mentor: Mentor) -> Sealed:
    """Who signs and with what right, as of now. Needs the mentor's person loaded."""
    return {
        "mentor": mentor.pk,
        "person": mentor.person_id,
        "name": mentor.name,
        "credential_number": mentor.credential_number,
        "credential_expires_on": mentor.credential_expires_on.isoformat(),
    }


def standing_of_registrar(registrar: User, dispute: ShiftDispute) -> Sealed:
    """Who decided in a mentor's stead, and on what: the evidence by its digests."""
    return {
        "mentor": None,
        "person": registrar.pk,
        "name": registrar.display_name,
        "dispute": dispute.pk,
        "call_sheet": dispute.call_sheet,
        "letter": dispute.letter_digest,
    }


def sealed_facts(
    shift: Shift, *, signer: Sealed, rubric: dict[str, str], signed_at: datetime, authentication: str
) -> Sealed:
    """Exactly what a seal covers: the shift, the judgement, who signs with what right, when, and how they proved it.

    `signer` is what `standing_of` or `standing_of_registrar` says.
    """
    return {
        "format": FORMAT,
        **material_facts(shift),
        "rubric": rubric,
        "signer": signer,
        "signed_at": moment(signed_at),
        "authentication": authentication,
    }


def digest_of(facts: Sealed) -> str:
    """SHA-256 of any such facts, in hexadecimal. The same facts give the same digest, whatever their order."""
    text = json.dumps([DOMAIN, FORMAT, facts], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(sealed: Sealed) -> str:
    """The seal over `sealed_facts`: SHA-256, in hexadecimal."""
    return digest_of(sealed)


def seal_holds(shift: Shift) -> bool:
    """Whether the shift still says what was signed: its fields as they stand now, the kept copy and the seal agree.

    False for an unsigned shift, and for anything that can no longer be read. Needs its production loaded.
    """
    sealed = shift.sealed
    if shift.signed_at is None or not isinstance(sealed, dict) or not isinstance(sealed.get("signer"), dict):
        return False
    signer = sealed["signer"]
    if (signer.get("person"), signer.get("mentor")) != (shift.signed_by_id, shift.signed_as_id):
        return False
    now = {
        **material_facts(shift),
        "format": FORMAT,
        "rubric": shift.rubric,
        "signed_at": moment(shift.signed_at),
        # Snapshots: they are true of the day of signing and have nothing to be compared with but the seal itself.
        "signer": signer,
        "authentication": sealed.get("authentication"),
    }
    try:
        return now == sealed and seal_of(now) == shift.seal
    except UnicodeEncodeError:  # half a character, which the product never writes and nothing can be digested with
        return False
