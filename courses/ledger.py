"""Which money moved, and what does it come to? Nothing else writes LedgerEntry, Payment, Refund's outcome and Dispute.

Each function is called under the order's lock, in the transaction of the change it tells of.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import models
from django.db.models import QuerySet, Sum

from cms.accounts import history
from cms.accounts.models import User

from .models import Dispute, Instalment, LedgerEntry, LedgerKind, Method, Order, Payment, Refund
from .papers import issue_credit_note, issue_receipt
from .pricing import tax_given_back, tax_in


def enter_payment(
    *,
    order: Order,
    instalment: Instalment | None,
    amount_minor: int,
    currency: str,
    at: datetime,
    provider_id: str | None = None,
    tax_minor: int | None = None,
    by: User | None = None,
) -> Payment:
    """Money came: a transfer that `by` saw, or a payment of this id at the provider. With ledger entry and receipt.

    Repeating for the same id returns the payment there is. `tax_minor` is what the provider worked out, if it did.
    """
    if provider_id and (known := Payment.objects.filter(provider_id=provider_id).first()):
        return known
    payment = Payment.objects.create(
        order=order,
        instalment=instalment,
        method=Method.CARD if provider_id else Method.TRANSFER,
        provider_id=provider_id,
        amount_minor=amount_minor,
        tax_minor=tax_in(amount_minor, order.tax_percent) if tax_minor is None else tax_minor,
        currency=currency,
        arrived_at=at,
        recorded_by=by,
    )
    if instalment:
        instalment.paid_at, instalment.failed_at, instalment.pay_url = at, None, ""
        instalment.save(update_fields=["paid_at", "failed_at", "pay_url"])
    _enter(LedgerKind.PAID, payment, payment.amount_minor, payment.tax_minor, at=at)
    issue_receipt(payment=payment, at=at)
    _record(payment, "payment.arrived", payment, facts_of_payment(payment), by=by, at=at)
    return payment


def enter_refund(*, refund: Refund, at: datetime) -> None:
    """A refund was done: money went back. With ledger entry and credit note. Repeating changes nothing."""
    if refund.given_at is not None:
        return
    before = sum(
        refund.payment.refunds.filter(given_at__isnull=False, failed_at=None).values_list("amount_minor", flat=True)
    )
    refund.given_at = at
    refund.tax_minor = tax_given_back(
        amount_minor=refund.payment.amount_minor,
        tax_minor=refund.payment.tax_minor,
        before_minor=before,
        refund_minor=refund.amount_minor,
    )
    refund.save(update_fields=["given_at", "tax_minor"])
    _enter(LedgerKind.GIVEN_BACK, refund.payment, -refund.amount_minor, -refund.tax_minor, at=at, refund=refund)
    issue_credit_note(refund=refund, at=at)
    _record(refund.payment, "refund.given", refund, facts_of_refund(refund), by=refund.asked_by, at=at)


def enter_failed_refund(*, refund: Refund, at: datetime) -> None:
    """A refund did not arrive: the money is ours again. Repeating changes nothing."""
    if refund.failed_at is not None:
        return
    refund.failed_at = at
    refund.save(update_fields=["failed_at"])
    if refund.given_at is not None:
        _enter(LedgerKind.BACK_AGAIN, refund.payment, refund.amount_minor, refund.tax_minor, at=at, refund=refund)
    _record(refund.payment, "refund.failed", refund, {"amount_minor": refund.amount_minor}, by=None, at=at)


def enter_dispute(*, payment: Payment, provider_id: str, amount_minor: int, status: str, at: datetime) -> Dispute:
    """A bank's dispute stands so now. What it takes or returns is entered as the difference to what was entered."""
    dispute, made = Dispute.objects.get_or_create(
        provider_id=provider_id,
        defaults={
            "payment": payment,
            "amount_minor": amount_minor,
            "status": status,
            "seen_at": at,
            "changed_at": at,
        },
    )
    if made or dispute.status != status:
        dispute.status, dispute.changed_at = status, at
        dispute.save(update_fields=["status", "changed_at"])
        _record(payment, f"dispute.{status}", dispute, {"amount_minor": dispute.amount_minor}, by=None, at=at)
    entered = dispute.ledger.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    taken = -dispute.amount_minor if status in Dispute.TAKES_MONEY else 0
    if taken != entered:
        kind = LedgerKind.DISPUTED if taken < entered else LedgerKind.DISPUTE_WON
        _enter(kind, payment, taken - entered, 0, at=at, dispute=dispute)
    return dispute


def given_back_minor(payment: Payment) -> int:
    """What went back of this payment, or is asked to."""
    return payment.refunds.filter(failed_at=None).aggregate(sum=Sum("amount_minor"))["sum"] or 0


def balances(entries: QuerySet[LedgerEntry]) -> Mapping[str, int]:
    """What the entries come to, by currency: one query."""
    sums = entries.order_by().values_list("currency").annotate(sum=Sum("amount_minor")).order_by("currency")
    return dict(sums)


def _enter(
    kind: LedgerKind,
    payment: Payment,
    amount_minor: int,
    tax_minor: int,
    *,
    at: datetime,
    refund: Refund | None = None,
    dispute: Dispute | None = None,
) -> None:
    entry = LedgerEntry.objects.create(
        order=payment.order,
        kind=kind,
        amount_minor=amount_minor,
        tax_minor=tax_minor,
        currency=payment.currency,
        at=at,
        payment=payment,
        refund=refund,
        dispute=dispute,
    )
    history.record(
        chain="ledger", verb="ledger.entered", subject=history.name_of(entry), actor=None, at=at, facts=facts_of(entry)
    )


def facts_of(entry: LedgerEntry) -> history.Facts:
    """What history keeps of an entry, to find one that was changed behind the product's back."""
    return {
        "order": entry.order_id,
        "payment": entry.payment_id,
        "kind": str(entry.kind),
        "amount_minor": entry.amount_minor,
        "tax_minor": entry.tax_minor,
        "currency": entry.currency,
        "at": _moment(entry.at),
    }


def facts_of_payment(payment: Payment) -> history.Facts:
    """The same of money that came, with the words by which its history is told."""
    return {
        "order": payment.order_id,
        "instalment": payment.instalment_id,
        "method": str(payment.method),
        "provider": payment.provider_id or "",
        "amount_minor": payment.amount_minor,
        "tax_minor": payment.tax_minor,
        "currency": payment.currency,
        "arrived_at": _moment(payment.arrived_at),
    }


def facts_of_refund(refund: Refund) -> history.Facts:
    """The same of money that went back."""
    return {
        "payment": refund.payment_id,
        "provider": refund.provider_id or "",
        "amount_minor": refund.amount_minor,
        "tax_minor": refund.tax_minor,
        "given_at": _moment(refund.given_at) if refund.given_at else "",
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _record(
    payment: Payment, verb: str, thing: models.Model, facts: history.Facts, *, by: User | None, at: datetime
) -> None:
    history.record(
        chain=f"learner:{payment.order.buyer_id}",
        verb=verb,
        subject=history.name_of(thing),
        actor=by,
        at=at,
        facts={"order": payment.order_id, **facts},
    )
