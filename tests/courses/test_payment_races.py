"""What happens when everything is told eight times at once? Exactly one of each; and, without the locks, damage."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses import settling
from courses.models import Coupon, CouponUse, Enrolment, LedgerEntry, MoneyPaper, Payment, StripeEvent
from courses.settling import settle
from tests.factories.courses import make_programme
from tests.factories.people import make_person

from .buying import a_plan, order_of, pay
from .races import side_by_side, take_locks_away

pytestmark = pytest.mark.django_db(transaction=True)


def storm(stripe) -> tuple[list, list]:
    """Twenty orders, each event told eight times in parallel while the buyers come back: what both were answered."""
    plan = a_plan(programme=make_programme(access="FEE"))
    now = timezone.now()
    Coupon.objects.create(code="CREW", percent=10, most_uses=20, begins_at=now, made_by=make_person())
    orders = [order_of(plan, code="crew") for _place in range(20)]
    told = [event for order in orders for event in pay(stripe, order)]
    come_back = [order for order in orders for _again in range(4)]

    def knock(order) -> int:
        try:
            client = Client()
            client.force_login(order.buyer)
            return client.get(reverse("courses:order_done", args=[order.reference])).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        knocking = people.map(knock, come_back)
        answers = stripe.deliver(told, times=8, parallel=8)
    assert StripeEvent.objects.count() == len(told)
    return [status for _event, _type, status in answers], list(knocking)


def test_twenty_orders_each_told_eight_times_while_their_buyers_come_back(stripe):
    told, knocked = storm(stripe)

    assert set(told) == {200}
    assert set(knocked) == {302}
    assert Enrolment.objects.count() == 20
    assert Payment.objects.count() == LedgerEntry.objects.count() == 20
    assert sorted(MoneyPaper.objects.values_list("number", flat=True)) == list(range(1, 21))
    assert sorted(CouponUse.objects.filter(given_back_at=None).values_list("number", flat=True)) == list(range(1, 21))
    assert not StripeEvent.objects.filter(handled_at=None).exists()


def test_without_the_locks_the_same_twenty_orders_meet_errors(stripe, monkeypatch):
    """The constraints still hold the rows true; it is the callers who are not answered."""
    take_locks_away(monkeypatch)
    connections["default"].close()
    problems: list[BaseException] = []

    def settle_or_note(**said):
        try:
            return settle(**said)
        except Exception as problem:
            problems.append(problem)
            raise

    monkeypatch.setattr(settling, "settle", settle_or_note)
    monkeypatch.setattr("courses.order_views.settle", settle_or_note)
    with suppress(Exception):
        storm(stripe)

    assert problems or Enrolment.objects.count() < 20


def two_see_that_it_is_paid(stripe, monkeypatch) -> list:
    """Two callers ask and both see the payment; neither enters it before the other has looked, or waits for the lock."""
    order = order_of(a_plan())
    pay(stripe, order)
    meeting = Barrier(2)
    original = settling.enter_payment

    def once_both_have_looked(**known):
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=3)
        return original(**known)

    monkeypatch.setattr(settling, "enter_payment", once_both_have_looked)
    return side_by_side(*[lambda: settle(order=order, at=timezone.now())] * 2)


def test_two_who_see_the_payment_at_once_enter_it_once(stripe, monkeypatch):
    answers = two_see_that_it_is_paid(stripe, monkeypatch)

    assert [type(answer).__name__ for answer in answers] == ["Order", "Order"]
    assert Payment.objects.count() == MoneyPaper.objects.count() == Enrolment.objects.count() == 1


def test_without_the_lock_one_of_them_meets_the_constraint(stripe, monkeypatch):
    take_locks_away(monkeypatch)
    connections["default"].close()

    answers = two_see_that_it_is_paid(stripe, monkeypatch)

    assert any(isinstance(answer, Exception) for answer in answers)
    if connection.vendor == "postgresql":
        assert any(isinstance(answer, IntegrityError) for answer in answers)
