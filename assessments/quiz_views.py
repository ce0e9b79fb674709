"""What does a learner see of a quiz? Its terms, one question at a time, a look over it all, and the result.

Keys and explanations stay in the database until the attempt is handed in: the pages before never read their columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import View, signed_in
from courses.models import Enrolment
from courses.progress import Outline, UnitLine, outline_of

from .grading import Response
from .models import Attempt, AttemptQuestion
from .pages import QuizPage
from .questions import Kind
from .quiz_forms import AnswerForm
from .sitting import AlreadyHandedIn, CannotSit, NotAnAnswer, hand_in, save_response, start_attempt
from .standing import standing_at

ASKED = ("position", "kind", "stem", "options", "unit", "response", "is_flagged", "sequence", "saved_at")


def own_attempt(view: View) -> View:
    """Hand the view the signed-in person's own attempt rather than its id; 404 for anybody else's."""

    @wraps(view)
    def with_attempt(request: HttpRequest, attempt_id: UUID, **kwargs: Any) -> HttpResponse:
        attempts = Attempt.objects.select_related("enrolment")
        attempt = policy.fetch(request.user, "attempt.sit", attempts, public_id=attempt_id)
        return view(request, attempt, **kwargs)

    return with_attempt


def own_question(request: HttpRequest, attempt_id: UUID, position: int) -> AttemptQuestion:
    """One question of the signed-in person's own attempt, without its key: one query. Raises Http404 otherwise."""
    questions = AttemptQuestion.objects.select_related("attempt__enrolment").defer("key", "explanation", "marks")
    question = get_object_or_404(questions, attempt__public_id=attempt_id, position=position)
    policy.require(request.user, "attempt.sit", question.attempt)
    return question


# The quiz's own page ---------------------------------------------------------------------------------------


def serve_quiz(
    page: QuizPage, request: HttpRequest, *, enrolment: Enrolment, outline: Outline, line: UnitLine
) -> HttpResponse:
    """The terms, the way in, and what was sat before. One query of its own."""
    sat = list(Attempt.objects.filter(enrolment=enrolment, quiz=page).order_by("number"))
    context = {
        **page.get_context(request),
        "line": line,
        "module": line.module,
        "standing": standing_at(page, line=line, sat=sat),
        "handed_in": [(attempt, int(attempt.score)) for attempt in sat if attempt.score is not None],
        "next_line": outline.next,
        "programme_url": outline.url,
    }
    return render(request, page.template, context)


@require_POST
@signed_in
def quiz_start(request: HttpRequest, quiz_id: int) -> HttpResponse:
    quiz = policy.fetch(request.user, "unit.read", QuizPage.objects.live(), pk=quiz_id)
    enrolment = get_object_or_404(Enrolment.objects.open_for(_person(request)), programme__path=quiz.programme_path)
    try:
        attempt = start_attempt(enrolment=enrolment, quiz=quiz, at=timezone.now())
    except CannotSit as refusal:
        messages.error(request, str(refusal))
        return redirect(quiz.get_url(request))
    return redirect("assessments:quiz_attempt", attempt.public_id)


