"""Did something happen since a certificate was issued that a person should look at? It never changes one by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from courses.models import Ended, Grant

from .models import Certificate

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
