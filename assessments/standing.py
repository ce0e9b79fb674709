"""How does a learner stand at the quizzes of their programme?"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import CompletedBy, Enrolment
from courses.progress import Outline, UnitLine, outline_of

from .models import Attempt
from .pages import QuizPage
from .sitting import why_not_starting


@dataclass(frozen=True, kw_only=True)
class QuizStanding:
    """One quiz and what one learner has made of it."""

    quiz: QuizPage
    used: int  # attempts begun
    allowed: int
    best: Decimal | None  # per cent, of the attempts handed in
    pass_mark: int  # per cent
    passed_on: datetime | None  # when it was passed first
    open_attempt: Attempt | None
    locked_reason: str  # why it cannot be sat now, as a sentence; empty when it can, or is passed
    url: str  # where to go on: the open attempt, else the quiz's own page
    action: str  # what one does there; empty when there is nothing to do

    @property
    def best_whole(self) -> int | None:
        """`best` in whole per cent, rounded down so that a near miss never reads as a pass."""
        return None if self.best is None else int(self.best)

    @property
    def left(self) -> int:
        """Attempts that may still be begun."""
        return max(0, self.allowed - self.used)

    @property
    def next_number(self) -> int:
        return self.used + 1


def quiz_standing(enrolment: Enrolment, *, outline: Outline | None = None) -> list[QuizStanding]:
    """Every quiz of the programme, in order: two queries, and those of its outline unless that is given."""
    if outline is None:
        outline = outline_of(programme=enrolment.programme, enrolment=enrolment)
    return quiz_standings({enrolment.pk: outline})[enrolment.pk]


def quiz_standings(outlines: Mapping[int, Outline]) -> dict[int, list[QuizStanding]]:
    """The same for many learners of one programme, by the key of their enrolment, from their outlines: two queries."""
    lines = {
        pk: [line for line in outline.lines if line.unit.completed_by == CompletedBy.QUIZ]
        for pk, outline in outlines.items()
    }
    quizzes = QuizPage.objects.in_bulk({line.unit.pk for those in lines.values() for line in those})
    sittings: defaultdict[tuple[int, int], list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(enrolment__in=outlines).order_by("number"):
        sittings[attempt.enrolment_id, attempt.quiz_id].append(attempt)
    return {
        pk: [
            standing_at(quizzes[line.unit.pk], line=line, sat=sittings[pk, line.unit.pk])
            for line in those
            if line.unit.pk in quizzes
        ]
        for pk, those in lines.items()
    }


def standing_at(quiz: QuizPage, *, line: UnitLine, sat: list[Attempt]) -> QuizStanding:
    """One quiz, from its line in the outline and the learner's attempts in order. No query."""
    scores = [attempt.score for attempt in sat if attempt.score is not None]
    passed_on = next((attempt.submitted_at for attempt in sat if attempt.passed), None)
    opened = next((attempt for attempt in sat if attempt.submitted_at is None), None)
    reason = ""
    if not passed_on and not opened:
        reason = line.reason if line.state == "locked" else why_not_starting(quiz=quiz, sat=sat)
    action = ""
    if opened:
        action = _("Go on")
    elif not passed_on and not reason:
        action = _("Try again") if sat else _("Begin")
    return QuizStanding(
        quiz=quiz,
        used=len(sat),
        allowed=quiz.attempts_allowed,
        best=max(scores, default=None),
        pass_mark=quiz.pass_mark,
        passed_on=passed_on,
        open_attempt=opened,
        locked_reason=reason,
        url=reverse("assessments:quiz_attempt", args=[opened.public_id]) if opened else line.url,
        action=action,
    )
