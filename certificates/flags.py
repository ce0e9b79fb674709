"""Did something happen since a certificate was issued that a person should look at? It never changes one by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from assessments.models import AuditDraw, AuditOutcome, Shift
from courses.models import Ended, Grant

from .models import Certificate, Requirement, RequirementSet

PAID_BACK = (Ended.REFUNDED, Ended.DISPUTE_LOST)


def paid_back() -> QuerySet[Certificate]:
    """Certificates that stand and whose place was paid back, or lost to a bank, after they were issued.

    Who is on the programme for another reason is not among them. From the day of the award on, which is also that of
    a certificate in its place: a new name does not settle the question.
    """
    grants = Grant.objects.filter(enrolment=OuterRef("enrolment"))
    lost = grants.alias(day=TruncDate("ended_at", tzinfo=UTC)).filter(
        ended_because__in=PAID_BACK, day__gte=OuterRef("awarded_on")
    )
    return Certificate.objects.filter(
        Exists(lost), ~Exists(grants.filter(ended_at=None)), revoked_at=None, superseded_at=None
    )


def paid_back_since(certificates: Iterable[Certificate]) -> set[int]:
    """Keys of those of the given certificates of which that is so: one query."""
    return set(paid_back().filter(pk__in=[certificate.pk for certificate in certificates]).values_list("pk", flat=True))


def shaken() -> QuerySet[Certificate]:
    """Certificates that stand, and rest on a shift that was voided or amended since, or failed a random check.

    A certificate rests on the shifts of its enrolment that were signed by the day of the award, where its rules ask for
    shadowing. By the day, as for `paid_back`: a certificate in its place carries the question along.
    """
    signed = Shift.objects.filter(enrolment=OuterRef("enrolment")).alias(
        signed_on=TruncDate("signed_at", tzinfo=UTC),
        voided_on=TruncDate("voided_at", tzinfo=UTC),
        replaced_on=TruncDate("superseded_at", tzinfo=UTC),
    )
    failed = AuditDraw.objects.filter(shift=OuterRef("pk"), outcome=AuditOutcome.FAILED)
    changed = signed.filter(signed_on__lte=OuterRef("awarded_on")).filter(
        Q(voided_on__gte=OuterRef("awarded_on"))
        | Q(replaced_on__gte=OuterRef("awarded_on"))
        | Q(Exists(failed), voided_at=None, superseded_at=None)
    )
    return Certificate.objects.filter(_asks_for_shadowing(), Exists(changed), revoked_at=None, superseded_at=None)


def shaken_among(certificates: Iterable[Certificate]) -> set[int]:
    """Keys of those of the given certificates of which that is so: one query."""
    return set(shaken().filter(pk__in=[certificate.pk for certificate in certificates]).values_list("pk", flat=True))


def resting_on(shift: Shift) -> Certificate | None:
    """The certificate that stands and rests on this shift, if there is one: a query at most."""
    if shift.signed_at is None:
        return None
    standing = Certificate.objects.filter(
        _asks_for_shadowing(),
        enrolment=shift.enrolment_id,
        revoked_at=None,
        superseded_at=None,
        awarded_on__gte=shift.signed_at.astimezone(UTC).date(),
    )
    return standing.defer("credential", "basis").first()


def outdated(at: datetime) -> QuerySet[Certificate]:
    """Certificates that stand under rules which newer ones of their programme have followed. Good to know; nothing to do."""
    newer = RequirementSet.objects.filter(
        programme=OuterRef("requirement_set__programme"),
        published_at__gt=OuterRef("requirement_set__published_at"),
        published_at__lte=at,
    )
    return Certificate.objects.filter(Exists(newer), revoked_at=None, superseded_at=None)


def _asks_for_shadowing() -> Exists:
    # Whatever is asked of shadowing begins with that word: "shadow_days".
    return Exists(Requirement.objects.filter(requirement_set=OuterRef("requirement_set"), kind__startswith="shadow"))
