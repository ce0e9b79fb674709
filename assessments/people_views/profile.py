"""What does a mentor say of themselves? Where they work, how many they take, what stands between, when they stop."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cms.accounts.policy import allowed, person_of

from ..mentor_profile import CannotChange, CannotStop, announce_stop, change_profile, first_stop, take_back_stop
from ..mentors import today_of, why_not_signing
from ..mentorships import load_of
from ..models import Mentor
from ..people_forms import MentorProfileForm, StopForm

SAID = ("regions", "capacity", "conflicts", "shows_name", "takes_mentees")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("mentoring.use")
def mentor_profile(request: HttpRequest) -> HttpResponse:
    mentor = _mentor_of(request)
    form = MentorProfileForm(request.POST or None, initial={name: getattr(mentor, name) for name in SAID})
    if form.is_valid():
        try:
            change_profile(mentor=mentor, at=timezone.now(), **form.cleaned_data)
        except CannotChange as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Learners see it from now on."))
            return redirect("assessments:mentor_profile")
    today = today_of(mentor, timezone.now())
    context = {
        "form": form,
        "mentor": mentor,
        "load": load_of(mentor),
        "why_not": why_not_signing(mentor, today),
        "has_stopped": _has_stopped(mentor, today),
    }
    return render(request, "assessments/mentor_profile.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("mentoring.use")
def mentor_stop(request: HttpRequest) -> HttpResponse:
    """Announce the last day of signing, after reading what it means for the mentees."""
    mentor, at = _mentor_of(request), timezone.now()
    today = today_of(mentor, at)
    first = first_stop(today)
    form = StopForm(request.POST or None, initial={"last_day": mentor.stops_on or first})
    if form.is_valid():
        try:
            announce_stop(mentor=mentor, last_day=form.cleaned_data["last_day"], at=at)
        except CannotStop as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, _("Announced. Each of your mentees is written to."))
            return redirect("assessments:mentor_profile")
    context = {"form": form, "first": first, "load": load_of(mentor), "mentor": mentor}
    return render(request, "assessments/mentor_stop.html", context, status=422 if form.errors else 200)


@require_POST
@allowed("mentoring.use")
def mentor_stop_take_back(request: HttpRequest) -> HttpResponse:
    try:
        take_back_stop(mentor=_mentor_of(request), by=person_of(request), at=timezone.now())
    except CannotStop as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You go on signing. Each of your mentees is written to."))
    return redirect("assessments:mentor_profile")


def _has_stopped(mentor: Mentor, today: date) -> bool:
    return mentor.stops_on is not None and mentor.stops_on < today


def _mentor_of(request: HttpRequest) -> Mentor:
    return Mentor.objects.select_related("person").get(person=person_of(request))
