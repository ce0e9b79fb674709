"""How does a mentor answer and judge, next to all mentors? Counts, and shares only where there are enough cards.

A card that was asked about and signed afterwards is counted under both. What was answered is read from history, which
forgets nothing; what was judged, from the signatures that stand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from cms.accounts.models import Entry

from .models import AuditDraw, AuditOutcome, Competency, Level, Mentor, Outcome, Shift, ShiftDispute, ShiftQuerySet
from .overseeing import FEWEST, Pace, paces_of

NO_PACE = Pace(answers=0, days=None)
ANSWERS = ("shift.signed", "shift.returned", "shift.hours_proposed", "shift.declined")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How often each level was given for one competency, in the order of the levels: by this mentor, and by all."""

    competency: Competency
    own: tuple[int, ...]
    all: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One mentor in numbers. Without `enough` cards, only how many there are."""

    cards: int  # that they answered in any way
    enough: bool
    answers: tuple[tuple[str, int], ...] = ()  # verb, cards
    pace: Pace = NO_PACE
    judged: tuple[Judged, ...] = ()
    signed: int = 0  # signatures that stand, which `judged` counts
    signed_by_all: int = 0
    audits_passed: int = 0
    audits_failed: int = 0
    disputes_counted: int = 0  # the registrar let the day count without their signature
    disputes_refused: int = 0


def figures_of(mentor: Mentor, at: datetime) -> Figures:
    """Of one mentor, with an account or from outside: at most seven queries, however many cards."""
    said = Entry.objects.filter(verb__in=ANSWERS, actor=mentor.person_id)
    if mentor.is_outside:
        said = said.filter(facts__mentorship__in=list(mentor.mentorships.values_list("pk", flat=True)))
    cards = said.aggregate(cards=Count("subject", distinct=True))["cards"]
    if cards < FEWEST:
        return Figures(cards=cards, enough=False)
    by_verb = said.order_by().values_list("verb").annotate(cards=Count("subject", distinct=True))
    counted = dict(by_verb)
    standing = Shift.objects.signed().filter(signed_as__isnull=False)
    own, signed = _levels(standing.filter(signed_as=mentor))
    everybody, signed_by_all = _levels(standing)
    audits = Counter(
        AuditDraw.objects.filter(shift__signed_as=mentor, closed_at__isnull=False).values_list("outcome", flat=True)
    )
    disputes = Counter(
        ShiftDispute.objects.filter(shift__mentorship__mentor=mentor, decided_at__isnull=False).values_list(
            "outcome", flat=True
        )
    )
    return Figures(
        cards=cards,
        enough=True,
        answers=tuple((verb, counted.get(verb, 0)) for verb in ANSWERS),
        pace=paces_of(at, mentor).get(mentor.pk, NO_PACE),
        judged=tuple(
            Judged(
                competency=competency,
                own=tuple(own[competency, level] for level in Level),
                all=tuple(everybody[competency, level] for level in Level),
            )
            for competency in Competency
        ),
        signed=signed,
        signed_by_all=signed_by_all,
        audits_passed=audits[AuditOutcome.PASSED],
        audits_failed=audits[AuditOutcome.FAILED],
        disputes_counted=disputes[Outcome.COUNTS],
        disputes_refused=disputes[Outcome.DOES_NOT],
    )


def _levels(shifts: ShiftQuerySet) -> tuple[Counter[tuple[str, str]], int]:
    """How often each level of each competency was given, and in how many signatures: one query."""
    counts: Counter[tuple[str, str]] = Counter()
    total = 0
    # There are few rubrics, however many shifts: the database counts the equal ones.
    for rubric, count in shifts.order_by().values_list("rubric").annotate(count=Count("pk")):
        total += count
        if isinstance(rubric, dict):  # else altered behind our back; its seal is broken
            counts.update(dict.fromkeys(rubric.items(), count))
    return counts, total
