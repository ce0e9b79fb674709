"""What does a learner see and do of their shifts? The log, one shift, its form, and whom to ask."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import history, policy
from cms.accounts.models import User
from cms.accounts.policy import person_of, signed_in
from courses.models import Enrolment

from .mentors import mentors_taking_mentees, today_of
from .mentorships import CannotAsk, ask_mentor
from .models import Mentorship, Production, Shift, ShiftState
from .shift_forms import NEW, AnswerForm, ShiftForm
from .shift_words import changed_since, steps_of, words_of
from .shifts import (
    CannotHandIn,
    CannotRecord,
    change_shift,
    log_shift,
    make_production,
    messages_for,
    submit_shift,
    take_back_shift,
)
from .totals_summary import summary_of


@require_safe
@signed_in
def shift_list(request: HttpRequest) -> HttpResponse:
    learner = person_of(request)
    shifts = list(Shift.objects.filter(learner=learner).whole().order_by("-call_at", "-pk"))
    lines = [words_of(shift, zone=learner.time_zone) for shift in shifts]
    mentorships = _mentorships(learner)
    return render(
        request,
        "assessments/shift_list.html",
        {
            "lines": lines,
            "summary": summary_of(learner, shifts, at=timezone.now()),
            "returned": [line for line in lines if line.state is ShiftState.RETURNED],
            "mentorships": mentorships,
            "can_record": any(mentorship.begun_at for mentorship in mentorships),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def shift_new(request: HttpRequest) -> HttpResponse:
    return _shift_form(request, shift=None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def shift_edit(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    if shift.state not in (ShiftState.DRAFT, ShiftState.RETURNED):
        # Refused in words where the way on is: on the shift's own page.
        return redirect("assessments:shift_detail", shift.pk)
    return _shift_form(request, shift=shift)


def _shift_form(request: HttpRequest, *, shift: Shift | None) -> HttpResponse:
    learner = person_of(request)
    mentorships = [mentorship for mentorship in _mentorships(learner) if mentorship.begun_at]
    if not mentorships:
        return render(request, "assessments/shift_form.html", {"form": None})
    productions = list(Production.objects.filter(learner=learner).order_by("-made_at", "-pk"))
    form = ShiftForm(
        request.POST or None, learner=learner, mentorships=mentorships, productions=productions, shift=shift
    )
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
    context = {"form": form, "shift": shift, "only_mentor": only_mentor}
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
    shift = policy.fetch(request.user, "shift.read", Shift.objects.whole(), pk=shift_id)
    return _shift_page(request, shift, AnswerForm())


def _shift_page(request: HttpRequest, shift: Shift, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    person = person_of(request)
    line = words_of(shift, zone=person.time_zone)
    return render(
        request,
        "assessments/shift_detail.html",
        {
            "line": line,
            "shift": shift,
            "state": line.state.value,
            "mentor": shift.mentorship.mentor.name,
            "own": shift.learner_id == person.pk,
            "written": messages_for(shift, person),
            "changed": changed_since(shift) if line.state is ShiftState.BROKEN else "",
            "steps": steps_of(history.entries_about(shift)),
            "form": form,
        },
        status=status,
    )


@require_POST
@signed_in
def shift_submit(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    form = AnswerForm(request.POST)
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


@require_safe
@signed_in
def shift_mentors(request: HttpRequest) -> HttpResponse:
    learner = person_of(request)
    mentorships = _mentorships(learner)
    enrolments = list(Enrolment.objects.open_for(learner))
    pairs = {(mentorship.mentor_id, mentorship.enrolment_id) for mentorship in mentorships}
    choices = [
        (mentor, [enrolment for enrolment in enrolments if (mentor.pk, enrolment.pk) not in pairs])
        for mentor in mentors_taking_mentees(learner, today_of(learner, timezone.now()))
    ]
    return render(
        request,
        "assessments/shift_mentors.html",
        {
            "mentorships": mentorships,
            "choices": [choice for choice in choices if choice[1]],
            "enrolments": enrolments,
            "several": len(enrolments) > 1,
        },
    )


@require_POST
@signed_in
def mentor_ask(request: HttpRequest, mentor_id: int) -> HttpResponse:
    learner = person_of(request)
    able = mentors_taking_mentees(learner, today_of(learner, timezone.now()))
    mentor = policy.fetch(learner, "mentor.ask", able, pk=mentor_id)
    key = request.POST.get("enrolment", "")
    enrolment = policy.fetch(learner, "enrolment.study", Enrolment.objects.open(), pk=key if key.isdecimal() else 0)
    try:
        ask_mentor(mentor=mentor, enrolment=enrolment, at=timezone.now())
    except CannotAsk as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Asked. We write to you when %(mentor)s answers.") % {"mentor": mentor.name})
    return redirect("assessments:shift_mentors")


def _mentorships(learner: User) -> list[Mentorship]:
    """The learner's open mentorships and requests, oldest first: one query."""
    standing = Mentorship.objects.filter(learner=learner, declined_at=None, ended_at=None)
    standing = standing.filter(enrolment__withdrawn_at=None)
    return list(standing.select_related("mentor__person", "enrolment__programme").order_by("asked_at", "pk"))
