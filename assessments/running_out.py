"""Whose credential runs out soon, and do they know? Each mentor with an account is written to once a credential."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cms.accounts import history
from cms.accounts.models import Entry

from . import tasks
from .mentors import record, today_of
from .models import Mentor

RUNNING_OUT = timedelta(days=60)  # before the last day
VERB = "mentor.credential_reminded"


def mentors_running_out(at: datetime) -> QuerySet[Mentor]:
    """Mentors who may sign now, and whose credential runs out within 60 days."""
    today = timezone.localtime(at).date()
    return Mentor.objects.filter(
        suspended_at=None, credential_expires_on__gte=today, credential_expires_on__lte=today + RUNNING_OUT
    )


def remind_of_credentials(*, at: datetime) -> int:
    """Write to each mentor whose credential runs out within 60 days, once. Returns how many; safe to repeat and to kill."""
    soon = mentors_running_out(at).filter(person__is_active=True, stops_on=None).order_by("pk")
    return sum(_remind(mentor, at=at) for mentor in soon)


@transaction.atomic
def _remind(mentor: Mentor, *, at: datetime) -> bool:
    Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    mentor = Mentor.objects.select_related("person").get(pk=mentor.pk)
    expires_on = mentor.credential_expires_on.isoformat()
    told = Entry.objects.filter(subject=history.name_of(mentor), verb=VERB, facts__expires_on=expires_on)
    if mentor.credential_expires_on < today_of(mentor, at) or told.exists():
        return False
    record(mentor, VERB, by=None, at=at, facts={"expires_on": expires_on})
    transaction.on_commit(partial(tasks.remind_of_credential.enqueue, mentor.pk))
    return True
