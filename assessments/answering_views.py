"""How does a mentor answer a card without signing it, on a page? Each answer brings the next card."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.accounts import policy
from cms.accounts.policy import person_of

from .answering import CannotReturn, decline_shift, propose_hours, return_shift
from .disputing import CannotDispute, answer_dispute
from .mentor_queue import mentor_of
from .models import DeclineReason, Shift, ShiftDispute
from .shift_words import words_of
from .sign_forms import AccountForm, DeclineForm, ProposeForm, QuestionForm


@require_http_methods(["GET", "HEAD", "POST"])
@policy.allowed("mentoring.use")
def shift_ask(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = _fetch(request, shift_id)
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        try:
            return_shift(
                shift=shift, mentor=mentor_of(request), question=form.cleaned_data["question"], at=timezone.now()
            )
        except CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. It comes back to you with the answer."))
            return redirect("assessments:queue")
    return _page(request, "assessments/mentor_ask.html", shift, form)


@require_http_methods(["GET", "HEAD", "POST"])
@policy.allowed("mentoring.use")
def shift_propose(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Other hours of that day, by the clock where it was."""
    shift = _fetch(request, shift_id)
    form = ProposeForm(request.POST or None, shift=shift)
    if form.is_valid():
        try:
            propose_hours(
                shift=shift,
                mentor=mentor_of(request),
                call_at=form.span.call_at,
                wrap_at=form.span.wrap_at,
                break_minutes=form.cleaned_data["break_minutes"],
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. It comes back to you when they have answered."))
            return redirect("assessments:queue")
    return _page(request, "assessments/mentor_propose.html", shift, form, place=shift.time_zone.replace("_", " "))


@require_http_methods(["GET", "HEAD", "POST"])
@policy.allowed("mentoring.use")
def shift_decline(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = _fetch(request, shift_id)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        try:
            decline_shift(
                shift=shift,
                mentor=mentor_of(request),
                reason=DeclineReason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                at=timezone.now(),
            )
        except CannotReturn as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Declined. They are told, and may take it to the registrar."))
            return redirect("assessments:queue")
    return _page(request, "assessments/mentor_decline.html", shift, form)


@require_http_methods(["GET", "HEAD", "POST"])
@policy.allowed("mentoring.use")
def dispute_answer(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """The mentor's own account. The learner's is not shown here: two accounts say more when neither leans on the other."""
    disputes = ShiftDispute.objects.select_related(
        "shift__mentorship__mentor__person", "shift__production", "shift__learner"
    )
    dispute = policy.fetch(request.user, "dispute.answer", disputes, pk=dispute_id)
    form = AccountForm(request.POST or None)
    if form.is_valid():
        try:
            answer_dispute(dispute=dispute, account=form.cleaned_data["account"], at=timezone.now())
        except CannotDispute as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. The registrar has your account, and writes to you both."))
            return redirect("assessments:queue")
    return _page(request, "assessments/dispute_answer.html", dispute.shift, form, dispute=dispute)


def _fetch(request: HttpRequest, shift_id: int) -> Shift:
    return policy.fetch(request.user, "shift.sign", Shift.objects.whole(), pk=shift_id)


def _page(request: HttpRequest, template: str, shift: Shift, form: Form, **more: Any) -> HttpResponse:
    line = words_of(shift, zone=person_of(request).time_zone)
    return render(request, template, {"form": form, "line": line, **more}, status=422 if form.errors else 200)
