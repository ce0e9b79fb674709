"""What can this person order of a programme, and how does an order of theirs stand? Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.policy import Person
from cms.accounts.templatetags.look import money

from . import payments
from .enrolling import StillToDo, refuse_before_others
from .fulfilling import is_over
from .intakes import places_left_in
from .models import (
    BY_CARD,
    Access,
    Dispute,
    Enrolment,
    Instalment,
    Intake,
    MoneyPaper,
    Order,
    PlanKind,
    PricePlan,
    ProgrammePage,
    Scholarship,
    Waiting,
)
from .pricing import Price, price_of, tax_in


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """One way to pay, at this moment and for this person."""

    plan: PricePlan
    price: Price
    online: bool  # it leads to the hosted page

    @property
    def terms(self) -> str:
        return terms_of(self.plan, self.price)


@dataclass(frozen=True, kw_only=True)
class IntakeLine:
    intake: Intake
    left: int  # places this person could take
    waiting: Waiting | None  # their place in its list


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What the page of enrolling shows."""

    programme: ProgrammePage
    plans: list[PlanLine]  # that can be ordered now
    hidden_by_card: bool  # some are not shown, as payments online are not set up
    intakes: list[IntakeLine]
    scholarship: Scholarship | None
    waiting: Order | None  # ordered, and not paid
    enrolled: bool
    first: str  # what comes first, as a sentence; empty when nothing does

    @property
    def open_intakes(self) -> list[IntakeLine]:
        return [line for line in self.intakes if line.left]

    @property
    def full_intakes(self) -> list[IntakeLine]:
        return [line for line in self.intakes if not line.left]

    @property
    def for_organisations(self) -> bool:
        return any(line.plan.for_seats for line in self.plans)


def terms_of(plan: PricePlan, price: Price) -> str:
    """What is paid when, in a sentence or two. Pure."""
    amounts = [money(part.amount_minor, plan.currency) for part in price.parts]
    if not amounts:
        return _("Nothing to pay. You can begin at once.")
    last = date_format(timezone.localtime(price.parts[-1].due_at), "j F Y")
    if plan.kind == PlanKind.INVOICE:
        return _("You get an invoice and pay it by bank transfer. Your place is confirmed when the money arrives.")
    if len(amounts) == 1:
        return _("The whole amount now, by card. You can begin at once.")
    if plan.kind == PlanKind.DEPOSIT:
        return _("%(now)s now by card, and you can begin at once. The other %(later)s is due by %(day)s.") % {
            "now": amounts[0], "later": amounts[1], "day": last,
        }  # fmt: skip
    following = len(amounts) - 1
    return ngettext(
        "%(now)s now by card, and you can begin at once. One more payment of %(each)s on %(day)s.",
        "%(now)s now by card, and you can begin at once. Then %(n)d payments of %(each)s, one a month, the last on %(day)s.",
        following,
    ) % {"now": amounts[0], "each": amounts[-1], "n": following, "day": last}


def plans_of(programme: ProgrammePage) -> list[PricePlan]:
    """The plans that are offered, in the registrar's order; those online only where that is set up."""
    plans = programme.plans.filter(closed_at=None).order_by("position", "pk")
    return [plan for plan in plans if plan.kind not in BY_CARD or payments.is_set_up()]


def offers_of(programme: ProgrammePage, person: Person, *, at: datetime) -> Offers:
    """Everything the person can choose from. Prices hold their scholarship, and no coupon yet."""
    known = isinstance(person, User)
    plans = plans_of(programme)
    scholarship = _scholarship(programme, person) if isinstance(person, User) else None
    first = ""
    if isinstance(person, User):
        try:
            refuse_before_others(learner=person, programme=programme)
        except StillToDo as sentence:
            first = str(sentence)
    return Offers(
        programme=programme,
        plans=[
            PlanLine(
                plan=plan,
                price=price_of(plan, scholarship_minor=_granted(scholarship, plan), at=at),
                online=plan.kind in BY_CARD,
            )
            for plan in plans
        ],
        hidden_by_card=programme.plans.filter(closed_at=None).count() > len(plans),
        intakes=_intakes(programme, person, at=at),
        scholarship=scholarship,
        waiting=_waiting_order(programme, person) if isinstance(person, User) else None,
        enrolled=known and Enrolment.objects.open_for(person).filter(programme=programme).exists(),  # type: ignore[arg-type]
        first=first,
    )


def _scholarship(programme: ProgrammePage, person: User) -> Scholarship | None:
    used = Order.objects.filter(fulfilled_at__isnull=False, scholarship__isnull=False).values("scholarship")
    return (
        Scholarship.objects.filter(person=person, programme=programme, taken_back_at=None)
        .exclude(pk__in=used)
        .select_related("fund")
        .first()
    )


def _granted(scholarship: Scholarship | None, plan: PricePlan) -> int:
    return scholarship.amount_minor if scholarship and scholarship.fund.currency == plan.currency else 0


def _waiting_order(programme: ProgrammePage, person: User) -> Order | None:
    return Order.objects.filter(
        buyer=person, programme=programme, organisation=None, fulfilled_at=None, cancelled_at=None
    ).first()


