"""What does the registrar still want to know before they answer a request? Nothing else writes RequestQuestion.

The request's row is the lock, as it is for the answer itself.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .deciding import CannotDecide, lock_request
from .decisions import CHAIN, ReasonMissing, checked_reason, told, write_decision
from .models import CertificationRequest, DecisionKind, RequestQuestion
from .models.questions import LONGEST_ANSWER


class CannotAnswer(Exception):
    """The question cannot be answered like this; the message says why."""


@transaction.atomic
def ask_learner(*, request: CertificationRequest, question: str, by: User, at: datetime) -> RequestQuestion:
    """Ask the learner something about their request, which is with them until they answer.

    Repeating the same gives the question there is. Raises CannotDecide for a request that is answered, one's own, one
    that waits for an answer already, or without words.
    """
    request = lock_request(request)
    if request.enrolment.learner_id == by.pk:
        raise CannotDecide(_("This is your own request. Another registrar decides it."))
    if request.answered_at:
        raise CannotDecide(_("This request is answered. The learner can ask again."))
    try:
        question = checked_reason(question)
    except ReasonMissing:
        raise CannotDecide(_("Write the question, in up to 4,000 characters. The learner reads it.")) from None
    if known := request.questions.filter(answered_at=None).select_related("asked").first():
        if known.words == question:
            return known
        raise CannotDecide(_("The learner was asked already, and has not answered yet."))
    decision = write_decision(kind=DecisionKind.ASK, request=request, reason=question, by=by, at=at)
    asked = RequestQuestion.objects.create(request=request, asked=decision)
    _note(request, "certification.question", by, at, question=asked.pk, **told(decision))
    from .decision_tasks import tell_of_question

    transaction.on_commit(partial(tell_of_question.enqueue, asked.pk))
    return asked


@transaction.atomic
def answer_question(*, question: RequestQuestion, answer: str, at: datetime) -> RequestQuestion:
    """The learner's answer, once; then the request is with the registrar again. Repeating the same changes nothing.

    Raises CannotAnswer without words, with another answer than the one given, or once the request is answered.
    """
    request = lock_request(question.request)
    question = RequestQuestion.objects.select_related("asked").get(pk=question.pk)
    answer = answer.strip()
    if question.answered_at:
        if question.answer == answer:
            return question
        raise CannotAnswer(_("You have answered this already."))
    if request.answered_at:
        raise CannotAnswer(_("Your request has been answered in the meantime."))
    if not answer or len(answer) > LONGEST_ANSWER:
        raise CannotAnswer(_("Write your answer, in up to 4,000 characters."))
    question.answer, question.answered_at = answer, at
    question.save(update_fields=["answer", "answered_at"])
    _note(request, "certification.question_answered", request.enrolment.learner, at, question=question.pk)
    from .decision_tasks import tell_of_answer

    transaction.on_commit(partial(tell_of_answer.enqueue, question.pk))
    return question


def with_the_learner() -> Exists:
    """Whether a request, of a query about requests, waits for its learner."""
    return Exists(RequestQuestion.objects.filter(request=OuterRef("pk"), answered_at=None))


def requests_with_the_registrar() -> QuerySet[CertificationRequest]:
    """Requests that wait for a registrar, and not for the learner."""
    return CertificationRequest.objects.filter(~with_the_learner(), answered_at=None)


def requests_with_the_learner() -> QuerySet[CertificationRequest]:
    return CertificationRequest.objects.filter(with_the_learner(), answered_at=None)


def _note(request: CertificationRequest, verb: str, by: User, at: datetime, **facts: Any) -> None:
    history.record(
        chain=CHAIN,
        verb=verb,
        subject=history.name_of(request),
        actor=by,
        at=at,
        facts={"enrolment": request.enrolment_id, **facts},
    )
