"""Who decides when a mentor and a learner do not agree about a day? The registrar, with both accounts and other evidence.

A learner goes there with a shift that was declined, with hours they do not accept, or with one that nobody has signed for
as long as `ShadowingSettings.escalate_days` says. Nothing else writes ShiftDispute but `void_shift`, which ends the one
about a shift that is made void. Locks: learner, shift.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts.models import User

from . import tasks
from .models import (
    DeclineReason,
    HoursProposal,
    Outcome,
    SealedBy,
    ShadowingSettings,
    Shift,
    ShiftDispute,
    ShiftState,
    SignLink,
)
from .sealing import seal_of, sealed_facts, standing_of_registrar
from .shift_history import note
from .shifts import lock_learner, lock_shift
from .signing import supersede_before

LONGEST_ACCOUNT = 4_000  # characters
LARGEST_LETTER = 2 * 1024 * 1024  # bytes
# By the first bytes of the file, whatever it is called.
LETTER_TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
DIGEST = re.compile(r"[0-9a-f]{64}")


class CannotDispute(Exception):
    """This shift cannot go to the registrar, or cannot be decided like this. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter as it was uploaded: its bytes, and what they are."""

    content: bytes
    type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def letter_of(content: bytes) -> Letter:
    """A letter that can be kept. Raises CannotDispute for what is too large, or neither PDF, JPEG nor PNG."""
    if len(content) > LARGEST_LETTER:
        raise CannotDispute(_("The letter is larger than 2 MB. Save it smaller, or as a PDF."))
    for beginning, kind in LETTER_TYPES.items():
        if content.startswith(beginning):
            return Letter(content=content, type=kind)
    raise CannotDispute(_("A letter is a PDF, a JPEG or a PNG."))


def why_not_disputing(shift: Shift, at: datetime) -> str:
    """Why this shift cannot go to the registrar now, as a sentence to its learner; nothing when it can. One query."""
    state = shift.state
    if state is ShiftState.DISPUTED:
        return ""
    if state not in {ShiftState.DECLINED, ShiftState.PROPOSED, ShiftState.WAITING}:
        return _("Only a shift that was declined, or that nobody signs, goes to the registrar.")
    if state is ShiftState.WAITING:
        days = ShadowingSettings.load().escalate_days
        if shift.submitted_at and at < shift.submitted_at + timedelta(days=days):
            return _("Your mentor has time until %(days)d days after you handed it in.") % {"days": days}
    return ""


@transaction.atomic
def open_dispute(
    *, shift: Shift, account: str, call_sheet: str = "", letter: Letter | None = None, at: datetime
) -> ShiftDispute:
    """Take a shift to the registrar with one's own account, and ask the mentor for theirs.

    `call_sheet` is the SHA-256 of a file in hexadecimal. Repeating gives the dispute that is open. Raises CannotDispute,
    also for a shift about which a registrar has decided before.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    if known := shift.disputes.filter(decided_at=None).first():
        return known
    if shift.disputes.exists():
        raise CannotDispute(_("The registrar has decided about this shift. That decision stands."))
    if reason := why_not_disputing(shift, at):
        raise CannotDispute(reason)
    account, call_sheet = account.strip(), call_sheet.strip().lower()
    if not account:
        raise CannotDispute(_("Say in your own words what happened, without names or titles."))
    if len(account) > LONGEST_ACCOUNT:
        raise CannotDispute(_("Keep it under 4,000 characters."))
    if call_sheet and not DIGEST.fullmatch(call_sheet):
        raise CannotDispute(_("A digest has 64 digits and letters from a to f."))
    HoursProposal.objects.filter(shift=shift, closed_at=None).update(closed_at=at)
    SignLink.objects.filter(shift=shift, used_at=None, ended_at=None).update(ended_at=at)
    shift.disputed_at, shift.proposed_at = at, None
    shift.save(update_fields=["disputed_at", "proposed_at"])
    dispute = ShiftDispute.objects.create(
        shift=shift,
        opened_at=at,
        account=account,
        call_sheet=call_sheet,
        letter=base64.b64encode(letter.content).decode() if letter else "",
        letter_type=letter.type if letter else "",
        letter_digest=letter.digest if letter else "",
    )
    note(
        shift, "shift.disputed", actor=shift.learner, at=at, dispute=dispute.pk, letter=dispute.letter_digest,
        call_sheet=call_sheet,
    )  # fmt: skip
    transaction.on_commit(partial(tasks.ask_mentor_for_account.enqueue, dispute.pk))
    return dispute


