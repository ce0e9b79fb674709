"""How is a bank transfer recorded? By a registrar who saw it arrive."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts.models import User

from .fulfilling import follow_money, fulfil, is_over
from .ledger import enter_payment
from .models import ConcernKind, Order
from .ordering import CannotOrder
from .settling import locked


class NotWaiting(CannotOrder):
    """Nothing is waited for on this order, or another amount."""


@transaction.atomic
def record_transfer(*, order: Order, amount_minor: int, by: User, at: datetime, number: int | None = None) -> Order:
    """Note that the next unpaid part of the order arrived by transfer, and give what that pays for.

    For an invoice it is the whole; for a deposit's balance or a refused month it is that part. Recording the whole of an
    order that is paid changes nothing, and so does repeating for the same part where its `number` is given. Monthly
    payments are collected by card until they have ended, but for a month that was marked as paid at the provider.
    Raises NotWaiting when it was cancelled or is over, or for another amount than is due.
    """
    order = locked(order)
    part = order.instalments.filter(paid_at=None).order_by("number").first()
    if part is None or (number is not None and number < part.number):
        return order
    if order.cancelled_at is not None:
        raise NotWaiting(_("This order was cancelled. Give the money back, or let them order again."))
    if is_over(order):
        raise NotWaiting(_("What was paid went back, so nothing is due. Give the money back, or let them order again."))
    collected = order.subscription_id and order.subscription_ended_at is None
    if collected and not order.concerns.filter(kind=ConcernKind.PAID_OUTSIDE, settled_at=None).exists():
        raise NotWaiting(_("The monthly payments are collected by card. End them first, on the order’s page."))
    if part.amount_minor != amount_minor or number not in {None, part.number}:
        raise NotWaiting(_("Another amount is due. Record the amount that was asked for, once all of it has arrived."))
    enter_payment(order=order, instalment=part, amount_minor=amount_minor, currency=order.currency, by=by, at=at)
    fulfil(order=order, by=by, at=at)
    follow_money(order=order, at=at)
    return order
