"""Where does a holder answer: a question about their request, a case about their certificate, a decision they do not accept?"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from .appeals import CannotAppeal, decide_appeal, lodge_appeal, why_not_appealing
from .cases import CannotDoInCase, respond, why_not_responding
from .decision_forms import AnswerForm, AppealDecisionForm, AppealForm, ResponseForm
from .models import Appeal, Case, Certificate, DecisionKind, RequestQuestion
from .questions import CannotAnswer, answer_question
from .revoking import CannotRevoke, say_wish, take_back_wish


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """What the registrar asks, and the one answer to it."""
    questions = RequestQuestion.objects.select_related("asked", "request__enrolment__programme")
    asked = policy.fetch(request.user, "question.answer", questions, pk=question_id)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            answer_question(question=asked, answer=form.cleaned_data["answer"], at=timezone.now())
        except CannotAnswer as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent. Your request is with the registrar again."))
            return redirect("certificates:list")
    return render(
        request,
        "certificates/question.html",
        {"question": asked, "form": form, "open": not (asked.answered_at or asked.request.answered_at)},
        status=422 if form.errors else 200,
    )


@never_cache
@require_safe
@signed_in
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """What is in question, what was said and decided, and what can be answered until when."""
    return _case(request, _fetch_case(request, case_id))


@require_POST
@signed_in
def case_respond(request: HttpRequest, case_id: int) -> HttpResponse:
    """Send one's own account."""
    asked = _fetch_case(request, case_id)
    form = ResponseForm(request.POST)
    if form.is_valid():
        try:
            respond(case=asked, response=form.cleaned_data["response"], at=timezone.now())
        except CannotDoInCase as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent. The registrars read it before they decide, and you will have a mail."))
            return redirect("certificates:case", asked.pk)
    return _case(request, asked, response_form=form)


@require_POST
@signed_in
def case_appeal(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask for a second look."""
    asked = _fetch_case(request, case_id)
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            lodge_appeal(case=asked, words=form.cleaned_data["words"], at=timezone.now())
        except CannotAppeal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent. Somebody who took no part looks at it, and you will have a mail."))
            return redirect("certificates:case", asked.pk)
    return _case(request, asked, appeal_form=form)


def _case(
    request: HttpRequest,
    asked: Case,
    *,
    response_form: ResponseForm | None = None,
    appeal_form: AppealForm | None = None,
) -> HttpResponse:
    at = timezone.now()
    refused = bool(response_form or appeal_form)
    if response_form is None and not why_not_responding(asked, at):
        response_form = ResponseForm()
    if appeal_form is None and not why_not_appealing(asked, at):
        appeal_form = AppealForm()
    decisions = {decision.kind: decision for decision in asked.decisions.all()}
    return render(
        request,
        "certificates/case.html",
        {
            "case": asked,
            "certificate": asked.certificate,
            "decision": decisions.get(DecisionKind(asked.outcome)) if asked.outcome else None,
            "suspended": DecisionKind.SUSPEND in decisions and not asked.decided_at,
            "appeal": getattr(asked, "appeal", None),
            "response_form": response_form,
            "appeal_form": appeal_form,
            "too_late": asked.decided_at and not appeal_form and asked.appeal_by and why_not_appealing(asked, at),
        },
        status=422 if refused else 200,
    )


def _fetch_case(request: HttpRequest, case_id: int) -> Case:
    cases = Case.objects.select_related("certificate__holder", "appeal__decision").prefetch_related("decisions")
    return policy.fetch(request.user, "case.answer", cases, pk=case_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def give_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that one no longer wants a certificate, or take that back."""
    certificate = policy.fetch(request.user, "certificate.hold", Certificate.objects.all(), public_id=public_id)
    wish = certificate.wishes.filter(ended_at=None).first()
    if request.method == "POST":
        try:
            if "keep" in request.POST:
                if wish:
                    take_back_wish(wish=wish, at=timezone.now())
                messages.success(request, _("You keep it. Nothing was changed."))
            else:
                say_wish(certificate=certificate, at=timezone.now())
                messages.success(request, _("Sent. A registrar ends it, and you will have a mail."))
        except CannotRevoke as refusal:
            messages.error(request, str(refusal))
        return redirect("certificates:list")
    return render(
        request,
        "certificates/give_up.html",
        {"certificate": certificate, "wish": wish, "over": certificate.revoked_at or certificate.superseded_at},
    )


@never_cache
@require_safe
@signed_in
def appeal_list(request: HttpRequest) -> HttpResponse:
    """What somebody is asked to look at, as one who took no part."""
    appeals = Appeal.objects.filter(contact=person_of(request)).select_related("case__certificate")
    return render(request, "certificates/appeal_list.html", {"appeals": appeals.order_by("-lodged_at", "-pk")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """All that was written in a case, and the decision of the independent contact."""
    appeals = Appeal.objects.select_related("case__certificate", "decision")
    asked = policy.fetch(request.user, "appeal.decide", appeals, pk=appeal_id)
    form = AppealDecisionForm(request.POST or None)
    if form.is_valid():
        try:
            decide_appeal(appeal=asked, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotAppeal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Decided. The holder and the registrars are written to."))
            return redirect("certificates:appeal_list")
    decisions = asked.case.decisions.select_related("by").order_by("pk")
    return render(
        request,
        "certificates/appeal.html",
        {
            "appeal": asked,
            "case": asked.case,
            "certificate": asked.case.certificate,
            "decisions": [decision for decision in decisions if decision.kind != DecisionKind.NAME_CONTACT],
            "form": form,
        },
        status=422 if form.errors else 200,
    )
