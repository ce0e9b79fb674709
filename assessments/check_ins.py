"""When do a learner and a mentor talk about how it goes, and what did they keep of it? Nothing else writes CheckIn.

The terms that hold say how many days apart. One check-in is due at a time, however many were missed: it is a talk to
have, not a debt. A row is made once it is due, or once it was held. The mentorship's row is the lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .mentors import today_of
from .mentorships import locked
from .models import CheckIn, Mentorship, MentorshipTerms
from .shift_facts import text_of


class CannotCheckIn(Exception):
    """This check-in cannot be recorded like this. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """The next check-in of two people."""

    on: date
    is_due: bool  # today or before


@transaction.atomic
def record_check_in(*, mentorship: Mentorship, held_on: date, record: str, by: User, at: datetime) -> CheckIn:
    """Keep that they talked on that day, in a few words that both read and nobody else.

    It answers the one that is due; held early, the next is counted from it. Repeating the same changes nothing. Raises
    CannotCheckIn.
    """
    mentorship = locked(mentorship)
    record = text_of(record, CannotCheckIn)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotCheckIn(_("Only the learner and the mentor record their check-ins."))
    last = mentorship.check_ins.filter(held_on__isnull=False).order_by("-held_on").first()
    if last and (last.held_on, last.record, last.recorded_by_id) == (held_on, record, by.pk):
        return last
    if mentorship.begun_at is None or mentorship.ended_at:
        raise CannotCheckIn(_("This mentorship is not open."))
    if not record:
        raise CannotCheckIn(_("Write a few words, such as what went well and what comes next."))
    if held_on > today_of(by, at):
        raise CannotCheckIn(_("That day is still to come. Record it once you have talked."))
    if held_on < today_of(by, mentorship.begun_at):
        raise CannotCheckIn(_("You did not work together yet on that day."))
    if last and last.held_on and held_on <= last.held_on:
        raise CannotCheckIn(_("A check-in of that day or later is recorded already."))
    check_in = mentorship.check_ins.filter(held_on=None).first() or CheckIn(mentorship=mentorship, due_on=held_on)
    # Held before it was due, it was due that day: so days due and days held never cross.
    check_in.due_on = min(check_in.due_on, held_on)
    check_in.held_on, check_in.record = held_on, record
    check_in.recorded_by, check_in.recorded_at = by, at
    check_in.save()
    _note(check_in, mentorship, "checkin.held", by=by, at=at, held_on=held_on.isoformat())
    return check_in


def remind_of_check_ins(*, at: datetime) -> int:
    """Remind both of each check-in that has become due, once. Returns how many; safe to repeat and to kill."""
    begun = Mentorship.objects.filter(begun_at__isnull=False, ended_at=None, enrolment__withdrawn_at=None)
    waiting = CheckIn.objects.filter(held_on=None).values("mentorship")
    begun = begun.filter(mentor__person__isnull=False).exclude(pk__in=waiting)
    pairs = list(begun.select_related("mentor__person", "learner").order_by("pk"))
    due = due_of(pairs, at=at)
    return sum(_remind(pair, at=at) for pair in pairs if pair.pk in due and due[pair.pk].is_due)


@transaction.atomic
def _remind(mentorship: Mentorship, *, at: datetime) -> bool:
    mentorship = locked(mentorship)
    due = due_of([mentorship], at=at).get(mentorship.pk)
    if mentorship.ended_at or due is None or not due.is_due or mentorship.check_ins.filter(held_on=None).exists():
        return False
    check_in = CheckIn.objects.create(mentorship=mentorship, due_on=due.on, reminded_at=at)
    _note(check_in, mentorship, "checkin.due", by=None, at=at)
    for person_id in (mentorship.learner_id, mentorship.mentor.person_id):
        if person_id:
            transaction.on_commit(partial(tasks.remind_of_check_in.enqueue, check_in.pk, person_id))
    return True


def due_of(mentorships: Iterable[Mentorship], *, at: datetime) -> dict[int, Due]:
    """The next check-in of each open mentorship that has one, by its key: three queries, however many there are.

    Needs `mentor__person` loaded.
    """
    pairs = {pair.pk: pair for pair in mentorships if pair.begun_at and pair.ended_at is None}
    terms = _holding(pairs)
    rows = CheckIn.objects.filter(mentorship__in=pairs)
    held = dict(rows.filter(held_on__isnull=False).values_list("mentorship").annotate(Max("held_on")).order_by())
    waiting = dict(rows.filter(held_on=None).values_list("mentorship", "due_on"))
    found = {}
    for key, pair in pairs.items():
        today = today_of(pair.mentor, at)
        on = waiting.get(key) or next_due(terms.get(key), last_held=held.get(key), begun_on=_begun_on(pair))
        if on and (pair.ends_on is None or on <= pair.ends_on):
            found[key] = Due(on=on, is_due=on <= today)
    return found


def next_due(terms: MentorshipTerms | None, *, last_held: date | None, begun_on: date) -> date | None:
    """When the next check-in is due: so many days after the last, or the beginning. None outside their period. Pure."""
    if terms is None:
        return None
    due = max(last_held or begun_on, terms.starts_on) + timedelta(days=terms.check_in_days)
    return due if due <= terms.ends_on else None


def held_check_ins(mentorship: Mentorship) -> list[CheckIn]:
    """What they kept, newest first, with who wrote it: one query."""
    held = mentorship.check_ins.filter(held_on__isnull=False).select_related("recorded_by")
    return list(held.order_by("-held_on", "-pk"))


def _holding(pairs: dict[int, Mentorship]) -> dict[int, MentorshipTerms]:
    """The newest terms that both have signed, by mentorship."""
    signed = MentorshipTerms.objects.filter(
        mentorship__in=pairs, learner_signed_at__isnull=False, mentor_signed_at__isnull=False
    )
    return {terms.mentorship_id: terms for terms in signed.defer("scope").order_by("version")}


def _begun_on(pair: Mentorship) -> date:
    return today_of(pair.mentor, pair.begun_at or pair.asked_at)


def _note(
    check_in: CheckIn, mentorship: Mentorship, verb: str, *, by: User | None, at: datetime, **more: str | int
) -> None:
    history.record(
        chain=f"learner:{mentorship.learner_id}",
        verb=verb,
        subject=history.name_of(check_in),
        actor=by,
        at=at,
        facts={"mentorship": mentorship.pk, "due_on": check_in.due_on.isoformat(), **more},
    )
