"""Is how an order stands said truly, in a list and on its own page, whatever happened to it?"""

from datetime import timedelta

import pytest
from django.core import mail as sent
from django.urls import reverse
from django.utils import timezone

from courses import mail
from courses.enrolling import end_access, hold_access
from courses.models import (
    Access,
    Checkout,
    Concern,
    ConcernKind,
    Dispute,
    Ended,
    Held,
    Intake,
    Order,
    PlanKind,
    Refund,
    RefundTier,
)
from courses.ordering import cancel_order
from courses.refund_words import rules_in_words
from courses.settling import settle
from courses.standing import READ, standing_in_words, state_of
from courses.transfers import record_transfer
from tests.courses.buying import a_plan, go_to_pay, order_of, pay
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return make_programme(title="On set", access=Access.FEE)


@pytest.fixture
def buyer(client):
    person = make_person("Nell")
    client.force_login(person)
    return person


def paid(plan, buyer) -> Order:
    order = order_of(plan, buyer=buyer)
    return record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=timezone.now())


def page_of(client, order):
    return client.get(reverse("courses:order", args=[order.reference])).content.decode()


def state(order: Order) -> str:
    return state_of(Order.objects.prefetch_related(*READ).get(pk=order.pk), at=timezone.now())


# The state -----------------------------------------------------------------------------------------------------


def test_an_invoices_life(programme, buyer):
    plan = a_plan(PlanKind.INVOICE, programme=programme)
    order = order_of(plan, buyer=buyer)
    assert state(order) == "to_pay"
    cancel_order(order=order, by=buyer, at=timezone.now())
    assert state(order) == "cancelled"

    order = paid(plan, buyer)

    assert state(order) == "paid"
    Refund.objects.create(
        payment=order.payments.get(), key="back", amount_minor=40_000, ends_access=True, asked_at=timezone.now(),
        given_at=timezone.now(),
    )  # fmt: skip
    assert state(order) == "given_back"


def test_a_dispute_rests_access_and_one_lost_is_said_to_be(programme, buyer):
    order = paid(a_plan(PlanKind.INVOICE, programme=programme), buyer)
    now = timezone.now()
    dispute = Dispute.objects.create(
        payment=order.payments.get(), provider_id="dp_1", amount_minor=40_000, status="under_review", seen_at=now,
        changed_at=now,
    )  # fmt: skip
    hold_access(order=order, because=Held.DISPUTE, at=now)
    assert state(order) == "disputed"

    dispute.status = "lost"
    dispute.save()
    end_access(order=order, because=Ended.DISPUTE_LOST, at=now)

    assert standing_in_words(order, at=now).text == "Taken back by a bank"


def test_a_part_that_is_late_is_late_and_then_paused(stripe, programme, buyer):
    order = order_of(a_plan(PlanKind.DEPOSIT, programme=programme), buyer=buyer)
    pay(stripe, order)
    order = settle(order=order, at=timezone.now())
    assert state(order) == "part_paid"
    order.instalments.filter(number=2).update(due_at=timezone.now() - timedelta(days=1))
    assert state(order) == "late"

    hold_access(order=order, because=Held.UNPAID, at=timezone.now())

    assert state(order) == "paused"


@pytest.mark.parametrize("count", [1, 3])
def test_every_kind_of_order_costs_the_same(client, stripe, buyer, count, django_assert_num_queries):
    for _each in range(count):
        order = paid(a_plan(PlanKind.INVOICE), buyer)
        Refund.objects.create(
            payment=order.payments.get(), key=order.reference, amount_minor=4_050, ends_access=False,
            asked_at=timezone.now(), given_at=timezone.now(),
        )  # fmt: skip
        go_to_pay(order_of(a_plan(), buyer=buyer))

    orders = Order.objects.order_by("pk").prefetch_related(*READ)
    with django_assert_num_queries(8):  # orders, parts, visits, grants, payments, refunds, disputes, concerns
        states = [standing_in_words(order, at=timezone.now()).state for order in orders]

    assert states == ["paid", "to_pay"] * count


def test_the_list_says_how_each_order_stands(client, stripe, buyer, programme):
    order = order_of(a_plan(PlanKind.DEPOSIT, programme=programme), buyer=buyer)
    pay(stripe, order)
    settle(order=order, at=timezone.now())
    order.instalments.filter(number=2).update(due_at=timezone.now() - timedelta(days=1))

    assert "A payment is late" in client.get(reverse("courses:payments")).content.decode()


