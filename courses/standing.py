"""How does an order stand, for its buyer and at the desk? Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings

from . import payments
from .dates import due_on
from .fulfilling import over
from .models import (
    BY_CARD,
    ConcernKind,
    Dispute,
    Enrolment,
    Instalment,
    MoneyPaper,
    Order,
    PaperKind,
    PlanKind,
    Refund,
    Via,
)
from .pricing import tax_in
from .refund_words import rules_in_words

State = Literal[
    "cancelled", "to_pay", "looked_at", "checking", "paid", "part_paid", "late", "paused", "disputed", "given_back"
]

# What `state_of` reads of each order. A list prefetches it: seven queries for however many.
READ = ("instalments", "checkouts", "grants", "payments__refunds", "payments__disputes", "concerns")

# Money came that does not fit what was asked: nobody is asked for more until a person has looked.
LOOKED_AT = frozenset(
    {
        ConcernKind.WRONG_AMOUNT,
        ConcernKind.WRONG_CURRENCY,
        ConcernKind.NOT_OURS,
        ConcernKind.PAID_AFTER_CANCEL,
        ConcernKind.PAID_AFTER_END,
    }
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How an order stands, in words: for a list, a page, the desk."""

    state: State
    tone: str  # of components/status.html
    icon: str
    text: str

    @property
    def is_good(self) -> bool:
        return self.tone == "good"


def standing_in_words(order: Order, *, at: datetime) -> Standing:
    """The order's state as a list shows it. Without a query where `READ` is prefetched."""
    state = state_of(order, at=at)
    tone, icon, text = {
        "cancelled": ("", "ban", _("Cancelled")),
        "to_pay": ("wait", "hourglass", _("Waits to be paid")),
        "looked_at": ("wait", "hourglass", _("We are looking at a payment")),
        "checking": ("wait", "hourglass", _("The bank is confirming")),
        "paid": ("good", "check", _("Paid")),
        "part_paid": ("good", "check", _("Paid so far")),
        "late": ("wait", "hourglass", _("A payment is late")),
        "paused": ("wait", "pause", _("Access is paused")),
        "disputed": ("wait", "pause", _("A bank is asking")),
        "given_back": ("", "rotate-ccw", _("Given back")),
    }[state]
    if state == "to_pay" and order.kind == PlanKind.INVOICE:
        text = _("Waits for a transfer")
    if state == "paid" and not order.total_minor:
        text = _("Nothing to pay")
    if state == "given_back" and any(dispute.status == "lost" for dispute in _disputes(order)):
        text = _("Taken back by a bank")
    return Standing(state=state, tone=tone, icon=icon, text=text)


def state_of(order: Order, *, at: datetime) -> State:
    """Where the order is. Asks for what it needs of `READ`, unless that is prefetched."""
    if order.cancelled_at is not None:
        return "cancelled"
    if order.fulfilled_at is None:
        if is_looked_at(order):
            return "looked_at"
        return "checking" if is_at_the_bank(order, at=at) else "to_pay"
    grants = list(order.grants.all())
    lasting = [grant for grant in grants if grant.ended_at is None]
    refunds = [refund for refund in _refunds(order) if refund.given_at and not refund.failed_at]
    if over(order, list(order.payments.all()), refunds, _disputes(order)) or (
        order.organisation_id is None and grants and not lasting
    ):
        return "given_back"
    if any(grant.held_at for grant in lasting):
        return "disputed" if any(dispute.status in Dispute.OPEN for dispute in _disputes(order)) else "paused"
    unpaid = unpaid_part(order)
    if unpaid is None:
        return "paid"
    return "late" if unpaid.due_at <= at else "part_paid"


def unpaid_part(order: Order) -> Instalment | None:
    """The first part that is not paid."""
    parts = sorted(order.instalments.all(), key=lambda part: part.number)
    return next((part for part in parts if part.paid_at is None), None)


def is_at_the_bank(order: Order, *, at: datetime) -> bool:
    """The page was left, perhaps after paying, and the bank has said neither yes nor no."""
    return any(
        checkout.closed_at is None and checkout.session_id and checkout.expires_at <= at
        for checkout in order.checkouts.all()
    )


def is_looked_at(order: Order) -> bool:
    """Money came for it that a person has to look at first."""
    return any(concern.settled_at is None and concern.kind in LOOKED_AT for concern in order.concerns.all())


def _refunds(order: Order) -> list[Refund]:
    return [refund for payment in order.payments.all() for refund in payment.refunds.all()]


def _disputes(order: Order) -> list[Dispute]:
    return [dispute for payment in order.payments.all() for dispute in payment.disputes.all()]


