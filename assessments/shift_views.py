"""What does a learner see and do of their shifts? The log, one shift, and its form."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import person_of, signed_in

from .auditing import audits_for
from .guarded_forms import titles_of
from .learner_forms import AnswerForm
from .mentorships import open_mentorships
from .models import Production, Shift
from .shift_defaults import NEW
from .shift_forms import ShiftForm
from .shift_log import decided_among, last_day, log_of
from .shift_page import CHANGED_IN, page_of
from .shifts import (
    CannotHandIn,
    CannotRecord,
    change_shift,
    log_shift,
    make_production,
    submit_shift,
    take_back_shift,
)
from .titles import readings_for
from .totals_summary import summary_of


@require_safe
@signed_in
def shift_list(request: HttpRequest) -> HttpResponse:
    learner = person_of(request)
    # What is sealed is opened on the shift's own page only: opening it for each of hundreds would take the time here.
    kept = Shift.objects.filter(learner=learner).whole().defer("learning_note", "assertion", "production__title")
    shifts = list(kept.order_by("-call_at", "-pk"))
    log = log_of(shifts, decided=decided_among(learner), zone=learner.time_zone)
    mentorships = open_mentorships(learner)
    can_record = any(mentorship.begun_at for mentorship in mentorships)
    return render(
        request,
        "assessments/shift_list.html",
        {
            "log": log,
            "summary": summary_of(learner, shifts, at=timezone.now()),
            "mentorships": mentorships,
            "audits": audits_for(learner),
            "readings": readings_for(learner),
            "can_record": can_record,
            "last": last_day(shifts) if can_record else None,
            "yesterday": timezone.localdate() - timedelta(days=1),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("learning_note", "new_title")
@signed_in
def shift_new(request: HttpRequest) -> HttpResponse:
    """An empty form, or with `?like=` one that says what an earlier shift of the learner's own says."""
    like = None
    if (key := request.GET.get("like", "")) != "":
        own = Shift.objects.whole()
        like = policy.fetch(request.user, "shift.write", own, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
    return _shift_form(request, shift=None, like=like)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("learning_note", "new_title")
@signed_in
def shift_edit(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    if shift.state not in CHANGED_IN:
        # Refused in words where the way on is: on the shift's own page.
        return redirect("assessments:shift_detail", shift.pk)
    return _shift_form(request, shift=shift)


def _shift_form(request: HttpRequest, *, shift: Shift | None, like: Shift | None = None) -> HttpResponse:
    learner = person_of(request)
    mentorships = [mentorship for mentorship in open_mentorships(learner) if mentorship.begun_at]
    if not mentorships:
        return render(request, "assessments/shift_form.html", {"form": None})
    productions = list(Production.objects.filter(learner=learner).order_by("-made_at", "-pk"))
    last = (
        None
        if shift
        else last_day(Shift.objects.filter(learner=learner, voided_at=None).order_by("-call_at", "-pk")[:1])
    )
    form = ShiftForm(
        request.POST or None, learner=learner, mentorships=mentorships, productions=productions,
        shift=shift, like=like, last=last,
    )  # fmt: skip
    hand = request.POST.get("do") == "hand"
    if form.is_valid():
        try:
            kept = _keep(form, learner=learner, shift=shift, hand=hand)
        except CannotRecord as refusal:
            form.refuse(refusal)
        else:
            if hand:
                messages.success(
                    request,
                    _("Handed to %(mentor)s. We write to you when there is news.")
                    % {"mentor": kept.mentorship.mentor.name},
                )
            else:
                messages.success(request, _("Kept. Nobody else sees it until you hand it in."))
            return redirect("assessments:shift_detail", kept.pk)
    only_mentor = mentorships[0].mentor.name if len(mentorships) == 1 else None
    context = {
        "form": form,
        "shift": shift,
        "only_mentor": only_mentor,
        "like": like,
        "last": None if like else last,
        "yesterday": timezone.localdate() - timedelta(days=1),
    }
    return render(request, "assessments/shift_form.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _keep(form: ShiftForm, *, learner: User, shift: Shift | None, hand: bool) -> Shift:
    """Keep what the form says, all of it or nothing: a new production, the shift, and handing it in."""
    said, at = form.cleaned_data, timezone.now()
    if said["production"] == NEW:
        production = make_production(learner=learner, code=said["new_code"], title=said["new_title"], at=at)
    else:
        production = form.productions[said["production"]]
    mentorship = form.mentorships[said["mentorship"]]
    if shift is None:
        shift = log_shift(learner=learner, mentorship=mentorship, production=production, at=at, **form.fields_said())
    else:
        shift = change_shift(shift=shift, mentorship=mentorship, production=production, at=at, **form.fields_said())
    return submit_shift(shift=shift, at=at) if hand else shift


@require_safe
@signed_in
def shift_detail(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.read", _read_whole(), pk=shift_id)
    return _shift_page(request, shift, AnswerForm())


def _read_whole() -> QuerySet[Shift]:
    return Shift.objects.whole().select_related("voided_by")


def _shift_page(request: HttpRequest, shift: Shift, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    page = page_of(shift, person_of(request), at=timezone.now())
    return render(request, "assessments/shift_detail.html", {"page": page, "shift": shift, "form": form}, status=status)


@require_POST
@sensitive_post_parameters("answer")
@signed_in
def shift_submit(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.write", _read_whole(), pk=shift_id)
    form = AnswerForm(request.POST)
    form.titles = titles_of(person_of(request))
    if not form.is_valid():
        return _shift_page(request, shift, form, status=422)
    try:
        shift = submit_shift(shift=shift, answer=form.cleaned_data["answer"], at=timezone.now())
    except CannotHandIn as refusal:
        form.add_error(None, str(refusal))
        return _shift_page(request, shift, form, status=422)
    messages.success(request, _("Handed to %(mentor)s.") % {"mentor": shift.mentorship.mentor.name})
    return redirect("assessments:shift_detail", shift.pk)


@require_POST
@signed_in
def shift_take_back(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    try:
        take_back_shift(shift=shift, at=timezone.now())
    except CannotRecord as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is a draft again, and your mentor no longer sees it."))
    return redirect("assessments:shift_detail", shift.pk)
