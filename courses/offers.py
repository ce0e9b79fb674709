"""What can this person order of a programme? Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.policy import Person
from cms.accounts.templatetags.look import money

from . import payments
from .dates import INVOICE_DAYS
from .enrolling import StillToDo, refuse_before_others
from .intakes import places_left_in
from .models import (
    BY_CARD,
    Access,
    Enrolment,
    Intake,
    Order,
    PlanKind,
    PricePlan,
    ProgrammePage,
    Scholarship,
    Waiting,
)
from .planning import tiers_of
from .pricing import Price, price_of
from .refund_words import rules_in_words
from .standing import Standing, standing_in_words


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
    standing: Standing | None  # of that order
    enrolled: bool
    rules: list[str]  # what is given back to who leaves
    for_organisations: bool  # they may buy several places
    first: str  # what comes first, as a sentence; empty when nothing does

    @property
    def can_choose(self) -> bool:
        """Whether anything can be ordered now: there is a plan, and a place where places are counted."""
        return bool(self.plans and (self.open_intakes or not self.intakes))

    @property
    def open_intakes(self) -> list[IntakeLine]:
        return [line for line in self.intakes if line.left]

    @property
    def full_intakes(self) -> list[IntakeLine]:
        return [line for line in self.intakes if not line.left]


def terms_of(plan: PricePlan, price: Price) -> str:
    """What is paid when, in a sentence or two. Pure."""
    amounts = [money(part.amount_minor, plan.currency) for part in price.parts]
    if not amounts:
        return _("Nothing to pay. The lessons open at once.")
    last = date_format(timezone.localtime(price.parts[-1].due_at), "j F Y")
    if plan.kind == PlanKind.INVOICE:
        return _(
            "You get an invoice and pay it by bank transfer within %(n)d days. The lessons open when the money arrives."
        ) % {"n": INVOICE_DAYS}
    if len(amounts) == 1:
        return _("The whole amount now, by card. The lessons open at once.")
    if plan.kind == PlanKind.DEPOSIT:
        return _("%(now)s now by card, and the lessons open at once. The other %(later)s is due by %(day)s.") % {
            "now": amounts[0], "later": amounts[1], "day": last,
        }  # fmt: skip
    following = len(amounts) - 1
    return ngettext(
        "%(now)s now by card, and the lessons open at once. One more payment of %(each)s on %(day)s.",
        "%(now)s now by card, and the lessons open at once. Then %(n)d payments of %(each)s, one a month, the last on %(day)s.",
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
    lines = [
        PlanLine(
            plan=plan,
            price=price_of(plan, scholarship_minor=_granted(scholarship, plan), at=at),
            online=plan.kind in BY_CARD,
        )
        for plan in plans
    ]
    intakes = _intakes(programme, person, at=at)
    waiting = _waiting_order(programme, person) if isinstance(person, User) else None
    return Offers(
        programme=programme,
        plans=_unlike(lines) if scholarship else lines,
        hidden_by_card=programme.plans.filter(closed_at=None).count() > len(plans),
        intakes=intakes,
        scholarship=scholarship,
        waiting=waiting,
        standing=standing_in_words(waiting, at=at) if waiting else None,
        enrolled=known and Enrolment.objects.open_for(person).filter(programme=programme).exists(),  # type: ignore[arg-type]
        first=first,
        for_organisations=any(plan.for_seats for plan in plans),
        rules=rules_in_words(
            tiers_of(programme), cooling_off_hours=AcademySettings.load().cooling_off_hours, dated=bool(intakes)
        ),
    )


def _unlike(lines: list[PlanLine]) -> list[PlanLine]:
    """Each way to pay once: where a scholarship leaves so little that two ask for the same, the first of them."""
    found: dict[object, PlanLine] = {}
    for line in lines:
        asked = [(part.amount_minor, part.due_at) for part in line.price.parts]
        how = line.plan.kind == PlanKind.INVOICE if asked else None  # nothing is paid in one way only
        found.setdefault((how, line.plan.currency, *asked), line)
    return list(found.values())


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
