"""Which days does an order name: until when is an invoice paid, and with which group does one begin? Reads only."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from .models import Enrolment, Grant, Intake, Via

INVOICE_DAYS = 14  # to pay an invoice in, counted from the day it was issued


def due_on(issued_at: datetime) -> date:
    """The day by which an invoice issued then asks to be paid."""
    return timezone.localtime(issued_at).date() + timedelta(days=INVOICE_DAYS)


def intake_of(enrolment: Enrolment) -> Intake | None:
    """The dated group that the learner's own order put them in; None where they are in none. One query."""
    grants = Grant.objects.filter(enrolment=enrolment, ended_at=None, via=Via.ORDER, order__intake__isnull=False)
    grant = grants.select_related("order__intake").order_by("-given_at", "-pk").first()
    return grant.order.intake if grant and grant.order else None
