"""How is a shift signed and sealed? By its mentor, or by an outside coordinator through a link. A one-way door.

What is signed is laid out first (`prepare`), so that a passkey can sign the very digest that becomes the seal, and sealed
afterwards (`seal`), if nothing has changed since. The shift's row is the lock; then its mentorship and its mentor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from . import tasks
from .answering import write
from .mentors import addresses_of, why_not_signing
from .models import Competency, Level, Mentor, Mentorship, SealedBy, Shift, ShiftRole, ShiftState
from .sealing import Sealed, seal_of, sealed_facts, standing_of
from .shift_facts import text_of
from .shift_history import note
from .shifts import lock_learner, lock_shift, what_is_signed


class CannotSign(Exception):
    """This person cannot sign this shift now."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a signature would cover, laid out and not signed. `seal` is its digest, and a passkey's challenge."""

    sealed: Sealed
    seal: str


@transaction.atomic
def sign_shift(
    *,
    shift: Shift,
    mentor: Mentor,
    rubric: Mapping[Competency, Level],
    word: str = "",
    authentication: str,
    at: datetime,
    seen: str = "",
    expect: str = "",
    assertion: dict[str, Any] | None = None,
) -> Shift:
    """Sign and seal a shift as its mentor. A signature is final; repeating it gives the signed shift.

    `authentication` says how the mentor proved who they are, for the seal. `seen` is `what_is_signed` as it was when
    they were shown it; when it is given, only that is signed. `expect` is the seal that a passkey has signed, with its
    `assertion`: nothing else is sealed then. Raises CannotSign.
    """
    lock_learner(shift.learner)  # an amendment replaces what its learner's totals count
    shift = lock_shift(shift)
    if shift.signed_at and not shift.voided_at:
        if shift.signed_as_id == mentor.pk:
            return shift
        raise CannotSign(_("Somebody else has signed this shift already."))
    prepared = _prepare(shift, mentor, rubric, authentication=authentication, at=at, seen=seen)
    if expect and expect != prepared.seal:
        raise CannotSign(_("The learner changed this shift while you were signing. Read it once more, then sign."))
    word = text_of(word, CannotSign)
    supersede_before(shift, by=mentor.person, at=at)
    signed = Shift.objects.waiting().filter(pk=shift.pk).update(
        signed_at=at,
        sealed_by=SealedBy.OUTSIDE if mentor.is_outside else SealedBy.MENTOR,
        signed_by=mentor.person,
        signed_as=mentor,
        rubric=prepared.sealed["rubric"],
        sealed=prepared.sealed,
        seal=prepared.seal,
        assertion=assertion,
    )  # fmt: skip
    if not signed:
        raise CannotSign(_("This shift was signed or taken back a moment ago."))
    if word:
        write(shift, mentor, word, at=at)
    shift = Shift.objects.whole().get(pk=shift.pk)
    note(shift, "shift.signed", actor=mentor.person, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_signature.enqueue, shift.pk))
    return shift


@transaction.atomic
def prepare(
    *,
    shift: Shift,
    mentor: Mentor,
    rubric: Mapping[Competency, Level],
    authentication: str,
    at: datetime,
    seen: str = "",
) -> Prepared:
    """What `sign_shift` would seal with the same words at the same moment. Writes nothing. Raises CannotSign."""
    return _prepare(lock_shift(shift), mentor, rubric, authentication=authentication, at=at, seen=seen)


def _prepare(
    shift: Shift, mentor: Mentor, rubric: Mapping[Competency, Level], *, authentication: str, at: datetime, seen: str
) -> Prepared:
    # These two as well: nobody signs while they are being suspended, or while the mentorship is being ended.
    mentorship = Mentorship.objects.select_for_update(no_key=True).get(pk=shift.mentorship_id)
    Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    mentor = Mentor.objects.select_related("person").get(pk=mentor.pk)
    if mentorship.mentor_id != mentor.pk:
        raise CannotSign(_("This shift is with another mentor."))
    if mentor.person_id == shift.learner_id or is_own_address(shift):
        raise CannotSign(_("Nobody signs a shift of their own."))
    if reason := why_not_signing(mentor, at.astimezone(time_zone(mentor.time_zone)).date()):
        raise CannotSign(reason)
    if mentorship.begun_at is None or mentorship.ended_at:
        raise CannotSign(_("Your mentorship with this learner is not open, so you cannot sign for it."))
    if shift.state is not ShiftState.WAITING:
        raise CannotSign(_("This shift is with the learner now. It comes back to you when they hand it in."))
    if shift.submitted_at and at < shift.submitted_at:
        # A passkey took its time, and meanwhile it was taken back and handed in anew.
        raise CannotSign(_("The learner handed this in anew while you were signing. Read it once more, then sign."))
    if seen and seen != what_is_signed(shift):
        raise CannotSign(_("The learner changed this shift while you were reading. Read it once more, then sign."))
    sealed = sealed_facts(
        shift, signer=standing_of(mentor), rubric=judged(rubric), signed_at=at, authentication=authentication
    )
    return Prepared(sealed=sealed, seal=seal_of(sealed))


def is_own_address(shift: Shift) -> bool:
    """Whether the outside coordinator's address is one that the learner has shown to be theirs, since or before."""
    mentor = shift.mentorship.mentor
    return mentor.is_outside and mentor.outside_email.lower() in addresses_of(shift.learner)


def judged(rubric: Mapping[Competency, Level]) -> dict[str, str]:
    """The judgement as a seal writes it, in the order of the rubric. Raises CannotSign for a word that is not in it."""
    try:
        said = {Competency(competency): Level(level) for competency, level in rubric.items()}
    except ValueError:
        raise CannotSign(_("Choose from the words of the scale.")) from None
    return {competency.value: said[competency].value for competency in Competency if competency in said}


def supersede_before(shift: Shift, *, by: User | None, at: datetime) -> None:
    """Let the version that is being signed take the place of the one signed before it. Under the learner's lock.

    Called first: of one record, one signature stands (`shift_one_live_signature`).
    """
    for old in Shift.objects.signed().whole().filter(record=shift.record).exclude(pk=shift.pk):
        old.superseded_at = at
        old.save(update_fields=["superseded_at"])
        note(old, "shift.superseded", actor=by, at=at, replaced_by=shift.pk)


def may_go_together(shift: Shift) -> bool:
    """Whether a shift may be signed with others at once: a day of observing carries no judgement (domain.md §4c)."""
    return shift.role == ShiftRole.OBSERVE and shift.state is ShiftState.WAITING