@dataclass(frozen=True, kw_only=True)
class OrderStanding:
    """All that an order's own page says of it."""

    words: Standing
    parts: list[Instalment]
    next_part: Instalment | None  # the first that is unpaid
    by_itself: list[Instalment]  # what the card is charged later, once the first month is paid
    online: bool  # it is paid on the hosted page, by a button of ours
    away: bool  # it would be, and payments online are not set up here
    at_the_bank: bool
    looked_at: bool
    refused_at: datetime | None  # when a bank said no to the last payment, which was not tried again
    collected: bool  # the card is charged each month, without anybody's doing
    pay_url: str  # the service's own page for a refused month
    pauses_on: datetime | None  # unless it is paid by then
    invoice: MoneyPaper | None  # that is to be paid by transfer
    due_on: date | None  # until when it is to be paid
    papers: list[MoneyPaper]
    receipt: MoneyPaper | None  # the newest
    learning: Enrolment | None  # the buyer's own, by this order
    on_already: Enrolment | None  # the buyer's own, by something else, while this is not paid
    given_back_minor: int
    taken_by_bank: bool
    rules: list[str]  # what is given back to who leaves
    tax_minor: int  # contained in the total; 0 where the provider works it out or there is none

    @property
    def state(self) -> State:
        return self.words.state


def standing_of(order: Order, *, at: datetime) -> OrderStanding:
    """The order as its page shows it. A constant number of queries."""
    order = (
        Order.objects.select_related("intake", "programme")
        .prefetch_related(*READ, "papers", "grants__enrolment__programme")
        .get(pk=order.pk)
    )
    words = standing_in_words(order, at=at)
    parts = sorted(order.instalments.all(), key=lambda part: part.number)
    papers = sorted(order.papers.all(), key=lambda paper: (paper.issued_at, paper.pk))
    unpaid = unpaid_part(order)
    at_the_bank, looked_at = is_at_the_bank(order, at=at), is_looked_at(order)
    on_already = _on_already(order)
    collected = bool(order.subscription_id) and order.subscription_ended_at is None
    asks = (
        unpaid is not None
        and words.state not in {"cancelled", "looked_at", "checking", "disputed", "given_back"}
        and not (at_the_bank or looked_at or on_already)
    )
    by_card = order.kind in BY_CARD and asks and not collected
    invoice = next((paper for paper in papers if paper.kind == PaperKind.INVOICE and paper.closed_at is None), None)
    lasting = [grant for grant in order.grants.all() if grant.ended_at is None and grant.via == Via.ORDER]
    refunds = [refund for refund in _refunds(order) if refund.given_at and not refund.failed_at]
    return OrderStanding(
        words=words,
        parts=parts,
        next_part=unpaid,
        by_itself=parts[1:] if order.kind == PlanKind.INSTALMENTS and words.state == "to_pay" else [],
        online=by_card and payments.is_set_up(),
        away=by_card and not payments.is_set_up(),
        at_the_bank=at_the_bank,
        looked_at=looked_at,
        refused_at=_refused_at(order, unpaid) if asks else None,
        collected=collected,
        pay_url=unpaid.pay_url if unpaid and asks else "",
        pauses_on=_pauses_on(unpaid) if unpaid and words.state == "late" else None,
        invoice=invoice,
        due_on=due_on(invoice.issued_at) if invoice else None,
        papers=papers,
        receipt=next((paper for paper in reversed(papers) if paper.kind == PaperKind.RECEIPT), None),
        learning=lasting[0].enrolment if lasting else None,
        on_already=on_already,
        given_back_minor=sum(refund.amount_minor for refund in refunds),
        taken_by_bank=any(dispute.status == "lost" for dispute in _disputes(order)),
        rules=rules_in_words(
            order.refund_tiers, cooling_off_hours=order.cooling_off_hours, dated=order.intake_id is not None
        )
        if order.total_minor
        else [],
        tax_minor=0 if order.tax_by_stripe else tax_in(order.total_minor, order.tax_percent),
    )


def _pauses_on(part: Instalment) -> datetime:
    return part.due_at + timedelta(days=AcademySettings.load().grace_days)


def _on_already(order: Order) -> Enrolment | None:
    """The buyer's own enrolment while their order for the same waits: by a place or an invitation they took meanwhile."""
    if not order.is_waiting or order.organisation_id is not None:
        return None
    return Enrolment.objects.open().filter(learner=order.buyer_id, programme=order.programme_id).first()


def _refused_at(order: Order, part: Instalment | None) -> datetime | None:
    """When the last visit to the hosted page for this part came to nothing, as a bank said no."""
    visits = [visit for visit in order.checkouts.all() if part is not None and visit.instalment_id == part.pk]
    last = max(visits, key=lambda visit: visit.pk, default=None)
    return last.failed_at if last else None
