"""How do monthly payments end, in every way they can, and can what is left still be paid?"""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cms.accounts import history
from courses.chasing import chase
from courses.models import Concern, ConcernKind, Enrolment, Instalment, LedgerEntry, Order, Payment, PlanKind
from courses.months import NoMonths, end_months
from courses.ordering import StillPaying, cancel_order
from courses.paying import NothingToPay, page_to_pay
from courses.reconciling import reconcile
from courses.refunding import ask_refund
from courses.settling import settle
from courses.transfers import NotWaiting, record_transfer
from tests.factories.people import make_registrar
from tests.stripe_stand_in import StandIn

from .buying import a_plan, go_to_pay, order_of, pay, pay_and_tell

pytestmark = pytest.mark.django_db(transaction=True)


def first_month(stripe: StandIn) -> Order:
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.INSTALMENTS)))
    assert Enrolment.objects.open().exists()
    return order


def status_of(stripe: StandIn, order: Order) -> str:
    return stripe.state["subscriptions"][Order.objects.get(pk=order.pk).subscription_id]["status"]


def tell(stripe: StandIn) -> None:
    stripe.deliver(stripe.undelivered())


def later(days: int = 0) -> datetime:
    at = timezone.now() + timedelta(days=days, minutes=10)
    reconcile(since=at - timedelta(days=days + 1), at=at)
    return at


def kinds() -> set[str]:
    return set(Concern.objects.values_list("kind", flat=True))


def test_an_ended_subscription_holds_up_no_other_order(stripe):
    ended = first_month(stripe)
    stripe.end_subscription(ended.subscription_id)
    other = order_of(a_plan())
    pay(stripe, other)

    later()

    assert Enrolment.objects.open().filter(learner=other.buyer).exists()


def test_months_ended_at_stripe_are_noticed_and_what_is_left_is_paid_on_a_page(stripe):
    order = first_month(stripe)
    stripe.end_subscription(order.subscription_id)
    tell(stripe)
    order.refresh_from_db()
    assert order.subscription_ended_at is not None
    assert kinds() == {ConcernKind.MONTHS_ENDED}

    for number in (2, 3):
        session = go_to_pay(order)
        assert stripe.state["sessions"][session]["mode"] == "payment"
        stripe.pay(session)
        tell(stripe)
        assert Instalment.objects.get(order=order, number=number).paid_at is not None

    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == 40_000
    with pytest.raises(NothingToPay):
        page_to_pay(order=order, at=timezone.now())


def test_what_is_left_of_ended_months_comes_by_transfer_too(stripe):
    order = first_month(stripe)
    second = order.instalments.get(number=2)
    with pytest.raises(NotWaiting):
        record_transfer(order=order, amount_minor=second.amount_minor, by=make_registrar(), at=timezone.now())
    stripe.end_subscription(order.subscription_id)
    settle(order=order, at=timezone.now())

    record_transfer(order=order, amount_minor=second.amount_minor, by=make_registrar(), at=timezone.now())

    second.refresh_from_db()
    assert second.paid_at is not None


def test_a_registrar_ends_the_months_once_and_what_is_left_stays_due(stripe):
    order = first_month(stripe)
    registrar = make_registrar()

    for _again in range(2):
        order = end_months(order=order, by=registrar, at=timezone.now())

    assert status_of(stripe, order) == "canceled"
    assert Enrolment.objects.open().exists()
    assert order.instalments.filter(paid_at=None).count() == 2
    assert history.entries_about(order).filter(verb="order.months_ended").count() == 1
    with pytest.raises(NoMonths):
        end_months(order=order_of(a_plan()), by=registrar, at=timezone.now())


def test_a_month_marked_as_paid_at_stripe_needs_a_person_and_is_recorded_once(stripe):
    order = first_month(stripe)
    invoice = stripe.next_invoice(order.subscription_id, ok=False)
    tell(stripe)
    stripe.mark_as_paid(invoice)
    tell(stripe)
    assert kinds() == {ConcernKind.PAID_OUTSIDE}
    assert Payment.objects.count() == 1

    second = order.instalments.get(number=2)
    record_transfer(order=order, amount_minor=second.amount_minor, by=make_registrar(), at=timezone.now(), number=2)
    later()

    assert Payment.objects.count() == 2
    assert LedgerEntry.objects.count() == 2


def test_a_voided_month_leaves_its_part_to_be_paid_once_the_months_have_ended(stripe):
    order = first_month(stripe)
    stripe.void_invoice(stripe.next_invoice(order.subscription_id, ok=False))
    stripe.next_invoice(order.subscription_id)
    stripe.next_invoice(order.subscription_id)  # the end of the last month: it ends by itself
    tell(stripe)
    later(days=100)
    order.refresh_from_db()
    assert order.subscription_ended_at is not None

    stripe.pay(go_to_pay(order, at=timezone.now() + timedelta(seconds=stripe.books.clock)))
    tell(stripe)

    assert not order.instalments.filter(paid_at=None).exists()


@pytest.mark.parametrize("how", ["dispute lost", "given back at Stripe", "given back here", "given back, Stripe away"])
def test_nothing_more_is_collected_once_access_is_over(stripe, how):
    order = first_month(stripe)
    payment = Payment.objects.get()
    if how == "dispute lost":
        stripe.dispute(payment.provider_id, "lost")
    elif how == "given back at Stripe":
        stripe.refund(payment.provider_id)
    else:
        if how == "given back, Stripe away":
            stripe.mode(api="down")
        ask_refund(
            order=order, amount_minor=payment.amount_minor, ends_access=how != "given back here", reason="",
            by=make_registrar(), at=timezone.now(),
        )  # fmt: skip
        stripe.mode(api="ok")
    tell(stripe)
    later()

    assert status_of(stripe, order) == "canceled"
    assert not Enrolment.objects.open().exists()
    assert stripe.next_invoice(order.subscription_id) is None


def test_a_first_month_by_bank_debit_is_not_let_go_of_while_the_bank_decides(stripe):
    order = order_of(a_plan(PlanKind.INSTALMENTS))
    session = go_to_pay(order)
    stripe.pay(session, asynchronous=True)
    tell(stripe)
    with pytest.raises(StillPaying):
        cancel_order(order=order, by=order.buyer, at=timezone.now())
    chase(at=timezone.now() + timedelta(hours=25))
    order.refresh_from_db()
    assert order.cancelled_at is None
    assert not Enrolment.objects.exists()

    stripe.settle(session)
    tell(stripe)

    assert Enrolment.objects.open().exists()
    assert order.instalments.get(number=1).paid_at is not None


def test_after_a_first_month_that_the_bank_refused_one_begins_again(stripe):
    order = order_of(a_plan(PlanKind.INSTALMENTS))
    session = go_to_pay(order)
    stripe.pay(session, asynchronous=True)
    tell(stripe)
    stripe.settle(session, ok=False)
    tell(stripe)

    stripe.pay(go_to_pay(order))
    tell(stripe)
    later()

    order.refresh_from_db()
    assert Enrolment.objects.open().exists()
    assert status_of(stripe, order) == "active"
    assert kinds() == set()


def test_the_pause_is_told_although_the_reconciliation_saw_it_first(stripe):
    order = first_month(stripe)
    stripe.next_invoice(order.subscription_id, ok=False)
    tell(stripe)
    mail.outbox.clear()

    at = later(days=8)
    assert Enrolment.objects.get().paused_at is not None
    for _again in range(2):
        chase(at=at)

    assert [message.subject for message in mail.outbox] == ["Your access is paused"]