@transaction.atomic
def answer_dispute(*, dispute: ShiftDispute, account: str, at: datetime) -> ShiftDispute:
    """The mentor's own account, once. Repeating the same changes nothing. Raises CannotDispute once it is decided."""
    shift = lock_shift(dispute.shift)
    dispute = ShiftDispute.objects.get(pk=dispute.pk)
    account = account.strip()
    if dispute.mentor_answered_at and dispute.mentor_account == account:
        return dispute
    if dispute.decided_at:
        raise CannotDispute(_("The registrar has decided already."))
    if not account or len(account) > LONGEST_ACCOUNT:
        raise CannotDispute(_("Say in your own words what happened, in under 4,000 characters."))
    if dispute.mentor_answered_at:
        raise CannotDispute(_("You have given your account already."))
    dispute.mentor_account, dispute.mentor_answered_at = account, at
    dispute.save(update_fields=["mentor_account", "mentor_answered_at"])
    note(shift, "dispute.answered", actor=shift.mentorship.mentor.person, at=at, dispute=dispute.pk)
    return dispute


@transaction.atomic
def decide_dispute(
    *, dispute: ShiftDispute, outcome: Outcome, reason: str, by: User, authentication: str, at: datetime
) -> ShiftDispute:
    """The registrar's decision, for good: the shift is sealed on the evidence, or stays declined. Both are told.

    Repeating the same decision changes nothing. Raises CannotDispute without a reason or evidence to stand on, or when
    the registrar is one of the two.
    """
    lock_learner(dispute.shift.learner)
    shift = lock_shift(dispute.shift)
    dispute = ShiftDispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
    if dispute.decided_at:
        if dispute.outcome == outcome:
            return dispute
        raise CannotDispute(_("This has been decided already."))
    reason = reason.strip()
    if not reason:
        raise CannotDispute(_("Say why. Both of them read it."))
    if by.pk in {shift.learner_id, shift.mentorship.mentor.person_id}:
        raise CannotDispute(_("You are one of the two. Another registrar decides this."))
    if outcome == Outcome.COUNTS and not (dispute.letter_digest or dispute.call_sheet):
        raise CannotDispute(_("There is no evidence to stand in for a signature: neither a letter nor a call sheet."))
    dispute.decided_at, dispute.decided_by, dispute.outcome, dispute.reason = at, by, outcome, reason
    dispute.save(update_fields=["decided_at", "decided_by", "outcome", "reason"])
    shift.disputed_at = None
    if outcome == Outcome.COUNTS:
        supersede_before(shift, by=by, at=at)
        signer = standing_of_registrar(by, dispute)
        shift.rubric, shift.signed_at, shift.signed_by, shift.sealed_by = {}, at, by, SealedBy.REGISTRAR
        shift.sealed = sealed_facts(shift, signer=signer, rubric={}, signed_at=at, authentication=authentication)
        shift.seal = seal_of(shift.sealed)
    elif shift.declined_at is None:
        shift.declined_at, shift.decline_reason = at, DeclineReason.OTHER
    shift.save()
    verb = "shift.decided" if outcome == Outcome.COUNTS else "shift.refused"
    note(shift, verb, actor=by, at=at, dispute=dispute.pk)
    transaction.on_commit(partial(tasks.tell_of_decision.enqueue, dispute.pk))
    return dispute