# What the page says and offers ---------------------------------------------------------------------------------


def test_coming_back_without_paying_says_so_and_after_paying_says_that(client, stripe, buyer, programme):
    order = order_of(a_plan(PlanKind.DEPOSIT, programme=programme), buyer=buyer)
    back = reverse("courses:order_back", args=[order.reference])
    go_to_pay(order)

    unpaid = client.get(back, follow=True).content.decode()
    pay(stripe, order)
    half = client.get(back, follow=True).content.decode()
    pay(stripe, order)
    whole = client.get(back, follow=True).content.decode()

    assert "Nothing was paid. Your order is kept for a day" in unpaid
    assert "Nothing more was paid just now. What you paid before stands" in half
    assert "This order is paid. There is nothing more to do." in whole
    assert "Nothing was paid" not in half + whole


def test_coming_back_while_stripe_is_away_claims_nothing(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    go_to_pay(order)
    stripe.mode(api="down")

    page = client.get(reverse("courses:order_back", args=[order.reference]), follow=True).content.decode()

    assert "Nothing was paid" not in page
    assert "We could not ask the payment service just now." in page


def test_while_the_bank_confirms_every_page_says_so(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    pay(stripe, order, asynchronous=True)
    Checkout.objects.update(opened_at=timezone.now() - timedelta(minutes=1))
    client.get(reverse("courses:order_done", args=[order.reference]))

    card = client.get(programme.get_url()).content.decode()
    enrol = client.get(reverse("courses:enrol", args=[programme.slug])).content.decode()
    first = client.get(reverse("cms:learn")).content.decode()

    assert "Your bank is confirming" in card
    assert "your bank is confirming it, and there is nothing for you to do" in enrol
    assert "On set: The bank is confirming" in first
    assert "have not paid yet" not in card


def test_a_payment_that_a_bank_refused_is_said_and_paid_again(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    pay(stripe, order, asynchronous=True)
    stripe.settle(Checkout.objects.get().session_id, ok=False)
    client.get(reverse("courses:order_done", args=[order.reference]))

    page = page_of(client, order)

    assert "did not go through: the bank said no. Nothing was taken" in page
    assert "Pay £400" in page


@pytest.mark.parametrize("kind", [ConcernKind.WRONG_AMOUNT, ConcernKind.WRONG_CURRENCY, ConcernKind.NOT_OURS])
def test_while_a_payment_is_looked_at_nothing_more_is_asked_for(client, stripe, buyer, programme, kind):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    concern = Concern.objects.create(order=order, kind=kind, about="pi_1", noticed_at=timezone.now())

    page = page_of(client, order)
    pressed = client.post(reverse("courses:order_pay", args=[order.reference]))

    assert "We are looking at a payment" in page
    assert "Pay £400" not in page
    assert "Cancel this order" not in page
    assert pressed.url == reverse("courses:order", args=[order.reference])
    assert not Checkout.objects.exists()
    concern.settled_at, concern.settled_by = timezone.now(), make_registrar()
    concern.save()
    assert "Pay £400" in page_of(client, order)


def test_who_is_on_the_programme_by_something_else_is_not_asked_to_pay(client, stripe, buyer, programme):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    make_enrolment(learner=buyer, programme=programme)

    page = page_of(client, order)

    assert "You are on this programme already, so there is nothing to pay." in page
    assert "Pay £400" not in page
    assert "Cancel this order" in page
    assert client.post(reverse("courses:order_pay", args=[order.reference])).status_code == 302
    assert not Checkout.objects.exists()
    for address in (reverse("cms:learn"), programme.get_url()):
        assert "See and cancel it" in client.get(address).content.decode()


def test_without_keys_an_order_by_card_says_why_and_can_be_cancelled(client, buyer, programme, stripe, settings):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    settings.STRIPE_SECRET_KEY = ""

    page = page_of(client, order)

    assert "Payments online are not set up here at present" in page
    assert "Pay £400" not in page
    client.post(reverse("courses:order_cancel", args=[order.reference]))
    assert state(order) == "cancelled"


def test_where_its_page_cannot_be_closed_a_refused_cancelling_says_whom_to_write_to(
    client, buyer, programme, stripe, settings
):
    order = order_of(a_plan(programme=programme), buyer=buyer)
    go_to_pay(order)
    settings.STRIPE_SECRET_KEY = ""

    answer = client.post(reverse("courses:order_cancel", args=[order.reference]))

    assert answer.status_code == 422
    assert "Write to the registrar, who can." in answer.content.decode()
    assert state(order) == "to_pay"


def test_before_paying_by_months_the_order_names_what_the_card_is_charged_later(client, stripe, buyer, programme):
    order = order_of(a_plan(PlanKind.INSTALMENTS, programme=programme, total_minor=10_000), buyer=buyer)

    page = page_of(client, order)

    assert "you let the same card be charged by itself for the others" in page
    assert page.count("£33.33 on ") == 2


def test_what_went_back_of_an_order_is_a_line_of_it(client, buyer, programme):
    order = paid(a_plan(PlanKind.INVOICE, programme=programme), buyer)
    Refund.objects.create(
        payment=order.payments.get(), key="some", amount_minor=4_050, ends_access=False, asked_at=timezone.now(),
        given_at=timezone.now(),
    )  # fmt: skip

    assert "<dt>Given back</dt><dd>−£40.50</dd>" in page_of(client, order)


# Rules of giving back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tiers", "hours", "dated", "said"),
    [
        (
            [[21, 100], [15, 50], [0, 0]],
            48,
            True,
            [
                "Within 48 hours of paying, everything is given back.",
                "Until 21 days before your intake begins, everything is given back.",
                "Until 15 days before your intake begins, 50 % of what you paid is given back.",
                "After that, nothing is given back.",
            ],
        ),
        (
            [[0, 30]],
            0,
            True,
            [
                "Until the day your intake begins, 30 % of what you paid is given back.",
                "Once the intake has begun, nothing is given back.",
            ],
        ),
        (
            [[21, 100]],
            1,
            False,
            ["Within 1 hour of paying, everything is given back.", "After that, nothing is given back."],
        ),
        ([], 0, True, ["Nothing is given back."]),
    ],
)
def test_the_rules_in_words(tiers, hours, dated, said):
    assert rules_in_words(tiers, cooling_off_hours=hours, dated=dated) == said


def test_the_rules_are_read_before_one_buys_and_an_order_keeps_those_of_its_day(client, buyer, programme):
    plan = a_plan(PlanKind.INVOICE, programme=programme)
    intake = Intake.objects.create(programme=programme, name="Spring 2099", starts_on="2099-03-01", places=2)
    RefundTier.objects.create(programme=programme, days_before=21, percent=100)
    rule = "Until 21 days before your intake begins, everything is given back."
    before = client.get(programme.get_url()).content.decode()
    choosing = client.get(reverse("courses:enrol", args=[programme.slug])).content.decode()
    order = order_of(plan, buyer=buyer, intake=intake)

    RefundTier.objects.update(percent=10)

    assert rule in before
    assert rule in choosing
    assert rule in page_of(client, order)


# The intake ----------------------------------------------------------------------------------------------------


def test_an_intake_is_the_group_and_the_lessons_open_at_once(client, buyer, programme):
    intake = Intake.objects.create(programme=programme, name="Spring 2099", starts_on="2099-03-01", places=2)
    order = order_of(a_plan(PlanKind.INVOICE, programme=programme), buyer=buyer, intake=intake)
    record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=timezone.now())
    sent.outbox.clear()

    mail.send_place(order.grants.get().enrolment)

    [message] = sent.outbox
    assert "its lessons are open" in message.body
    assert "Your intake is Spring 2099, from 1 March 2099." in message.body
    assert "Spring 2099, from 1 March 2099, is your group" in page_of(client, order)
    assert "Spring 2099, from 1 March 2099" in client.get(reverse("cms:learn")).content.decode()


def test_a_place_that_ended_is_said_on_the_first_screen_for_a_month(client, buyer, programme):
    order = paid(a_plan(PlanKind.INVOICE, programme=programme), buyer)
    end_access(order=order, because=Ended.REFUNDED, at=timezone.now())

    assert "On set: your place ended on" in client.get(reverse("cms:learn")).content.decode()

    order.grants.update(given_at=timezone.now() - timedelta(days=40), ended_at=timezone.now() - timedelta(days=31))
    assert "your place ended" not in client.get(reverse("cms:learn")).content.decode()
