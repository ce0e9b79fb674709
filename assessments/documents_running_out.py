"""Which accepted documents run out soon, and does their learner know? Written to 90, 30 and 7 days before, once each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cms.accounts import history
from cms.accounts.models import Entry

from . import tasks
from .documents import accepted_documents
from .mentors import today_of
from .models import DocumentState, EvidenceDocument

DAYS_BEFORE = (7, 30, 90)  # the last day
VERB = "document.reminded"


def documents_running_out(on: date, *, give: timedelta = timedelta()) -> QuerySet[EvidenceDocument]:
    """Accepted, in date on that day, last day within 90 days, and without a newer one of their kind.

    `give` widens it on both sides, for who then looks at the date where each learner lives.
    """
    newer = accepted_documents().filter(
        Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on")),
        person=OuterRef("person"),
        kind=OuterRef("kind"),
        title=OuterRef("title"),
    )
    until = on + timedelta(days=max(DAYS_BEFORE)) + give
    soon = accepted_documents().filter(expires_on__gte=on - give, expires_on__lte=until)
    return soon.filter(~Exists(newer))


def remind_of_documents(*, at: datetime) -> int:
    """Write to the learner of each document that reached one of the three days. Returns how many; safe to repeat.

    Of days that passed without a reminder only the nearest is written about.
    """
    today = timezone.localtime(at).date()
    soon = documents_running_out(today, give=timedelta(days=1)).filter(person__is_active=True).order_by("pk")
    return sum(_remind(document, at=at) for document in soon)


@transaction.atomic
def _remind(document: EvidenceDocument, *, at: datetime) -> bool:
    EvidenceDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
    document = EvidenceDocument.objects.select_related("person").get(pk=document.pk)
    if document.expires_on is None or document.state is not DocumentState.ACCEPTED:
        return False
    left = (document.expires_on - today_of(document.person, at)).days
    reached = [days for days in DAYS_BEFORE if 0 <= left <= days]
    if not reached:
        return False
    told = Entry.objects.filter(subject=history.name_of(document), verb=VERB, facts__days__lte=reached[0])
    if told.exists():
        return False
    history.record(
        chain=f"learner:{document.person_id}",
        verb=VERB,
        subject=history.name_of(document),
        actor=None,
        at=at,
        facts={"days": reached[0]},
    )
    transaction.on_commit(partial(tasks.remind_of_document.enqueue, document.pk))
    return True
