"""Which events did the payment service tell us of? Nothing else writes StripeEvent.

An event is noted once by its id and says only where to look; what follows is asked for anew, in the task queue.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from . import payments, tasks
from .models import Checkout, Order, Payment, StripeEvent
from .payments import Notice


@transaction.atomic
def hear(*, notice: Notice, at: datetime) -> StripeEvent:
    """Note the event and let what it is about be looked at. Repeating returns the note there is and looks at nothing.

    An event of another account, or of test money where ours is real and the reverse, is noted and comes to nothing.
    """
    order = None if notice.account or notice.live != payments.is_live() else order_of(notice)
    event, new = StripeEvent.objects.get_or_create(
        event_id=notice.event_id,
        defaults={
            "type": notice.type[:80],
            "order": order,
            "received_at": at,
            "handled_at": None if order else at,
        },
    )
    if new and order is not None:
        transaction.on_commit(partial(tasks.settle_event.enqueue, event.pk))
    return event


def order_of(notice: Notice) -> Order | None:
    """The order of ours an event is about, by our own note of its ids, else by the reference we gave; None: not ours."""
    if checkout := Checkout.objects.filter(session_id__in=notice.ids).select_related("order").first():
        return checkout.order
    if payment := Payment.objects.filter(provider_id__in=notice.ids).select_related("order").first():
        return payment.order
    if order := Order.objects.filter(subscription_id__in=notice.ids).exclude(subscription_id="").first():
        return order
    return Order.objects.filter(reference=notice.reference).first() if notice.reference else None
