"""What does Stripe say, and what is it asked to do? Only this file speaks to the outside about money.

It takes and returns our own dataclasses, keeps nothing, and is never called inside a transaction. Stripe is told the
order's reference, what is bought in the programme's public words, and the buyer's address for its own receipt page;
nothing else about a person.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

OWN_ADDRESS = "https://api.stripe.com"
PAY_PAGE = "https://checkout.stripe.com"
TIMEOUT = 15  # seconds
TOLERANCE = 300  # seconds that a signature may be old or, by a clock that is wrong, young. Source: Stripe, webhooks


class PaymentsAway(Exception):
    """Stripe cannot be asked now: it is not set up, not reachable, or busy. Nothing was changed; ask again later."""


class KeyRefused(PaymentsAway):
    """Stripe does not accept our key, or not for this. Nothing is known about any payment until that is mended."""


class PaymentRefused(Exception):
    """Stripe understood and said no. The message is Stripe's, for staff."""


class NotThere(PaymentRefused):
    """Stripe has nothing of that id."""


class KeyUsedOtherwise(PaymentRefused):
    """An idempotency key was used before with other words, as when a buyer changed their address in between."""


class NotFromStripe(Exception):
    """What was delivered is not a fresh, unaltered event that Stripe signed for this installation."""


@dataclass(frozen=True, kw_only=True)
class RefundSeen:
    provider_id: str
    amount_minor: int
    status: str  # pending, requires_action, succeeded, failed, canceled
    key: str  # of the Refund that asked for it; "" when it was made at Stripe


@dataclass(frozen=True, kw_only=True)
class DisputeSeen:
    provider_id: str
    amount_minor: int
    status: str


@dataclass(frozen=True, kw_only=True)
class PaymentSeen:
    """Money at Stripe. `received_minor` is what was really taken; `failed`: the bank said no, and nothing will come."""

    provider_id: str
    received_minor: int
    failed: bool
    currency: str
    refunds: Sequence[RefundSeen]
    disputes: Sequence[DisputeSeen]


@dataclass(frozen=True, kw_only=True)
class InvoiceSeen:
    """One month of a subscription."""

    invoice_id: str
    paid: bool
    failed: bool  # it was tried, and the card refused
    amount_minor: int
    currency: str
    tax_minor: int
    payment: PaymentSeen | None
    pay_url: str


@dataclass(frozen=True, kw_only=True)
class SessionSeen:
    """One visit to the hosted page."""

    session_id: str
    reference: str  # of our order, as we gave it
    open: bool
    expired: bool
    paid: bool
    failed: bool  # the buyer is through with it, and their bank said no
    amount_minor: int
    currency: str
    tax_minor: int
    live: bool
    payment: PaymentSeen | None
    subscription_id: str
    subscription_ended: bool  # no further month will be collected
    invoices: Sequence[InvoiceSeen]  # oldest first


