"""Banks, quizzes and sittings with boring defaults."""

from datetime import datetime
from itertools import count

from assessments.grading import Response
from assessments.models import Attempt, AttemptQuestion
from assessments.pages import QuizPage
from assessments.questions import Bank, Choice, Kind, Question
from assessments.sitting import hand_in, save_response, start_attempt
from courses.models import Enrolment, ModulePage, ProgrammePage

from .courses import make_enrolment, make_programme
from .people import NOON

_numbers = count(1)


def make_bank(*, questions: int = 4, kinds: tuple[Kind, ...] = tuple(Kind), **fields: object) -> Bank:
    """A bank with `questions` ready questions, of `kinds` in turn."""
    number = next(_numbers)
    bank = Bank.objects.create(**({"slug": f"bank-{number}", "title": f"Bank {number}"} | fields))
    for place in range(questions):
        make_question(bank, kind=kinds[place % len(kinds)])
    return bank


def make_question(
    bank: Bank, *, kind: Kind = Kind.SINGLE, right: tuple[int, ...] | None = None, **fields: object
) -> Question:
    """A ready question. Its explanation begins with "Because", which no page may show before handing in."""
    number = next(_numbers)
    values = {
        "slug": f"question-{number}",
        "kind": kind,
        "stem": f"What is asked {number}?",
        "explanation": f"Because {number}.",
        "is_ready": True,
    }
    if kind == Kind.TRUE_FALSE:
        values |= {"truth": True}
    if kind == Kind.NUMERIC:
        values |= {"number": 48, "tolerance": 0, "unit": "hours"}
    question = Question.objects.create(bank=bank, **(values | fields))
    if kind in {Kind.SINGLE, Kind.MULTIPLE}:
        chosen = right if right is not None else {Kind.SINGLE: (0,), Kind.MULTIPLE: (0, 1)}[kind]
        Choice.objects.bulk_create(
            Choice(question=question, text=f"Answer {place} of {number}", right=place in chosen, sort_order=place)
            for place in range(4)
        )
    return question


def make_quiz(*, programme: ProgrammePage | None = None, bank: Bank | None = None, **fields: object) -> QuizPage:
    """A live quiz at the end of the programme's first module: four questions, 75 per cent, three attempts."""
    programme = programme or make_programme(lessons=0)
    number = next(_numbers)
    values = {
        "title": f"Quiz {number}",
        "slug": f"quiz-{number}",
        "bank": bank or make_bank(),
        "question_count": 4,
        "pass_mark": 75,
        "attempts_allowed": 3,
    } | fields
    module = ModulePage.objects.child_of(programme).order_by("path").first()
    return module.add_child(instance=QuizPage(**values))


def make_attempt(*, quiz: QuizPage | None = None, enrolment: Enrolment | None = None, at: datetime = NOON) -> Attempt:
    """An open attempt."""
    quiz = quiz or make_quiz()
    if enrolment is None:
        enrolment = make_enrolment(programme=ProgrammePage.objects.get(path=quiz.programme_path))
    return start_attempt(enrolment=enrolment, quiz=quiz, at=at)


def right_answer(asked: AttemptQuestion) -> Response:
    if asked.kind == Kind.TRUE_FALSE:
        return asked.key["truth"]
    return asked.key["number"] if asked.kind == Kind.NUMERIC else asked.key["right"]


def wrong_answer(asked: AttemptQuestion) -> Response:
    if asked.kind == Kind.TRUE_FALSE:
        return not asked.key["truth"]
    if asked.kind == Kind.NUMERIC:
        return "-1"
    return [next(place for place in range(len(asked.options)) if place not in asked.key["right"])]


def answer(
    attempt: Attempt, position: int, response: Response, *, sequence: int = 1, at: datetime = NOON
) -> AttemptQuestion:
    return save_response(attempt=attempt, position=position, response=response, flagged=False, sequence=sequence, at=at)


def sit(attempt: Attempt, *, right: int, at: datetime = NOON) -> Attempt:
    """Answer the first `right` questions rightly, the others wrongly, and hand in."""
    for asked in attempt.questions.order_by("position"):
        answer(attempt, asked.position, right_answer(asked) if asked.position <= right else wrong_answer(asked), at=at)
    return hand_in(attempt=attempt, at=at)
