"""What does the stand-in keep, and how does it change? The objects of Stripe's API that a Checkout integration reads.

Shapes after API version 2026-10-28.endive, as the types of the official library name them; nothing else of them.
"""

from __future__ import annotations

import copy
import itertools
import time
from collections.abc import Callable
from typing import Any

Thing = dict[str, Any]
VERSION = "2026-10-28.endive"
MONTH = 31 * 24 * 3600  # seconds


class Refused(Exception):
    """What Stripe answers with an error object."""

    def __init__(self, status: int, message: str, *, code: str = "", kind: str = "invalid_request_error") -> None:
        self.status = status
        self.body = {"error": {"type": kind, "message": message, "code": code or None, "param": None}}
        super().__init__(message)


def missing(what: str, name: str) -> Refused:
    return Refused(404, f"No such {what}: '{name}'", code="resource_missing")


class Books:
    """All objects, by kind and id. Every change says what happened, as an event, through `tell`."""

    def __init__(self, tell: Callable[[Thing], None]) -> None:
        self.tell = tell
        self.clock = 0  # seconds that this service's time is ahead
        self.tax_percent = 20
        self.address = ""
        self._numbers = itertools.count(int(time.time()) % 10_000_000 * 10)  # a new one never says an old id again
        self.state: dict[str, dict[str, Thing]] = {
            name: {}
            for name in (
                "sessions", "payment_intents", "charges", "refunds", "disputes", "subscriptions", "invoices", "events"
            )
        }  # fmt: skip

    def now(self) -> int:
        return int(time.time()) + self.clock

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_test_{next(self._numbers):08d}"

    def find(self, kind: str, name: str) -> Thing:
        try:
            return self.state[kind][name]
        except KeyError:
            raise missing(kind, name) from None

    def happened(self, kind: str, thing: Thing) -> None:
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": VERSION,
            "created": self.now(),
            "type": kind,
            "livemode": bool(thing.get("livemode")),
            "data": {"object": copy.deepcopy(thing)},
        }
        self.state["events"][event["id"]] = event
        self.tell(event)

    # Hosted pages ------------------------------------------------------------------------------------------

    def open_session(self, asked: Thing) -> Thing:
        lines = asked.get("line_items") or []
        if asked.get("mode") not in {"payment", "subscription"} or not lines or not asked.get("success_url"):
            raise Refused(400, "mode, line_items and success_url are required")
        currencies = {line["price_data"]["currency"] for line in lines}
        if len(currencies) != 1:
            raise Refused(400, "All line items must use one currency")
        total = sum(_amount(line) for line in lines)
        if 0 < total < 30:
            raise Refused(400, "The amount is too small", code="amount_too_small")
        expires = int(asked.get("expires_at") or self.now() + 86_400)
        if not self.now() + 1_795 <= expires <= self.now() + 86_405:
            raise Refused(400, "expires_at must be between 30 minutes and 24 hours from now")
        taxed = (asked.get("automatic_tax") or {}).get("enabled") in {"true", True}
        name = self.new_id("cs")
        session = {
            "id": name,
            "object": "checkout.session",
            "mode": asked["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "amount_subtotal": total,
            "amount_total": total,
            "currency": currencies.pop(),
            "client_reference_id": asked.get("client_reference_id"),
            "customer_email": asked.get("customer_email"),
            "metadata": asked.get("metadata") or {},
            "livemode": False,
            "created": self.now(),
            "expires_at": expires,
            "payment_intent": None,
            "subscription": None,
            "invoice": None,
            "success_url": asked["success_url"],
            "cancel_url": asked.get("cancel_url"),
            "total_details": {
                "amount_discount": 0,
                "amount_shipping": 0,
                "amount_tax": self._tax(total) if taxed else 0,
            },
            "url": f"{self.address}/pay/{name}",
        }
        self.state["sessions"][name] = session
        self._lines = getattr(self, "_lines", {})
        self._lines[name] = (lines, (asked.get("subscription_data") or asked.get("payment_intent_data") or {}))
        return session

    def _tax(self, gross: int) -> int:
        return gross - round(gross * 100 / (100 + self.tax_percent))

    def fresh_session(self, name: str) -> Thing:
        session = self.find("sessions", name)
        if session["status"] == "open" and session["expires_at"] < self.now():
            session |= {"status": "expired", "url": None}
        return session

    def expire(self, name: str) -> Thing:
        session = self.fresh_session(name)
        if session["status"] != "open":
            raise Refused(400, "Only Checkout Sessions with a status of open can be expired.")
        session |= {"status": "expired", "url": None}
        self.happened("checkout.session.expired", session)
        return session

    def pay(
        self,
        name: str,
        *,
        asynchronous: bool = False,
        amount: int | None = None,
        currency: str | None = None,
        livemode: bool | None = None,
    ) -> None:
        """The buyer pays on the page; by a bank that takes days, where `asynchronous`."""
        session = self.fresh_session(name)
        if session["status"] != "open":
            raise Refused(400, f"The page is {session['status']}")
        lines, extra = self._lines[name]
        session |= {"status": "complete", "url": None}
        if amount is not None:
            session["amount_total"] = amount
        if currency is not None:
            session["currency"] = currency
        if livemode is not None:
            session["livemode"] = livemode
        if session["mode"] == "subscription":
            self._subscribe(session, lines, extra, asynchronous=asynchronous)
        else:
            intent = self._intent(session["amount_total"], session["currency"], extra.get("metadata") or {})
            session["payment_intent"] = intent["id"]
            if not asynchronous:
                self._take(intent)
                session["payment_status"] = "paid"
        self.happened("checkout.session.completed", session)

    def settle(self, name: str, ok: bool = True) -> None:
        """The bank that takes days has answered."""
        session = self.find("sessions", name)
        if session["mode"] == "subscription":
            if ok:
                self.pay_invoice(session["invoice"])
                session["payment_status"] = "paid"
            else:
                self.find("invoices", session["invoice"])["attempt_count"] = 1
                self.end_subscription(session["subscription"], "incomplete_expired")
            self.happened(f"checkout.session.async_payment_{'succeeded' if ok else 'failed'}", session)
            return
        intent = self.find("payment_intents", session["payment_intent"])
        if ok:
            self._take(intent)
            session["payment_status"] = "paid"
            self.happened("checkout.session.async_payment_succeeded", session)
        else:
            intent["status"] = "requires_payment_method"
            self.happened("payment_intent.payment_failed", intent)
            self.happened("checkout.session.async_payment_failed", session)

    # Payments ----------------------------------------------------------------------------------------------

    def _intent(self, amount: int, currency: str, metadata: Thing) -> Thing:
        intent = {
            "id": self.new_id("pi"),
            "object": "payment_intent",
            "amount": amount,
            "amount_received": 0,
            "currency": currency,
            "status": "processing",
            "metadata": metadata,
            "livemode": False,
            "created": self.now(),
            "latest_charge": None,
        }
        self.state["payment_intents"][intent["id"]] = intent
        return intent

    def _take(self, intent: Thing) -> None:
        charge = {
            "id": self.new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": 0,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": intent["metadata"],
            "status": "succeeded",
            "paid": True,
            "refunded": False,
            "disputed": False,
            "livemode": intent["livemode"],
        }
        self.state["charges"][charge["id"]] = charge
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
        self.happened("charge.succeeded", charge)
        self.happened("payment_intent.succeeded", intent)

    def payment_of(self, name: str) -> Thing:
        """The payment of a page, or the payment of that id."""
        if name in self.state["sessions"]:
            name = self.state["sessions"][name]["payment_intent"]
        return self.find("payment_intents", name)

    def refund(self, name: str, amount: int | None = None, metadata: Thing | None = None) -> Thing:
        intent = self.payment_of(name)
        charge = self.find("charges", intent["latest_charge"] or "")
        if charge["disputed"]:
            raise Refused(400, "The charge has been charged back; cannot issue a refund.", code="charge_disputed")
        left = charge["amount"] - charge["amount_refunded"]
        amount = left if amount is None else amount
        if left == 0:
            raise Refused(400, "The charge has already been refunded.", code="charge_already_refunded")
        if not 0 < amount <= left:
            raise Refused(400, "Refund amount is greater than unrefunded amount on charge")
        refund = {
            "id": self.new_id("re"),
            "object": "refund",
            "amount": amount,
            "currency": charge["currency"],
            "charge": charge["id"],
            "payment_intent": intent["id"],
            "status": "succeeded",
            "metadata": metadata or {},
            "created": self.now(),
        }
        self.state["refunds"][refund["id"]] = refund
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.happened("refund.created", refund)
        self.happened("charge.refunded", charge)
        return refund

    def fail_refund(self, name: str) -> None:
        """The buyer's bank sends a refund back."""
        refund = self.find("refunds", name)
        refund["status"] = "failed"
        charge = self.find("charges", refund["charge"])
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self.happened("refund.failed", refund)

    def dispute(self, name: str, status: str) -> None:
        intent = self.payment_of(name)
        dispute = next((d for d in self.state["disputes"].values() if d["payment_intent"] == intent["id"]), None)
        news = "created" if dispute is None else "closed" if status in {"won", "lost", "warning_closed"} else "updated"
        if dispute is None:
            dispute = {
                "id": self.new_id("dp"),
                "object": "dispute",
                "amount": intent["amount"],
                "currency": intent["currency"],
                "charge": intent["latest_charge"],
                "payment_intent": intent["id"],
                "metadata": {},
                "livemode": False,
            }
            self.state["disputes"][dispute["id"]] = dispute
        dispute["status"] = status
        charge = self.state["charges"].get(intent["latest_charge"] or "")
        if charge is not None:
            charge["disputed"] = status in {"needs_response", "under_review", "lost"}
        self.happened(f"charge.dispute.{news}", dispute)

    # Monthly payments --------------------------------------------------------------------------------------

    def _subscribe(self, session: Thing, lines: list[Thing], extra: Thing, *, asynchronous: bool) -> None:
        monthly = sum(_amount(line) for line in lines if line["price_data"].get("recurring"))
        subscription = {
            "id": self.new_id("sub"),
            "object": "subscription",
            "status": "active",
            "metadata": extra.get("metadata") or {},
            "cancel_at": None,
            "created": self.now(),
            "livemode": session["livemode"],
            "_monthly": monthly,
            "_currency": session["currency"],
        }
        self.state["subscriptions"][subscription["id"]] = subscription
        session["subscription"] = subscription["id"]
        invoice = self._invoice(subscription, session["amount_total"], "subscription_create")
        session["invoice"] = invoice["id"]
        self.happened("customer.subscription.created", subscription)
        if not asynchronous:
            session["payment_status"] = "paid"
            self.pay_invoice(invoice["id"])

    def _invoice(self, subscription: Thing, amount: int, why: str) -> Thing:
        name = self.new_id("in")
        invoice = {
            "id": name,
            "object": "invoice",
            "status": "open",
            "billing_reason": why,
            "amount_due": amount,
            "amount_paid": 0,
            "currency": subscription["_currency"],
            "attempt_count": 0,
            "created": self.now(),
            "hosted_invoice_url": f"{self.address}/invoice/{name}",
            "payments": {"object": "list", "data": [], "has_more": False},
            "total_taxes": [],
            "metadata": {},
            "livemode": False,
            "parent": {
                "type": "subscription_details",
                "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
            },
        }
        self.state["invoices"][name] = invoice
        self.happened("invoice.created", invoice)
        self.happened("invoice.finalized", invoice)
        return invoice

    def pay_invoice(self, name: str) -> None:
        invoice = self.find("invoices", name)
        if invoice["status"] != "open":
            raise Refused(400, "Invoice is already paid")
        subscription = self.find("subscriptions", invoice["parent"]["subscription_details"]["subscription"])
        intent = self._intent(invoice["amount_due"], invoice["currency"], {})
        invoice["payments"]["data"].append(
            {
                "id": self.new_id("inpay"),
                "object": "invoice_payment",
                "status": "paid",
                "amount_paid": invoice["amount_due"],
                "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            }
        )
        invoice |= {
            "status": "paid",
            "amount_paid": invoice["amount_due"],
            "attempt_count": invoice["attempt_count"] + 1,
        }
        subscription["status"] = "active"
        self._take(intent)
        self.happened("invoice.paid", invoice)

    def next_invoice(self, name: str, ok: bool = True) -> str | None:
        """A month goes by. None once the subscription has ended."""
        subscription = self.find("subscriptions", name)
        self.clock += MONTH
        ends = subscription["cancel_at"]
        if subscription["status"] == "canceled":
            return None
        if ends and self.now() >= int(ends):
            self.end_subscription(name)
            return None
        invoice = self._invoice(subscription, subscription["_monthly"], "subscription_cycle")
        if ok:
            self.pay_invoice(invoice["id"])
        else:
            invoice["attempt_count"] = 1
            subscription["status"] = "past_due"
            self.happened("invoice.payment_failed", invoice)
            self.happened("customer.subscription.updated", subscription)
        return str(invoice["id"])

    def limit_subscription(self, name: str, asked: Thing) -> Thing:
        subscription = self.find("subscriptions", name)
        if subscription["status"] in {"canceled", "incomplete_expired"}:
            raise Refused(
                400, "A canceled subscription can only update its cancellation_details and metadata.",
            )  # fmt: skip
        subscription |= {key: asked[key] for key in ("cancel_at",) if key in asked}
        return subscription

    def void_invoice(self, name: str) -> None:
        """Somebody voids a month in the dashboard: it asks for nothing more."""
        self.find("invoices", name)["status"] = "void"

    def mark_as_paid(self, name: str) -> None:
        """Somebody says in the dashboard that a month was paid in another way."""
        invoice = self.find("invoices", name)
        invoice |= {"status": "paid", "amount_paid": invoice["amount_due"]}
        self.happened("invoice.paid", invoice)

    def end_subscription(self, name: str, status: str = "canceled") -> Thing:
        subscription = self.find("subscriptions", name)
        if subscription["status"] in {"canceled", "incomplete_expired"}:
            raise missing("subscription", name)
        subscription["status"] = status
        self.happened("customer.subscription.deleted", subscription)
        return subscription


def _amount(line: Thing) -> int:
    return int(line["price_data"]["unit_amount"]) * int(line.get("quantity") or 1)
