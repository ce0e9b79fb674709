"""What lies with a mentor, and what have they signed? Reads only, each a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from cms.accounts.policy import person_of

from .models import Mentor, Mentorship, Shift, ShiftDispute, ShiftMessage, ShiftQuerySet, ShiftRole
from .shift_words import Words, words_of

SHOWN = 12  # of those that lie under the card; the heading counts them all


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A shift that is with its learner, and what was asked."""

    line: Words
    question: str


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many shifts wait, and how many of them are days of observing."""

    waiting: int
    observing: int


def mentor_of(request: HttpRequest) -> Mentor:
    """The signed-in mentor, with their person loaded."""
    mentor = person_of(request).mentor
    mentor.person = person_of(request)
    return mentor


def with_mentor(mentor: Mentor) -> ShiftQuerySet:
    """What was handed to this mentor in mentorships that stand, oldest first."""
    theirs = Shift.objects.whole().filter(mentorship__mentor=mentor, mentorship__ended_at=None)
    return theirs.order_by("submitted_at", "pk")


def counts_of(mentor: Mentor) -> Counts:
    """One query."""
    waiting = with_mentor(mentor).waiting().order_by()
    said = waiting.aggregate(waiting=Count("pk"), observing=Count("pk", filter=Q(role=ShiftRole.OBSERVE)))
    return Counts(**said)


def observing(mentor: Mentor) -> ShiftQuerySet:
    """The days that may be signed together."""
    return with_mentor(mentor).waiting().filter(role=ShiftRole.OBSERVE)


def asked_by(mentor: Mentor) -> list[Asked]:
    """Shifts that are with their learners, each with the last thing the mentor wrote: two queries."""
    away = Q(returned_at__isnull=False) | Q(proposed_at__isnull=False)
    returned = list(with_mentor(mentor).filter(away, signed_at=None, voided_at=None, disputed_at=None))
    written = ShiftMessage.objects.filter(shift__in=returned, author=mentor.person_id).order_by("pk")
    questions = {message.shift_id: message.text for message in written}
    zone = mentor.time_zone
    return [Asked(line=words_of(shift, zone=zone), question=questions.get(shift.pk, "")) for shift in returned]


def disputes_to_answer(mentor: Mentor) -> list[ShiftDispute]:
    """Those about which the registrar has not heard this mentor: one query."""
    unheard = ShiftDispute.objects.filter(shift__mentorship__mentor=mentor, decided_at=None, mentor_answered_at=None)
    return list(unheard.select_related("shift__learner").order_by("opened_at", "pk"))


def people_of(mentor: Mentor) -> QuerySet[Mentorship]:
    standing = mentor.mentorships.filter(declined_at=None, ended_at=None, enrolment__withdrawn_at=None)
    return standing.select_related("learner", "enrolment__programme", "mentor__person").order_by("asked_at", "pk")


def signed_in_year(mentor: Mentor, year: int) -> tuple[int, int]:
    """Days this mentor has signed that were worked in `year`, and for how many learners: one query."""
    signed = Shift.objects.signed().filter(signed_as=mentor, worked_on__year=year)
    days = set(signed.values_list("learner", "worked_on"))
    return len(days), len({learner for learner, _day in days})
