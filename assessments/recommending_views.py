"""Where does a learner ask for their mentor's word, and where does a mentor give it or take it back?

To give it one proves who one is, as for a signature. What was typed waits in the session meanwhile, encrypted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in
from cms.accounts.sealing import CannotOpen, open_text, seal_text
from cms.accounts.sign_in import how_signed_in, proof_is_old

from .mentor_queue import mentor_of
from .models import Advice, Mentorship, Recommendation, RecommendationRequest, Shift
from .people_views.terms import whole_mentorships
from .recommending import (
    CannotAskForWord,
    CannotRecommend,
    ask_for_recommendation,
    recommend,
    why_not_asking,
    why_not_recommending,
    withdraw_recommendation,
)
from .recommending_forms import RecommendForm, TakeBackForm

FIELDS = ("advice", "words_to_registrar", "words_to_learner")


@dataclass(frozen=True, kw_only=True)
class MentorLine:
    """One mentor of a learner, and their word."""

    mentorship: Mentorship
    name: str
    word: Recommendation | None
    recommends: bool
    asked: RecommendationRequest | None  # and not answered
    why_not: str  # asking now


@require_safe
@signed_in
def recommendations(request: HttpRequest) -> HttpResponse:
    """Each of the learner's mentors: what they say, and whether to ask them."""
    at = timezone.now()
    standing = Recommendation.objects.filter(replaced_at=None, withdrawn_at=None).defer("words_to_registrar")
    mentorships = (
        whole_mentorships()
        .filter(learner=person_of(request), begun_at__isnull=False, enrolment__withdrawn_at=None)
        .prefetch_related(
            Prefetch("recommendations", standing, to_attr="words"),
            Prefetch("recommendation_requests", RecommendationRequest.objects.order_by("-asked_at"), to_attr="asked"),
        )
        .order_by("enrolment__programme__title", "begun_at", "pk")
    )
    lines = []
    for mentorship in mentorships:
        word, last = next(iter(mentorship.words), None), next(iter(mentorship.asked), None)
        lines.append(
            MentorLine(
                mentorship=mentorship,
                name=mentorship.mentor.name,
                word=word,
                recommends=word is not None and word.advice == Advice.RECOMMEND,
                asked=last if last and last.answered_at is None else None,
                why_not=why_not_asking(mentorship, standing=word, last=last, at=at),
            )
        )
    return render(request, "assessments/recommendations.html", {"lines": lines})


@require_POST
@signed_in
def recommendation_ask(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    mentorship = policy.fetch(request.user, "mentorship.ask_for_word", whole_mentorships(), pk=mentorship_id)
    try:
        ask_for_recommendation(mentorship=mentorship, at=timezone.now())
    except CannotAskForWord as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Asked. They answer when they have a quiet moment, and you read it here."))
    return redirect("assessments:recommendations")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("words_to_registrar", "words_to_learner")
@sensitive_variables("form", "posted")
@policy.allowed("mentoring.use")
def recommend_page(request: HttpRequest, mentorship_id: int) -> HttpResponse:
    """Say it, prove who one is, and it is sealed."""
    mentorship = policy.fetch(request.user, "mentorship.recommend", whole_mentorships(), pk=mentorship_id)
    if request.method != "POST":
        return _page(request, mentorship, RecommendForm())
    if "sealed" in request.POST:  # back from proving who they are
        return _confirmed(request, mentorship)
    form = RecommendForm(request.POST)
    if not form.is_valid():
        return _page(request, mentorship, form, status=422)
    if not get_adapter().get_reauthentication_methods(request.user):
        form.add_error(None, _("Set a password or a passkey in your account first: your word asks for it."))
        return _page(request, mentorship, form, status=422)
    # What is posted may wait in the session meanwhile, and a session is not the place for words in confidence.
    posted = QueryDict(mutable=True)
    posted["sealed"] = seal_text(json.dumps({name: request.POST.get(name, "") for name in FIELDS}))
    request.POST = posted  # type: ignore[assignment]
    return _confirmed(request, mentorship)


@reauthentication_required(enabled=proof_is_old)
def _confirmed(request: HttpRequest, mentorship: Mentorship) -> HttpResponse:
    """Seal it for a mentor who has proved who they are. allauth brings the posted words back here once they have."""
    try:
        form = RecommendForm(json.loads(open_text(request.POST["sealed"])))
    except CannotOpen:
        return redirect("assessments:recommend", mentorship.pk)
    if form.is_valid():
        try:
            recommend(
                mentorship=mentorship,
                by=person_of(request),
                authentication=how_signed_in(request),
                at=timezone.now(),
                **form.cleaned_data,
            )
        except CannotRecommend as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Given and sealed. The registrar reads it with the learner’s record."))
            return redirect("assessments:recommend", mentorship.pk)
    return _page(request, mentorship, form, status=422)


def _page(request: HttpRequest, mentorship: Mentorship, form: RecommendForm, *, status: int = 200) -> HttpResponse:
    mentor = mentor_of(request)
    signed = Shift.objects.signed().filter(mentorship=mentorship, signed_as=mentor)
    context = {
        "mentorship": mentorship,
        "form": form,
        "days": signed.values("worked_on").distinct().count(),
        "standing": mentorship.recommendations.filter(replaced_at=None, withdrawn_at=None).first(),
        "asked": mentorship.recommendation_requests.filter(answered_at=None).first(),
        "why_not": why_not_recommending(mentor, timezone.now()),
    }
    return render(request, "assessments/recommend.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("reason")
@sensitive_variables("form")
@policy.allowed("mentoring.use")
def recommendation_withdraw(request: HttpRequest, recommendation_id: int) -> HttpResponse:
    """Take one's word back, with a reason."""
    words = Recommendation.objects.select_related("mentorship__learner")
    recommendation = policy.fetch(request.user, "recommendation.withdraw", words, pk=recommendation_id)
    if request.method != "POST" and not recommendation.stands:
        return redirect("assessments:recommend", recommendation.mentorship_id)
    form = TakeBackForm(request.POST or None)
    if form.is_valid():
        try:
            withdraw_recommendation(
                recommendation=recommendation, by=person_of(request), at=timezone.now(), **form.cleaned_data
            )
        except CannotRecommend as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Taken back. Your learner was told that it does not stand any more."))
            return redirect("assessments:recommend", recommendation.mentorship_id)
    context = {"form": form, "recommendation": recommendation}
    return render(request, "assessments/recommendation_withdraw.html", context, status=422 if form.errors else 200)
