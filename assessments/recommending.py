"""Does a mentor say that their learner is ready? Asked for by the learner, given under a seal, withdrawn with a reason.

Nothing else writes Recommendation and RecommendationRequest. The enrolment's row is the lock, as it is for issuing: a
word that is withdrawn is not certified on, and a word that was certified on is not withdrawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, QuerySet, TextField
from django.db.models.expressions import ExpressionWrapper
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from . import tasks
from .mentors import today_of
from .mentorships import locked
from .models import Advice, Mentor, Mentorship, Recommendation, RecommendationRequest
from .resting import a_certificate_rests_on
from .sealing import Sealed, moment, standing_of

FORMAT = 1
# Says what is digested, so that no digest made for another purpose can ever pass for such a seal.
DOMAIN = "closed-set:recommendation-seal"
LONGEST_TO_REGISTRAR, LONGEST_TO_LEARNER = 4_000, 2_000  # characters
QUIET = timedelta(days=14)  # between asking and asking again


class CannotAskForWord(Exception):
    """The learner cannot ask this mentor for a recommendation now."""


class CannotRecommend(Exception):
    """This person cannot say this, or take it back, now. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def ask_for_recommendation(*, mentorship: Mentorship, at: datetime) -> RecommendationRequest:
    """Ask the mentor, on behalf of the learner. Repeating gives the open request, and writes to nobody again.

    Raises CannotAskForWord.
    """
    mentorship = locked(mentorship)
    if known := mentorship.recommendation_requests.filter(answered_at=None).first():
        return known
    standing = mentorship.recommendations.filter(replaced_at=None, withdrawn_at=None).first()
    last = mentorship.recommendation_requests.order_by("-asked_at").first()
    if reason := why_not_asking(mentorship, standing=standing, last=last, at=at):
        raise CannotAskForWord(reason)
    asked = RecommendationRequest.objects.create(mentorship=mentorship, asked_at=at)
    _record(mentorship, "recommendation.asked", asked, by=mentorship.learner, at=at)
    transaction.on_commit(partial(tasks.ask_mentor_for_recommendation.enqueue, asked.pk))
    return asked


def why_not_asking(
    mentorship: Mentorship, *, standing: Recommendation | None, last: RecommendationRequest | None, at: datetime
) -> str:
    """Why the learner does not ask this mentor now, as a sentence to them; nothing when they may. No query.

    `standing` is what the mentor says now, `last` when they were asked last.
    """
    if mentorship.begun_at is None:
        return _("You have not begun to work together.")
    if mentorship.mentor.is_outside:
        return _("This coordinator has no account here. Their signatures under your days speak for themselves.")
    if standing and standing.advice == Advice.RECOMMEND:
        return _("They recommend you already.")
    if last and at < last.asked_at + QUIET:
        return _("You asked on %(day)s. You can ask again from %(next)s.") % {
            "day": date_format(last.asked_at, "j F"),
            "next": date_format(last.asked_at + QUIET, "j F"),
        }
    return ""


@transaction.atomic
def recommend(
    *,
    mentorship: Mentorship,
    advice: Advice,
    words_to_registrar: str,
    words_to_learner: str = "",
    by: User,
    authentication: str,
    at: datetime,
) -> Recommendation:
    """Give the mentor's word, sealed with their standing on that day; it replaces what they said before.

    `authentication` says how they proved who they are. Saying the same again gives the word that stands. Raises
    CannotRecommend, also once a certificate rests on what they said.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=mentorship.enrolment_id)
    mentorship = locked(mentorship)
    Mentor.objects.select_for_update(no_key=True).get(pk=mentorship.mentor_id)
    mentor = mentorship.mentor
    if mentor.person_id != by.pk or mentorship.learner_id == by.pk:
        raise CannotRecommend(_("Only their mentor gives a word about a learner."))
    if mentorship.begun_at is None:
        raise CannotRecommend(_("You have not begun to work together."))
    if reason := why_not_recommending(mentor, at):
        raise CannotRecommend(reason)
    private, shown = words_to_registrar.strip(), words_to_learner.strip()
    if not private or len(private) > LONGEST_TO_REGISTRAR:
        raise CannotRecommend(
            _("Say why, in under 4,000 characters. The registrar reads it."), field="words_to_registrar"
        )
    if len(shown) > LONGEST_TO_LEARNER:
        raise CannotRecommend(_("Keep it under 2,000 characters."), field="words_to_learner")
    standing = mentorship.recommendations.filter(replaced_at=None, withdrawn_at=None).first()
    if standing:
        said = (standing.advice, standing.words_to_registrar, standing.words_to_learner)
        if said == (advice, private, shown):
            return standing
        _refuse_once_certified(standing)
        standing.replaced_at = at
        standing.save(update_fields=["replaced_at"])
        _record(mentorship, "recommendation.replaced", standing, by=by, at=at)
    given = Recommendation(
        mentorship=mentorship,
        learner=mentorship.learner,
        given_by=by,
        given_at=at,
        advice=advice,
        words_to_registrar=private,
        words_to_learner=shown,
    )
    given.sealed = {**material_facts(given), "signer": standing_of(mentor), "authentication": authentication}
    given.seal = seal_of(given.sealed)
    given.save(force_insert=True)
    mentorship.recommendation_requests.filter(answered_at=None).update(answered_at=at)
    _record(mentorship, "recommendation.given", given, by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_recommendation.enqueue, given.pk))
    return given


def why_not_recommending(mentor: Mentor, at: datetime) -> str:
    """Why this mentor may give no word now, as a sentence to them; nothing when they may. No query.

    One who stopped signing still may: what they saw, they saw.
    """
    if mentor.suspended_at is not None:
        return _("Your signing is suspended. Write to the registrar; what you signed before stays signed.")
    if mentor.credential_expires_on < today_of(mentor, at):
        return _("Your credential ran out on %(day)s. Send the registrar the new one first.") % {
            "day": date_format(mentor.credential_expires_on, "j F Y")
        }
    return ""


@transaction.atomic
def withdraw_recommendation(*, recommendation: Recommendation, reason: str, by: User, at: datetime) -> Recommendation:
    """Take one's word back, with a reason for the registrar. Repeating changes nothing.

    Raises CannotRecommend once a certificate has been issued on it.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=recommendation.mentorship.enrolment_id)
    recommendation = Recommendation.objects.select_for_update(no_key=True).get(pk=recommendation.pk)
    reason = reason.strip()
    if recommendation.given_by_id != by.pk:
        raise CannotRecommend(_("Only who gave a word takes it back."))
    if recommendation.withdrawn_at:
        return recommendation
    if recommendation.replaced_at:
        raise CannotRecommend(_("You have said something else since, which stands in its place."))
    if not reason or len(reason) > LONGEST_TO_LEARNER:
        raise CannotRecommend(_("Say why, in under 2,000 characters. The registrar reads it."), field="reason")
    _refuse_once_certified(recommendation)
    recommendation.withdrawn_at, recommendation.withdrawn_because = at, reason
    recommendation.save(update_fields=["withdrawn_at", "withdrawn_because"])
    _record(recommendation.mentorship, "recommendation.withdrawn", recommendation, by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_recommendation.enqueue, recommendation.pk))
    return recommendation