@dataclass(frozen=True, kw_only=True)
class PageOpened:
    session_id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is bought: `amount_minor` for each of `quantity`, each month where `monthly`."""

    what: str
    amount_minor: int
    quantity: int = 1
    monthly: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """An event, as far as it says where to look."""

    event_id: str
    type: str
    live: bool
    account: str  # of another account than ours; else ""
    ids: frozenset[str]  # every id by which one of our rows may be known
    reference: str  # of our order, where the event carries it


def is_set_up() -> bool:
    """Whether this installation takes payments online."""
    return bool(settings.STRIPE_SECRET_KEY)


def pay_page_origins() -> list[str]:
    """Where a form may lead to. A hosted page at any other address is shown as a link."""
    foreign = settings.STRIPE_API_BASE != OWN_ADDRESS
    return [PAY_PAGE, *([settings.STRIPE_API_BASE] if foreign else [])]


def open_page(
    *,
    reference: str,
    key: str,
    lines: Sequence[Line],
    currency: str,
    email: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    tax: bool,
) -> PageOpened:
    """Ask for a hosted page. The same key with the same terms gives the same page, whatever was lost in between."""
    monthly = any(line.monthly for line in lines)
    params: dict[str, Any] = {
        "mode": "subscription" if monthly else "payment",
        "client_reference_id": reference,
        "metadata": {"order": reference},
        "line_items": [_line_item(line, currency, tax=tax) for line in lines],
        "customer_email": email,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": int(expires_at.timestamp()),
        "subscription_data" if monthly else "payment_intent_data": {"metadata": {"order": reference}},
    }
    if tax:
        params["automatic_tax"] = {"enabled": True}
    with _asking():
        session = _client().v1.checkout.sessions.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
    return PageOpened(session_id=session.id, url=session.url or "")


def _line_item(line: Line, currency: str, *, tax: bool) -> dict[str, Any]:
    price: dict[str, Any] = {
        "currency": currency.lower(),
        "unit_amount": line.amount_minor,
        "product_data": {"name": line.what},
    }
    if line.monthly:
        price["recurring"] = {"interval": "month"}
    if tax:
        price["tax_behavior"] = "inclusive"
    return {"price_data": price, "quantity": line.quantity}


def close_page(session_id: str) -> bool:
    """Close a hosted page so that nobody can pay on it any more. False when it is no longer open."""
    try:
        with _asking():
            _client().v1.checkout.sessions.expire(session_id)
    except PaymentRefused:
        return False
    return True


def session_seen(session_id: str) -> SessionSeen | None:
    """How a visit to the hosted page stands now, with all that came of it. None: Stripe knows of no such page."""
    try:
        with _asking():
            session = _client().v1.checkout.sessions.retrieve(session_id).to_dict()
    except NotThere:
        return None
    with _asking():
        return _session(session)


def sessions_since(at: datetime) -> Iterator[tuple[str, str, str]]:
    """Id, our reference and id of the payment of each hosted page made since then, newest first."""
    with _asking():
        pages = _client().v1.checkout.sessions.list({"created": {"gte": int(at.timestamp())}, "limit": 100})
        for session in pages.auto_paging_iter():
            if session.created >= at.timestamp():
                yield session.id, session.client_reference_id or "", _id(session.payment_intent)


def end_subscription(subscription_id: str) -> None:
    """Ask for no more monthly payments. Repeating, or for one that has ended, changes nothing."""
    try:
        with _asking():
            _client().v1.subscriptions.cancel(subscription_id)
    except PaymentRefused:
        return  # it has ended


def limit_subscription(subscription_id: str, *, ends_at: datetime) -> None:
    """Let the monthly payments end by themselves then. Repeating, or for one that has ended, changes nothing."""
    try:
        with _asking():
            _client().v1.subscriptions.update(
                subscription_id, {"cancel_at": int(ends_at.timestamp()), "proration_behavior": "none"}
            )
    except PaymentRefused:
        return  # it has ended: Stripe changes nothing about it any more


def give_back(*, payment_id: str, amount_minor: int, key: str) -> None:
    """Give back so much of a payment. The same key gives it once. Raises PaymentRefused with Stripe's reason."""
    with _asking():
        _client().v1.refunds.create(
            {"payment_intent": payment_id, "amount": amount_minor, "metadata": {"refund": key}},
            {"idempotency_key": key},
        )


def account_name() -> str:
    """The account the key belongs to, for the checkup. Raises PaymentsAway, and KeyRefused for a wrong key."""
    with _asking():
        return _client().v1.accounts.retrieve_current().id


def read_notice(body: bytes, signature: str) -> Notice:
    """The event in `body`. Raises NotFromStripe when it is forged, altered, older than five minutes or from later."""
    try:
        payload = body.decode()
        stamp = next(part[2:] for part in signature.split(",") if part.startswith("t="))
        if int(stamp) > time.time() + TOLERANCE:
            raise NotFromStripe("from the future")
        stripe.WebhookSignature.verify_header(payload, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE)
        return _notice(json.loads(payload))
    except (
        stripe.SignatureVerificationError, ValueError, StopIteration, KeyError, AttributeError, TypeError, RecursionError
    ) as no:  # fmt: skip
        raise NotFromStripe(type(no).__name__) from None


def _notice(event: dict[str, Any]) -> Notice:
    thing: dict[str, Any] = event["data"]["object"]
    parent = (thing.get("parent") or {}).get("subscription_details") or {}
    marks = [thing.get("metadata"), parent.get("metadata")]
    reference = thing.get("client_reference_id") or next(
        (mark["order"] for mark in marks if mark and "order" in mark), ""
    )
    ids = [thing.get(name) for name in ("id", "payment_intent", "subscription", "charge")] + [
        parent.get("subscription")
    ]
    return Notice(
        event_id=str(event["id"]),
        type=str(event["type"]),
        live=bool(event.get("livemode")),
        account=str(event.get("account") or ""),
        ids=frozenset(_id(each) for each in ids if each),
        reference=str(reference or ""),
    )


def is_live() -> bool:
    """Whether the key moves real money."""
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))