@never_cache
@require_safe
@signed_in
@own_attempt
def quiz_attempt(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Where one left off: the first question without an answer, or the look over it all."""
    if attempt.submitted_at is not None:
        return redirect("assessments:quiz_result", attempt.public_id)
    unanswered = attempt.questions.filter(response__isnull=True).order_by("position").values_list("position", flat=True)
    position = unanswered.first()
    if position is None:
        return redirect("assessments:quiz_review", attempt.public_id)
    return redirect("assessments:quiz_question", attempt.public_id, position)


# Answering -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question in the list of all."""

    position: int
    answered: bool
    flagged: bool
    here: bool
    url: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def quiz_question(request: HttpRequest, attempt_id: UUID, position: int) -> HttpResponse:
    question = own_question(request, attempt_id, position)
    attempt = question.attempt
    if attempt.submitted_at is not None:
        return redirect("assessments:quiz_result", attempt.public_id)
    form = AnswerForm(question, request.POST if request.method == "POST" else None)
    if form.is_valid():
        # Who presses the button means this answer, whatever another tab saved meanwhile.
        sequence = max(form.cleaned_data["sequence"], question.sequence + 1)
        try:
            _save(question, form, sequence=sequence)
        except NotAnAnswer as refusal:
            form.add_error("answer", str(refusal))
        except AlreadyHandedIn as refusal:
            messages.error(request, str(refusal))
            return redirect("assessments:quiz_result", attempt.public_id)
        else:
            return _onward(request, attempt, position)
    return render(
        request, "assessments/quiz_question.html", _around(question, form), status=422 if form.errors else 200
    )


def _around(question: AttemptQuestion, form: AnswerForm) -> dict[str, Any]:
    """What the page of one question shows, its form and the way through all of them: one query."""
    attempt, position = question.attempt, question.position
    steps = _steps(attempt, here=position)
    return {
        "attempt": attempt,
        "question": question,
        "form": form,
        "steps": steps,
        "answered": sum(step.answered for step in steps),
        "flagged": sum(step.flagged for step in steps),
        "to_go": sum(not step.answered for step in steps),
        "saved_at": "" if form.errors else _clock(question),  # what is on the page now is not what was saved
    }


@never_cache
@require_POST
@signed_in
def quiz_save(request: HttpRequest, attempt_id: UUID, position: int) -> HttpResponse:
    """What autosave calls: the question's form, answered as JSON with the time it was saved.

    `taken` is false where a newer save was there already; `sequence` is the newest one's.
    """
    question = own_question(request, attempt_id, position)
    form = AnswerForm(question, request.POST)
    if not form.is_valid():
        return _refused(str(next(error for errors in form.errors.values() for error in errors)), status=422)
    sequence = form.cleaned_data["sequence"]
    try:
        saved = _save(question, form, sequence=sequence)
    except NotAnAnswer as refusal:
        return _refused(str(refusal), status=422)
    except AlreadyHandedIn as refusal:
        return _refused(str(refusal), status=409)
    return JsonResponse({"saved_at": _clock(saved), "sequence": saved.sequence, "taken": saved.sequence == sequence})


def _save(question: AttemptQuestion, form: AnswerForm, *, sequence: int) -> AttemptQuestion:
    return save_response(
        attempt=question.attempt,
        position=question.position,
        response=form.response,
        flagged=form.cleaned_data["flagged"],
        sequence=sequence,
        at=timezone.now(),
    )


def _refused(reason: str, *, status: int) -> JsonResponse:
    return JsonResponse({"reason": reason}, status=status)


def _onward(request: HttpRequest, attempt: Attempt, position: int) -> HttpResponse:
    """The question the pressed button leads to; after the last one, the look over it all."""
    following = position - 1 if request.POST.get("go") == "previous" else position + 1
    if not attempt.questions.filter(position=following).exists():
        return redirect("assessments:quiz_review", attempt.public_id)
    return redirect("assessments:quiz_question", attempt.public_id, following)


def _steps(attempt: Attempt, *, here: int) -> list[Step]:
    rows = attempt.questions.order_by("position").values_list("position", "is_flagged", "response")
    return [
        Step(
            position=position,
            answered=response is not None,
            flagged=flagged,
            here=position == here,
            url=reverse("assessments:quiz_question", args=[attempt.public_id, position]),
        )
        for position, flagged, response in rows
    ]


def _clock(question: AttemptQuestion) -> str:
    """When it was last saved, on the reader's own clock; empty until then."""
    return time_format(timezone.localtime(question.saved_at), "H:i") if question.saved_at else ""


# Handing in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question in the look over it all."""

    question: AttemptQuestion
    answer: list[str]  # in words; empty when there is none
    url: str


@never_cache
@require_safe
@signed_in
@own_attempt
def quiz_review(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    if attempt.submitted_at is not None:
        return redirect("assessments:quiz_result", attempt.public_id)
    rows = [
        Row(
            question=question,
            answer=_in_words(question, question.response),
            url=reverse("assessments:quiz_question", args=[attempt.public_id, question.position]),
        )
        for question in attempt.questions.only(*ASKED).order_by("position")
    ]
    context = {
        "attempt": attempt,
        "rows": rows,
        "unanswered": [row for row in rows if not row.answer],
        "flagged": [row for row in rows if row.question.is_flagged],
    }
    return render(request, "assessments/quiz_review.html", context)


@require_POST
@signed_in
@own_attempt
def quiz_hand_in(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    hand_in(attempt=attempt, at=timezone.now())
    return redirect("assessments:quiz_result", attempt.public_id)


# The result ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Option:
    text: str
    chosen: bool
    right: bool


@dataclass(frozen=True, kw_only=True)
class Marked:
    """One question with what was answered, what is right and why."""

    question: AttemptQuestion
    outcome: str  # "right" | "part" | "wrong" | "none"
    share: int  # per cent of the mark, rounded down
    options: list[Option]  # of a choice
    given: str  # in words, of the other kinds; empty when there is none
    right: str


@never_cache
@require_safe
@signed_in
@own_attempt
def quiz_result(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    if attempt.submitted_at is None or attempt.score is None:
        return redirect("assessments:quiz_attempt", attempt.public_id)
    enrolment = Enrolment.objects.select_related("programme").get(pk=attempt.enrolment_id)
    outline = outline_of(programme=enrolment.programme, enrolment=enrolment, request=request)
    line = next((line for line in outline.lines if line.unit.pk == attempt.quiz_id), None)
    sat = list(Attempt.objects.filter(enrolment=enrolment, quiz=attempt.quiz_id).order_by("number"))
    quiz = QuizPage.objects.get(pk=attempt.quiz_id)
    context = {
        "attempt": attempt,
        "score": int(attempt.score),
        "marked": [_marked(question) for question in attempt.questions.order_by("position")],
        "line": line,
        "standing": standing_at(quiz, line=line, sat=sat) if line else None,
        "next_line": outline.next,
    }
    return render(request, "assessments/quiz_result.html", context)


def _marked(question: AttemptQuestion) -> Marked:
    marks = question.marks or 0
    outcome = "right" if marks == 1 else "part" if marks else "none" if question.response is None else "wrong"
    chosen, right = question.response or [], question.key.get("right", [])
    options = [
        Option(text=text, chosen=place in chosen, right=place in right) for place, text in enumerate(question.options)
    ]
    key = question.key
    answer: Response = key.get("truth", key.get("number"))
    return Marked(
        question=question,
        outcome=outcome,
        share=int(marks * 100),
        options=options,
        given="" if options else ", ".join(_in_words(question, question.response)),
        right="" if options else _right_in_words(question, answer),
    )


def _right_in_words(question: AttemptQuestion, answer: Response) -> str:
    words = ", ".join(_in_words(question, answer))
    tolerance = question.key.get("tolerance", "0")
    return words if tolerance == "0" else _("%(number)s, give or take %(tolerance)s") % {
        "number": words, "tolerance": tolerance
    }  # fmt: skip


def _in_words(question: AttemptQuestion, response: Response) -> list[str]:
    """An answer as one would say it, one line for each choice."""
    if response is None:
        return []
    match question.kind:
        case Kind.TRUE_FALSE:
            return [_("True") if response else _("False")]
        case Kind.NUMERIC:
            return [f"{response} {question.unit}".strip()]
    return [question.options[place] for place in response]  # type: ignore[union-attr]  # choices keep places


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
