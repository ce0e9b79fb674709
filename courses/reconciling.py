"""Does what the payment service knows agree with what is written here? Asked by the clock, it mends and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from . import payments, tasks
from .fulfilling import notice
from .models import BY_CARD, Checkout, ConcernKind, Order, StripeEvent
from .refunding import carry_out, unfinished
from .settling import locked, settle

UNHANDLED_AFTER = timedelta(minutes=2)


@dataclass
class Found:
    """What a reconciliation looked at and did, by order reference."""

    looked_at: int = 0
    mended: list[str] = field(default_factory=list)  # paid, and now on the programme
    unpaid: list[str] = field(default_factory=list)  # on the programme, and no payment is known to the service
    other: list[str] = field(default_factory=list)  # something else changed
    away: bool = False  # the service stopped answering: what is left is for the next time


def reconcile(*, since: datetime, at: datetime, dry_run: bool = False) -> Found:
    """Compare every order that is open, or that the service has a page for since then. Safe to repeat and to kill.

    Mends who paid and is outside; reports, as a concern for the registrar, who is inside and did not pay. Events that
    were noted and not handled, refunds that were asked for and not done, and pages whose answer was lost are taken up
    again. With `dry_run` nothing is written.
    """
    found = Found()
    try:
        if not dry_run:
            _take_up(at=at)
        for order in _orders(since, dry_run=dry_run):
            found.looked_at += 1
            _compare(order, found, at=at, dry_run=dry_run)
    except payments.PaymentsAway:
        found.away = True
    return found


def _take_up(*, at: datetime) -> None:
    """What a crash left half done."""
    for refund_id in unfinished():
        carry_out(refund_id=refund_id, at=at)
    late = StripeEvent.objects.filter(handled_at=None, received_at__lte=at - UNHANDLED_AFTER)
    for event_id in late.order_by("pk").values_list("pk", flat=True):
        tasks.settle_event.call(event_id)
    unlimited = Order.objects.exclude(subscription_id="").filter(instalments__paid_at=None, cancelled_at=None)
    for order_id in unlimited.order_by("pk").values_list("pk", flat=True).distinct():
        tasks.limit_subscription.call(order_id)


def _orders(since: datetime, *, dry_run: bool) -> list[Order]:
    """Orders with anything at the service: waiting, partly paid, or with a page made since."""
    references = set()
    for session_id, reference, _payment in payments.sessions_since(since):
        # A page whose id never reached us: the answer was lost after it was made.
        if reference and not dry_run and not Checkout.objects.filter(session_id=session_id).exists():
            _adopt(session_id, reference)
        references.add(reference)
    recent = Q(reference__in=references)
    unsettled = Q(fulfilled_at=None, cancelled_at=None, checkouts__isnull=False) | Q(
        fulfilled_at__isnull=False, instalments__paid_at=None
    )
    inside = Q(fulfilled_at__gte=since)
    found = Order.objects.filter(recent | unsettled | inside, kind__in=BY_CARD, total_minor__gt=0)
    return list(found.distinct().order_by("pk"))


@transaction.atomic
def _adopt(session_id: str, reference: str) -> None:
    """Note the page's id on the visit that asked for it, where there is one without."""
    order = Order.objects.filter(reference=reference).first()
    if order is None:
        return
    order = locked(order)
    unsent = order.checkouts.filter(session_id=None).order_by("-pk").first()
    if unsent:
        Checkout.objects.filter(pk=unsent.pk).update(session_id=session_id)


def _compare(order: Order, found: Found, *, at: datetime, dry_run: bool) -> None:
    seen = [
        session
        for checkout in order.checkouts.filter(session_id__isnull=False)
        if (session := payments.session_seen(checkout.session_id or ""))
    ]
    paid = any(
        (session.payment and session.payment.received_minor) or any(invoice.paid for invoice in session.invoices)
        for session in seen
    )
    before = (order.fulfilled_at, order.payments.count())
    if not dry_run:
        order = settle(order=order, at=at)
    if paid and before[0] is None:
        if dry_run or order.fulfilled_at is not None:
            found.mended.append(order.reference)
    elif order.fulfilled_at is not None and not paid and not order.payments.filter(provider_id=None).exists():
        found.unpaid.append(order.reference)
        if not dry_run:
            with transaction.atomic():
                notice(locked(order), ConcernKind.ENROLLED_UNPAID, at=at)
    elif not dry_run and order.payments.count() != before[1]:
        found.other.append(order.reference)
