"""What is to pay, in which parts, and when? Pure: whole minor units in, whole minor units out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .models import Coupon, PlanKind, PricePlan

MOST_IN_AN_ORDER = 99_999_999  # minor units. Source: Stripe, maximum charge amounts
LEAST_BY_CARD = 50  # minor units; card networks refuse less. Source: Stripe, minimum charge amounts


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a price and when it is due."""

    amount_minor: int
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Price:
    """What something costs and what was taken off. `list = coupon + scholarship + total`, and nothing is negative."""

    list_minor: int
    coupon_minor: int
    scholarship_minor: int
    total_minor: int
    parts: tuple[Part, ...]  # they add up to the total; none for what costs nothing


def price_of(
    plan: PricePlan, *, seats: int = 1, coupon: Coupon | None = None, scholarship_minor: int = 0, at: datetime
) -> Price:
    """The price of `seats` places by this plan. The scholarship pays of what the coupon leaves."""
    list_minor = plan.total_minor * seats
    off = taken_off(coupon, list_minor) if coupon else 0
    granted = min(scholarship_minor, list_minor - off)
    total = list_minor - off - granted
    return Price(
        list_minor=list_minor,
        coupon_minor=off,
        scholarship_minor=granted,
        total_minor=total,
        parts=parts_of(plan, total, at=at),
    )


def taken_off(coupon: Coupon, list_minor: int) -> int:
    """What a coupon takes off, never more than there is; half a penny is rounded in the buyer's favour."""
    if coupon.percent is not None:
        return -(-list_minor * coupon.percent // 100)
    return min(coupon.amount_minor or 0, list_minor)


def parts_of(plan: PricePlan, total_minor: int, *, at: datetime) -> tuple[Part, ...]:
    """The parts of a total by this plan. Monthly parts are alike; what does not divide is in the first."""
    if total_minor == 0:
        return ()
    deposit = plan.deposit_minor or 0
    if plan.kind == PlanKind.DEPOSIT and total_minor - deposit >= LEAST_BY_CARD:
        later = at + timedelta(days=plan.balance_days or 0)
        return Part(amount_minor=deposit, due_at=at), Part(amount_minor=total_minor - deposit, due_at=later)
    if plan.kind == PlanKind.INSTALMENTS:
        each, over = divmod(total_minor, plan.parts or 1)
        if each >= LEAST_BY_CARD:
            return tuple(
                Part(amount_minor=each + (over if month == 0 else 0), due_at=months_after(at, month))
                for month in range(plan.parts or 1)
            )
    return (Part(amount_minor=total_minor, due_at=at),)


def months_after(at: datetime, months: int) -> datetime:
    """The same day so many months on, or the last day of a shorter month."""
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def tax_in(gross_minor: int, percent: Decimal) -> int:
    """The tax contained in an amount, to the nearest minor unit; half a unit goes up."""
    net = Decimal(gross_minor) * 100 / (100 + percent)
    return gross_minor - int(net.quantize(Decimal(1), ROUND_HALF_UP))


def tax_given_back(*, amount_minor: int, tax_minor: int, before_minor: int, refund_minor: int) -> int:
    """The tax in a refund of a payment of which `before_minor` went back already. All refunds of it sum to its tax."""

    def share(given: int) -> int:
        return tax_minor * given // amount_minor

    return share(before_minor + refund_minor) - share(before_minor)


def percent_given_back(
    tiers: Sequence[Sequence[int]], *, starts_on: date | None, paid_at: datetime, at: datetime, cooling_off_hours: int
) -> int:
    """How much of a payment is given back, per cent, to who leaves at `at`.

    Everything in the hours of cooling off; then by the tier with the most days that the start is still away. Without a
    start, or within fewer days than any tier, nothing. Source: IDC, refund policy (domain.md, section 1), as example.
    """
    if at <= paid_at + timedelta(hours=cooling_off_hours):
        return 100
    if starts_on is None:
        return 0
    days = (starts_on - at.date()).days
    reached = [(before, percent) for before, percent in tiers if days >= before]
    return max(reached)[1] if reached else 0
