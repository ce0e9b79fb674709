"""What does a learner do with a shift that was answered? Accept hours, amend, withdraw, or take it to the registrar."""

from __future__ import annotations

import base64

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import history, policy
from cms.accounts.policy import person_of, signed_in

from .disputing import LETTER_TYPES, CannotDispute, open_dispute, why_not_disputing
from .guarded_forms import titles_of
from .learner_forms import DisputeForm, WithdrawForm
from .models import Shift, VoidReason
from .shift_page import WITHDRAWN_FROM
from .shift_words import words_of
from .shifts import CannotAmend, CannotRecord, CannotVoid, accept_hours, amend_shift, void_shift


@require_POST
@signed_in
def accept(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Take the hours the mentor proposed: those that the page showed, and no others."""
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    key = request.POST.get("proposal", "")
    try:
        accept_hours(shift=shift, seen=int(key) if key.isdecimal() else 0, at=timezone.now())
    except CannotRecord as refusal:
        messages.error(request, str(refusal))
    else:
        mentor = shift.mentorship.mentor.name
        messages.success(request, _("Accepted. %(mentor)s has it again, to sign.") % {"mentor": mentor})
    return redirect("assessments:shift_detail", shift.pk)


@require_POST
@signed_in
def amend(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Begin a new version, and go on to its form."""
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    try:
        new = amend_shift(shift=shift, at=timezone.now())
    except CannotAmend as refusal:
        messages.error(request, str(refusal))
        return redirect("assessments:shift_detail", shift.pk)
    return redirect("assessments:shift_edit", new.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Say that an unsigned shift is not to count, after reading what that means."""
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    line = words_of(shift, zone=person_of(request).time_zone)
    if request.method != "POST" and line.state not in WITHDRAWN_FROM:
        return redirect("assessments:shift_detail", shift.pk)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        reason = VoidReason(form.cleaned_data["reason"])
        try:
            void_shift(shift=shift, by=person_of(request), reason=reason, at=timezone.now())
        except CannotVoid as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. It stays readable, and does not count."))
        return redirect("assessments:shift_detail", shift.pk)
    context = {"form": form, "shift": shift, "line": line}
    return render(request, "assessments/shift_withdraw.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("account")
@sensitive_variables("form", "said")
@signed_in
def dispute(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Tell the registrar one's own side, with other evidence where there is any."""
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    if request.method == "POST":
        form = DisputeForm(request.POST, request.FILES)
        form.titles = titles_of(person_of(request))
    elif why_not := why_not_disputing(shift, timezone.now()):
        messages.error(request, why_not)
        return redirect("assessments:shift_detail", shift.pk)
    else:
        form = DisputeForm()
    if form.is_valid():
        said = form.cleaned_data
        try:
            open_dispute(
                shift=shift,
                account=said["account"],
                call_sheet=said["call_sheet"],
                letter=said["letter"],
                at=timezone.now(),
            )
        except CannotDispute as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The registrar has it, and asks your mentor for their account."))
            return redirect("assessments:shift_detail", shift.pk)
    line = words_of(shift, zone=person_of(request).time_zone)
    context = {"form": form, "shift": shift, "line": line, "mentor": shift.mentorship.mentor.name}
    return render(request, "assessments/shift_dispute.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@signed_in
def letter(request: HttpRequest, shift_id: int) -> HttpResponse:
    """The letter of a dispute, as a file to save. A registrar's reading is written down."""
    shift = policy.fetch(
        request.user, "dispute.letter", Shift.objects.select_related("mentorship__mentor"), pk=shift_id
    )
    kept = shift.disputes.exclude(letter_digest="").order_by("-pk").first()
    if kept is None or kept.letter_type not in LETTER_TYPES.values():
        raise Http404
    person = person_of(request)
    if person.pk != shift.learner_id:
        history.audit(verb="letter.read", subject=history.name_of(kept), actor=person)
    response = HttpResponse(base64.b64decode(kept.letter), content_type=kept.letter_type)
    ending = kept.letter_type.rsplit("/", 1)[-1]
    response["Content-Disposition"] = f'attachment; filename="letter.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
