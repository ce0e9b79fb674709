"""What is written on an invoice, a receipt or a credit note? Nothing else writes MoneyPaper.

Numbers are given out one after the other for each issuer and kind, in the transaction of what they tell of: a number
that is rolled back is given out again, so there are no gaps.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import partial
from typing import TypedDict

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts import history
from cms.accounts.academy import AcademySettings

from . import tasks
from .dates import due_on
from .models import MoneyPaper, Order, PaperKind, Payment, Refund
from .pricing import tax_in


class Line(TypedDict):
    """One row of a paper; a negative amount takes off."""

    what: str
    quantity: int
    amount_minor: int


class Words(TypedDict):
    """Every word of a paper, as it was when it was issued. Amounts in minor units of the paper's currency."""

    issuer: str
    issuer_address: str
    issuer_tax_number: str
    payer: str
    payer_address: str
    payer_tax_number: str
    lines: list[Line]
    tax_name: str
    tax_percent: str  # as decimal digits; "" where the provider worked the tax out
    tax_minor: int  # contained in the total
    notes: list[str]
    bank_details: str  # on invoices


def issue_invoice(*, order: Order, at: datetime) -> MoneyPaper:
    """The invoice that asks for a transfer of the whole total, mailed to the buyer."""
    lines = [Line(what=order.description, quantity=order.seats, amount_minor=order.list_minor)]
    if order.coupon_minor:
        lines.append(Line(what=_("Less by coupon"), quantity=1, amount_minor=-order.coupon_minor))
    if order.scholarship_minor:
        lines.append(Line(what=_("Less by scholarship"), quantity=1, amount_minor=-order.scholarship_minor))
    tax = tax_in(order.total_minor, order.tax_percent)
    notes = [_("Please pay by %(day)s.") % {"day": date_format(due_on(at), "j F Y")}]
    words = _words(order, lines, tax_minor=tax, notes=notes)
    return _issue(PaperKind.INVOICE, order, words, total_minor=order.total_minor, at=at)


def issue_receipt(*, payment: Payment, at: datetime) -> MoneyPaper:
    """The receipt for money that came."""
    order, part = payment.order, payment.instalment
    count = order.instalments.count()
    what = order.description
    if part is None:
        what = _("%(what)s: more than was asked") % {"what": what}
    elif count > 1:
        what = _("%(what)s: payment %(number)d of %(count)d") % {"what": what, "number": part.number, "count": count}
    lines = [Line(what=what, quantity=order.seats, amount_minor=payment.amount_minor)]
    notes = [_("Paid by bank transfer. Thank you.")] if payment.recorded_by_id else [_("Paid online. Thank you.")]
    words = _words(order, lines, tax_minor=payment.tax_minor, notes=notes)
    return _issue(PaperKind.RECEIPT, order, words, total_minor=payment.amount_minor, at=at, payment=payment)


def issue_credit_note(*, refund: Refund, at: datetime) -> MoneyPaper:
    """The credit note for money that went back."""
    payment = refund.payment
    lines = [Line(what=payment.order.description, quantity=payment.order.seats, amount_minor=refund.amount_minor)]
    notes = [_("Given back from what %(receipt)s says was paid.") % {"receipt": payment.receipt.reference}]
    words = _words(payment.order, lines, tax_minor=refund.tax_minor, notes=notes)
    return _issue(PaperKind.CREDIT, payment.order, words, total_minor=refund.amount_minor, at=at, refund=refund)


def close_invoice(*, order: Order, at: datetime) -> None:
    """The order's invoice asks for nothing more: it was paid, or cancelled. Repeating changes nothing."""
    order.papers.filter(kind=PaperKind.INVOICE, closed_at=None).update(closed_at=at)


def _words(order: Order, lines: list[Line], *, tax_minor: int, notes: list[str]) -> Words:
    academy = AcademySettings.load()
    organisation, buyer = order.organisation, order.buyer
    if order.organisation is not None:
        notes = [
            *notes,
            ngettext("%(n)d place, given out by the buyer.", "%(n)d places, given out by the buyer.", order.seats)
            % {"n": order.seats},
        ]
    return Words(
        issuer=academy.legal_name or academy.name,
        issuer_address=academy.legal_address,
        issuer_tax_number=academy.tax_number,
        payer=organisation.name if organisation else buyer.display_name,
        payer_address=organisation.address if organisation else "",
        payer_tax_number=organisation.tax_number if organisation else "",
        lines=lines,
        tax_name=order.tax_name,
        tax_percent="" if order.tax_by_stripe else f"{order.tax_percent.normalize():f}",
        tax_minor=tax_minor,
        notes=notes,
        bank_details=academy.bank_details,
    )


def digest_of(paper: MoneyPaper) -> str:
    """SHA-256 over all that a paper says, in hexadecimal: what history keeps of it."""
    said = [
        paper.issuer, paper.kind, paper.number, paper.order_id, paper.payment_id, paper.refund_id, paper.payer_id,
        paper.words, paper.total_minor, paper.currency, paper.issued_at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _issue(
    kind: PaperKind,
    order: Order,
    words: Words,
    *,
    total_minor: int,
    at: datetime,
    payment: Payment | None = None,
    refund: Refund | None = None,
) -> MoneyPaper:
    issuer = AcademySettings.load().issuer_code
    history.lock(f"papers:{issuer}:{kind}")
    last = MoneyPaper.objects.filter(issuer=issuer, kind=kind).aggregate(last=Max("number"))["last"] or 0
    paper = MoneyPaper.objects.create(
        issuer=issuer,
        kind=kind,
        number=last + 1,
        order=order,
        payment=payment,
        refund=refund,
        payer=order.buyer,
        words=words,
        total_minor=total_minor,
        currency=order.currency,
        issued_at=at,
    )
    history.record(
        chain="ledger",
        verb="paper.issued",
        subject=history.name_of(paper),
        actor=None,
        at=at,
        facts={"order": order.pk, "digest": digest_of(paper)},
    )
    transaction.on_commit(partial(tasks.mail_paper.enqueue, paper.pk))
    return paper
