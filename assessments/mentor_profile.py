"""What does a mentor say of themselves: where they work, whom they take on, and when they stop?

Said by the mentor alone, under the lock of the mentor's row. An outside coordinator has no account to say it with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .mentors import profile_said, record, today_of
from .models import Mentor, ShadowingSettings


class CannotChange(Exception):
    """A mentor cannot say this of themselves. The message says why."""


class CannotStop(Exception):
    """This last day of signing cannot be announced, or not be taken back."""


@transaction.atomic
def change_profile(
    *,
    mentor: Mentor,
    regions: Iterable[str],
    capacity: int,
    conflicts: str,
    shows_name: bool,
    takes_mentees: bool,
    at: datetime,
) -> Mentor:
    """Say where one works, how many one takes, and what stands between. By the mentor; raises CannotChange.

    Repeating the same changes nothing. Fewer places than mentees ends nothing; nobody new comes until there is room.
    """
    mentor = _own(mentor)
    said_regions, capacity, conflicts = profile_said(regions, capacity, conflicts, CannotChange)
    before = (mentor.regions, mentor.capacity, mentor.conflicts, mentor.shows_name, mentor.takes_mentees)
    if before == (said_regions, capacity, conflicts, shows_name, takes_mentees):
        return mentor
    facts: history.Facts = {
        "regions": said_regions,
        "capacity": capacity,
        "conflicts_changed": conflicts != mentor.conflicts,
        "shows_name": shows_name,
        "takes_mentees": takes_mentees,
    }
    mentor.regions, mentor.capacity, mentor.conflicts = said_regions, capacity, conflicts
    mentor.shows_name, mentor.takes_mentees = shows_name, takes_mentees
    mentor.save(update_fields=["regions", "capacity", "conflicts", "shows_name", "takes_mentees"])
    record(mentor, "mentor.profile_changed", by=mentor.person, at=at, facts=facts)
    return mentor


@transaction.atomic
def announce_stop(*, mentor: Mentor, last_day: date, at: datetime) -> Mentor:
    """Say on which day one signs for the last time; each mentee is written to. By the mentor.

    Repeating the same day changes nothing; a later one takes its place and is told again. Raises CannotStop for a day
    without the notice of ShadowingSettings, counted where the mentor lives.
    """
    mentor = _own(mentor)
    if mentor.stops_on == last_day:
        return mentor
    today = today_of(mentor, at)
    if mentor.stops_on and mentor.stops_on < today:
        raise CannotStop(_("You have stopped already. Write to the registrar to begin again."))
    first = first_stop(today)
    if last_day < first:
        days = (first - today).days
        words = ngettext(
            "Your mentees need %(days)s day of notice: %(day)s is the first that can be.",
            "Your mentees need %(days)s days of notice: %(day)s is the first that can be.",
            days,
        )
        raise CannotStop(words % {"days": days, "day": date_format(first, "j F Y")})
    if mentor.stops_on and last_day < mentor.stops_on:
        raise CannotStop(_("You told your mentees a later day. Keep to it, or choose a later one still."))
    mentor.stops_on, mentor.stop_said_at = last_day, at
    mentor.save(update_fields=["stops_on", "stop_said_at"])
    record(mentor, "mentor.stop_announced", by=mentor.person, at=at, facts={"stops_on": last_day.isoformat()})
    _tell_mentees(mentor)
    return mentor


@transaction.atomic
def take_back_stop(*, mentor: Mentor, by: User, at: datetime) -> Mentor:
    """Go on signing after all; each mentee is written to. Repeating changes nothing.

    By the mentor until the day they announced; after it a registrar lets them begin again. Raises CannotStop.
    """
    Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    mentor = Mentor.objects.select_related("person").get(pk=mentor.pk)
    if mentor.stops_on is None:
        return mentor
    if by.pk == mentor.person_id and today_of(mentor, at) > mentor.stops_on:
        raise CannotStop(_("You have stopped already. Write to the registrar to begin again."))
    mentor.stops_on = mentor.stop_said_at = None
    mentor.save(update_fields=["stops_on", "stop_said_at"])
    record(mentor, "mentor.stop_taken_back", by=by, at=at)
    _tell_mentees(mentor)
    return mentor


def first_stop(today: date) -> date:
    """The first day that can be announced as the last of signing: one query."""
    return today + timedelta(days=ShadowingSettings.load().stop_notice_days)


def _own(mentor: Mentor) -> Mentor:
    Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    return Mentor.objects.select_related("person").get(pk=mentor.pk, person__isnull=False)


def _tell_mentees(mentor: Mentor) -> None:
    standing = mentor.mentorships.filter(declined_at=None, ended_at=None).order_by("pk")
    for mentorship_id in standing.values_list("pk", flat=True):
        transaction.on_commit(partial(tasks.tell_mentee_of_stop.enqueue, mentorship_id))
