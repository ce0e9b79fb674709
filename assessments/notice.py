"""How is the end of a mentorship announced, and what follows on its day?

Notice is the usual way: both plan the days that are left, and these can still be handed in and signed. Ending at once
stays open to either, without a reason (`mentorships.end_mentorship`): nobody is kept beside somebody they want to leave.
The mentorship's row is the lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts.models import User

from . import tasks
from .mentors import today_of
from .mentorships import CannotAnswer, holding_terms, locked, record
from .models import Mentorship


@transaction.atomic
def give_notice(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """Say that it ends, after the days of notice in the terms that hold. The other is told.

    Repeating, by either, leaves the day that was said first. Raises CannotAnswer.
    """
    mentorship = locked(mentorship)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAnswer(_("Only the learner or the mentor ends a mentorship."))
    if mentorship.begun_at is None:
        raise CannotAnswer(_("This mentorship has not begun."))
    if mentorship.ended_at or mentorship.ends_on:
        return mentorship
    days = notice_days(mentorship)
    if not days:
        raise CannotAnswer(_("You agreed on no notice. You can end it at once."))
    mentorship.ends_on = today_of(by, at) + timedelta(days=days)
    mentorship.notice_said_at, mentorship.notice_said_by = at, by
    mentorship.save(update_fields=["ends_on", "notice_said_at", "notice_said_by"])
    record(mentorship, "mentorship.notice_given", by=by, at=at, ends_on=mentorship.ends_on.isoformat())
    _tell_other(mentorship, by)
    return mentorship


@transaction.atomic
def take_back_notice(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """Go on together after all. By who gave notice; the other is told. Repeating changes nothing. Raises CannotAnswer."""
    mentorship = locked(mentorship)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAnswer(_("Only the learner or the mentor ends a mentorship."))
    if mentorship.ended_at:
        raise CannotAnswer(_("This mentorship is over."))
    if mentorship.ends_on is None:
        return mentorship
    if mentorship.notice_said_by_id != by.pk:
        raise CannotAnswer(_("The other of you gave notice, and only they take it back."))
    mentorship.ends_on = mentorship.notice_said_at = mentorship.notice_said_by = None
    mentorship.save(update_fields=["ends_on", "notice_said_at", "notice_said_by"])
    record(mentorship, "mentorship.notice_taken_back", by=by, at=at)
    _tell_other(mentorship, by)
    return mentorship


def end_what_was_announced(*, at: datetime) -> int:
    """End each mentorship whose last day is over where both live, and tell both. Returns how many; safe to repeat."""
    due = Mentorship.objects.filter(ended_at=None, ends_on__lt=at.date() + timedelta(days=1)).order_by("pk")
    return sum(_end_if_over(mentorship, at=at) for mentorship in due)


@transaction.atomic
def _end_if_over(mentorship: Mentorship, *, at: datetime) -> bool:
    mentorship = locked(mentorship)
    today = min(today_of(mentorship.learner, at), today_of(mentorship.mentor, at))
    if mentorship.ended_at or mentorship.ends_on is None or today <= mentorship.ends_on:
        return False
    mentorship.ended_at = at
    mentorship.save(update_fields=["ended_at"])
    record(mentorship, "mentorship.ended", by=None, at=at)
    for person_id in (mentorship.learner_id, mentorship.mentor.person_id):
        if person_id:
            transaction.on_commit(partial(tasks.tell_of_end.enqueue, mentorship.pk, person_id))
    return True


def notice_days(mentorship: Mentorship) -> int:
    """Days of notice in the terms that hold; none with an outside coordinator, who signs no terms: one query."""
    terms = holding_terms(mentorship)
    return terms.notice_days if terms else 0


def _tell_other(mentorship: Mentorship, by: User) -> None:
    other = mentorship.mentor.person_id if by.pk == mentorship.learner_id else mentorship.learner_id
    if other:
        transaction.on_commit(partial(tasks.tell_of_notice.enqueue, mentorship.pk, other))
