"""Does the database itself refuse what cannot be? Tried through the ORM, past every function."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.models import (
    Checkout,
    Concern,
    Coupon,
    CouponUse,
    Dispute,
    Fund,
    Grant,
    Instalment,
    Intake,
    LedgerEntry,
    MoneyPaper,
    Order,
    Organisation,
    Payment,
    PlanKind,
    PricePlan,
    Refund,
    RefundTier,
    Scholarship,
    Waiting,
)
from courses.refunding import ask_refund
from courses.transfers import record_transfer
from tests.factories.people import NOON, make_person, make_registrar

from .buying import a_plan, order_of

pytestmark = pytest.mark.django_db
BEFORE = NOON - timedelta(days=1)


@pytest.fixture
def order() -> Order:
    """A paid order with one of everything around it."""
    plan, registrar = a_plan(PlanKind.INVOICE), make_registrar()
    Coupon.objects.create(code="CREW", percent=10, begins_at=BEFORE, made_by=registrar)
    intake = Intake.objects.create(
        programme=plan.programme, name="Spring", starts_on=NOON.date() + timedelta(days=30), places=3
    )
    wren = make_person()
    fund = Fund.objects.create(name="Understudies", amount_minor=10_000)
    Scholarship.objects.create(
        fund=fund, person=wren, programme=plan.programme, amount_minor=100, awarded_at=NOON, awarded_by=registrar
    )
    order = order_of(plan, buyer=wren, code="CREW", intake=intake, at=NOON)
    record_transfer(order=order, amount_minor=order.total_minor, by=registrar, at=NOON)
    ask_refund(order=order, amount_minor=100, ends_access=False, reason="", by=registrar, at=NOON)
    part = order.instalments.get()
    Checkout.objects.create(
        order=order,
        instalment=part,
        amount_minor=1,
        currency="GBP",
        opened_at=NOON,
        expires_at=NOON + timedelta(hours=1),
    )
    Dispute.objects.create(
        payment=order.payments.get(), provider_id="dp_1", amount_minor=1, status="won", seen_at=NOON, changed_at=NOON
    )
    Concern.objects.create(order=order, kind="DISPUTE", about="dp_1", noticed_at=NOON)
    Waiting.objects.create(intake=intake, person=make_person(), joined_at=NOON)
    RefundTier.objects.create(programme=plan.programme, days_before=21, percent=100)
    order.refresh_from_db()
    return order


IMPOSSIBLE = [
    (PricePlan, {"total_minor": 0}),
    (PricePlan, {"kind": "FREE"}),
    (PricePlan, {"kind": "DEPOSIT"}),
    (PricePlan, {"deposit_minor": 5}),
    (PricePlan, {"kind": "DEPOSIT", "deposit_minor": 40_000, "balance_days": 3}),
    (PricePlan, {"kind": "DEPOSIT", "deposit_minor": 4}),
    (PricePlan, {"kind": "INSTALMENTS"}),
    (PricePlan, {"kind": "INSTALMENTS", "parts": 1}),
    (PricePlan, {"kind": "INSTALMENTS", "parts": 25}),
    (PricePlan, {"parts": 3}),
    (PricePlan, {"kind": "INSTALMENTS", "parts": 3, "for_seats": True}),
    (PricePlan, {"closed_at": NOON - timedelta(days=9999)}),
    (Intake, {"places": 0}),
    (Waiting, {"offered_at": NOON}),
    (Waiting, {"offered_at": NOON, "offer_ends_at": NOON}),
    (RefundTier, {"percent": 101}),
    (Coupon, {"percent": None}),
    (Coupon, {"percent": 0}),
    (Coupon, {"percent": 101}),
    (Coupon, {"amount_minor": 5}),
    (Coupon, {"percent": None, "amount_minor": 5}),
    (Coupon, {"ends_at": BEFORE}),
    (Coupon, {"most_uses": 0}),
    (Coupon, {"code": "crew"}),
    (CouponUse, {"number": 0}),
    (Fund, {"amount_minor": 0}),
    (Scholarship, {"amount_minor": 0}),
    (Order, {"total_minor": 1}),
    (Order, {"seats": 0}),
    (Order, {"seats": 2}),
    (Order, {"cancelled_at": NOON}),
    (Order, {"answered": 9}),
    (Order, {"coupon": None}),
    (Order, {"scholarship": None}),
    (Instalment, {"amount_minor": 0}),
    (Instalment, {"number": 0}),
    (Checkout, {"amount_minor": 0}),
    (Checkout, {"expires_at": NOON}),
    (Payment, {"amount_minor": 0}),
    (Payment, {"recorded_by": None}),
    (Payment, {"provider_id": "pi_1"}),
    (Payment, {"method": "CARD"}),
    (Payment, {"tax_minor": 10**6}),
    (Refund, {"amount_minor": 0}),
    (Refund, {"tax_minor": 10**6}),
    (Dispute, {"amount_minor": 0}),
    (LedgerEntry, {"amount_minor": 0}),
    (LedgerEntry, {"kind": "DISPUTED"}),
    (MoneyPaper, {"number": 0}),
    (MoneyPaper, {"kind": "CRN"}),
    (MoneyPaper, {"payment": None, "refund": None, "kind": "RCT"}),
    (Concern, {"settled_at": NOON}),
    (Grant, {"held_at": NOON}),
    (Grant, {"ended_at": NOON}),
    (Grant, {"ended_at": BEFORE, "ended_because": "REFUNDED"}),
    (Grant, {"order": None}),
    (Grant, {"via": "FREE"}),
    (Grant, {"via": "SEAT"}),
]


@pytest.mark.parametrize(
    ("model", "fields"), IMPOSSIBLE, ids=[f"{model.__name__} {list(fields)}" for model, fields in IMPOSSIBLE]
)
def test_an_impossible_row_is_refused(order, model, fields):
    assert model.objects.exists()

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**fields)


TWICE = [
    lambda order: Intake.objects.create(programme=order.programme, name="Spring", starts_on=NOON.date(), places=1),
    lambda order: RefundTier.objects.create(programme=order.programme, days_before=21, percent=1),
    lambda order: Waiting.objects.create(intake=order.intake, person=Waiting.objects.get().person, joined_at=NOON),
    lambda order: Scholarship.objects.create(
        fund=Fund.objects.get(), person=order.buyer, programme=order.programme, amount_minor=1, awarded_at=NOON,
        awarded_by=order.buyer,
    ),
    lambda order: Instalment.objects.create(order=order, number=1, amount_minor=1, due_at=NOON),
    lambda order: Checkout.objects.create(
        order=order, instalment=order.instalments.get(), amount_minor=1, currency="GBP", opened_at=NOON,
        expires_at=NOON + timedelta(hours=1),
    ),
    lambda order: Grant.objects.create(
        enrolment=order.grants.get().enrolment, via="ORDER", order=order, given_at=NOON
    ),
    lambda order: LedgerEntry.objects.create(
        order=order, kind="PAID", amount_minor=1, currency="GBP", at=NOON, payment=order.payments.get()
    ),
    lambda order: LedgerEntry.objects.create(
        order=order, kind="GIVEN_BACK", amount_minor=-1, currency="GBP", at=NOON, payment=order.payments.get(),
        refund=Refund.objects.get(),
    ),
    lambda order: MoneyPaper.objects.create(
        issuer="main", kind="INV", number=1, order=order, payer=order.buyer, words={}, total_minor=1, currency="GBP",
        issued_at=NOON,
    ),
    lambda order: Concern.objects.create(order=order, kind="DISPUTE", about="dp_1", noticed_at=NOON),
    lambda order: CouponUse.objects.create(
        coupon=Coupon.objects.get(), order=_another_order(order), number=1, taken_at=NOON
    ),
    lambda order: _copy(order, scholarship=order.scholarship),
    lambda order: [_copy(order, fulfilled_at=None, scholarship=None) for _again in range(2)],
    lambda order: [
        Organisation.objects.create(name="Lantern Row", owner=order.buyer, made_at=NOON) for _again in range(2)
    ],
]  # fmt: skip


def _another_order(order: Order) -> Order:
    return order_of(order.plan, intake=order.intake, at=NOON)


def _copy(order: Order, **fields: object) -> Order:
    """The same order written again, past every function."""
    copy = Order.objects.get(pk=order.pk)
    copy.pk, copy.reference = None, make_person().email
    copy._state.adding = True
    if fields.get("scholarship", 1) is None:
        copy.list_minor -= copy.scholarship_minor
        copy.scholarship_minor = 0
    for name, value in fields.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return copy


@pytest.mark.parametrize("again", TWICE, ids=range(len(TWICE)))
def test_what_is_there_once_is_not_written_twice(order, again):
    with pytest.raises(IntegrityError), transaction.atomic():
        again(order)
