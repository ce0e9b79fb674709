"""What happened to a shift, and where does that leave it? The one machine of its states, and the digest of its row.

Every change of a shift writes one entry to its learner's chain, through `note`. The entry's verb moves the state, so the
history alone says how a shift stands, and its digest covers the whole row, so that a row altered behind the product's
back shows. Both are asked by `verify_records`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from django.db.models import ExpressionWrapper, F, TextField

from cms.accounts import history
from cms.accounts.models import Entry, User

from .models import HoursProposal, Shift, ShiftMessage, ShiftState
from .sealing import digest_of, material_facts, moment

DOMAIN = "closed-set:shift-row"
MESSAGE_DOMAIN = "closed-set:shift-message"
HOURS_DOMAIN = "closed-set:shift-hours"

D, W, R, P = ShiftState.DRAFT, ShiftState.WAITING, ShiftState.RETURNED, ShiftState.PROPOSED
S, X, Q = ShiftState.SIGNED, ShiftState.DECLINED, ShiftState.DISPUTED
U, V = ShiftState.SUPERSEDED, ShiftState.VOIDED

# By verb: from which state to which. `None` is before the row was there.
STEPS: dict[str, dict[ShiftState | None, ShiftState]] = {
    "shift.logged": {None: D},
    "shift.amended": {None: D},  # a later version of a signed one
    "shift.changed": {D: D, R: R, P: R},
    "shift.moved": {D: D, R: D, P: D},  # changed, and given to another mentor
    "shift.submitted": {D: W},
    "shift.answered": {R: W},
    "shift.taken_back": {W: D, R: D, P: D},
    "shift.returned": {W: R},
    "shift.hours_proposed": {W: P},
    "shift.hours_accepted": {P: W},
    "shift.declined": {W: X},
    "shift.disputed": {W: Q, P: Q, X: Q},
    "shift.refused": {Q: X},  # by the registrar, for good
    "shift.signed": {W: S},
    "shift.decided": {Q: S},  # by the registrar, on other evidence
    "shift.superseded": {S: U},
    "shift.voided": {D: V, W: V, R: V, P: V, X: V, Q: V, S: V},
}


class OutOfStep(Exception):
    """History tells of a step that cannot follow the one before it."""


def replay(entries: Iterable[tuple[str, str]]) -> ShiftState | None:
    """The state that these (verb, row) entries about one shift, oldest first, come to. Verbs of other things are skipped.

    Raises OutOfStep for one that cannot follow.
    """
    state: ShiftState | None = None
    for verb, _subject in entries:
        if verb not in STEPS:
            continue
        if state not in STEPS[verb]:
            raise OutOfStep(f"{verb} after {state}")
        state = STEPS[verb][state]
    return state


def note(shift: Shift, verb: str, *, actor: User | None, at: datetime, **more: str | int) -> Entry:
    """One entry in the learner's chain about the shift as it is now in the database's eyes.

    Not the production's code: a learner may have made it of a title. `actor` is None for an outside coordinator, whom
    the seal names. Needs its production loaded.
    """
    facts: history.Facts = {
        "covers": digest_of(material_facts(shift)),
        "row": row_digest(shift),
        "mentorship": shift.mentorship_id,
        **more,
    }
    if shift.seal:
        facts["seal"] = shift.seal
    if marks := marks_of_messages([shift.pk]).get(shift.pk):
        facts["messages"] = [f"{key}:{mark}" for key, mark in marks.items()]
    return history.record(
        chain=f"learner:{shift.learner_id}", verb=verb, subject=history.name_of(shift), actor=actor, at=at, facts=facts
    )


def row_digest(shift: Shift) -> str:
    """SHA-256 over everything on the row but the learning note and what reminders noted, in hexadecimal.

    The note is left out on purpose: a digest of a short sentence could be guessed. It is sealed in its column.
    """
    said = [
        material_facts(shift),
        shift.mentorship_id,
        shift.production_id,
        shift.device_key,
        [_moment(getattr(shift, name)) for name in MOMENTS],
        shift.decline_reason,
        shift.void_reason,
        shift.voided_by_id,
        shift.sealed_by,
        shift.signed_by_id,
        shift.signed_as_id,
        shift.rubric,
        shift.sealed,
        shift.seal,
        shift.assertion,
    ]
    text = json.dumps([DOMAIN, said], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def marks_of_messages(shifts: list[int]) -> dict[int, dict[int, str]]:
    """By shift and message: a digest of the message as it is kept, in hexadecimal. One query.

    Over the text as it is sealed, which is another one each time: from this digest no short sentence can be guessed.
    """
    kept = ExpressionWrapper(F("text"), output_field=TextField())
    rows = ShiftMessage.objects.filter(shift__in=shifts).annotate(kept=kept).order_by("pk")
    marks: dict[int, dict[int, str]] = {}
    for key, shift, author, text in rows.values_list("pk", "shift", "author", "kept"):
        said = json.dumps([MESSAGE_DOMAIN, key, shift, author, str(text)])
        marks.setdefault(shift, {})[key] = hashlib.sha256(said.encode()).hexdigest()
    return marks


def digest_of_hours(proposal: HoursProposal) -> str:
    """SHA-256 over the hours somebody proposed, in hexadecimal."""
    said = [proposal.pk, moment(proposal.call_at), moment(proposal.wrap_at), proposal.break_minutes]
    return hashlib.sha256(json.dumps([HOURS_DOMAIN, said]).encode()).hexdigest()


MOMENTS = (
    "logged_at",
    "submitted_at",
    "returned_at",
    "proposed_at",
    "declined_at",
    "disputed_at",
    "signed_at",
    "superseded_at",
    "voided_at",
)


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at else None
