"""What do only some rules look at? Agreements, live sessions, attestations, documents and mentors' recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from assessments.documents import documents_of_many
from assessments.mentors import today_of
from assessments.models import Advice, Agreement, AgreementSignature, DocumentKind, RecommendationRequest
from assessments.recommending import seal_holds, standing_recommendations_of
from courses.attending import taken_by_many
from courses.models import Enrolment

from .models import Attestation, DraftLine, Requirement, RequirementKind
from .requirements import AgreementFacts, DocumentFacts, RecommendationFacts, SessionFacts

Found = Mapping[int, Mapping[str, Any]]


def other_facts(enrolments: Sequence[Enrolment], rules: Iterable[Requirement | DraftLine]) -> dict[int, dict[str, Any]]:
    """Fields of `Record` for learners of one programme, by the key of their enrolment.

    Two queries each for agreements, live sessions and recommendations, one for documents and one for attestations, where
    the rules ask for any, however many learners there are.
    """
    rules = list(rules)
    asked = {rule.kind for rule in rules}
    slugs = {rule.terms["slug"] for rule in rules if rule.kind == RequirementKind.AGREEMENT}
    found: list[Found] = [_agreements(enrolments, slugs)]
    if RequirementKind.LIVE_SESSIONS in asked:
        found.append(_sessions(enrolments))
    if RequirementKind.ATTESTATION in asked:
        found.append(_attested(enrolments))
    if RequirementKind.DOCUMENTS in asked:
        found.append(_documents(enrolments))
    if RequirementKind.RECOMMENDATION in asked:
        found.append(_recommendations(enrolments))
    together: dict[int, dict[str, Any]] = {enrolment.pk: {} for enrolment in enrolments}
    for facts in found:
        for key, fields in facts.items():
            together[key] |= fields
    return together


def _agreements(enrolments: Sequence[Enrolment], slugs: set[str]) -> Found:
    facts: dict[int, dict[str, AgreementFacts]] = {enrolment.pk: {} for enrolment in enrolments}
    if slugs:
        rows = Agreement.objects.filter(slug__in=slugs).order_by("version")
        current = {agreement.slug: agreement for agreement in rows}
        signed: dict[tuple[int, str], AgreementSignature] = {}
        signatures = AgreementSignature.objects.filter(
            person__in={enrolment.learner_id for enrolment in enrolments}, agreement__slug__in=slugs
        )
        for signature in signatures.select_related("agreement").order_by("agreement__version"):
            signed[signature.person_id, signature.agreement.slug] = signature  # the newest stays
        for enrolment in enrolments:
            for slug, agreement in current.items():
                newest = signed.get((enrolment.learner_id, slug))
                facts[enrolment.pk][slug] = AgreementFacts(
                    title=agreement.title,
                    version=agreement.version,
                    signed_version=newest.agreement.version if newest else None,
                    signed_on=newest.signed_at.date() if newest else None,
                )
    return {key: {"agreements": found} for key, found in facts.items()}


def _sessions(enrolments: Sequence[Enrolment]) -> Found:
    return {
        key: {"sessions": tuple(SessionFacts(on=taken.on, made_up=taken.made_up) for taken in each)}
        for key, each in taken_by_many(enrolments).items()
    }


def _attested(enrolments: Sequence[Enrolment]) -> Found:
    facts: dict[int, dict[str, date]] = {enrolment.pk: {} for enrolment in enrolments}
    rows = Attestation.objects.filter(enrolment__in=list(facts), taken_back_at=None)
    for key, what, on in rows.values_list("enrolment_id", "what", "on"):
        facts[key][what] = on
    return {key: {"attested": attested} for key, attested in facts.items()}


def _documents(enrolments: Sequence[Enrolment]) -> Found:
    documents = documents_of_many({enrolment.learner_id for enrolment in enrolments})
    return {
        enrolment.pk: {
            "documents": tuple(
                DocumentFacts(
                    kind=DocumentKind(document.kind),
                    state=document.state,
                    issued_on=document.issued_on,
                    expires_on=document.expires_on,
                )
                for document in documents[enrolment.learner_id]
            )
        }
        for enrolment in enrolments
    }


def _recommendations(enrolments: Sequence[Enrolment]) -> Found:
    said: dict[int, list[RecommendationFacts]] = {enrolment.pk: [] for enrolment in enrolments}
    learners = {enrolment.pk: enrolment.learner for enrolment in enrolments}
    for word in standing_recommendations_of(enrolments).defer(
        "words_to_registrar", "words_to_learner", "withdrawn_because"
    ):
        if seal_holds(word):
            key = word.mentorship.enrolment_id
            said[key].append(
                RecommendationFacts(
                    mentor=word.mentorship.mentor_id,
                    recommends=word.advice == Advice.RECOMMEND,
                    given_on=today_of(learners[key], word.given_at),
                )
            )
    waiting = RecommendationRequest.objects.filter(mentorship__enrolment__in=list(said), answered_at=None)
    asked = set(waiting.values_list("mentorship__enrolment", flat=True))
    return {
        key: {"recommendations": tuple(words), "recommendations_asked": key in asked} for key, words in said.items()
    }
