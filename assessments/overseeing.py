"""How do the days on set stand across the school? Counts for a registrar: by cohort, and by mentor.

All are read from the database's own sums, in as many queries for fifty thousand shifts as for one. A signature counts as
it stands in its row: whether each seal holds is what `verify_records` asks. A median or a share of fewer than five says
more about one person than about how things stand, and is not given.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Min, OuterRef, Q, Subquery, When, Window
from django.db.models.functions import RowNumber

from courses.models import Enrolment, Grant, Intake, ProgrammePage

from .models import Mentor, ShadowingSettings, Shift

FEWEST = 5  # answers that a median or a share is made of
LOOKS_BACK = timedelta(days=365)  # how quickly mentors answer is asked of the last year


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The days at which something that waits becomes older: up to `first`, up to `second`, and over it."""

    first: int
    second: int


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """One programme's learners of one intake, or those who came without one. Withdrawn ones are in no cohort.

    A day is a distinct date of a learner with a signed shift. `fresh`, `late` and `overdue` count shifts that wait for
    a mentor, by the days since they were handed in.
    """

    programme: str
    intake: str  # empty for none
    learners: int
    signed_days: int
    fresh: int
    late: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How quickly somebody answers: how many answers, and the median of days from handing in, where they are enough."""

    answers: int
    days: float | None


@dataclass(frozen=True, kw_only=True)
class MentorLoad:
    """What one mentor has on their hands."""

    mentor: Mentor
    mentees: int
    waiting: int
    oldest: datetime | None
    pace: Pace

    @property
    def name(self) -> str:
        return self.mentor.name


def limits() -> Limits:
    """The academy's own, in order whatever was typed: one query."""
    said = ShadowingSettings.load()
    first, second = sorted((said.remind_days, said.escalate_days))
    return Limits(first=first, second=second)


def cohorts(at: datetime, within: Limits) -> list[Cohort]:
    """Every programme with learners, by title, then by the start of its intakes: five queries."""
    newest = Grant.objects.filter(enrolment=OuterRef("pk"), order__intake__isnull=False).order_by("-pk")
    open_ones = Enrolment.objects.filter(withdrawn_at=None).annotate(
        in_intake=Subquery(newest.values("order__intake")[:1])
    )
    cohort_of = {
        pk: (programme, intake) for pk, programme, intake in open_ones.values_list("pk", "programme", "in_intake")
    }
    learners = Counter(cohort_of.values())
    theirs = Shift.objects.filter(enrolment__withdrawn_at=None).order_by()
    days: Counter[tuple[int, int | None]] = Counter()
    signed = theirs.signed().values("enrolment").annotate(days=Count("worked_on", distinct=True))
    for enrolment, count in signed.values_list("enrolment", "days"):
        if cohort := cohort_of.get(enrolment):  # else on it since a moment ago: counted the next time
            days[cohort] += count
    older, oldest = at - timedelta(days=within.first), at - timedelta(days=within.second)
    fresh: Counter[tuple[int, int | None]] = Counter()
    late: Counter[tuple[int, int | None]] = Counter()
    overdue: Counter[tuple[int, int | None]] = Counter()
    waiting = theirs.waiting().values_list("enrolment").annotate(
        fresh=Count("pk", filter=Q(submitted_at__gte=older)),
        late=Count("pk", filter=Q(submitted_at__lt=older, submitted_at__gte=oldest)),
        overdue=Count("pk", filter=Q(submitted_at__lt=oldest)),
    )  # fmt: skip
    for enrolment, of_week, of_weeks, older_still in waiting:
        if cohort := cohort_of.get(enrolment):
            fresh[cohort] += of_week
            late[cohort] += of_weeks
            overdue[cohort] += older_still
    titles = dict(ProgrammePage.objects.values_list("pk", "title"))
    intakes = {pk: (name, starts_on) for pk, name, starts_on in Intake.objects.values_list("pk", "name", "starts_on")}

    def place(cohort: tuple[int, int | None]) -> tuple[str, int, str, int]:
        programme, intake = cohort
        starts_on = intakes[intake][1].isoformat() if intake else ""
        return titles[programme], programme, starts_on, intake or 0

    return [
        Cohort(
            programme=titles[cohort[0]],
            intake=intakes[cohort[1]][0] if cohort[1] else "",
            learners=learners[cohort],
            signed_days=days[cohort],
            fresh=fresh[cohort],
            late=late[cohort],
            overdue=overdue[cohort],
        )
        for cohort in sorted(learners, key=place)
    ]


def mentor_loads(at: datetime) -> list[MentorLoad]:
    """Every mentor, whose card has waited longest first, then by name: three queries."""
    mentees = Count("mentorships", filter=Q(mentorships__begun_at__isnull=False, mentorships__ended_at=None))
    mentors = Mentor.objects.select_related("person").annotate(mentees=mentees)
    waiting = Shift.objects.waiting().order_by().values("mentorship__mentor")
    found = waiting.annotate(count=Count("pk"), oldest=Min("submitted_at"))
    cards = {line["mentorship__mentor"]: (line["count"], line["oldest"]) for line in found}
    paces = paces_of(at)
    loads = [
        MentorLoad(
            mentor=mentor,
            mentees=mentor.mentees,  # type: ignore[attr-defined]  # annotated above
            waiting=cards.get(mentor.pk, (0, None))[0],
            oldest=cards.get(mentor.pk, (0, None))[1],
            pace=paces.get(mentor.pk, Pace(answers=0, days=None)),
        )
        for mentor in mentors
    ]
    return sorted(loads, key=lambda load: (load.oldest is None, load.oldest or at, load.name, load.mentor.pk))


def paces_of(at: datetime, mentor: Mentor | None = None) -> dict[int, Pace]:
    """By mentor, or for one: how quickly what was handed in within the last year was signed or declined. One query.

    What a registrar decided in their stead is no answer of theirs.
    """
    answered = Shift.objects.filter(submitted_at__gte=at - LOOKS_BACK).filter(
        Q(signed_as__isnull=False) | Q(signed_at=None, declined_at__isnull=False)
    )
    answered = answered.exclude(disputes__decided_at=F("declined_at"))
    if mentor:
        answered = answered.filter(mentorship__mentor=mentor)
    of_one = F("mentorship__mentor")
    until = Case(When(signed_as__isnull=False, then=F("signed_at")), default=F("declined_at"))
    ranked = answered.annotate(
        took=ExpressionWrapper(until - F("submitted_at"), output_field=DurationField()),
    ).annotate(
        place=Window(RowNumber(), partition_by=of_one, order_by=[F("took"), F("pk")]),
        answers=Window(Count("pk"), partition_by=of_one),
    )  # fmt: skip
    # The one in the middle, or the two: place p of n with n <= 2p <= n + 2.
    middle = ranked.filter(answers__lte=F("place") * 2, answers__gte=F("place") * 2 - 2)
    found: dict[int, tuple[int, list[timedelta]]] = {}
    for key, answers, took in middle.values_list("mentorship__mentor", "answers", "took"):
        found.setdefault(key, (answers, []))[1].append(took)
    return {
        key: Pace(
            answers=answers,
            days=sum(took, timedelta()) / len(took) / timedelta(days=1) if answers >= FEWEST else None,
        )
        for key, (answers, took) in found.items()
    }
