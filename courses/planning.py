"""How are plans, intakes, refund rules and coupons set up? By registrars; what somebody ordered by is never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.templatetags.look import money

from .models import BY_CARD, Coupon, Intake, PricePlan, ProgrammePage, RefundTier
from .pricing import LEAST_BY_CARD

EXAMPLE_TIERS = ((21, 100), (15, 50), (0, 0))  # Source: IDC, refund policy (domain.md, section 1), as an example

RESOLUTION = timedelta(microseconds=1)
WORDS_OF_A_PLAN = ("name", "position")  # change at any time; everything else only before the first order
TERMS_OF_A_PLAN = ("kind", "currency", "total_minor", "deposit_minor", "balance_days", "parts", "for_seats")

# Every amount here is in hundredths. Source: Stripe, zero-decimal and three-decimal currencies
WITHOUT_HUNDREDTHS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF BHD JOD KWD OMR TND".split()  # noqa: SIM905
)


class CannotPlan(Exception):
    """It cannot be set up so. The message says why."""


@transaction.atomic
def open_plan(*, plan: PricePlan, by: User, at: datetime) -> PricePlan:
    """Offer a new way to pay from now on. Raises CannotPlan for what nobody could pay."""
    _refuse_unpayable(plan)
    plan.opened_at = at
    plan.save(force_insert=True)
    _record("plan.opened", plan, by=by, at=at, facts={"programme": plan.programme_id, "total_minor": plan.total_minor})
    return plan


@transaction.atomic
def change_plan(*, plan: PricePlan, by: User, at: datetime) -> PricePlan:
    """Keep what was changed on `plan`: its name and place in the list at any time, its terms before the first order.

    Repeating changes nothing. Raises CannotPlan for other terms once somebody ordered by it, and for what nobody could
    pay.
    """
    # Who orders by it meanwhile copies its terms as they were: the order has frozen them.
    before = PricePlan.objects.select_for_update().get(pk=plan.pk)
    changed = [name for name in (*WORDS_OF_A_PLAN, *TERMS_OF_A_PLAN) if getattr(plan, name) != getattr(before, name)]
    if not changed:
        return before
    if set(changed) - set(WORDS_OF_A_PLAN) and before.orders.exists():
        raise CannotPlan(_("Somebody has ordered by this plan, so its terms stay. Close it, and make another."))
    _refuse_unpayable(plan)
    plan.save(update_fields=changed)
    _record("plan.changed", plan, by=by, at=at, facts={"changed": changed, "total_minor": plan.total_minor})
    return plan


@transaction.atomic
def close_plan(*, plan: PricePlan, by: User, at: datetime) -> PricePlan:
    """Offer it no more; who ordered by it goes on paying by it. Repeating changes nothing."""
    plan = PricePlan.objects.select_for_update().get(pk=plan.pk)
    if plan.closed_at is None:
        plan.closed_at = at
        plan.save(update_fields=["closed_at"])
        _record("plan.closed", plan, by=by, at=at)
    return plan


def _refuse_unpayable(plan: PricePlan) -> None:
    if plan.currency in WITHOUT_HUNDREDTHS:
        raise CannotPlan(_("Amounts here have two decimals, and this currency has not. Choose another one."))
    smallest = plan.deposit_minor or plan.total_minor
    if plan.kind in BY_CARD and smallest < LEAST_BY_CARD:
        least = money(LEAST_BY_CARD, plan.currency)
        raise CannotPlan(_("A card pays %(least)s or more. Ask for more, or by another way.") % {"least": least})


@transaction.atomic
def open_intake(*, intake: Intake, by: User, at: datetime) -> Intake:
    """A new cohort that people can order a place in."""
    intake.save(force_insert=True)
    _record("intake.opened", intake, by=by, at=at, facts={"places": intake.places})
    return intake


@transaction.atomic
def change_intake(*, intake: Intake, by: User, at: datetime) -> Intake:
    """Keep another name, day or number of places. Repeating changes nothing.

    Who has a place keeps it, also where there are fewer of them now: then nobody else gets one.
    """
    before = Intake.objects.select_for_update().get(pk=intake.pk)
    changed = [name for name in ("name", "starts_on", "places") if getattr(intake, name) != getattr(before, name)]
    if changed:
        intake.save(update_fields=changed)
        facts: history.Facts = {"changed": changed, "places": intake.places, "starts_on": f"{intake.starts_on}"}
        _record("intake.changed", intake, by=by, at=at, facts=facts)
    return intake


@transaction.atomic
def close_intake(*, intake: Intake, by: User, at: datetime) -> Intake:
    """Let nobody in any more; who has a place keeps it. Repeating changes nothing."""
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if intake.closed_at is None:
        intake.closed_at = at
        intake.save(update_fields=["closed_at"])
        _record("intake.closed", intake, by=by, at=at)
    return intake


def tiers_of(programme: ProgrammePage) -> list[list[int]]:
    """The programme's refund rules now, as an order keeps them: days before the start and per cent, most days first."""
    tiers = programme.refund_tiers.order_by("-days_before")
    return [[tier.days_before, tier.percent] for tier in tiers]


def refuse_tiers(tiers: Iterable[tuple[int, int]]) -> None:
    """Raise CannotPlan when a later day gives back more than an earlier one, or a day is there twice. Pure."""
    wanted = sorted(tiers, reverse=True)
    if len({days for days, _percent in wanted}) != len(wanted):
        raise CannotPlan(_("Two lines are about the same day. Keep one of them."))
    shares = [percent for _days, percent in wanted]
    if shares != sorted(shares, reverse=True) or any(percent > 100 for percent in shares):
        raise CannotPlan(_("The nearer the start, the less is given back, and never more than 100 per cent."))


@transaction.atomic
def set_refund_tiers(*, programme: ProgrammePage, tiers: Iterable[tuple[int, int]], by: User, at: datetime) -> None:
    """The refund rules for orders from now on: days before the start, and per cent. Repeating changes nothing.

    Who ordered before keeps what was promised then. Raises CannotPlan as `refuse_tiers` does.
    """
    wanted = sorted(tiers, reverse=True)
    refuse_tiers(wanted)
    history.lock(f"refund-tiers:{programme.pk}")
    current = list(programme.refund_tiers.order_by("-days_before").values_list("days_before", "percent"))
    if current == wanted:
        return
    programme.refund_tiers.all().delete()
    RefundTier.objects.bulk_create(
        RefundTier(programme=programme, days_before=days, percent=percent) for days, percent in wanted
    )
    _record("refunds.ruled", programme, by=by, at=at, facts={f"days {days}": percent for days, percent in wanted})


@transaction.atomic
def make_coupon(*, coupon: Coupon, by: User, at: datetime) -> Coupon:
    """A new code that takes something off."""
    coupon.made_by = by
    coupon.save(force_insert=True)
    _record("coupon.made", coupon, by=by, at=at)
    return coupon


@transaction.atomic
def end_coupon(*, coupon: Coupon, by: User, at: datetime) -> Coupon:
    """Let the code work no more; orders that used it keep their price. Repeating changes nothing."""
    coupon = Coupon.objects.select_for_update().get(pk=coupon.pk)
    if coupon.ends_at is None or coupon.ends_at > at:
        coupon.ends_at = max(at, coupon.begins_at + RESOLUTION)
        coupon.save(update_fields=["ends_at"])
        _record("coupon.ended", coupon, by=by, at=at)
    return coupon


def _record(verb: str, thing: models.Model, *, by: User, at: datetime, facts: history.Facts | None = None) -> None:
    history.record(chain="prices", verb=verb, subject=history.name_of(thing), actor=by, at=at, facts=facts)
