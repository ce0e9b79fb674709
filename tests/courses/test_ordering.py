"""What may be ordered, by whom, and at what price? And is the last of anything sold once?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from courses import intakes, ordering
from courses.enrolling import AlreadyEnrolled, NotOffered, StillToDo, enrol_free
from courses.intakes import IntakeFull, join_list, leave_list, offer_places, places_left
from courses.models import (
    Access,
    Coupon,
    CouponUse,
    Enrolment,
    Fund,
    Intake,
    MoneyPaper,
    Order,
    PaperKind,
    PlanKind,
    ProgrammePage,
    Scholarship,
    Waiting,
)
from courses.ordering import CannotOrder, CouponRefused, StillPaying, cancel_order
from courses.planning import CannotPlan, close_plan, set_refund_tiers
from courses.progress import complete_unit
from courses.scholarships import CannotAward, award_scholarship, report_of, take_back_scholarship
from courses.transfers import NotWaiting, record_transfer
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_person, make_registrar

from .buying import a_plan, order_of
from .races import side_by_side, take_locks_away

pytestmark = pytest.mark.django_db

INVOICE = PlanKind.INVOICE


def a_coupon(**fields) -> Coupon:
    values = {"code": "CREW", "begins_at": NOON - timedelta(days=1), "made_by": make_person()}
    if "amount_minor" not in fields:
        values["percent"] = 10
    return Coupon.objects.create(**values | fields)


def an_intake(programme, *, places: int = 1) -> Intake:
    return Intake.objects.create(
        programme=programme, name="Spring", starts_on=NOON.date() + timedelta(days=60), places=places
    )


def test_an_order_freezes_its_price_and_asks_by_invoice():
    order = order_of(a_plan(INVOICE), at=NOON)

    assert (order.list_minor, order.total_minor, order.currency) == (40_000, 40_000, "GBP")
    assert order.papers.get().reference == "INV-00001"
    assert order.papers.get().words["notes"] == [f"Please pay by {NOON + timedelta(days=14):%-d %B %Y}."]
    assert not Enrolment.objects.exists()


def test_ordering_again_returns_the_order_that_waits():
    plan, wren = a_plan(INVOICE), make_person()

    assert order_of(plan, buyer=wren, at=NOON) == order_of(plan, buyer=wren, at=NOON)
    assert MoneyPaper.objects.count() == 1


def test_ordering_by_other_terms_replaces_the_order_that_waits():
    plan, wren = a_plan(INVOICE), make_person()
    other = a_plan(INVOICE, programme=plan.programme, total_minor=30_000)
    first = order_of(plan, buyer=wren, at=NOON)

    second = order_of(other, buyer=wren, at=NOON)

    first.refresh_from_db()
    assert (first.cancelled_at, second.is_waiting) == (NOON, True)
    assert first.papers.get().closed_at == NOON


def test_a_free_plan_is_given_at_once_without_any_service():
    order = order_of(a_plan(PlanKind.FREE), at=NOON)

    assert Enrolment.objects.get().learner == order.buyer
    assert not MoneyPaper.objects.exists()


def test_a_card_is_refused_plainly_where_no_keys_are_set():
    with pytest.raises(NotOffered, match="Payments online are not set up here"):
        order_of(a_plan(PlanKind.ONCE), at=NOON)


@pytest.mark.parametrize("change", [{"access": Access.INVITATION}, {"access": Access.FREE}, {"live": False}], ids=str)
def test_what_is_not_for_sale_is_not_ordered(change):
    plan = a_plan(INVOICE)
    ProgrammePage.objects.filter(pk=plan.programme_id).update(**change)

    with pytest.raises(NotOffered):
        order_of(plan, at=NOON)


def test_a_closed_plan_is_not_ordered():
    plan = a_plan(INVOICE)
    close_plan(plan=plan, by=make_registrar(), at=timezone.now())

    with pytest.raises(NotOffered):
        order_of(plan, at=NOON)


def test_who_is_on_it_does_not_order_it_again():
    plan = a_plan(INVOICE)
    enrolment = make_enrolment(programme=plan.programme)

    with pytest.raises(AlreadyEnrolled):
        order_of(plan, buyer=enrolment.learner, at=NOON)


def test_what_comes_first_is_asked_for_and_then_it_is_sold():
    first, plan = make_programme(lessons=1), a_plan(INVOICE)
    plan.programme.after.add(first)
    plan.programme.save()
    wren = make_person()
    with pytest.raises(StillToDo, match="comes first"):
        order_of(plan, buyer=wren, at=NOON)
    enrolment = enrol_free(learner=wren, programme=first, at=NOON)
    complete_unit(enrolment=enrolment, unit=lessons_of(first)[0], event="READING", at=NOON)

    assert order_of(plan, buyer=wren, at=NOON).is_waiting


# Coupons ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"begins_at": NOON + timedelta(hours=1)},
        {"ends_at": NOON},
        {"amount_minor": 100, "currency": "EUR"},
    ],
    ids=str,
)
def test_a_coupon_that_does_not_fit_is_refused(fields):
    a_coupon(**fields)

    with pytest.raises(CouponRefused):
        order_of(a_plan(INVOICE), code="crew", at=NOON)
    assert not Order.objects.exists()


def test_a_coupon_of_another_programme_and_one_that_is_not_there_look_the_same():
    a_coupon(programme=make_programme())
    said = []
    for code in ("crew", "nothing"):
        with pytest.raises(CouponRefused) as refusal:
            order_of(a_plan(INVOICE), code=code, at=NOON)
        said.append(str(refusal.value))

    assert said[0] == said[1]


def test_the_last_use_is_taken_once_and_comes_back_with_a_cancelled_order():
    a_coupon(most_uses=1)
    plan = a_plan(INVOICE)
    first = order_of(plan, code=" crew ", at=NOON)
    assert first.total_minor == 36_000
    with pytest.raises(CouponRefused, match="as often as it can be"):
        order_of(plan, code="CREW", at=NOON)

    cancel_order(order=first, by=first.buyer, at=NOON)

    assert order_of(plan, code="CREW", at=NOON).coupon_minor == 4_000
    assert CouponUse.objects.filter(given_back_at=None).count() == 1


def two_buy_with_the_last_use() -> list:
    plan, wren, nell = a_plan(INVOICE), make_person("Wren"), make_person("Nell")
    a_coupon(most_uses=1)
    return side_by_side(
        *[lambda buyer=buyer: order_of(plan, buyer=buyer, code="CREW", at=NOON) for buyer in (wren, nell)]
    )


@pytest.mark.django_db(transaction=True)
def test_two_with_the_last_use_at_once(monkeypatch):
    answers = two_buy_with_the_last_use()

    assert sorted(type(answer).__name__ for answer in answers) == ["CouponRefused", "Order"]
    assert CouponUse.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_constraint_is_met(monkeypatch):
    from .races import meet_in

    take_locks_away(monkeypatch)
    meet_in(monkeypatch, ordering, "_write")

    answers = two_buy_with_the_last_use()

    assert any(isinstance(answer, Exception) and not isinstance(answer, CouponRefused) for answer in answers)
    if connection.vendor == "postgresql":
        assert any(isinstance(answer, IntegrityError) for answer in answers)


# Scholarships ----------------------------------------------------------------------------------------------


def an_award(plan, person, amount_minor: int) -> Scholarship:
    fund = Fund.objects.create(name="Understudies", amount_minor=100_000)
    return award_scholarship(
        fund=fund, person=person, programme=plan.programme, amount_minor=amount_minor, by=make_registrar(), at=NOON
    )


def test_a_scholarship_is_taken_off_by_itself_and_used_once():
    plan, wren = a_plan(INVOICE), make_person()
    award = an_award(plan, wren, 15_000)

    order = order_of(plan, buyer=wren, at=NOON)
    record_transfer(order=order, amount_minor=25_000, by=make_registrar(), at=NOON)

    assert (order.scholarship, order.total_minor) == (award, 25_000)
    report = report_of(award.fund)
    assert (report.awarded_minor, report.used_minor, report.left_minor) == (15_000, 15_000, 85_000)
    with pytest.raises(CannotAward, match="An order uses it"):
        take_back_scholarship(scholarship=award, by=make_registrar(), at=NOON)


def test_a_whole_scholarship_opens_the_programme_at_once():
    plan, wren = a_plan(INVOICE), make_person()
    an_award(plan, wren, 90_000)

    order = order_of(plan, buyer=wren, at=NOON)

    assert order.total_minor == 0
    assert Enrolment.objects.get().learner == wren
    assert not MoneyPaper.objects.exists()


def test_a_fund_gives_what_it_holds_and_gets_back_what_is_not_used():
    plan, registrar = a_plan(INVOICE), make_registrar()
    fund = Fund.objects.create(name="Understudies", amount_minor=10_000)

    def award(amount_minor: int) -> Scholarship:
        return award_scholarship(
            fund=fund, person=make_person(), programme=plan.programme, amount_minor=amount_minor, by=registrar, at=NOON
        )

    first = award(8_000)
    with pytest.raises(CannotAward, match="holds £20 more"):
        award(2_001)
    take_back_scholarship(scholarship=first, by=registrar, at=NOON)
    assert award(10_000).amount_minor == 10_000


# Intakes and lists -----------------------------------------------------------------------------------------


def test_the_last_place_goes_once_and_the_next_one_waits_and_is_offered_it():
    plan = a_plan(INVOICE)
    intake = an_intake(plan.programme)
    nell = make_person("Nell")
    first = order_of(plan, intake=intake, at=NOON)
    with pytest.raises(IntakeFull):
        order_of(plan, buyer=nell, intake=intake, at=NOON)
    join_list(intake=intake, person=nell, at=NOON)
    assert offer_places(intake=intake, by=None, at=NOON) == []

    cancel_order(order=first, by=first.buyer, at=NOON)
    [offered] = offer_places(intake=intake, by=None, at=NOON)

    assert offered.person == nell
    with pytest.raises(IntakeFull):  # it is held for Nell
        order_of(plan, intake=intake, at=NOON)
    assert order_of(plan, buyer=nell, intake=intake, at=NOON).intake == intake
    assert Waiting.objects.get().left_at == NOON


def test_an_offer_that_runs_out_goes_to_the_next():
    intake = an_intake(make_programme(access=Access.FEE))
    waiting = [join_list(intake=intake, person=make_person(), at=NOON + timedelta(minutes=n)) for n in range(2)]
    offer_places(intake=intake, by=None, at=NOON + timedelta(hours=1))

    [following] = offer_places(intake=intake, by=None, at=NOON + timedelta(hours=80))

    assert following == waiting[1]
    assert places_left(intake, at=NOON + timedelta(hours=80)) == 0


def test_a_place_in_the_list_is_taken_once_and_given_up():
    intake, wren = an_intake(make_programme(access=Access.FEE)), make_person()

    first, second = (join_list(intake=intake, person=wren, at=NOON) for _again in range(2))
    leave_list(waiting=first, by=wren, at=NOON)
    third = join_list(intake=intake, person=wren, at=NOON)

    assert first == second
    assert third != first


def two_take_the_last_place() -> list:
    plan, wren, nell = a_plan(INVOICE), make_person("Wren"), make_person("Nell")
    intake = an_intake(plan.programme)
    return side_by_side(
        *[lambda buyer=buyer: order_of(plan, buyer=buyer, intake=intake, at=NOON) for buyer in (wren, nell)]
    )


@pytest.mark.django_db(transaction=True)
def test_two_take_the_last_place_at_once():
    answers = two_take_the_last_place()

    assert sorted(type(answer).__name__ for answer in answers) == ["IntakeFull", "Order"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_have_the_last_place(monkeypatch):
    from .races import meet_in

    take_locks_away(monkeypatch)
    meet_in(monkeypatch, intakes, "places_left")

    answers = two_take_the_last_place()

    sold = sum(isinstance(answer, Order) for answer in answers)
    assert sold == 2 or any(not isinstance(answer, IntakeFull | Order) for answer in answers)


# Cancelling, transfers, rules ------------------------------------------------------------------------------


def test_a_paid_order_is_not_cancelled():
    order = order_of(a_plan(INVOICE), at=NOON)
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=NOON)

    with pytest.raises(StillPaying):
        cancel_order(order=order, by=order.buyer, at=NOON)


def test_a_transfer_of_another_amount_is_not_recorded_and_one_is_recorded_once():
    order, registrar = order_of(a_plan(INVOICE), at=NOON), make_registrar()
    with pytest.raises(NotWaiting, match="Another amount"):
        record_transfer(order=order, amount_minor=39_999, by=registrar, at=NOON)

    for _again in range(2):
        record_transfer(order=order, amount_minor=40_000, by=registrar, at=NOON)

    assert Enrolment.objects.count() == 1
    assert MoneyPaper.objects.filter(kind=PaperKind.RECEIPT).count() == 1


def test_a_transfer_for_a_cancelled_order_is_refused_with_a_sentence():
    order = order_of(a_plan(INVOICE), at=NOON)
    cancel_order(order=order, by=order.buyer, at=NOON)

    with pytest.raises(NotWaiting, match="was cancelled"):
        record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=NOON)


def test_what_is_left_to_pay_may_be_too_little_for_a_card(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    a_coupon(amount_minor=39_970, currency="GBP")

    with pytest.raises(CannotOrder, match="less than a card can pay"):
        order_of(a_plan(PlanKind.ONCE), code="CREW", at=NOON)


@pytest.mark.parametrize("tiers", [[(21, 50), (15, 100)], [(21, 100), (21, 50)], [(21, 101)]], ids=str)
def test_refund_rules_that_make_no_sense_are_refused(tiers):
    with pytest.raises(CannotPlan):
        set_refund_tiers(programme=make_programme(), tiers=tiers, by=make_registrar(), at=NOON)


def test_a_paper_keeps_its_words_when_names_change():
    order = order_of(a_plan(INVOICE), at=NOON)
    paper = order.papers.get()
    order.buyer.display_name = "Somebody Else"
    order.buyer.save()

    paper.refresh_from_db()
    assert paper.words["payer"] != "Somebody Else"


@pytest.mark.django_db(transaction=True)
def test_twenty_invoices_at_once_have_numbers_without_gaps():
    plan = a_plan(INVOICE)
    people = [make_person() for _place in range(20)]

    side_by_side(*[lambda buyer=buyer: order_of(plan, buyer=buyer, at=NOON) for buyer in people])

    assert sorted(MoneyPaper.objects.values_list("number", flat=True)) == list(range(1, 21))
