"""Does what is paid at the service become access here, once, whichever way and order we learn of it?"""

import random
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses import payments
from courses.chasing import chase
from courses.models import (
    Checkout,
    Concern,
    ConcernKind,
    Enrolment,
    Grant,
    LedgerEntry,
    MoneyPaper,
    Order,
    PaperKind,
    Payment,
    PlanKind,
    StripeEvent,
)
from courses.paying import NothingToPay, page_to_pay
from courses.settling import settle

from .buying import a_plan, go_to_pay, order_of, pay, pay_and_tell

pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> tuple[int, int, int, int]:
    """Enrolments, payments, ledger entries, receipts."""
    receipts = MoneyPaper.objects.filter(kind=PaperKind.RECEIPT)
    return Enrolment.objects.count(), Payment.objects.count(), LedgerEntry.objects.count(), receipts.count()


def test_a_payment_is_heard_of_and_the_buyer_is_on_the_programme(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))

    assert counts() == (1, 1, 1, 1)
    assert order.fulfilled_at is not None
    assert Enrolment.objects.get().learner == order.buyer
    assert MoneyPaper.objects.get().total_minor == 40_000
    assert set(StripeEvent.objects.values_list("handled_at", flat=True)) != {None}
    assert sorted(message.subject for message in mail.outbox) == ["Your place is confirmed", "Your receipt RCT-00001"]


def test_the_page_one_comes_back_to_asks_by_itself(stripe):
    order = order_of(a_plan())
    pay(stripe, order)
    client = Client()
    client.force_login(order.buyer)

    client.get(reverse("courses:order_done", args=[order.reference]))

    assert counts() == (1, 1, 1, 1)


def test_every_event_twice_in_any_order_changes_nothing_more(stripe):
    order = order_of(a_plan())
    told = pay(stripe, order) * 2
    random.Random(7).shuffle(told)

    answers = stripe.deliver(told)
    settle(order=order, at=timezone.now())

    assert {status for _event, _type, status in answers} == {200}
    assert counts() == (1, 1, 1, 1)


def test_going_to_pay_again_leads_to_the_same_page(stripe):
    order = order_of(a_plan())

    first, second = (page_to_pay(order=order, at=timezone.now()) for _again in range(2))

    assert first == second
    assert Checkout.objects.count() == 1


def test_what_is_paid_is_not_paid_again(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))

    with pytest.raises(NothingToPay):
        page_to_pay(order=order, at=timezone.now())


def test_a_page_that_ran_out_is_followed_by_a_new_one(stripe):
    order = order_of(a_plan())
    first = go_to_pay(order)
    stripe.expire(first)

    second = go_to_pay(order, at=timezone.now() + timedelta(hours=3))

    assert second != first
    assert Checkout.objects.get(session_id=first).closed_at is not None


def test_a_bank_that_takes_days_and_says_yes(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    stripe.pay(session, asynchronous=True)
    stripe.deliver(stripe.undelivered())
    assert counts() == (0, 0, 0, 0)

    stripe.settle(session, ok=True)
    stripe.deliver(stripe.undelivered())

    assert counts() == (1, 1, 1, 1)


def test_a_bank_that_takes_days_and_says_no(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    stripe.pay(session, asynchronous=True)
    stripe.settle(session, ok=False)
    stripe.deliver(stripe.undelivered())

    assert counts() == (0, 0, 0, 0)
    assert [message.subject for message in mail.outbox] == ["A payment did not go through"]
    pay_and_tell(stripe, order)
    assert counts() == (1, 1, 1, 1)


def test_an_event_about_somebody_elses_affairs_is_noted_and_comes_to_nothing(stripe):
    other = payments.open_page(
        reference="not-one-of-ours", key="k" * 20, lines=[payments.Line(what="Tea", amount_minor=300)], currency="GBP",
        email="tea@example.org", success_url="http://localhost/x", cancel_url="http://localhost/y",
        expires_at=timezone.now() + timedelta(hours=1), tax=False,
    )  # fmt: skip
    stripe.pay(other.session_id)

    answers = stripe.deliver(stripe.undelivered())

    assert {status for _event, _type, status in answers} == {200}
    assert StripeEvent.objects.filter(order=None).count() == StripeEvent.objects.count() > 0


def test_a_deposit_and_then_the_balance(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.DEPOSIT)))
    assert counts() == (1, 1, 1, 1)

    pay_and_tell(stripe, order)

    assert counts() == (1, 2, 2, 2)
    assert sorted(Payment.objects.values_list("amount_minor", flat=True)) == [10_000, 30_000]
    assert list(order.instalments.filter(paid_at=None)) == []