def _session(session: Mapping[str, Any]) -> SessionSeen:
    subscription = _id(session.get("subscription"))
    payment_id = _id(session.get("payment_intent"))
    payment = _payment(payment_id) if payment_id else None
    invoices = _invoices(subscription) if subscription else []
    ended = bool(subscription) and _has_ended(subscription)
    unpaid = session["status"] == "complete" and session["payment_status"] == "unpaid"
    return SessionSeen(
        session_id=session["id"],
        reference=session.get("client_reference_id") or "",
        open=session["status"] == "open",
        expired=session["status"] == "expired",
        paid=session["status"] == "complete" and session["payment_status"] in {"paid", "no_payment_required"},
        failed=unpaid and bool((payment and payment.failed) or (ended and not any(each.paid for each in invoices))),
        amount_minor=session.get("amount_total") or 0,
        currency=(session.get("currency") or "").upper(),
        tax_minor=(session.get("total_details") or {}).get("amount_tax") or 0,
        live=bool(session.get("livemode")),
        payment=payment,
        subscription_id=subscription,
        subscription_ended=ended,
        invoices=invoices,
    )


def _has_ended(subscription_id: str) -> bool:
    """Whether no further month will be collected. Source: Stripe, statuses of subscriptions."""
    return _client().v1.subscriptions.retrieve(subscription_id).status in {"canceled", "incomplete_expired", "unpaid"}


def _payment(payment_id: str) -> PaymentSeen:
    client = _client().v1
    intent = client.payment_intents.retrieve(payment_id).to_dict()
    which: Any = {"payment_intent": payment_id, "limit": 100}
    refunds = [refund.to_dict() for refund in client.refunds.list(which).auto_paging_iter()]
    disputes = [dispute.to_dict() for dispute in client.disputes.list(which).auto_paging_iter()]
    return PaymentSeen(
        provider_id=intent["id"],
        received_minor=intent["amount_received"] if intent["status"] == "succeeded" else 0,
        failed=intent["status"] in {"requires_payment_method", "canceled"},
        currency=intent["currency"].upper(),
        refunds=[
            RefundSeen(
                provider_id=refund["id"],
                amount_minor=refund["amount"],
                status=refund.get("status") or "",
                key=(refund.get("metadata") or {}).get("refund", ""),
            )
            for refund in refunds
            if _id(refund.get("payment_intent")) == payment_id
        ],
        disputes=[
            DisputeSeen(provider_id=dispute["id"], amount_minor=dispute["amount"], status=dispute["status"])
            for dispute in disputes
            if _id(dispute.get("payment_intent")) == payment_id
        ],
    )


def _invoices(subscription_id: str) -> list[InvoiceSeen]:
    which: Any = {"subscription": subscription_id, "limit": 100, "expand": ["data.payments"]}
    found = [invoice.to_dict() for invoice in _client().v1.invoices.list(which).auto_paging_iter()]
    return [
        _invoice(invoice)
        for invoice in sorted(found, key=lambda invoice: (invoice["created"], invoice["id"]))
        if invoice["status"] not in {"draft", "void"}
    ]


def _invoice(invoice: Mapping[str, Any]) -> InvoiceSeen:
    paid = invoice["status"] == "paid"
    paying = [entry for entry in (invoice.get("payments") or {}).get("data", []) if entry["status"] == "paid"]
    intent = _id(paying[0]["payment"].get("payment_intent")) if paying else ""
    return InvoiceSeen(
        invoice_id=invoice["id"],
        paid=paid,
        failed=not paid and (invoice.get("attempt_count") or 0) > 0,
        amount_minor=invoice["amount_paid"] if paid else invoice["amount_due"],
        currency=invoice["currency"].upper(),
        tax_minor=sum(tax["amount"] for tax in invoice.get("total_taxes") or []),
        payment=_payment(intent) if intent else None,
        pay_url=invoice.get("hosted_invoice_url") or "",
    )


def _id(thing: Any) -> str:
    """The id of something that may be expanded, absent, or an id."""
    if not thing:
        return ""
    return thing if isinstance(thing, str) else str(thing["id"])


def _client() -> stripe.StripeClient:
    if not is_set_up():
        raise PaymentsAway(_("Payments online are not set up here."))
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        max_network_retries=1,
    )


@contextmanager
def _asking() -> Iterator[None]:
    """Turns what Stripe's library raises into ours."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as away:
        raise PaymentsAway(_("The payment service does not answer at present.")) from away
    except (stripe.AuthenticationError, stripe.PermissionError) as no:
        # Without a key that is accepted nothing is known: "no such page" would be a guess, and one that takes places away.
        raise KeyRefused(_("The payment service does not accept this installation’s key.")) from no
    except stripe.IdempotencyError as no:
        raise KeyUsedOtherwise(no.user_message or str(no)) from no
    except (stripe.InvalidRequestError, stripe.CardError) as no:
        refusal = NotThere if getattr(no, "code", None) == "resource_missing" else PaymentRefused
        raise refusal(no.user_message or str(no)) from no
    except stripe.StripeError as broken:
        raise PaymentsAway(_("The payment service has a problem of its own at present.")) from broken
