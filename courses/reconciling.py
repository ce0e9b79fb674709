"""Does what the payment service knows agree with what is written here? Asked by the clock, it mends and reports."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from . import payments, tasks
from .fulfilling import is_over, notice
from .models import BY_CARD, Checkout, ConcernKind, Order, StripeEvent
from .refunding import carry_out, unfinished
from .settling import close_open_pages, locked, settle

logger = logging.getLogger(__name__)
UNHANDLED_AFTER = timedelta(minutes=2)


@dataclass
class Found:
    """What a reconciliation looked at and did, by order reference."""

    looked_at: int = 0
    mended: list[str] = field(default_factory=list)  # paid, and now on the programme
    unpaid: list[str] = field(default_factory=list)  # on the programme, and no payment is known to the service
    other: list[str] = field(default_factory=list)  # something else changed
    stuck: list[str] = field(default_factory=list)  # what could not be done: "order …", "refund …", "event …"
    away: bool = False  # the service stopped answering: what is left is for the next time


def reconcile(*, since: datetime, at: datetime, dry_run: bool = False) -> Found:
    """Compare every order that is open, or that the service has a page for since then. Safe to repeat and to kill.

    Mends who paid and is outside; reports, as a concern for the registrar, who is inside and did not pay. Events that
    were noted and not handled, refunds that were asked for and not done, monthly payments and pages of orders that are
    over, and pages whose answer was lost are taken up again. One that cannot be done is reported and holds up no other.
    With `dry_run` nothing is written.
    """
    found = Found()
    try:
        if not dry_run:
            _take_up(found, at=at)
        lost = _lost_pages(since, dry_run=dry_run)
        orders = _orders(since, also=lost)
        _each(found, "order", orders, lambda order: _compare(order, found, lost=lost, at=at, dry_run=dry_run))
    except payments.PaymentsAway:
        found.away = True
    return found


def _each[Thing](found: Found, what: str, things: Iterable[Thing], do: Callable[[Thing], object]) -> None:
    """Do it for each; what goes wrong with one is noted and goes no further. Raises PaymentsAway."""
    for thing in things:
        try:
            do(thing)
        except payments.PaymentsAway:
            raise
        except Exception:  # whatever it is: one order that cannot be read must not keep the others outside
            name = f"{what} {getattr(thing, 'pk', thing)}"
            logger.exception("Reconciliation could not do %s.", name)
            found.stuck.append(name)


def _take_up(found: Found, *, at: datetime) -> None:
    """What a crash left half done."""
    _each(found, "refund", unfinished(), lambda pk: carry_out(refund_id=pk, at=at))
    late = StripeEvent.objects.filter(handled_at=None, received_at__lte=at - UNHANDLED_AFTER)
    _each(found, "event", list(late.order_by("pk").values_list("pk", flat=True)), tasks.settle_event.call)
    running = Order.objects.filter(subscription_ended_at=None).exclude(subscription_id="")
    _each(found, "months of order", list(running.order_by("pk")), lambda order: _limit_or_end(order, at=at))
    paying = Order.objects.filter(checkouts__closed_at=None, checkouts__session_id__isnull=False)
    _each(found, "pages of order", list(paying.distinct().order_by("pk")), lambda order: _close_idle(order, at=at))


def _limit_or_end(order: Order, *, at: datetime) -> None:
    """Monthly payments end with what they pay for: at once where nothing more is owed, else after the last part."""
    owed = order.instalments.filter(paid_at=None).exists()
    if order.cancelled_at is not None or is_over(order) or not owed:
        tasks.end_subscription.call(order.pk)
    else:
        tasks.limit_subscription.call(order.pk)


def _close_idle(order: Order, *, at: datetime) -> None:
    if order.cancelled_at is not None or is_over(order):
        close_open_pages(order=order, at=at)


def _lost_pages(since: datetime, *, dry_run: bool) -> dict[str, list[str]]:
    """The pages made since then, by our reference, of which those whose id never reached us are noted now.

    A dry run notes nothing, and looks at them all the same.
    """
    pages: dict[str, list[str]] = {}
    for session_id, reference, _payment in payments.sessions_since(since):
        if not reference:
            continue
        lost = pages.setdefault(reference, [])
        if not Checkout.objects.filter(session_id=session_id).exists():
            lost.append(session_id)
            if not dry_run:
                _adopt(session_id, reference)
    return pages


def _orders(since: datetime, *, also: Iterable[str]) -> list[Order]:
    """Orders with anything at the service: waiting, partly paid, or with a page made since."""
    recent = Q(reference__in=list(also))
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


def _compare(order: Order, found: Found, *, lost: dict[str, list[str]], at: datetime, dry_run: bool) -> None:
    found.looked_at += 1
    known = [checkout.session_id or "" for checkout in order.checkouts.filter(session_id__isnull=False)]
    named = [*known, *(lost.get(order.reference, []) if dry_run else [])]
    seen = [session for name in named if (session := payments.session_seen(name))]
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