def open_requests(mentor: Mentor) -> list[RecommendationRequest]:
    """Who asks this mentor for a word, oldest first: one query."""
    asked = RecommendationRequest.objects.filter(mentorship__mentor=mentor, answered_at=None)
    return list(asked.select_related("mentorship__learner").order_by("asked_at", "pk"))


def standing_recommendations(enrolment: Enrolment) -> QuerySet[Recommendation]:
    """What mentors say of this learner now, oldest first."""
    return standing_recommendations_of([enrolment])


def standing_recommendations_of(enrolments: Iterable[Enrolment]) -> QuerySet[Recommendation]:
    """The same of many learners; one query."""
    keys = [enrolment.pk for enrolment in enrolments]
    standing = Recommendation.objects.filter(mentorship__enrolment__in=keys, replaced_at=None, withdrawn_at=None)
    return standing.select_related("mentorship__mentor__person").order_by("given_at", "pk")


# The seal --------------------------------------------------------------------------------------------------


def material_facts(recommendation: Recommendation) -> Sealed:
    """What the seal covers of the row. Needs its mentorship loaded. The words are covered by history, as they are kept."""
    return {
        "format": FORMAT,
        "mentorship": recommendation.mentorship_id,
        "enrolment": recommendation.mentorship.enrolment_id,
        "learner": recommendation.learner_id,
        "advice": recommendation.advice,
        "given_at": moment(recommendation.given_at),
    }


def seal_of(sealed: Sealed) -> str:
    """SHA-256 over what was sealed, in hexadecimal."""
    text = json.dumps([DOMAIN, FORMAT, sealed], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal_holds(recommendation: Recommendation) -> bool:
    """Whether the row still says what its mentor sealed. Needs its mentorship loaded. No query."""
    sealed = recommendation.sealed
    if not isinstance(sealed, dict) or not isinstance(sealed.get("signer"), dict):
        return False
    signer = sealed["signer"]
    if (signer.get("person"), signer.get("mentor")) != (
        recommendation.given_by_id,
        recommendation.mentorship.mentor_id,
    ):
        return False
    now = {**material_facts(recommendation), "signer": signer, "authentication": sealed.get("authentication")}
    return now == sealed and seal_of(sealed) == recommendation.seal


def row_digest(recommendation: Recommendation) -> str:
    """SHA-256 over the seal, whether it stands, and its words as they are kept, in hexadecimal. One query.

    Over the words as they are encrypted, which is another text each time: from this nothing short can be guessed.
    """
    kept = {
        name: ExpressionWrapper(F(name), output_field=TextField())
        for name in ("words_to_registrar", "words_to_learner", "withdrawn_because")
    }
    row = Recommendation.objects.filter(pk=recommendation.pk).values_list(
        "seal", "replaced_at", "withdrawn_at", *kept.values()
    )
    seal, replaced_at, withdrawn_at, *words = row.get()
    moments = [moment(at) if at else None for at in (replaced_at, withdrawn_at)]
    text = json.dumps([DOMAIN, recommendation.pk, seal, moments, words], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_once_certified(recommendation: Recommendation) -> None:
    if a_certificate_rests_on(recommendation):
        raise CannotRecommend(
            _("A certificate has been issued on your word, so it stays. Write to the registrar if something is wrong.")
        )


def _record(
    mentorship: Mentorship, verb: str, thing: Recommendation | RecommendationRequest, *, by: User, at: datetime
) -> None:
    """One entry in the learner's chain. What was said is not in it, but for a digest."""
    facts: history.Facts = {"mentor": mentorship.mentor_id, "enrolment": mentorship.enrolment_id}
    if isinstance(thing, Recommendation):
        facts |= {"seal": thing.seal, "row": row_digest(thing)}
    history.record(
        chain=f"learner:{mentorship.learner_id}",
        verb=verb,
        subject=history.name_of(thing),
        actor=by,
        at=at,
        facts=facts,
    )
