"""Whose certificate ends soon, or just did, and do they know? Written to once for each step; `remind_renewals` runs daily.

Of steps that passed without a reminder only the nearest is written about, and none while a renewal waits at the desk.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from cms.accounts import history

from .models import Certificate, ReminderStep, Renewal, RenewalReminder
from .renewal_spans import Span, span_of

BEFORE = (
    (timedelta(days=7), ReminderStep.DAYS_7),
    (timedelta(days=30), ReminderStep.DAYS_30),
    (timedelta(days=90), ReminderStep.DAYS_90),
)
SAID_FOR = timedelta(days=30)  # after the end, or after the grace: whoever was not told by then is left in peace
FURTHEST = timedelta(days=180) + SAID_FOR  # after an end; no grace is longer


def certificates_to_remind(at: datetime) -> QuerySet[Certificate]:
    """Certificates that stand, end within 90 days or ended of late, and for which nobody has asked to go on."""
    asked = Renewal.objects.filter(certificate__enrolment=OuterRef("enrolment"), answered_at=None)
    return Certificate.objects.filter(
        ~Exists(asked),
        holder__is_active=True,
        revoked_at=None,
        superseded_at=None,
        suspended_at=None,
        valid_until__gt=at - FURTHEST,
        valid_until__lte=at + BEFORE[-1][0],
    )


def remind_of_renewals(*, at: datetime) -> int:
    """Write to the holder of each certificate that reached a step. Returns how many; safe to repeat and to kill."""
    keys = list(certificates_to_remind(at).order_by("pk").values_list("pk", flat=True))
    return sum(_remind(key, at=at) for key in keys)


def step_at(span: Span | None, until: datetime, at: datetime) -> ReminderStep | None:
    """The step that a moment has reached; without terms there is nothing to say once it ended."""
    if at < until:
        return next((step for before, step in BEFORE if until - at <= before), None)
    if span is None:
        return None
    if at < span.grace_until:
        return ReminderStep.GRACE if at < until + SAID_FOR else None
    return ReminderStep.LAPSED if at < span.grace_until + SAID_FOR else None


@transaction.atomic
def _remind(certificate_id: int, *, at: datetime) -> bool:
    # The certificate's row is the lock: of two rounds at once, one writes.
    Certificate.objects.select_for_update(no_key=True).only("pk").get(pk=certificate_id)
    rows = certificates_to_remind(at).select_related("holder", "requirement_set").defer("credential", "basis")
    certificate = rows.filter(pk=certificate_id).first()
    if certificate is None or certificate.valid_until is None:
        return False
    step = step_at(span_of(certificate), certificate.valid_until, at)
    if step is None or not _is_new(certificate, certificate.valid_until, step):
        return False
    reminder = RenewalReminder.objects.create(
        certificate=certificate, until=certificate.valid_until, step=step, made_at=at
    )
    history.record(
        chain=f"learner:{certificate.holder_id}",
        verb="renewal.reminded",
        subject=history.name_of(certificate),
        actor=None,
        at=at,
        facts={"step": str(step)},
    )
    from .tasks import remind_of_renewal

    transaction.on_commit(partial(remind_of_renewal.enqueue, reminder.pk))
    return True


def _is_new(certificate: Certificate, until: datetime, step: ReminderStep) -> bool:
    """Neither this step nor a later one was written about."""
    steps = list(ReminderStep)
    later = steps[steps.index(step) :]
    return not certificate.renewal_reminders.filter(until=until, step__in=later).exists()
