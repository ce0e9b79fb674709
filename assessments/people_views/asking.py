"""Whom can a learner ask to be their mentor, and how?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import person_of, signed_in
from courses.models import Enrolment

from ..agreements import current_agreement
from ..applying import CannotApply, ask_for_outside_mentor
from ..check_ins import Due, due_of
from ..mentors import mentors_taking_mentees, regions_in_words, today_of
from ..mentorships import AGREEMENT, CannotAsk, ask_mentor, open_mentorships
from ..models import Mentor, MentorApplication, Mentorship, ShiftRole
from ..people_forms import OutsideForm, TermsForm
from ..terms_said import CannotAgree

USUAL_PERIOD = timedelta(days=365)
ANSWER_SHOWN = timedelta(days=90)  # how long a learner reads why a coordinator was not accepted


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A mentor who can be asked, and the enrolments they can be asked for."""

    mentor: Mentor
    regions: str
    enrolments: list[Enrolment]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One of the learner's mentorships or requests, with its next check-in."""

    mentorship: Mentorship
    due: Due | None


@require_safe
@signed_in
def shift_mentors(request: HttpRequest) -> HttpResponse:
    """Who takes mentees, who one works with, and what was answered about coordinators from outside."""
    learner, at = person_of(request), timezone.now()
    mentorships = open_mentorships(learner)
    enrolments = list(Enrolment.objects.open_for(learner).select_related("programme").order_by("pk"))
    due = due_of(mentorships, at=at)
    return render(
        request,
        "assessments/shift_mentors.html",
        {
            "pairs": [Pair(mentorship=pair, due=due.get(pair.pk)) for pair in mentorships],
            "choices": _choices(learner, enrolments, mentorships, at),
            "outside": _outside(learner, at),
            "enrolments": enrolments,
            "several": len(enrolments) > 1,
        },
    )


def _choices(learner: User, enrolments: list[Enrolment], mentorships: list[Mentorship], at: datetime) -> list[Choice]:
    pairs = {(mentorship.mentor_id, mentorship.enrolment_id) for mentorship in mentorships}
    choices = [
        Choice(
            mentor=mentor,
            regions=", ".join(regions_in_words(mentor.regions)),
            enrolments=[enrolment for enrolment in enrolments if (mentor.pk, enrolment.pk) not in pairs],
        )
        for mentor in mentors_taking_mentees(learner, today_of(learner, at))
    ]
    return [choice for choice in choices if choice.enrolments]


def _outside(learner: User, at: datetime) -> list[MentorApplication]:
    """What waits for the registrar, and what was declined of late, newest first: one query."""
    asked = MentorApplication.objects.filter(for_enrolment__learner=learner, mentor=None)
    shown = asked.filter(Q(answered_at=None) | Q(answered_at__gt=at - ANSWER_SHOWN))
    return list(shown.order_by("-applied_at", "-pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mentor_ask(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """Who it is, the agreement and the terms one asks on. Asking signs them."""
    learner, at = person_of(request), timezone.now()
    mentor = policy.fetch(learner, "mentor.ask", mentors_taking_mentees(learner, today_of(learner, at)), pk=mentor_id)
    enrolment = _enrolment(request)
    agreement = current_agreement(AGREEMENT)
    today = today_of(learner, at)
    usual = {"starts_on": today, "ends_on": today + USUAL_PERIOD, "counts": list(ShiftRole)}
    first = usual | {"agreement": agreement.version if agreement else None}
    form = TermsForm(request.POST or None, initial=first)
    if form.is_valid():
        try:
            if agreement is None or form.cleaned_data["agreement"] != agreement.version:
                raise CannotAgree(_("There is a newer version of the agreement. Here it is: read it, then ask."))
            ask_mentor(mentor=mentor, enrolment=enrolment, terms=form.said(), at=at)
        except (CannotAsk, CannotAgree) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. We write to you when %(mentor)s answers.") % {"mentor": mentor.name})
            return redirect("assessments:shift_mentors")
    return render(
        request,
        "assessments/mentor_terms.html",
        {
            "mentor": mentor,
            "regions": ", ".join(regions_in_words(mentor.regions)),
            "enrolment": enrolment,
            "agreement": agreement,
            "form": shown_again(form, agreement.version if agreement else None),
        },
        status=422 if form.errors else 200,
    )


def shown_again(form: TermsForm, version: int | None) -> TermsForm:
    """The refused form beside the agreement as it is now: what is signed next is what is read now."""
    if form.is_bound:
        data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        if data.get("agreement") != str(version):
            data.pop("agree", None)  # the tick was for other words
        data["agreement"] = version or ""
        form.data = data
    return form


def _enrolment(request: HttpRequest) -> Enrolment:
    """The enrolment asked for, or the only one. 404 for another's, and where it is not said which."""
    learner = person_of(request)
    said = request.POST.get("enrolment") or request.GET.get("enrolment") or ""
    own = Enrolment.objects.open().select_related("programme")
    if not said:
        keys = list(Enrolment.objects.open_for(learner).values_list("pk", flat=True))
        said = str(keys[0]) if len(keys) == 1 else "0"
    return policy.fetch(learner, "enrolment.study", own, pk=int(said) if said.isdecimal() else 0)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outside_ask(request: HttpRequest) -> HttpResponse:
    """Name a coordinator who has no account here, for the registrar to accept."""
    enrolment = _enrolment(request) if request.method == "POST" or "enrolment" in request.GET else None
    enrolments = list(Enrolment.objects.open_for(person_of(request)).select_related("programme").order_by("pk"))
    form = OutsideForm(request.POST or None)
    if enrolment and form.is_valid():
        try:
            ask_for_outside_mentor(enrolment=enrolment, at=timezone.now(), **form.cleaned_data)
        except CannotApply as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent. The registrar checks who they are, and we write to you."))
            return redirect("assessments:shift_mentors")
    chosen = enrolment or (enrolments[0] if enrolments else None)
    context = {"form": form, "enrolments": enrolments, "chosen": chosen, "several": len(enrolments) > 1}
    return render(request, "assessments/outside_ask.html", context, status=422 if form.errors else 200)
