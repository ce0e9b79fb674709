"""How do monthly payments end before their time? By a registrar's word; what is left is then paid in another way."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import payments
from .models import Order
from .ordering import CannotOrder
from .settling import settle


class NoMonths(CannotOrder):
    """No monthly payments are collected for this order."""


def end_months(*, order: Order, by: User, at: datetime) -> Order:
    """Collect no more by card. Access stays; what is unpaid goes on being due, on a page of its own or by transfer.

    Repeating changes nothing. Raises NoMonths for an order that never had any, and PaymentsAway when the service cannot
    be asked: then nothing has changed.
    """
    if not order.subscription_id:
        raise NoMonths(_("No monthly payments are collected for this order."))
    if order.subscription_ended_at is not None:
        return order
    payments.end_subscription(order.subscription_id)
    with transaction.atomic():
        history.record(
            chain=f"learner:{order.buyer_id}",
            verb="order.months_ended",
            subject=history.name_of(order),
            actor=by,
            at=at,
        )
    return settle(order=order, at=at)
