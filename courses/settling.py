"""How does an order stand at the payment service, and what follows here?

`settle` is the one way from money online to access: the webhook, the page one comes back to and the reconciliation all
call it. It asks for the present state and never trusts what a delivery said, so events may come twice, late, forged or
in any order. Nothing is taken back from what was written before: payments, refunds and disputes are each entered once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F

from . import payments, tasks
from .fulfilling import ask_for_no_more, follow_money, fulfil, is_over, notice
from .ledger import enter_dispute, enter_failed_refund, enter_payment, enter_refund, given_back_minor
from .models import Checkout, ConcernKind, Instalment, Order, Payment, Refund
from .payments import InvoiceSeen, PaymentSeen, SessionSeen
from .pricing import months_after


def settle(*, order: Order, at: datetime) -> Order:
    """Ask how the order stands, and let what is paid, given back or disputed take effect. Returns the order as it is.

    Repeating changes nothing. An answer that is older than one that took effect is put aside. Raises PaymentsAway.
    """
    ticket = _ticket(order)
    seen = [
        (checkout.pk, payments.session_seen(checkout.session_id or ""))
        for checkout in order.checkouts.filter(session_id__isnull=False).order_by("pk")
    ]
    return take_effect(order=order, ticket=ticket, seen=seen, at=at)


@transaction.atomic
def _ticket(order: Order) -> int:
    """A number for asking, drawn before the question: each higher than the one before.

    An answer is put aside for one with a higher number, although it may have been given later. Nothing is lost by that:
    what changed in between has an event of its own, whose number is higher still.
    """
    Order.objects.filter(pk=order.pk).update(asked=F("asked") + 1)  # which locks the row until the number is read
    return Order.objects.values_list("asked", flat=True).get(pk=order.pk)


@transaction.atomic
def take_effect(
    *,
    order: Order,
    ticket: int,
    seen: list[tuple[int, SessionSeen | None]],
    at: datetime,
) -> Order:
    """Write down what was seen, by checkout, unless who asked later has. Under the order's lock, then its buyer's."""
    order = locked(order)
    if ticket < order.answered:
        return order
    checkouts = {checkout.pk: checkout for checkout in order.checkouts.select_related("instalment")}
    for pk, session in seen:
        if session is not None:
            _visit(order, checkouts[pk], session, at=at)
    follow_money(order=order, at=at)
    order.answered = ticket
    order.save(update_fields=["answered"])
    return order


def locked(order: Order) -> Order:
    """The order as it is now, and its buyer, which nobody else may change until the transaction ends."""
    # Not with its nullable relations: to who waited for the lock, PostgreSQL would show the rows of before.
    Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    order = Order.objects.select_related("buyer", "programme", "organisation").get(pk=order.pk)
    type(order.buyer).objects.select_for_update(no_key=True).get(pk=order.buyer_id)
    return order


def _visit(order: Order, checkout: Checkout, session: SessionSeen, *, at: datetime) -> None:
    """One visit to the hosted page: what was paid there, and what came of that payment."""
    if session.expired:
        _close(checkout, at=at)
    if session.reference != order.reference or session.live != payments.is_live():
        notice(order, ConcernKind.NOT_OURS, about=session.session_id, at=at)
        return
    if session.failed and checkout.failed_at is None:
        checkout.failed_at = at
        checkout.save(update_fields=["failed_at"])
        _close(checkout, at=at)
        transaction.on_commit(partial(tasks.mail_failed.enqueue, checkout.instalment_id))
    if session.subscription_id:
        _subscription(order, checkout, session, at=at)
        if any(invoice.paid for invoice in session.invoices):
            _close(checkout, at=at)
    elif session.payment is not None and (session.paid or session.payment.received_minor):
        _paid(order, checkout.instalment, session.payment, session.amount_minor, session.currency,
              tax_minor=session.tax_minor, asked_minor=checkout.amount_minor, at=at)  # fmt: skip
        _close(checkout, at=at)
    if not session.open and not session.expired and checkout.closed_at is None and at < checkout.expires_at:
        # The buyer is through with the page, and the bank has said neither yes nor no.
        checkout.expires_at = max(at, checkout.opened_at + timedelta(seconds=1))
        checkout.save(update_fields=["expires_at"])


def _subscription(order: Order, checkout: Checkout, session: SessionSeen, *, at: datetime) -> None:
    """The months of a plan, oldest first: the n-th invoice is the n-th instalment."""
    begun = any(invoice.paid for invoice in session.invoices)
    if order.subscription_id != session.subscription_id:
        came_to_nothing = order.subscription_ended_at and not order.instalments.filter(paid_at__isnull=False).exists()
        if not order.subscription_id or (came_to_nothing and not session.subscription_ended):
            order.subscription_id, order.subscription_ended_at = session.subscription_id, None
            order.save(update_fields=["subscription_id", "subscription_ended_at"])
            transaction.on_commit(partial(tasks.limit_subscription.enqueue, order.pk))
        elif begun:
            notice(order, ConcernKind.PAID_TWICE, about=session.subscription_id, at=at)
        else:
            return
    parts = list(order.instalments.order_by("number"))
    for place, invoice in enumerate(session.invoices):
        part = parts[place] if place < len(parts) else None
        if invoice.paid and invoice.payment is not None:
            _paid(order, part, invoice.payment, invoice.amount_minor, invoice.currency,
                  tax_minor=invoice.tax_minor, asked_minor=part.amount_minor if part else None, at=at)  # fmt: skip
        elif part is not None and part.paid_at is None and invoice.paid and invoice.amount_minor:
            notice(order, ConcernKind.PAID_OUTSIDE, about=invoice.invoice_id, at=at)
        elif part is not None and part.paid_at is None and invoice.failed and not session.subscription_ended:
            _failed(part, invoice, at=at)
    unpaid = order.instalments.filter(paid_at=None)
    if order.subscription_id == session.subscription_id and session.subscription_ended:
        _months_ended(order, unpaid=unpaid.exists(), at=at)
    elif not unpaid.exists():
        ask_for_no_more(order)


def _months_ended(order: Order, *, unpaid: bool, at: datetime) -> None:
    """The provider collects no more. What is left is paid on a page of its own, or by transfer."""
    if order.subscription_ended_at is None:
        order.subscription_ended_at = at
        order.save(update_fields=["subscription_ended_at"])
        order.instalments.filter(paid_at=None).update(pay_url="")
    if unpaid and order.fulfilled_at is not None and not is_over(order):
        notice(order, ConcernKind.MONTHS_ENDED, about=order.subscription_id, at=at)


def _failed(part: Instalment, invoice: InvoiceSeen, *, at: datetime) -> None:
    """A month that the card refused: said once, with the page to pay it on."""
    news = part.failed_at is None
    part.failed_at, part.pay_url = part.failed_at or at, invoice.pay_url
    part.due_at = min(part.due_at, at)
    part.save(update_fields=["failed_at", "pay_url", "due_at"])
    if news:
        transaction.on_commit(partial(tasks.mail_failed.enqueue, part.pk))


def _paid(
    order: Order,
    part: Instalment | None,
    seen: PaymentSeen,
    amount_minor: int,
    currency: str,
    *,
    tax_minor: int,
    asked_minor: int | None,
    at: datetime,
) -> None:
    """Enter a payment that was really taken, if it is what was asked; then what went back of it."""
    if seen.received_minor == 0:
        return
    if currency != order.currency or seen.currency != order.currency:
        notice(order, ConcernKind.WRONG_CURRENCY, about=seen.provider_id, at=at)
        return
    if asked_minor is not None and not amount_minor == seen.received_minor == asked_minor:
        notice(order, ConcernKind.WRONG_AMOUNT, about=seen.provider_id, at=at)
        return
    known = Payment.objects.filter(provider_id=seen.provider_id).first()
    if known is None:
        if part is not None:
            part.refresh_from_db()
        extra = part is None or part.paid_at is not None
        after_end = is_over(order)
        known = enter_payment(
            order=order,
            instalment=None if extra else part,
            amount_minor=seen.received_minor,
            currency=order.currency,
            provider_id=seen.provider_id,
            tax_minor=tax_minor if order.tax_by_stripe else None,
            at=at,
        )
        if after_end:
            notice(order, ConcernKind.PAID_AFTER_END, about=seen.provider_id, at=at)
        elif extra:
            notice(order, ConcernKind.PAID_TWICE, about=seen.provider_id, at=at)
        fulfil(order=order, by=order.buyer, at=at)
    _gone_back(order, known, seen, at=at)


def _gone_back(order: Order, payment: Payment, seen: PaymentSeen, *, at: datetime) -> None:
    for each in sorted(seen.refunds, key=lambda refund: refund.provider_id):
        refund = Refund.objects.filter(provider_id=each.provider_id).first()
        if refund is None and each.key:
            refund = Refund.objects.filter(payment=payment, key=each.key).first()
            if refund is not None and refund.provider_id is not None:
                # Asked for again after the provider had forgotten the key: this one is money too.
                notice(order, ConcernKind.REFUNDED_TWICE, about=each.provider_id, at=at)
                refund = None
        if refund is None:
            if each.status in {"failed", "canceled"}:
                continue
            refund = Refund(payment=payment, key=each.provider_id, amount_minor=each.amount_minor,
                            ends_access=False, asked_at=at)  # fmt: skip
            whole = given_back_minor(payment) + each.amount_minor >= payment.amount_minor
            if not whole:
                notice(order, ConcernKind.GIVEN_BACK_IN_PART, about=each.provider_id, at=at)
        refund.provider_id = each.provider_id
        refund.save()
        if each.status in {"failed", "canceled"}:
            enter_failed_refund(refund=refund, at=at)
            refund.seats.update(ends_with=None)
            notice(order, ConcernKind.REFUND_FAILED, about=each.provider_id, at=at)
        elif each.status == "succeeded":
            enter_refund(refund=refund, at=at)
    for dispute in seen.disputes:
        enter_dispute(
            payment=payment,
            provider_id=dispute.provider_id,
            amount_minor=dispute.amount_minor,
            status=dispute.status,
            at=at,
        )
        kind = ConcernKind.DISPUTE_LOST if dispute.status == "lost" else ConcernKind.DISPUTE
        notice(order, kind, about=dispute.provider_id, at=at)


def close_open_pages(*, order: Order, at: datetime) -> None:
    """Close every page of the order on which somebody could still pay, and note it. Raises PaymentsAway.

    A page that was paid at the last moment is settled like any other.
    """
    for checkout in order.checkouts.filter(closed_at=None):
        if checkout.session_id is None or payments.close_page(checkout.session_id):
            Checkout.objects.filter(pk=checkout.pk, closed_at=None).update(closed_at=at)
    settle(order=order, at=at)


def _close(checkout: Checkout, *, at: datetime) -> None:
    if checkout.closed_at is None:
        checkout.closed_at = at
        checkout.save(update_fields=["closed_at"])


def last_month_ends(order: Order) -> datetime:
    """When no further month may be asked for: half a month after the last part is due."""
    parts = order.instalments.count()
    return months_after(order.placed_at, parts - 1) + timedelta(days=15)
