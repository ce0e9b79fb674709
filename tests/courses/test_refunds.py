"""What does giving money back take away? Exactly what it paid for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.ledger import balances
from courses.models import (
    Concern,
    ConcernKind,
    Enrolment,
    Intake,
    LedgerEntry,
    MoneyPaper,
    PaperKind,
    PlanKind,
    Refund,
    RefundTier,
)
from courses.refunding import CannotRefund, ask_refund, preview_refund
from courses.transfers import record_transfer
from tests.factories.people import make_person, make_registrar

from .buying import a_plan, go_to_pay, order_of, pay_and_tell

pytestmark = pytest.mark.django_db(transaction=True)


def give_back(order, amount_minor: int, *, ends_access: bool = False) -> list[Refund]:
    return ask_refund(
        order=order,
        amount_minor=amount_minor,
        ends_access=ends_access,
        reason="asked by the buyer",
        by=make_registrar(),
        at=timezone.now(),
    )


def is_inside(order) -> bool:
    return Enrolment.objects.open().filter(learner=order.buyer, programme=order.programme).exists()


def at_stripe(stripe) -> int:
    """What the service holds of all payments, in minor units."""
    came = sum(intent["amount_received"] for intent in stripe.state["payment_intents"].values())
    went = sum(refund["amount"] for refund in stripe.state["refunds"].values() if refund["status"] == "succeeded")
    return came - went


def test_giving_back_one_of_two_purchases_takes_away_only_that_one(stripe):
    wren = make_person("Wren")
    one, other = (pay_and_tell(stripe, order_of(a_plan(), buyer=wren)) for _place in range(2))

    give_back(one, 40_000)

    assert (is_inside(one), is_inside(other)) == (False, True)
    assert balances(LedgerEntry.objects.all()) == {"GBP": 40_000}
    assert at_stripe(stripe) == 40_000


def test_a_part_leaves_the_place_and_the_rest_ends_it(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))

    give_back(order, 15_000)
    assert is_inside(order)
    give_back(order, 25_000)

    assert not is_inside(order)
    assert at_stripe(stripe) == 0 == balances(LedgerEntry.objects.all())["GBP"]
    notes = MoneyPaper.objects.filter(kind=PaperKind.CREDIT).order_by("number")
    assert list(notes.values_list("number", "total_minor")) == [(1, 15_000), (2, 25_000)]


def test_a_part_ends_the_place_where_the_registrar_says_so(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))

    give_back(order, 20_000, ends_access=True)

    assert not is_inside(order)


def test_more_than_was_paid_is_not_given_back(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    give_back(order, 30_000)

    with pytest.raises(CannotRefund, match="more than is left"):
        give_back(order, 10_001)
    with pytest.raises(CannotRefund, match="above nothing"):
        give_back(order, 0)

    assert Refund.objects.count() == 1


def test_a_refund_of_two_payments_goes_from_the_newest_on(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.DEPOSIT)))
    pay_and_tell(stripe, order)

    give_back(order, 35_000)

    assert list(Refund.objects.order_by("pk").values_list("amount_minor", flat=True)) == [30_000, 5_000]
    assert is_inside(order)
    assert at_stripe(stripe) == 5_000


@pytest.mark.parametrize(("amount", "inside"), [(None, False), (1_000, True)])
def test_what_is_given_back_at_the_service_is_heard_of(stripe, amount, inside):
    order = pay_and_tell(stripe, order_of(a_plan()))
    session = order.checkouts.get().session_id

    stripe.refund(session, amount=amount)
    stripe.deliver(stripe.undelivered())

    assert is_inside(order) == inside
    assert at_stripe(stripe) == sum(balances(LedgerEntry.objects.all()).values())
    assert Concern.objects.filter(kind=ConcernKind.GIVEN_BACK_IN_PART).exists() == inside


def test_our_own_refund_is_heard_of_and_is_not_entered_twice(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))

    give_back(order, 10_000)
    stripe.deliver(stripe.undelivered() * 2)

    assert Refund.objects.count() == 1
    assert not Concern.objects.exists()


def test_the_service_refuses_and_a_person_is_told(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    stripe.refund(order.checkouts.get().session_id, amount=35_000)  # and nobody told us yet

    give_back(order, 10_000)

    failed = Refund.objects.get(key__startswith="refund-")
    assert failed.failed_at is not None
    assert Concern.objects.filter(kind=ConcernKind.REFUND_FAILED).exists()
    assert sum(balances(LedgerEntry.objects.all()).values()) == at_stripe(stripe) == 5_000


def test_a_transfer_is_given_back_by_hand_and_counts_at_once():
    order = order_of(a_plan(PlanKind.INVOICE))
    order = record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=timezone.now())

    give_back(order, 40_000)

    assert not is_inside(order)
    assert balances(LedgerEntry.objects.all()) == {"GBP": 0}


@pytest.mark.parametrize(("days", "percent"), [(30, 100), (21, 100), (20, 50), (15, 50), (14, 0), (1, 0)])
def test_the_rules_give_back_by_the_days_before_the_start(days, percent):
    now = timezone.now()
    plan = a_plan(PlanKind.INVOICE)
    for before, share in ((21, 100), (15, 50)):
        RefundTier.objects.create(programme=plan.programme, days_before=before, percent=share)
    intake = Intake.objects.create(
        programme=plan.programme, name="Spring", starts_on=(now + timedelta(days=60)).date(), places=3
    )
    order = order_of(plan, intake=intake, at=now)
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=now)
    asked = now + timedelta(days=60 - days)

    preview = preview_refund(order=order, at=asked)

    assert (preview.percent, preview.by_the_rules_minor) == (percent, 400 * percent)
    assert [enrolment.learner for enrolment in preview.loses] == [order.buyer]


def test_everything_is_given_back_in_the_hours_of_cooling_off():
    now = timezone.now()
    order = order_of(a_plan(PlanKind.INVOICE), at=now)
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=now)

    assert preview_refund(order=order, at=now + timedelta(hours=47)).percent == 100
    assert preview_refund(order=order, at=now + timedelta(hours=49)).percent == 0


def test_monthly_payments_end_with_the_access_they_paid_for(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.INSTALMENTS)))

    give_back(order, 13_334, ends_access=True)

    assert not is_inside(order)
    assert stripe.state["subscriptions"][order.subscription_id]["status"] == "canceled"


def test_access_for_another_reason_stays(stripe):
    from courses.enrolling import accept_invitation, invite

    now = timezone.now()
    order = order_of(a_plan())
    go_to_pay(order)
    invitation = invite(programme=order.programme, email=order.buyer.email, by=make_registrar(), at=now)
    accept_invitation(invitation=invitation, person=order.buyer, at=now)
    order = pay_and_tell(stripe, order)

    give_back(order, 40_000)

    assert is_inside(order)
    assert preview_refund(order=order, at=now).left_minor == 0
