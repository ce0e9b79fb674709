"""What is left when the web or the worker dies at any step of a payment? After the reconciliation, nobody paid and
outside, and nobody inside and unpaid."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from courses import paying, payments, refunding, settling, tasks
from courses.chasing import chase
from courses.models import (
    Checkout,
    Concern,
    ConcernKind,
    Enrolment,
    LedgerEntry,
    Order,
    Payment,
    PlanKind,
    Refund,
    StripeEvent,
)
from courses.reconciling import reconcile
from tests.factories.people import make_registrar

from .buying import a_plan, go_to_pay, order_of, pay, pay_and_tell

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """The process is gone: nothing catches this."""


def dies(*args: object, **kwargs: object) -> None:
    raise Killed


def nobody_tells(monkeypatch) -> None:
    """The worker is dead: what is put in the queue is never taken out."""
    monkeypatch.setattr(type(tasks.settle_event), "enqueue", lambda task, *args, **kwargs: None)


def later() -> None:
    now = timezone.now() + timedelta(minutes=10)
    reconcile(since=now - timedelta(days=1), at=now)


def all_is_well(order: Order, *, paid: bool) -> bool:
    inside = Enrolment.objects.open().filter(learner=order.buyer, programme=order.programme).exists()
    return inside == paid == Payment.objects.filter(order=order).exists() and not Concern.objects.exists()


def test_dead_once_the_order_is_written(stripe):
    order = order_of(a_plan())

    later()
    chase(at=timezone.now() + timedelta(hours=25))

    assert all_is_well(order, paid=False)
    assert Order.objects.get().cancelled_at is not None


def test_dead_before_the_page_is_asked_for(stripe, monkeypatch):
    order = order_of(a_plan())
    monkeypatch.setattr(payments, "open_page", dies)
    with pytest.raises(Killed):
        paying.page_to_pay(order=order, at=timezone.now())
    monkeypatch.undo()

    later()

    assert all_is_well(order, paid=False)


def test_dead_before_the_page_is_noted(stripe, monkeypatch):
    """Stripe made the page, and we do not know it. The same key gives the same page."""
    order = order_of(a_plan())
    ask = payments.open_page
    monkeypatch.setattr(payments, "open_page", lambda **said: dies(ask(**said)))
    with pytest.raises(Killed):
        paying.page_to_pay(order=order, at=timezone.now())
    monkeypatch.undo()
    assert Checkout.objects.get().session_id is None

    paying.page_to_pay(order=order, at=timezone.now())

    assert list(stripe.state["sessions"]) == [Checkout.objects.get().session_id]


def test_the_answer_with_the_page_is_lost(stripe):
    order = order_of(a_plan())
    stripe.lose_answer_to("/v1/checkout/sessions")
    paying.page_to_pay(order=order, at=timezone.now())  # the library asks again by itself, under the same key

    assert list(stripe.state["sessions"]) == [Checkout.objects.get().session_id]


def test_dead_before_the_months_are_ended(stripe, monkeypatch):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.INSTALMENTS)))
    nobody_tells(monkeypatch)
    refunding.ask_refund(
        order=order, amount_minor=100, ends_access=True, reason="", by=make_registrar(), at=timezone.now()
    )
    monkeypatch.undo()
    assert stripe.state["subscriptions"][order.subscription_id]["status"] == "active"

    later()
    later()

    assert stripe.state["subscriptions"][order.subscription_id]["status"] == "canceled"
    assert not Enrolment.objects.open().exists()


def test_a_page_we_never_heard_of_is_found_and_what_was_paid_there_counts(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    Checkout.objects.update(session_id=None, url="")
    stripe.pay(session)

    later()

    assert all_is_well(order, paid=True)


def test_dead_when_it_is_paid_so_that_no_event_arrives(stripe):
    order = order_of(a_plan())
    pay(stripe, order)

    later()

    assert all_is_well(order, paid=True)


def test_the_worker_is_dead_when_the_event_is_noted(stripe, monkeypatch):
    order = order_of(a_plan())
    nobody_tells(monkeypatch)
    stripe.deliver(pay(stripe, order))
    assert not Enrolment.objects.exists()
    monkeypatch.undo()

    later()

    assert all_is_well(order, paid=True)
    assert not StripeEvent.objects.filter(handled_at=None).exists()


@pytest.mark.parametrize("step", ["enter_payment", "fulfil", "follow_money"])
def test_dead_in_the_midst_of_writing(stripe, monkeypatch, step):
    order = order_of(a_plan())
    pay(stripe, order)
    with monkeypatch.context() as patched:
        patched.setattr(settling, step, dies)
        with pytest.raises(Killed):
            settling.settle(order=order, at=timezone.now())
    assert not Payment.objects.exists()
    assert not LedgerEntry.objects.exists()

    later()

    assert all_is_well(order, paid=True)


def test_dead_after_the_commit_and_before_the_months_are_limited(stripe, monkeypatch):
    order = order_of(a_plan(PlanKind.INSTALMENTS))
    nobody_tells(monkeypatch)
    pay(stripe, order)
    settling.settle(order=order, at=timezone.now())
    monkeypatch.undo()
    order.refresh_from_db()
    assert not stripe.state["subscriptions"][order.subscription_id].get("cancel_at")

    later()

    assert stripe.state["subscriptions"][order.subscription_id]["cancel_at"]
    assert all_is_well(order, paid=True)


def test_dead_when_a_refund_is_asked_for(stripe, monkeypatch):
    order = pay_and_tell(stripe, order_of(a_plan()))
    nobody_tells(monkeypatch)
    refunding.ask_refund(
        order=order, amount_minor=40_000, ends_access=True, reason="", by=make_registrar(), at=timezone.now()
    )
    monkeypatch.undo()
    assert stripe.state["refunds"] == {}

    later()
    later()

    assert [refund["amount"] for refund in stripe.state["refunds"].values()] == [40_000]
    assert Refund.objects.get().given_at is not None
    assert not Enrolment.objects.open().exists()


def test_the_answer_to_a_refund_is_lost(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    stripe.lose_answer_to("/v1/refunds")

    refunding.ask_refund(
        order=order, amount_minor=10_000, ends_access=False, reason="", by=make_registrar(), at=timezone.now()
    )
    later()

    assert [refund["amount"] for refund in stripe.state["refunds"].values()] == [10_000]
    assert Refund.objects.get().given_at is not None


def test_inside_and_not_paid_is_reported_and_not_touched(stripe, capsys):
    """Somebody wrote into the database, or money vanished at the service: a person decides."""
    order = order_of(a_plan())
    go_to_pay(order)
    from courses.fulfilling import fulfil
    from courses.settling import locked

    with_lock = locked.__wrapped__ if hasattr(locked, "__wrapped__") else locked
    from django.db import transaction

    with transaction.atomic():
        fulfil(order=with_lock(order), by=order.buyer, at=timezone.now())

    call_command("reconcile_payments")
    call_command("reconcile_payments")

    assert f"inside and not paid, for the registrar: order {order.reference}" in capsys.readouterr().out
    assert Concern.objects.get().kind == ConcernKind.ENROLLED_UNPAID
    assert Enrolment.objects.open().exists()


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(stripe, capsys):
    order = order_of(a_plan())
    pay(stripe, order)

    call_command("reconcile_payments", "--dry-run")

    assert f"paid and outside, would be let in: order {order.reference}" in capsys.readouterr().out
    assert not Enrolment.objects.exists()
    assert Order.objects.get().asked == 0


def test_a_service_that_is_away_stops_the_reconciliation_calmly(stripe, capsys):
    order = order_of(a_plan())
    pay(stripe, order)
    stripe.mode(api="500")

    call_command("reconcile_payments")

    assert "stopped answering" in capsys.readouterr().out
    stripe.mode(api="ok")
    later()
    assert all_is_well(order, paid=True)


def test_without_keys_there_is_nothing_to_compare(settings, capsys):
    settings.STRIPE_SECRET_KEY = ""

    call_command("reconcile_payments")

    assert capsys.readouterr().out == "Payments online are not set up: nothing to compare.\n"
