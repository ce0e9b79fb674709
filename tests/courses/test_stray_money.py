"""What becomes of money that arrives, or does not, where nobody expects it?"""

from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from courses import paying, payments
from courses.chasing import chase
from courses.intakes import join_list
from courses.models import (
    Checkout,
    Concern,
    ConcernKind,
    Coupon,
    CouponUse,
    Enrolment,
    Fund,
    Grant,
    Intake,
    LedgerEntry,
    Order,
    Payment,
    PlanKind,
    Refund,
    Scholarship,
)
from courses.ordering import StillPaying, cancel_order, place_order
from courses.paying import NothingToPay, page_to_pay
from courses.reconciling import reconcile
from courses.refunding import CannotRefund, ask_refund, carry_out, preview_refund
from courses.scholarships import award_scholarship, report_of
from courses.settling import settle, take_effect
from courses.transfers import record_transfer
from tests.factories.people import make_person, make_registrar

from .buying import a_plan, go_to_pay, order_of, pay, pay_and_tell

pytestmark = pytest.mark.django_db(transaction=True)


def later(**how: object) -> object:
    at = timezone.now() + timedelta(minutes=10)
    return reconcile(since=at - timedelta(days=1), at=at, **how)


def kinds() -> set[str]:
    return set(Concern.objects.values_list("kind", flat=True))


def inside(order: Order) -> bool:
    return Enrolment.objects.open().filter(learner=order.buyer, programme=order.programme_id).exists()


# What the bank says --------------------------------------------------------------------------------------------


