"""Is every price right to the penny?"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from courses.models import Coupon, PlanKind, PricePlan
from courses.pricing import months_after, parts_of, percent_given_back, price_of, tax_given_back, tax_in

AT = datetime(2027, 1, 31, 10, tzinfo=UTC)


def plan(kind=PlanKind.ONCE, total=40_000, **fields) -> PricePlan:
    return PricePlan(kind=kind, total_minor=total, **fields)


@pytest.mark.parametrize(
    ("kind", "total", "fields", "amounts"),
    [
        (PlanKind.ONCE, 40_000, {}, [40_000]),
        (PlanKind.INVOICE, 40_000, {}, [40_000]),
        (PlanKind.FREE, 0, {}, []),
        (PlanKind.DEPOSIT, 40_000, {"deposit_minor": 10_000, "balance_days": 30}, [10_000, 30_000]),
        (PlanKind.DEPOSIT, 10_020, {"deposit_minor": 10_000, "balance_days": 30}, [10_020]),
        (PlanKind.DEPOSIT, 9_000, {"deposit_minor": 10_000, "balance_days": 30}, [9_000]),
        (PlanKind.INSTALMENTS, 10_000, {"parts": 3}, [3_334, 3_333, 3_333]),
        (PlanKind.INSTALMENTS, 9_999, {"parts": 3}, [3_333, 3_333, 3_333]),
        (PlanKind.INSTALMENTS, 100, {"parts": 3}, [100]),  # a card refuses less than 50
    ],
)
def test_the_parts_of_a_total(kind, total, fields, amounts):
    assert [part.amount_minor for part in parts_of(plan(kind, **fields), total, at=AT)] == amounts


def test_months_are_counted_by_the_calendar():
    days = [months_after(AT, months).date() for months in (0, 1, 2, 13)]

    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2028, 2, 29)]


@pytest.mark.parametrize(
    ("coupon", "scholarship", "off", "granted", "total"),
    [
        (None, 0, 0, 0, 40_000),
        (Coupon(percent=10), 0, 4_000, 0, 36_000),
        (Coupon(percent=33), 0, 13_200, 0, 26_800),
        (Coupon(percent=100), 5_000, 40_000, 0, 0),
        (Coupon(amount_minor=50_000, currency="GBP"), 0, 40_000, 0, 0),
        (Coupon(amount_minor=1, currency="GBP"), 0, 1, 0, 39_999),
        (None, 15_000, 0, 15_000, 25_000),
        (None, 90_000, 0, 40_000, 0),
        (Coupon(percent=50), 30_000, 20_000, 20_000, 0),
    ],
    ids=str,
)
def test_what_is_taken_off(coupon, scholarship, off, granted, total):
    price = price_of(plan(), coupon=coupon, scholarship_minor=scholarship, at=AT)

    assert (price.coupon_minor, price.scholarship_minor, price.total_minor) == (off, granted, total)


def test_half_a_penny_is_the_buyers():
    assert price_of(plan(total=999), coupon=Coupon(percent=50), at=AT).total_minor == 499


def test_places_are_as_many_times_the_price():
    assert price_of(plan(), seats=7, at=AT).total_minor == 280_000


@pytest.mark.parametrize(
    ("gross", "percent", "tax"), [(12_000, "20", 2_000), (12_001, "20", 2_000), (100, "0", 0), (10_000, "7.7", 715)]
)
def test_the_tax_a_price_contains(gross, percent, tax):
    assert tax_in(gross, Decimal(percent)) == tax


def test_refunds_of_a_payment_give_back_its_tax_to_the_penny():
    given = [tax_given_back(amount_minor=100, tax_minor=17, before_minor=n * 10, refund_minor=10) for n in range(10)]

    assert sum(given) == 17
    assert min(given) >= 0


TIERS = [[21, 100], [15, 50]]


@pytest.mark.parametrize(("days", "percent"), [(100, 100), (21, 100), (20, 50), (15, 50), (14, 0), (0, 0), (-3, 0)])
def test_the_rules_of_giving_back(days, percent):
    paid = AT - timedelta(days=200)

    share = percent_given_back(
        TIERS, starts_on=AT.date() + timedelta(days=days), paid_at=paid, at=AT, cooling_off_hours=48
    )

    assert share == percent


@pytest.mark.parametrize(("hours", "percent"), [(1, 100), (48, 100), (49, 0)])
def test_the_hours_of_cooling_off(hours, percent):
    share = percent_given_back([], starts_on=None, paid_at=AT - timedelta(hours=hours), at=AT, cooling_off_hours=48)

    assert share == percent
