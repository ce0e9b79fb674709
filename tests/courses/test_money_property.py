"""Whatever is ordered, taken off, paid and given back: are the sums exact, and is the ledger what the service says?"""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from courses.ledger import balances
from courses.models import (
    Coupon,
    Dispute,
    Fund,
    LedgerEntry,
    MoneyPaper,
    Order,
    PaperKind,
    Payment,
    PlanKind,
    PricePlan,
    Refund,
)
from courses.ordering import CannotOrder
from courses.pricing import price_of
from courses.refunding import CannotRefund, ask_refund
from courses.scholarships import award_scholarship
from courses.transfers import record_transfer
from tests.factories.people import NOON, make_person, make_registrar
from tests.stripe_stand_in.books import Refused

from .buying import a_plan, order_of, pay_and_tell

CALM = settings(
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

plans = st.one_of(
    st.builds(PricePlan, kind=st.just(PlanKind.ONCE), total_minor=st.integers(50, 10**7)),
    st.builds(PricePlan, kind=st.just(PlanKind.INSTALMENTS), total_minor=st.integers(50, 10**7), parts=st.integers(2, 24)),
    st.builds(
        PricePlan, kind=st.just(PlanKind.DEPOSIT), total_minor=st.integers(200, 10**7),
        deposit_minor=st.integers(50, 199), balance_days=st.integers(1, 90),
    ),
)  # fmt: skip
coupons = st.one_of(
    st.none(),
    st.builds(Coupon, percent=st.integers(1, 100)),
    st.builds(Coupon, amount_minor=st.integers(1, 10**7), currency=st.just("GBP")),
)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(plan=plans, coupon=coupons, scholarship=st.integers(0, 10**7), seats=st.integers(1, 500))
def test_a_price_adds_up_to_the_penny(plan, coupon, scholarship, seats):
    price = price_of(plan, seats=seats, coupon=coupon, scholarship_minor=scholarship, at=NOON)

    assert price.list_minor == price.coupon_minor + price.scholarship_minor + price.total_minor
    assert min(price.coupon_minor, price.scholarship_minor, price.total_minor) >= 0
    assert sum(part.amount_minor for part in price.parts) == price.total_minor
    assert all(part.amount_minor > 0 for part in price.parts)


class Undo(Exception):
    """Ends an example: nothing of it stays."""


@pytest.mark.django_db
@CALM
@given(
    kind=st.sampled_from([PlanKind.ONCE, PlanKind.DEPOSIT, PlanKind.INSTALMENTS, PlanKind.INVOICE]),
    total=st.integers(11_000, 90_000),
    percent=st.integers(0, 60),
    award=st.integers(0, 5_000),
    back=st.lists(
        st.tuples(st.sampled_from(["here", "there", "fails", "won", "lost"]), st.integers(1, 30_000)), max_size=4
    ),
    tax=st.sampled_from(["0", "20", "7.7"]),
)
def test_the_ledger_is_what_the_service_says(stripe, kind, total, percent, award, back, tax):
    try:
        with transaction.atomic():
            held_before = _held(stripe)
            _walk(stripe, kind, total, percent, award, back, tax)
            online = LedgerEntry.objects.exclude(payment__method="TRANSFER")
            assert sum(balances(online).values()) == _held(stripe) - held_before
            raise Undo
    except Undo:
        pass


def _held(stripe) -> int:
    """What the service holds, in minor units."""
    came = sum(intent["amount_received"] for intent in stripe.state["payment_intents"].values())
    gone = sum(refund["amount"] for refund in stripe.state["refunds"].values() if refund["status"] == "succeeded")
    lost = sum(dispute["amount"] for dispute in stripe.state["disputes"].values() if dispute["status"] == "lost")
    return came - gone - lost


def _walk(stripe, kind, total, percent, award, back, tax) -> None:
    """Buy something, give some of it back, and hold every sum against every other."""
    stripe.books.clock = 0  # months went by in the example before
    now, registrar = timezone.now(), make_registrar()
    academy = AcademySettings.load()
    academy.tax_name, academy.tax_percent = "VAT", tax
    academy.save()
    plan, wren = a_plan(kind, total_minor=total), make_person()
    if percent:
        Coupon.objects.create(code="CREW", percent=percent, begins_at=now, made_by=registrar)
    if award:
        fund = Fund.objects.create(name="Understudies", amount_minor=5_000)
        award_scholarship(fund=fund, person=wren, programme=plan.programme, amount_minor=award, by=registrar, at=now)
    try:
        order = order_of(plan, buyer=wren, code="CREW" if percent else "")
    except CannotOrder:
        return
    while part := order.instalments.filter(paid_at=None).order_by("number").first():
        if kind == PlanKind.INVOICE:
            record_transfer(order=order, amount_minor=part.amount_minor, by=registrar, at=now)
        elif order.subscription_id:
            stripe.next_invoice(order.subscription_id)
            stripe.deliver(stripe.undelivered())
        else:
            pay_and_tell(stripe, order)
        _settle_by_hand(order)
    for how, amount in back:
        _give_back(stripe, order, how, amount, by=registrar)
    _hold_against_each_other(order)


def _give_back(stripe, order: Order, how: str, amount: int, *, by: User) -> None:
    """At our desk, at the service's, by a bank that sends it back, or by a dispute."""
    now = timezone.now()
    online = order.payments.filter(method="CARD").order_by("pk").last()
    try:
        if how in {"here", "fails"} or online is None:
            asked = ask_refund(order=order, amount_minor=amount, ends_access=False, reason="", by=by, at=now)
            for refund in asked:
                if refund.payment.method == "CARD":
                    _carry_out(refund)
            refund = Refund.objects.get(pk=asked[-1].pk)
            if how == "fails" and refund.provider_id:
                stripe.fail_refund(refund.provider_id)
        elif how == "there":
            stripe.refund(online.provider_id, min(amount, online.amount_minor))
        elif not online.refunds.filter(failed_at=None).exists():
            stripe.dispute(online.provider_id, how)
    except (CannotRefund, Refused):
        return
    stripe.deliver(stripe.undelivered())
    _settle_by_hand(order)


def _settle_by_hand(order: Order) -> None:
    """What the worker does after the commit, which never comes inside an example."""
    from courses.settling import settle

    settle(order=order, at=timezone.now())
    order.refresh_from_db()


def _carry_out(refund: Refund) -> None:
    from courses.refunding import carry_out

    carry_out(refund_id=refund.pk, at=timezone.now())


def _hold_against_each_other(order: Order) -> None:
    paid = list(Payment.objects.filter(order=order))
    gone = list(Refund.objects.filter(payment__order=order, given_at__isnull=False, failed_at=None))
    lost = sum(Dispute.objects.filter(payment__order=order, status="lost").values_list("amount_minor", flat=True))
    ledger = LedgerEntry.objects.filter(order=order)
    assert sum(payment.amount_minor for payment in paid) == order.total_minor
    back = sum(refund.amount_minor for refund in gone)
    assert sum(entry.amount_minor for entry in ledger) == order.total_minor - back - lost
    assert sum(entry.amount_minor for entry in ledger) >= 0
    papers = MoneyPaper.objects.filter(order=order)
    receipts = sum(papers.filter(kind=PaperKind.RECEIPT).values_list("total_minor", flat=True))
    notes = sum(papers.filter(kind=PaperKind.CREDIT, refund__failed_at=None).values_list("total_minor", flat=True))
    assert receipts - notes - lost == sum(entry.amount_minor for entry in ledger)
    for payment in paid:
        back = [refund for refund in gone if refund.payment_id == payment.pk]
        assert sum(refund.tax_minor for refund in back) <= payment.tax_minor
        if sum(refund.amount_minor for refund in back) == payment.amount_minor:
            assert sum(refund.tax_minor for refund in back) == payment.tax_minor
