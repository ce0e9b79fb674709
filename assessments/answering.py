"""What does a mentor answer to a shift, short of signing it? A question, other hours, or a no with its reason.

Nothing else returns, proposes or declines. The shift's row is the lock. An outside coordinator answers in the same
words through their link: then `by` is None.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from . import tasks
from .models import DeclineReason, HoursProposal, Mentor, Shift, ShiftMessage, ShiftState
from .shift_facts import LONGEST_SHIFT, text_of
from .shift_history import digest_of_hours, note
from .shifts import lock_shift


class CannotReturn(Exception):
    """The mentor cannot answer so about this shift now."""


@transaction.atomic
def return_shift(*, shift: Shift, mentor: Mentor, question: str, at: datetime) -> Shift:
    """Ask the learner something: the shift goes back unchanged. Repeating the same question changes nothing.

    Raises CannotReturn without a question, and for a shift that is not with this mentor now.
    """
    shift = lock_shift(shift)
    question = text_of(question, CannotReturn)
    if not question:
        raise CannotReturn(_("Write what you would like to know."))
    if shift.state is ShiftState.RETURNED and _said_last(shift, mentor, question):
        return shift
    _refuse_unless_with(shift, mentor)
    shift.returned_at = at
    shift.save(update_fields=["returned_at"])
    write(shift, mentor, question, at=at)
    note(shift, "shift.returned", actor=mentor.person, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_question.enqueue, shift.pk))
    return shift


@transaction.atomic
def propose_hours(
    *,
    shift: Shift,
    mentor: Mentor,
    call_at: datetime,
    wrap_at: datetime,
    break_minutes: int,
    words: str = "",
    at: datetime,
) -> HoursProposal:
    """Propose the hours one would sign; the learner accepts them, changes the shift, or disputes. Aware moments, minutes.

    Repeating the same gives the open proposal. Raises CannotReturn for hours that cannot be, that are the same as
    recorded, or for a shift that is not with this mentor now.
    """
    shift = lock_shift(shift)
    call_at, wrap_at = call_at.astimezone(UTC), wrap_at.astimezone(UTC)
    hours = (call_at, wrap_at, break_minutes)
    open_one = shift.proposals.filter(closed_at=None).first()
    if open_one and shift.proposed_at and (open_one.call_at, open_one.wrap_at, open_one.break_minutes) == hours:
        return open_one
    _refuse_unless_with(shift, mentor)
    if wrap_at <= call_at or wrap_at - call_at > LONGEST_SHIFT:
        raise CannotReturn(_("A shift ends after it begins, and lasts 24 hours at most."))
    if wrap_at > at:
        raise CannotReturn(_("This has not happened yet."))
    if break_minutes < 0 or timedelta(minutes=break_minutes) >= wrap_at - call_at:
        raise CannotReturn(_("The breaks are as long as the shift, or longer."))
    if hours == (shift.call_at, shift.wrap_at, shift.break_minutes):
        raise CannotReturn(_("These are the hours as recorded. Sign them, or propose others."))
    words = text_of(words, CannotReturn)
    proposal = HoursProposal.objects.create(
        shift=shift, proposed_at=at, call_at=call_at, wrap_at=wrap_at, break_minutes=break_minutes
    )
    shift.proposed_at = at
    shift.save(update_fields=["proposed_at"])
    if words:
        write(shift, mentor, words, at=at)
    note(
        shift, "shift.hours_proposed", actor=mentor.person, at=at, proposal=proposal.pk, hours=digest_of_hours(proposal)
    )
    transaction.on_commit(partial(tasks.tell_learner_of_question.enqueue, shift.pk))
    return proposal


@transaction.atomic
def decline_shift(*, shift: Shift, mentor: Mentor, reason: DeclineReason, words: str = "", at: datetime) -> Shift:
    """Say that one does not sign, and why; the learner may take it to the registrar. Repeating changes nothing.

    Raises CannotReturn without words where the reason is another one, and for a shift not with this mentor now.
    """
    shift = lock_shift(shift)
    if shift.state is ShiftState.DECLINED and shift.mentorship.mentor_id == mentor.pk:
        return shift
    _refuse_unless_with(shift, mentor)
    words = text_of(words, CannotReturn)
    if reason == DeclineReason.OTHER and not words:
        raise CannotReturn(_("Say in a sentence why you do not sign."))
    shift.declined_at, shift.decline_reason = at, DeclineReason(reason)
    shift.save(update_fields=["declined_at", "decline_reason"])
    if words:
        write(shift, mentor, words, at=at)
    note(shift, "shift.declined", actor=mentor.person, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_decline.enqueue, shift.pk))
    return shift


def write(shift: Shift, mentor: Mentor, text: str, *, at: datetime) -> None:
    """Keep what a mentor says to the learner about the shift."""
    ShiftMessage.objects.create(shift=shift, author=mentor.person, written_at=at, text=text)


def _refuse_unless_with(shift: Shift, mentor: Mentor) -> None:
    if shift.mentorship.mentor_id != mentor.pk or (mentor.person_id and shift.learner_id == mentor.person_id):
        raise CannotReturn(_("This shift is with another mentor."))
    refusals = {
        ShiftState.DRAFT: _("The learner has taken this shift back."),
        ShiftState.RETURNED: _("You have asked about this shift already. It comes back with the answer."),
        ShiftState.PROPOSED: _("You have proposed other hours already. It comes back with the answer."),
        ShiftState.DECLINED: _("You have declined this shift."),
        ShiftState.DISPUTED: _("This shift is with the registrar."),
        ShiftState.VOIDED: _("This shift is void."),
    }
    if shift.signed_at:
        raise CannotReturn(_("This shift is signed already."))
    if (state := shift.state) in refusals:
        raise CannotReturn(refusals[state])


def _said_last(shift: Shift, mentor: Mentor, text: str) -> bool:
    last = shift.messages.order_by("-pk").first()
    return bool(last and last.author_id == mentor.person_id and last.text == text)