def test_a_bank_that_refused_is_seen_without_its_event(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    stripe.pay(session, asynchronous=True)
    stripe.settle(session, ok=False)

    later()

    assert Checkout.objects.get().failed_at is not None
    assert [message.subject for message in mail.outbox] == ["A payment did not go through"]
    cancel_order(order=order, by=order.buyer, at=timezone.now())
    assert Order.objects.get().cancelled_at is not None


def test_after_a_refusal_one_pays_on_another_page(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    stripe.pay(session, asynchronous=True)
    stripe.settle(session, ok=False)
    settle(order=order, at=timezone.now())

    again = go_to_pay(order)
    stripe.pay(again)
    stripe.deliver(stripe.undelivered())

    assert again != session
    assert inside(order)


def test_while_the_bank_decides_nobody_is_sent_to_pay_again(stripe):
    order = order_of(a_plan())
    stripe.pay(go_to_pay(order), asynchronous=True)
    stripe.deliver(stripe.undelivered())

    with pytest.raises(NothingToPay, match="bank is confirming"):
        page_to_pay(order=order, at=timezone.now() + timedelta(minutes=1))


# The key -------------------------------------------------------------------------------------------------------


def test_with_a_key_that_is_refused_nothing_is_known_and_nothing_is_taken_away(stripe, settings):
    order = order_of(a_plan())
    pay(stripe, order)
    key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, "rk_test_revoked"
    with pytest.raises(payments.PaymentsAway):
        settle(order=order, at=timezone.now())
    assert later().away
    chase(at=timezone.now() + timedelta(hours=25))
    order.refresh_from_db()
    assert order.cancelled_at is None

    settings.STRIPE_SECRET_KEY = key
    later()

    assert inside(order)


# Keys that make repeats harmless -------------------------------------------------------------------------------


def test_a_page_is_asked_for_under_the_visits_own_key(stripe):
    order = order_of(a_plan())
    go_to_pay(order)

    keys = [key for method, path, key in stripe.calls if (method, path) == ("POST", "/v1/checkout/sessions")]

    assert keys == [Checkout.objects.get().key]


def test_a_refund_is_asked_for_under_its_own_key(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    ask_refund(order=order, amount_minor=100, ends_access=False, reason="", by=make_registrar(), at=timezone.now())

    keys = [key for method, path, key in stripe.calls if (method, path) == ("POST", "/v1/refunds")]

    assert keys == [Refund.objects.get().key]


def test_a_refund_whose_answer_was_lost_is_not_made_again_when_the_key_is_forgotten(stripe, monkeypatch):
    order = pay_and_tell(stripe, order_of(a_plan()))
    monkeypatch.setattr(payments, "give_back", lambda **said: None)  # killed before it is asked
    ask_refund(order=order, amount_minor=10_000, ends_access=False, reason="", by=make_registrar(), at=timezone.now())
    monkeypatch.undo()
    refund = Refund.objects.get()
    stripe.books.refund(Payment.objects.get().provider_id, 10_000, {"refund": refund.key})  # it was done there
    stripe.forget_keys()

    carry_out(refund_id=refund.pk, at=timezone.now())

    assert [each["amount"] for each in stripe.state["refunds"].values()] == [10_000]
    assert sum(LedgerEntry.objects.values_list("amount_minor", flat=True)) == 30_000


def test_one_refund_that_was_made_twice_at_stripe_is_money_twice_and_needs_a_person(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    ask_refund(order=order, amount_minor=10_000, ends_access=False, reason="", by=make_registrar(), at=timezone.now())
    stripe.books.refund(Payment.objects.get().provider_id, 10_000, {"refund": Refund.objects.get().key})

    settle(order=order, at=timezone.now())

    assert sum(LedgerEntry.objects.values_list("amount_minor", flat=True)) == 20_000
    assert ConcernKind.REFUNDED_TWICE in kinds()


def test_a_buyer_whose_address_changed_after_a_lost_answer_can_still_pay(stripe):
    order = order_of(a_plan())
    paying._begin(order, at=timezone.now())
    checkout = Checkout.objects.get()
    payments.open_page(
        reference=order.reference, key=checkout.key, lines=paying.lines_of(checkout), currency="GBP",
        email=order.buyer.email, success_url="http://localhost/done", cancel_url="http://localhost/back",
        expires_at=checkout.expires_at, tax=False,
    )  # fmt: skip
    order.buyer.email = "new@example.org"
    order.buyer.save()

    order = pay_and_tell(stripe, Order.objects.get())

    assert inside(order)


def test_a_first_try_that_failed_long_ago_is_no_hindrance(stripe):
    order = order_of(a_plan())
    stripe.mode(api="down")
    with pytest.raises(payments.PaymentsAway):
        page_to_pay(order=order, at=timezone.now() - timedelta(minutes=100))
    stripe.mode(api="ok")

    assert page_to_pay(order=order, at=timezone.now()).startswith("http")


def test_stripe_is_told_the_orders_reference_and_nothing_else_of_us(stripe):
    order = order_of(a_plan(), buyer=make_person("Wren Secretname"))
    session = stripe.state["sessions"][go_to_pay(order)]
    lines, extra = stripe.books._lines[session["id"]]

    assert session["metadata"] == extra["metadata"] == {"order": order.reference}
    assert "Secretname" not in str(session) + str(lines)


# Cancelled -----------------------------------------------------------------------------------------------------


def test_cancelling_closes_the_page_so_that_nobody_pays_on_it(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)

    cancel_order(order=order, by=order.buyer, at=timezone.now())

    assert stripe.state["sessions"][session]["status"] == "expired"


def test_what_is_being_paid_is_not_cancelled(stripe):
    order = order_of(a_plan())
    pay(stripe, order)

    with pytest.raises(StillPaying):
        cancel_order(order=order, by=order.buyer, at=timezone.now())

    assert Order.objects.get().cancelled_at is None


def cancelled_while_the_page_was_made(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tab cancels between asking for the page and noting it."""
    ask = payments.open_page

    def ask_and_cancel(**said: object) -> object:
        page = ask(**said)
        cancel_order(order=order, by=order.buyer, at=timezone.now())
        return page

    monkeypatch.setattr(payments, "open_page", ask_and_cancel)
    with pytest.raises(NothingToPay):
        page_to_pay(order=order, at=timezone.now())
    monkeypatch.undo()


def test_a_page_made_while_its_order_was_cancelled_is_closed(stripe, monkeypatch):
    order = order_of(a_plan())

    cancelled_while_the_page_was_made(order, monkeypatch)

    [session] = stripe.state["sessions"].values()
    assert session["status"] == "expired"


def paid_after_cancelling(stripe, order: Order) -> Order:
    """The worst of cases: it was cancelled, and its page was paid all the same."""
    session = go_to_pay(order)
    Order.objects.filter(pk=order.pk).update(cancelled_at=timezone.now())
    CouponUse.objects.filter(order=order).update(given_back_at=timezone.now())
    Checkout.objects.update(closed_at=timezone.now())
    return order, session


def test_what_was_cancelled_and_paid_is_given_while_what_it_held_is_there(stripe):
    coupon = Coupon.objects.create(
        code="LAST", percent=10, most_uses=1, begins_at=timezone.now() - timedelta(days=1), made_by=make_registrar()
    )
    order, session = paid_after_cancelling(stripe, order_of(a_plan(), code="LAST"))

    stripe.pay(session)
    stripe.deliver(stripe.undelivered())

    assert inside(order)
    assert kinds() == {ConcernKind.PAID_AFTER_CANCEL}
    assert coupon.uses.filter(given_back_at=None).count() == 1


def test_a_coupons_last_use_sold_meanwhile_is_not_sold_twice(stripe):
    Coupon.objects.create(
        code="LAST", percent=10, most_uses=1, begins_at=timezone.now() - timedelta(days=1), made_by=make_registrar()
    )
    plan = a_plan()
    order, session = paid_after_cancelling(stripe, order_of(plan, code="LAST"))
    other = pay_and_tell(stripe, order_of(plan, code="LAST"))

    stripe.pay(session)
    stripe.deliver(stripe.undelivered())

    assert inside(other)
    assert not inside(order)
    assert Payment.objects.filter(order=order).exists()
    assert kinds() == {ConcernKind.PAID_AFTER_CANCEL}


def test_a_scholarship_used_meanwhile_stops_nothing(stripe):
    plan, registrar = a_plan(), make_registrar()
    wren = make_person("Wren")
    fund = Fund.objects.create(name="Understudies", amount_minor=100_000)
    award_scholarship(
        fund=fund, person=wren, programme=plan.programme, amount_minor=10_000, by=registrar, at=timezone.now()
    )
    order, session = paid_after_cancelling(stripe, order_of(plan, buyer=wren))
    again = pay_and_tell(stripe, order_of(plan, buyer=wren))

    stripe.pay(session)
    stripe.deliver(stripe.undelivered())
    later()

    assert again.fulfilled_at is not None
    assert Payment.objects.filter(order=order).exists()
    assert ConcernKind.PAID_AFTER_CANCEL in kinds()


# Over ----------------------------------------------------------------------------------------------------------


def test_a_page_left_open_at_a_refund_is_closed(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.DEPOSIT)))
    session = go_to_pay(order)
    ask_refund(order=order, amount_minor=10_000, ends_access=True, reason="", by=make_registrar(), at=timezone.now())

    assert stripe.state["sessions"][session]["status"] == "expired"
    with pytest.raises(NothingToPay):
        page_to_pay(order=order, at=timezone.now())


def test_money_for_an_order_that_is_over_needs_a_person_and_gives_nothing(stripe):
    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.DEPOSIT)))
    session = go_to_pay(order)
    stripe.pay(session)
    stripe.refund(Payment.objects.get().provider_id)
    Payment.objects.get()

    stripe.deliver(stripe.undelivered()[-2:])  # of the refund first
    later()

    assert sum(LedgerEntry.objects.values_list("amount_minor", flat=True)) == 30_000


def test_a_failed_refund_is_entered_back_and_noticed(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    ask_refund(order=order, amount_minor=40_000, ends_access=True, reason="", by=make_registrar(), at=timezone.now())
    assert not inside(order)

    stripe.fail_refund(Refund.objects.get().provider_id)
    stripe.deliver(stripe.undelivered() * 2)

    assert sum(LedgerEntry.objects.values_list("amount_minor", flat=True)) == 40_000
    assert kinds() == {ConcernKind.REFUND_FAILED}
    assert inside(order)


def test_a_lost_dispute_leaves_nothing_to_give_back(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    stripe.dispute(Payment.objects.get().provider_id, "lost")
    stripe.deliver(stripe.undelivered())

    preview = preview_refund(order=order, at=timezone.now())

    assert (preview.left_minor, preview.by_the_rules_minor) == (0, 0)
    with pytest.raises(CannotRefund):
        ask_refund(order=order, amount_minor=1, ends_access=True, reason="", by=make_registrar(), at=timezone.now())


def test_a_loss_is_news_also_after_the_dispute_was_settled(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    stripe.dispute(Payment.objects.get().provider_id, "needs_response")
    stripe.deliver(stripe.undelivered())
    Concern.objects.update(settled_at=timezone.now(), settled_by=make_registrar())

    stripe.dispute(Payment.objects.get().provider_id, "lost")
    stripe.deliver(stripe.undelivered())

    assert [concern.kind for concern in Concern.objects.filter(settled_at=None)] == [ConcernKind.DISPUTE_LOST]
    assert not inside(order)


# Answers that are old, or about something else -----------------------------------------------------------------


def test_an_older_answer_is_not_written_over_a_newer_one(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    before = [(Checkout.objects.get().pk, payments.session_seen(session))]
    stripe.expire(session)
    settle(order=order, at=timezone.now())
    order.refresh_from_db()
    assert Checkout.objects.get().closed_at is not None
    Checkout.objects.update(closed_at=None)

    take_effect(order=order, ticket=0, seen=[(before[0][0], payments.session_seen(session))], at=timezone.now())

    assert Checkout.objects.get().closed_at is None


@pytest.mark.parametrize(
    ("change", "kind"), [("client_reference_id", ConcernKind.NOT_OURS), ("livemode", ConcernKind.NOT_OURS)]
)
def test_a_page_that_names_another_order_or_other_money_gives_nothing(stripe, change, kind):
    order = order_of(a_plan())
    session = go_to_pay(order)
    stripe.pay(session)
    stripe.state["sessions"][session][change] = "another" if change == "client_reference_id" else True

    settle(order=order, at=timezone.now())

    assert not inside(order)
    assert kinds() == {kind}


def test_what_was_really_taken_is_what_counts(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    stripe.pay(session)
    intent = stripe.state["payment_intents"][stripe.state["sessions"][session]["payment_intent"]]
    intent["amount_received"] = 100

    settle(order=order, at=timezone.now())

    assert not inside(order)
    assert kinds() == {ConcernKind.WRONG_AMOUNT}


def test_a_dry_run_sees_a_page_whose_answer_was_lost(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    Checkout.objects.update(session_id=None, url="")
    stripe.pay(session)

    found = later(dry_run=True)

    assert found.mended == [order.reference]
    assert not inside(order)
    assert not Payment.objects.exists()


# Prices and places ---------------------------------------------------------------------------------------------


def test_a_fund_keeps_what_an_order_did_not_need(stripe):
    plan, wren = a_plan(PlanKind.INVOICE), make_person()
    fund = Fund.objects.create(name="Understudies", amount_minor=100_000)
    award_scholarship(
        fund=fund, person=wren, programme=plan.programme, amount_minor=90_000, by=make_registrar(), at=timezone.now()
    )

    order_of(plan, buyer=wren)

    assert report_of(fund).left_minor == 60_000
    assert report_of(fund).used_minor == Scholarship.objects.get().amount_minor == 40_000


def test_an_award_made_while_the_order_waits_is_taken_off_when_one_orders_again(stripe):
    plan, wren = a_plan(PlanKind.INVOICE), make_person()
    before = order_of(plan, buyer=wren)
    fund = Fund.objects.create(name="Understudies", amount_minor=100_000)
    award_scholarship(
        fund=fund, person=wren, programme=plan.programme, amount_minor=10_000, by=make_registrar(), at=timezone.now()
    )

    after = place_order(buyer=wren, plan=plan, at=timezone.now())

    before.refresh_from_db()
    assert before.cancelled_at is not None
    assert (after.total_minor, after.scholarship_minor) == (30_000, 10_000)


def test_nobody_takes_a_place_before_who_waits_for_it(stripe):
    from courses.intakes import IntakeFull

    plan = a_plan(PlanKind.INVOICE)
    intake = Intake.objects.create(
        programme=plan.programme, name="Spring", starts_on=timezone.localdate() + timedelta(days=60), places=1
    )
    order = order_of(plan, intake=intake)
    first, second = make_person("Juno"), make_person("Ilse")
    for minutes, person in ((2, first), (1, second)):
        join_list(intake=intake, person=person, at=timezone.now() - timedelta(minutes=minutes))
    cancel_order(order=order, by=None, at=timezone.now())

    for person in (make_person("Stranger"), second):
        with pytest.raises(IntakeFull):
            order_of(plan, buyer=person, intake=intake)

    assert order_of(plan, buyer=first, intake=intake).intake == intake


def test_an_order_holds_no_more_than_a_payment_can(stripe):
    from courses.models import Organisation
    from courses.ordering import CannotOrder

    buyer = make_person()
    theirs = Organisation.objects.create(name="Low Tide", owner=buyer, made_at=timezone.now())
    plan = a_plan(PlanKind.INVOICE, total_minor=5_000_000, for_seats=True)

    with pytest.raises(CannotOrder, match="more than one order"):
        place_order(buyer=buyer, plan=plan, organisation=theirs, seats=500, at=timezone.now())


def test_who_was_taken_off_a_programme_is_not_put_back_by_a_later_payment(stripe):
    from courses.enrolling import withdraw

    order = pay_and_tell(stripe, order_of(a_plan(PlanKind.DEPOSIT)))
    withdraw(enrolment=Enrolment.objects.get(), by=make_registrar(), at=timezone.now())

    stripe.pay(go_to_pay(order))
    stripe.deliver(stripe.undelivered())

    assert not inside(order)
    assert Grant.objects.count() == 1
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("letters", [b"[" * 100_000, b'{"a":' * 50_000])
def test_a_signed_body_that_nests_too_deep_is_refused(client, stripe, letters):
    import hashlib
    import hmac
    import time

    stamp = int(time.time())
    digest = hmac.new(b"whsec_tests", f"{stamp}.".encode() + letters, hashlib.sha256).hexdigest()

    answer = client.post(
        reverse("courses:stripe_webhook"), letters, content_type="application/json",
        headers={"Stripe-Signature": f"t={stamp},v1={digest}"},
    )  # fmt: skip

    assert answer.status_code == 400


def test_a_refund_asked_for_while_a_transfer_is_recorded_counts_what_came(stripe):
    order = order_of(a_plan(PlanKind.INVOICE))
    record = partial(record_transfer, order=order, amount_minor=40_000, by=make_registrar(), at=timezone.now())

    record()
    record()

    assert Payment.objects.count() == 1


def test_the_tax_that_stripe_worked_out_is_the_tax_on_the_receipt(stripe):
    from cms.accounts.academy import AcademySettings
    from courses.models import MoneyPaper

    academy = AcademySettings.load()
    academy.tax_name, academy.tax_percent, academy.tax_by_stripe = "VAT", 7, True
    academy.save()
    stripe.books.tax_percent = 20

    order = pay_and_tell(stripe, order_of(a_plan(total_minor=12_000)))

    assert Payment.objects.get().tax_minor == 2_000
    words = MoneyPaper.objects.get(order=order, kind="RCT").words
    assert (words["tax_minor"], words["tax_percent"], words["tax_name"]) == (2_000, "", "VAT")
    assert [
        line["price_data"]["tax_behavior"] for line in stripe.books._lines[order.checkouts.get().session_id][0]
    ] == ["inclusive"]