def _intakes(programme: ProgrammePage, person: Person, *, at: datetime) -> list[IntakeLine]:
    """The intakes that have not begun, soonest first. Four queries at most."""
    known = person if isinstance(person, User) else None
    coming = list(programme.intakes.filter(closed_at=None, starts_on__gte=at.date()).order_by("starts_on", "pk"))
    if not coming:
        return []
    left = places_left_in(coming, at=at, beside=known)
    own = Waiting.objects.filter(intake__in=coming, person=known, left_at=None) if known else []
    waiting = {place.intake_id: place for place in own}
    return [IntakeLine(intake=intake, left=left[intake.pk], waiting=waiting.get(intake.pk)) for intake in coming]


@dataclass(frozen=True, kw_only=True)
class OrderStanding:
    """How an order stands, for its buyer."""

    state: str  # "cancelled", "to_pay", "checking", "paid", "part_paid", "late", "paused", "disputed", "given_back"
    parts: list[Instalment]
    next_part: Instalment | None  # the first that is unpaid
    online: bool  # it is paid on the hosted page, by a button of ours
    pay_url: str  # the service's own page for a refused month
    pauses_on: datetime | None  # unless it is paid by then
    invoice: MoneyPaper | None  # that is to be paid by transfer
    papers: list[MoneyPaper]
    learning: Enrolment | None  # the buyer's own
    tax_minor: int  # contained in the total; 0 where the provider works it out or there is none


def standing_of(order: Order, *, at: datetime) -> OrderStanding:
    """The order as its page shows it. A constant number of queries."""
    parts = list(order.instalments.order_by("number"))
    papers = list(order.papers.order_by("issued_at", "pk"))
    grants = list(order.grants.select_related("enrolment__programme").order_by("pk"))
    unpaid = next((part for part in parts if part.paid_at is None), None)
    late = unpaid is not None and unpaid.due_at <= at and order.fulfilled_at is not None
    lasting = [grant for grant in grants if grant.ended_at is None]
    grace = timedelta(days=AcademySettings.load().grace_days)
    state = _state(order, unpaid, late=late, lasting=lasting, grants=grants, at=at)
    asks = unpaid is not None and state not in {"cancelled", "checking", "disputed", "given_back"}
    return OrderStanding(
        state=state,
        parts=parts,
        next_part=unpaid,
        online=order.kind in BY_CARD and asks and not order.subscription_id,
        pay_url=unpaid.pay_url if unpaid and asks else "",
        pauses_on=unpaid.due_at + grace if unpaid and late else None,
        invoice=next((paper for paper in papers if paper.kind == "INV" and paper.closed_at is None), None),
        papers=papers,
        learning=next((grant.enrolment for grant in lasting if grant.via == "ORDER"), None),
        tax_minor=0 if order.tax_by_stripe else tax_in(order.total_minor, order.tax_percent),
    )


def _state(order: Order, unpaid: Instalment | None, *, late: bool, lasting: list, grants: list, at: datetime) -> str:
    if order.cancelled_at is not None:
        return "cancelled"
    if order.fulfilled_at is None:
        # The page was left after paying, and the bank has not said yes or no.
        left = order.checkouts.filter(closed_at=None, expires_at__lte=at).exists()
        return "checking" if left else "to_pay"
    if (grants and not lasting) or (order.organisation_id and _places_over(order)):
        return "given_back"
    if any(grant.held_at for grant in lasting):
        disputed = Dispute.objects.filter(payment__order=order, status__in=Dispute.OPEN).exists()
        return "disputed" if disputed else "paused"
    if unpaid is None:
        return "paid"
    return "late" if late else "part_paid"


def _places_over(order: Order) -> bool:
    """Whether what was paid for an organisation's places went back: there may be no grant yet that ended with it."""
    return is_over(order)


def fees_of(programmes: Sequence[ProgrammePage]) -> dict[int, str]:
    """What each programme is offered for, by its key: "£180", or "from £180" where plans differ. One query.

    Those that are not offered for a fee are not in it.
    """
    asked = [programme.pk for programme in programmes if programme.access == Access.FEE]
    if not asked:
        return {}
    offered = defaultdict(list)
    for plan in PricePlan.objects.filter(programme__in=asked, closed_at=None).order_by("total_minor", "pk"):
        if plan.kind not in BY_CARD or payments.is_set_up():
            offered[plan.programme_id].append(plan)
    return {pk: _fee(plans) for pk, plans in offered.items()}


def _fee(plans: list[PricePlan]) -> str:
    """Plans are cheapest first."""
    lowest = money(plans[0].total_minor, plans[0].currency)
    differ = any((plan.total_minor, plan.currency) != (plans[0].total_minor, plans[0].currency) for plan in plans)
    return _("from %(amount)s") % {"amount": lowest} if differ else lowest


def why_nothing(offers: Offers) -> str:
    """Why there is nothing to choose, as a sentence; empty when there is."""
    if offers.plans:
        return ""
    if offers.hidden_by_card:
        return _("Payments online are not set up at present. Write to the registrar, who can send you an invoice.")
    return _("This programme is not offered at present.")
