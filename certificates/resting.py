"""Which certificates rest on a document or a recommendation? Told to `assessments`, which knows no certificates."""

from __future__ import annotations

from datetime import UTC

from django.db.models import Exists, OuterRef, QuerySet

from assessments.models import EvidenceDocument, Recommendation
from assessments.resting import rests_is_told_by

from .models import Certificate, Requirement, RequirementKind


def resting_on_document(document: EvidenceDocument) -> QuerySet[Certificate]:
    """Certificates of its person that stand, whose rules ask for its kind, awarded since it was accepted.

    By the day, as for shifts: a certificate in another's place carries the question along. Also of a document that was
    returned since, so that somebody decides.
    """
    if document.accepted_at is None:
        return Certificate.objects.none()
    asked = Requirement.objects.filter(
        requirement_set=OuterRef("requirement_set"),
        kind=RequirementKind.DOCUMENTS,
        terms__kinds__icontains=f'"{document.kind}"',  # in a list, which SQLite has no other question for
    )
    return Certificate.objects.filter(
        Exists(asked),
        holder=document.person_id,
        revoked_at=None,
        superseded_at=None,
        awarded_on__gte=document.accepted_at.astimezone(UTC).date(),
    )


def resting_on_recommendation(recommendation: Recommendation) -> QuerySet[Certificate]:
    """Certificates that stand for its enrolment, awarded since it was given."""
    return Certificate.objects.filter(
        enrolment=recommendation.mentorship.enrolment_id,
        revoked_at=None,
        superseded_at=None,
        awarded_on__gte=recommendation.given_at.astimezone(UTC).date(),
    )


@rests_is_told_by
def rests(evidence: EvidenceDocument | Recommendation) -> bool:
    """One query at most."""
    if isinstance(evidence, EvidenceDocument):
        return resting_on_document(evidence).exists()
    return resting_on_recommendation(evidence).exists()
