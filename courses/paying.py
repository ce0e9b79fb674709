"""Where is somebody sent to pay? The hosted page for the next part of an order. Nothing else writes Checkout's page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from . import payments
from .fulfilling import is_over
from .models import BY_CARD, Checkout, Instalment, Order, PlanKind
from .ordering import CannotOrder
from .settling import locked, settle

PAGE_LASTS = timedelta(hours=2)
PAGE_LASTS_AT_LEAST = timedelta(minutes=31)  # Source: Stripe, Checkout: a page lasts 30 minutes or more


class NothingToPay(CannotOrder):
    """Nothing of the order is left to be paid, or not online."""


def page_to_pay(*, order: Order, at: datetime) -> str:
    """The address of the hosted page for the first unpaid part. Repeating while it is open gives the same page.

    What was begun is written down first, so that an answer lost on the way is asked for again under the same key.
    Raises NothingToPay, and PaymentsAway or PaymentRefused from the payment service; then nothing is lost.
    """
    checkout = _begin(order, at=at)
    if checkout.expires_at <= at:
        settle(order=order, at=at)  # it has run out, or was paid at the last moment
        checkout = _begin(order, at=at)
        if checkout.expires_at <= at:
            raise NothingToPay(_("Your bank is confirming the payment. We write to you when it has."))
    if checkout.url:
        return checkout.url
    try:
        return _open(checkout, at=at)
    except payments.KeyUsedOtherwise:
        # An answer was lost, and the buyer's address or our words have changed since: nobody has seen that page.
        Checkout.objects.filter(pk=checkout.pk, session_id=None).update(closed_at=at)
        return _open(_begin(order, at=at), at=at)


def _open(checkout: Checkout, *, at: datetime) -> str:
    """Ask for the page of a visit and note it, unless its order came to nothing meanwhile: then the page is closed."""
    order = checkout.order
    address = f"{settings.BASE_URL}{{}}"
    page = payments.open_page(
        reference=order.reference,
        key=checkout.key,
        lines=lines_of(checkout),
        currency=checkout.currency,
        email=order.buyer.email,
        success_url=address.format(reverse("courses:order_done", args=[order.reference])),
        cancel_url=address.format(reverse("courses:order_back", args=[order.reference])),
        expires_at=checkout.expires_at,
        tax=order.tax_by_stripe,
    )
    with transaction.atomic():
        stands = locked(order).cancelled_at is None
        # Noted in any case: what was paid on it although it should not have been is seen then.
        Checkout.objects.filter(pk=checkout.pk, session_id=None).update(session_id=page.session_id, url=page.url)
    if not stands:
        payments.close_page(page.session_id)
        settle(order=order, at=at)  # should somebody have paid there in this moment
        raise NothingToPay(_("This order was cancelled meanwhile, and nothing was paid. You can order again."))
    return page.url


@transaction.atomic
def _begin(order: Order, *, at: datetime) -> Checkout:
    """The open visit to the page for the first unpaid part, begun where need be."""
    order = locked(order)
    part = order.instalments.filter(paid_at=None).order_by("number").first()
    if part is None or order.kind not in BY_CARD or order.cancelled_at is not None or is_over(order):
        raise NothingToPay(_("There is nothing to pay on this order."))
    if order.subscription_id and order.subscription_ended_at is None:
        raise NothingToPay(_("The monthly payments are collected from your card."))
    _let_go_of_unsent(part, at=at)
    checkout = part.checkouts.filter(closed_at=None).first()
    if checkout is None:
        checkout = Checkout.objects.create(
            order=order,
            instalment=part,
            amount_minor=part.amount_minor,
            currency=order.currency,
            opened_at=at,
            expires_at=at + PAGE_LASTS,
        )
    checkout.order = order
    return checkout


def _let_go_of_unsent(part: Instalment, *, at: datetime) -> None:
    """A visit that never got its page and is too old to ask for it again: nobody can have paid on it."""
    part.checkouts.filter(closed_at=None, session_id=None, expires_at__lte=at + PAGE_LASTS_AT_LEAST).update(
        closed_at=at
    )


def lines_of(checkout: Checkout) -> list[payments.Line]:
    """What the hosted page lists: one line or, for monthly payments, what is alike and what the first month has more."""
    order = checkout.order
    parts = list(order.instalments.order_by("number"))
    if order.kind == PlanKind.INSTALMENTS and len(parts) > 1 and checkout.instalment.number == 1:
        each = parts[-1].amount_minor
        what = _("%(what)s: %(n)d monthly payments") % {"what": order.description, "n": len(parts)}
        lines = [payments.Line(what=what, amount_minor=each, monthly=True)]
        if over := parts[0].amount_minor - each:
            lines.append(payments.Line(what=_("What the months do not divide into"), amount_minor=over))
        return lines
    if order.kind == PlanKind.INSTALMENTS and len(parts) > 1:  # what is left of months that ended early
        what = _("%(what)s: payment %(number)d of %(n)d")
        said = {"what": order.description, "number": checkout.instalment.number, "n": len(parts)}
        return [payments.Line(what=what % said, amount_minor=checkout.amount_minor)]
    if len(parts) > 1:
        number = checkout.instalment.number
        what = _("%(what)s: deposit") if number == 1 else _("%(what)s: balance")
        return [payments.Line(what=what % {"what": order.description}, amount_minor=checkout.amount_minor)]
    if order.seats > 1 and checkout.amount_minor % order.seats == 0:
        return [
            payments.Line(
                what=order.description, amount_minor=checkout.amount_minor // order.seats, quantity=order.seats
            )
        ]
    return [payments.Line(what=order.description, amount_minor=checkout.amount_minor)]