def test_a_balance_that_is_late_pauses_and_paying_it_resumes(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.DEPOSIT)))
    due = order.instalments.get(number=2).due_at

    chase(at=due - timedelta(days=6))
    chase(at=due + timedelta(days=6))
    assert Enrolment.objects.get().paused_at is None
    chase(at=due + timedelta(days=8))
    assert Enrolment.objects.get().paused_at is not None

    pay_and_tell(stripe, order)

    assert Enrolment.objects.get().paused_at is None
    assert [message.subject for message in mail.outbox if "pa" in message.subject.lower()][:1] != []
    assert {"A payment is due soon", "Your access is paused"} <= {message.subject for message in mail.outbox}


def test_months_that_are_paid_end_by_themselves(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.INSTALMENTS, total_minor=40_001)))
    assert counts() == (1, 1, 1, 1)
    assert Payment.objects.get().amount_minor == 13_335  # what does not divide is in the first
    assert stripe.state["subscriptions"][order.subscription_id]["cancel_at"]

    for _month in range(2):
        stripe.next_invoice(order.subscription_id)
        stripe.deliver(stripe.undelivered())

    assert counts() == (1, 3, 3, 3)
    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == 40_001
    assert stripe.state["subscriptions"][order.subscription_id]["status"] == "canceled"


def test_a_month_that_is_refused_pauses_after_the_days_of_grace_and_resumes(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.INSTALMENTS)))
    mail.outbox.clear()

    stripe.next_invoice(order.subscription_id, ok=False)
    stripe.deliver(stripe.undelivered())
    part = order.instalments.get(number=2)
    assert [message.subject for message in mail.outbox] == ["A payment did not go through"]
    assert part.failed_at is not None
    assert part.pay_url != ""
    assert Enrolment.objects.get().paused_at is None

    chase(at=timezone.now() + timedelta(days=8))
    assert Enrolment.objects.get().paused_at is not None

    unpaid = next(key for key, invoice in stripe.state["invoices"].items() if invoice["status"] == "open")
    stripe.pay_invoice(unpaid)
    stripe.deliver(stripe.undelivered())

    assert Enrolment.objects.get().paused_at is None
    assert Payment.objects.count() == 2


def test_a_payment_that_comes_after_all_lets_in_who_had_cancelled(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    Order.objects.filter(pk=order.pk).update(cancelled_at=timezone.now())
    stripe.pay(session)

    stripe.deliver(stripe.undelivered())

    assert counts() == (1, 1, 1, 1)
    assert Order.objects.get(pk=order.pk).cancelled_at is None


def test_who_is_on_the_programme_already_has_one_reason_more_and_a_person_looks_at_it(stripe):
    from courses.enrolling import accept_invitation, invite
    from tests.factories.people import make_registrar

    order = order_of(a_plan())
    told = pay(stripe, order)
    now = timezone.now()
    invitation = invite(programme=order.programme, email=order.buyer.email, by=make_registrar(), at=now)
    accept_invitation(invitation=invitation, person=order.buyer, at=now)

    stripe.deliver(told)

    assert Enrolment.objects.count() == 1
    assert Grant.objects.count() == 2
    assert Concern.objects.get().kind == ConcernKind.PAID_TWICE


@pytest.mark.parametrize("trouble", ["down", "500", "429"])
def test_a_service_that_does_not_answer_leaves_everything_as_it_was(stripe, trouble):
    order = order_of(a_plan())
    told = pay(stripe, order)
    client = Client()
    client.force_login(order.buyer)
    stripe.mode(api=trouble)

    answers = stripe.deliver(told)
    back = client.get(reverse("courses:order_done", args=[order.reference]))

    assert {status for _event, _type, status in answers} == {200}
    assert back.status_code == 302
    assert counts() == (0, 0, 0, 0)
    stripe.mode(api="ok")
    settle(order=order, at=timezone.now())
    assert counts() == (1, 1, 1, 1)


def test_who_goes_to_pay_while_the_service_is_away_is_told_so(stripe):
    order = order_of(a_plan())
    client = Client()
    client.force_login(order.buyer)
    stripe.mode(api="down")

    answer = client.post(reverse("courses:order_pay", args=[order.reference]))

    assert answer.status_code == 422
    assert "Nothing was taken. Try again in a minute." in answer.content.decode()
