"""How is a quiz sat? It is started, answered and handed in here; nothing else writes Attempt and AttemptQuestion.

What is asked is copied at the start, so an editor's change never reaches a sitting. What was answered and saved is kept
whatever happens next, and is what is marked.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

from django.contrib.humanize.templatetags.humanize import apnumber
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts import history
from courses.models import CompletedBy, Enrolment
from courses.progress import UnitLocked, complete_unit, unit_is_open

from .grading import Key, Response, marks_for, read_number
from .models import Attempt, AttemptQuestion
from .pages import QuizPage
from .questions import Choice, Kind, Question

# The system's own randomness: what will be asked cannot be foretold.
_random = secrets.SystemRandom()
CHOSEN = (Kind.SINGLE, Kind.MULTIPLE)


class CannotSit(Exception):
    """The quiz may not be started now. The message says why, and what to do."""


class AlreadyHandedIn(Exception):
    """The attempt is handed in: nothing in it changes any more."""


class NotAnAnswer(Exception):
    """What was sent does not answer this kind of question. The message says what would."""


# Starting --------------------------------------------------------------------------------------------------


@transaction.atomic
def start_attempt(*, enrolment: Enrolment, quiz: QuizPage, at: datetime) -> Attempt:
    """Begin a sitting of `quiz`, with questions drawn at random and copied, or return the one that is open.

    Questions the learner was not asked in earlier sittings come first. Raises CannotSit when the quiz is not open to
    them, is passed, or is used up, and when its bank has too few questions ready.
    """
    # The enrolment's row is the lock: a learner starts one sitting at a time.
    enrolment = _locked(Enrolment.objects.select_related("programme"), of=("self",)).get(pk=enrolment.pk)
    if enrolment.withdrawn_at is not None or not quiz.path.startswith(enrolment.programme.path):
        raise CannotSit(_("This quiz belongs to a programme you are not on."))
    sat = list(Attempt.objects.filter(enrolment=enrolment, quiz=quiz).order_by("number"))
    if sat and sat[-1].submitted_at is None:
        return sat[-1]
    if reason := why_not_starting(quiz=quiz, sat=sat) or unit_is_open(enrolment=enrolment, unit=quiz):
        raise CannotSit(reason)
    drawn = _draw(quiz=quiz, enrolment=enrolment)
    attempt = Attempt.objects.create(
        enrolment=enrolment,
        quiz=quiz,
        quiz_title=quiz.title,
        number=len(sat) + 1,
        pass_mark=quiz.pass_mark,
        started_at=at,
    )
    choices: defaultdict[int, list[Choice]] = defaultdict(list)
    for choice in Choice.objects.filter(question__in=drawn).order_by("sort_order", "pk"):
        choices[choice.question_id].append(choice)
    AttemptQuestion.objects.bulk_create(
        _copy(question, choices[question.pk], attempt=attempt, position=position)
        for position, question in enumerate(drawn, start=1)
    )
    return attempt


def why_not_starting(*, quiz: QuizPage, sat: Sequence[Attempt]) -> str:
    """Why the attempts already made leave no further one, as a sentence; empty when they do. No query."""
    if any(attempt.passed for attempt in sat):
        return _("You have passed this quiz. There is nothing more to do here.")
    if len(sat) >= quiz.attempts_allowed:
        return ngettext(
            "You have used your one attempt. Talk to the registrar: you look at it together, and decide what comes "
            "next.",
            "You have used your %(count)s attempts. Talk to the registrar: you look at them together, and decide what "
            "comes next.",
            len(sat),
        ) % {"count": apnumber(len(sat))}
    return ""


def askable(quiz: QuizPage) -> QuerySet[Question]:
    """The questions a sitting may draw: ready, and with something that is right."""
    right = Choice.objects.filter(question=OuterRef("pk"), right=True)
    return Question.objects.filter(bank=quiz.bank_id, is_ready=True).filter(~Q(kind__in=CHOSEN) | Exists(right))


def _draw(*, quiz: QuizPage, enrolment: Enrolment) -> list[Question]:
    keys = set(askable(quiz).values_list("pk", flat=True))
    if len(keys) < quiz.question_count:
        raise CannotSit(
            _("This quiz is not ready yet: its questions are still being written. Nothing of yours is used up.")
        )
    asked = set(
        AttemptQuestion.objects.filter(
            attempt__enrolment__learner=enrolment.learner_id, attempt__quiz=quiz
        ).values_list("question", flat=True)
    )
    fresh, known = sorted(keys - asked), sorted(keys & asked)
    drawn = _random.sample(fresh, min(quiz.question_count, len(fresh)))
    drawn += _random.sample(known, quiz.question_count - len(drawn))
    questions = list(Question.objects.filter(pk__in=drawn))
    _random.shuffle(questions)
    return questions


def _copy(question: Question, choices: Iterable[Choice], *, attempt: Attempt, position: int) -> AttemptQuestion:
    """The question's words and key as they stand, its options in an order of this sitting's own."""
    shown = list(choices) if question.kind in CHOSEN else []
    _random.shuffle(shown)
    return AttemptQuestion(
        attempt=attempt,
        position=position,
        question=question,
        question_version=question.version,
        kind=question.kind,
        stem=question.stem,
        options=[choice.text for choice in shown],
        key=_key(question, shown),
        explanation=question.explanation,
        unit=question.unit,
    )


def _key(question: Question, shown: Sequence[Choice]) -> Key:
    match question.kind:
        case Kind.TRUE_FALSE:
            return {"truth": question.truth}
        case Kind.NUMERIC:
            return {"number": _plain(question.number), "tolerance": _plain(question.tolerance)}
    return {"right": [place for place, choice in enumerate(shown) if choice.right]}


def _plain(number: Decimal | None) -> str:
    """As people write it: 48 for 48.000."""
    return f"{(number or Decimal()).normalize():f}"


# Answering -------------------------------------------------------------------------------------------------


@transaction.atomic
def save_response(
    *, attempt: Attempt, position: int, response: Response, flagged: bool, sequence: int, at: datetime
) -> AttemptQuestion:
    """Save the answer to the question at `position` (1, 2, 3 …), and whether it is flagged; an empty answer is none.

    `sequence` counts the saves of this question. One that is not newer than the last is dropped without a word, so a
    slow line cannot bring an old answer back; what is returned is the question as it stands, with its own `sequence`.
    Raises NotAnAnswer, AlreadyHandedIn, and AttemptQuestion.DoesNotExist for a position that was not asked.
    """
    # The attempt's row is the lock: a save is before the handing in, and then counts, or after it, and is refused.
    question = (
        _locked(AttemptQuestion.objects.select_related("attempt"), of=("attempt",))
        .defer("stem", "key", "explanation")
        .get(attempt=attempt.pk, position=position)
    )
    if question.attempt.submitted_at is not None:
        raise AlreadyHandedIn(_("This attempt is handed in, so its answers stay as they are."))
    response = checked_response(question, response)
    taken = AttemptQuestion.objects.filter(pk=question.pk, sequence__lt=sequence).update(
        response=response, is_flagged=flagged, sequence=sequence, saved_at=at
    )
    if taken:
        question.response, question.is_flagged, question.sequence, question.saved_at = response, flagged, sequence, at
    else:
        question.refresh_from_db(fields=["response", "is_flagged", "sequence", "saved_at"])
    return question


def checked_response(question: AttemptQuestion, response: Response) -> Response:
    """`response` as it is stored, None for an empty one. Raises NotAnAnswer when it does not fit the question."""
    if response is None or response == [] or response == "":
        return None
    match question.kind:
        case Kind.TRUE_FALSE:
            if not isinstance(response, bool):
                raise NotAnAnswer(_("Choose true or false."))
        case Kind.NUMERIC:
            if read_number(response) is None:
                raise NotAnAnswer(_("Write a number in digits, such as 48 or 7.5."))
        case _:
            places = response if isinstance(response, list) else [-1]
            if not all(type(place) is int and 0 <= place < len(question.options) for place in places):
                raise NotAnAnswer(_("Choose from the answers shown."))
            if question.kind == Kind.SINGLE and len(places) > 1:
                raise NotAnAnswer(_("Choose one answer."))
            return sorted(set(places))
    return response


# Handing in ------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in(*, attempt: Attempt, at: datetime) -> Attempt:
    """Mark what was saved, and close the attempt for good. A second handing in returns the first one's result.

    The score is per cent of the marks, rounded down to two decimals. Passing completes the unit.
    """
    # The attempt's row is the lock: see `save_response`.
    attempt = _locked(Attempt.objects.select_related("enrolment__learner", "quiz"), of=("self",)).get(pk=attempt.pk)
    if attempt.submitted_at is not None:
        return attempt
    questions = list(attempt.questions.order_by("position").only("kind", "key", "response"))
    earned = [marks_for(kind=asked.kind, key=asked.key, response=asked.response) for asked in questions]
    for asked, marks in zip(questions, earned, strict=True):
        asked.marks = _rounded_down(marks, places=3)
    AttemptQuestion.objects.bulk_update(questions, ["marks"])
    attempt.submitted_at = max(at, attempt.started_at)
    attempt.score = _rounded_down(100 * sum(earned, Fraction(0)) / len(earned), places=2)
    attempt.passed = attempt.score >= attempt.pass_mark
    attempt.save(update_fields=["submitted_at", "score", "passed"])
    history.record(
        chain=f"learner:{attempt.enrolment.learner_id}",
        verb="attempt.handed_in",
        subject=history.name_of(attempt),
        actor=attempt.enrolment.learner,
        at=attempt.submitted_at,
        facts={
            "quiz": attempt.quiz_id,
            "number": attempt.number,
            "score": str(attempt.score),
            "passed": attempt.passed,
        },
    )
    if attempt.passed:
        with suppress(UnitLocked):  # who has left the programme keeps the result, and completes nothing
            complete_unit(
                enrolment=attempt.enrolment, unit=attempt.quiz, event=CompletedBy.QUIZ, at=attempt.submitted_at
            )
    return attempt


def _rounded_down(number: Fraction, *, places: int) -> Decimal:
    return Decimal(floor(number * 10**places)).scaleb(-places)


def _locked[M: Model](rows: QuerySet[M], of: Sequence[str] = ()) -> QuerySet[M]:
    """Rows that nobody else may change until the transaction ends. (On SQLite the transaction itself sees to it.)"""
    return rows.select_for_update(of=of)
