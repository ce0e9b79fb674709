"""On what terms do two people work together, when do they talk, and how does it end?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import person_of, signed_in

from ..agreements import current_agreement
from ..check_ins import CannotCheckIn, due_of, held_check_ins, record_check_in
from ..mentors import today_of
from ..mentorships import (
    AGREEMENT,
    CannotAnswer,
    decline_mentorship,
    end_mentorship,
    newest_terms,
    propose_terms,
    sign_terms,
)
from ..models import Mentorship, MentorshipTerms, Shift, ShiftRole
from ..notice import give_notice, notice_days, take_back_notice
from ..people_forms import CheckInForm, SignTermsForm, TermsForm
from ..terms_said import CannotAgree
from .asking import USUAL_PERIOD, shown_again


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of the terms, for a reader."""

    terms: MentorshipTerms
    counts: str
    holds: bool
    is_newest: bool
    may_sign: bool
    with_text: bool  # whether its agreement is shown here: each text once, where it comes first


@require_safe
@signed_in
def terms(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    """Every version of the terms with its signatures, the check-ins, and what can be done."""
    return _terms_page(request, _fetch(request, mentorship_id), SignTermsForm())


def _terms_page(
    request: HttpRequest, mentorship: Mentorship, form: SignTermsForm, *, status: int = 200
) -> HttpResponse:
    person, at = person_of(request), timezone.now()
    is_learner = person.pk == mentorship.learner_id
    open_now = not (mentorship.declined_at or mentorship.ended_at)
    versions = _versions(mentorship, is_learner=is_learner, open_now=open_now)
    return render(
        request,
        "assessments/terms.html",
        {
            "mentorship": mentorship,
            "other": _other(mentorship, person),
            "mentor_name": mentorship.mentor.name,
            "learner_name": mentorship.learner.display_name,
            "versions": versions,
            "to_sign": next((version for version in versions if version.may_sign), None),
            "form": form,
            "is_learner": is_learner,
            "open_now": open_now,
            "may_propose": open_now and not mentorship.mentor.is_outside,
            "may_decline": open_now and not is_learner and mentorship.begun_at is None,
            "due": due_of([mentorship], at=at).get(mentorship.pk),
            "check_ins": held_check_ins(mentorship),
            "gave_notice": mentorship.notice_said_by_id == person.pk,
            "home": _home(mentorship, person),
        },
        status=status,
    )


def _versions(mentorship: Mentorship, *, is_learner: bool, open_now: bool) -> list[Version]:
    """Newest first: one query."""
    rows = list(mentorship.terms.order_by("-version").select_related("agreement", "proposed_by"))
    holding = next((row.pk for row in rows if row.signed_by_both), None)
    texts: set[int] = set()
    versions = []
    for place, row in enumerate(rows):
        signed = row.learner_signed_at if is_learner else row.mentor_signed_at
        versions.append(
            Version(
                terms=row,
                counts="; ".join(str(ShiftRole(role).label) for role in row.counts),
                holds=row.pk == holding,
                is_newest=place == 0,
                may_sign=place == 0 and open_now and signed is None,
                with_text=row.agreement_id not in texts,
            )
        )
        texts.add(row.agreement_id)
    return versions


@require_POST
@signed_in
def terms_sign(request: HttpRequest, mentorship_id: int, version: int) -> HttpResponse:
    """Sign the version that was on the page."""
    mentorship = _fetch(request, mentorship_id)
    said = mentorship.terms.filter(version=version).select_related("mentorship").first()
    if said is None:
        raise Http404
    form = SignTermsForm(request.POST)
    if form.is_valid():
        try:
            sign_terms(terms=said, by=person_of(request), at=timezone.now())
        except (CannotAgree, CannotAnswer) as refusal:
            form.add_error(None, str(refusal))
        else:
            begun = mentorship.begun_at is None
            messages.success(request, _("Signed. You work together now.") if begun else _("Signed. These terms hold."))
            return redirect("assessments:terms", mentorship.pk)
    return _terms_page(request, mentorship, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def terms_new(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    """Propose other terms, which signs them for the one who does."""
    mentorship = _fetch(request, mentorship_id)
    person, agreement = person_of(request), current_agreement(AGREEMENT)
    newest = newest_terms(mentorship)
    form = TermsForm(
        request.POST or None, initial=_as_they_are(newest, person) | {"agreement": agreement and agreement.version}
    )
    if form.is_valid():
        try:
            if agreement is None or form.cleaned_data["agreement"] != agreement.version:
                raise CannotAgree(_("There is a newer version of the agreement. Here it is: read it, then propose."))
            propose_terms(mentorship=mentorship, terms=form.said(), by=person, at=timezone.now())
        except CannotAgree as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("Proposed, and signed by you. They hold once %(name)s has signed too.")
            messages.success(request, words % {"name": _other(mentorship, person)})
            return redirect("assessments:terms", mentorship.pk)
    context = {
        "mentorship": mentorship,
        "other": _other(mentorship, person),
        "agreement": agreement,
        "form": shown_again(form, agreement.version if agreement else None),
    }
    return render(request, "assessments/terms_new.html", context, status=422 if form.errors else 200)


def _as_they_are(newest: MentorshipTerms | None, person: User) -> dict[str, Any]:
    if newest is None:
        today = today_of(person, timezone.now())
        return {"starts_on": today, "ends_on": today + USUAL_PERIOD, "counts": list(ShiftRole)}
    names = ("scope", "starts_on", "ends_on", "check_in_days", "pay", "counts", "cover", "notice_days")
    return {name: getattr(newest, name) for name in names}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def check_in_new(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    mentorship = _fetch(request, mentorship_id)
    person, at = person_of(request), timezone.now()
    form = CheckInForm(request.POST or None, initial={"held_on": today_of(person, at)})
    if form.is_valid():
        try:
            record_check_in(mentorship=mentorship, by=person, at=at, **form.cleaned_data)
        except CannotCheckIn as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Kept. You both find it here."))
            return redirect("assessments:terms", mentorship.pk)
    context = {"mentorship": mentorship, "other": _other(mentorship, person), "form": form}
    return render(request, "assessments/check_in.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def mentorship_decline(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    mentorship = policy.fetch(request.user, "mentorship.answer", whole_mentorships(), pk=mentorship_id)
    said = _("Declined, with our kind regards. They were told.")
    return _change(request, mentorship, decline_mentorship, said, to="assessments:queue")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mentorship_end(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    """With notice or at once, after reading what each means. A POST here ends it at once."""
    mentorship = policy.fetch(request.user, "mentorship.end", whole_mentorships(), pk=mentorship_id)
    person = person_of(request)
    home = _home(mentorship, person)
    if request.method == "POST":
        return _change(request, mentorship, end_mentorship, _("Ended. What was signed stays signed."), to=home)
    return render(
        request,
        "assessments/mentor_end.html",
        {
            "mentorship": mentorship,
            "other": _other(mentorship, person),
            "waiting": Shift.objects.waiting().filter(mentorship=mentorship).count(),
            "notice_days": 0 if mentorship.ends_on else notice_days(mentorship),
            "back": home,
        },
    )


@require_POST
@signed_in
def notice_give(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    mentorship = policy.fetch(request.user, "mentorship.end", whole_mentorships(), pk=mentorship_id)
    return _change(request, mentorship, give_notice, _("Said. They were told, and the day is on this page."))


@require_POST
@signed_in
def notice_take_back(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    mentorship = policy.fetch(request.user, "mentorship.end", whole_mentorships(), pk=mentorship_id)
    return _change(request, mentorship, take_back_notice, _("You go on together. They were told."))


def _change(
    request: HttpRequest, mentorship: Mentorship, change: Callable[..., Mentorship], said: str, *, to: str = ""
) -> HttpResponse:
    try:
        change(mentorship=mentorship, by=person_of(request), at=timezone.now())
    except CannotAnswer as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(to) if to else redirect("assessments:terms", mentorship.pk)


def whole_mentorships() -> QuerySet[Mentorship]:
    return Mentorship.objects.select_related("mentor__person", "learner", "enrolment__programme")


def _fetch(request: HttpRequest, mentorship_id: int) -> Mentorship:
    return policy.fetch(request.user, "mentorship.read", whole_mentorships(), pk=mentorship_id)


def _home(mentorship: Mentorship, person: User) -> str:
    return "assessments:shift_mentors" if person.pk == mentorship.learner_id else "assessments:queue"


def _other(mentorship: Mentorship, person: User) -> str:
    return mentorship.mentor.name if person.pk == mentorship.learner_id else mentorship.learner.display_name
