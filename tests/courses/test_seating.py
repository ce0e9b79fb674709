"""Are places of an organisation given out once, and does its buyer see no more than they should?"""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from cms.accounts import history
from courses import seating
from courses.models import Enrolment, Order, PlanKind, Refund, Seat, UnitNote
from courses.organisations import organisation_of
from courses.progress import complete_unit
from courses.refunding import ask_refund
from courses.seating import AddressHasSeat, SeatForAnother, SeatOver, SeatTaken, offer_seat, take_back_seat, take_seat
from courses.transfers import record_transfer
from tests.factories.courses import lessons_of, make_programme
from tests.factories.people import NOON, make_person, make_registrar

from .buying import a_plan, order_of
from .races import meet_in, side_by_side, take_locks_away

pytestmark = pytest.mark.django_db


def bought(seats: int = 2, *, buyer=None) -> Order:
    """A paid order of so many places."""
    buyer = buyer or make_person("Producer")
    plan = a_plan(PlanKind.INVOICE, programme=make_programme(access="FEE", lessons=2), for_seats=True)
    company = organisation_of(owner=buyer, name="Lantern Row", at=NOON)
    order = order_of(plan, buyer=buyer, organisation=company, seats=seats, at=NOON)
    return record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=NOON)


def offered(order: Order, person, number: int = 1) -> Seat:
    seat = order.seat_rows.get(number=number)
    return offer_seat(seat=seat, email=person.email.upper(), by=order.buyer, at=NOON)


def test_paying_gives_the_places_and_puts_nobody_on_the_programme():
    order = bought(3)

    assert list(order.seat_rows.order_by("number").values_list("number", "email")) == [(1, ""), (2, ""), (3, "")]
    assert order.total_minor == 120_000
    assert not Enrolment.objects.exists()


def test_a_place_is_taken_by_whom_it_was_offered_to_and_once():
    order, wren = bought(), make_person("Wren")
    seat = offered(order, wren)
    with pytest.raises(SeatForAnother):
        take_seat(seat=seat, person=make_person("Nell"), at=NOON)

    first, second = (take_seat(seat=seat, person=wren, at=NOON) for _again in range(2))

    assert first == second == Enrolment.objects.get()
    with pytest.raises(SeatTaken):
        take_back_seat(seat=seat, by=order.buyer, at=NOON)
    with pytest.raises(SeatTaken):
        offer_seat(seat=seat, email="nell@example.org", by=order.buyer, at=NOON)


def test_an_unused_place_is_taken_back_and_its_link_ends(client):
    order, wren = bought(), make_person("Wren")
    seat = offered(order, wren)

    take_back_seat(seat=seat, by=order.buyer, at=NOON)

    assert client.get(reverse("courses:seat", args=[seat.token])).status_code == 404
    with pytest.raises(SeatForAnother):
        take_seat(seat=seat, person=wren, at=NOON)


def test_one_address_has_one_place():
    order, wren = bought(), make_person("Wren")
    offered(order, wren)

    with pytest.raises(AddressHasSeat):
        offered(order, wren, number=2)


def test_giving_the_order_back_ends_its_places_and_no_other_reason():
    order, wren, nell = bought(), make_person("Wren"), make_person("Nell")
    enrolment = take_seat(seat=offered(order, wren), person=wren, at=NOON)
    waiting = offered(order, nell, number=2)

    ask_refund(order=order, amount_minor=order.total_minor, ends_access=True, reason="", by=make_registrar(), at=NOON)

    enrolment.refresh_from_db()
    assert enrolment.withdrawn_at is not None
    with pytest.raises(SeatOver):
        take_seat(seat=waiting, person=nell, at=NOON)


def take_at_once() -> list:
    order, wren = bought(), make_person("Wren")
    seat = offered(order, wren)
    return side_by_side(*[lambda: take_seat(seat=seat, person=wren, at=NOON)] * 2)


def times_taken() -> int:
    return history.entries_about(Seat.objects.get(number=1)).filter(verb="seat.taken").count()


@pytest.mark.django_db(transaction=True)
def test_a_place_taken_twice_at_once_is_one_enrolment():
    first, second = take_at_once()

    assert first == second == Enrolment.objects.get()
    assert times_taken() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_taking_it_twice_at_once_does_harm(monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, seating, "is_over")

    answers = take_at_once()

    # SQLite refuses the second writer; PostgreSQL lets it wait, and history then says that the place was taken twice.
    assert any(isinstance(answer, Exception) for answer in answers) or times_taken() > 1


@pytest.mark.parametrize(
    "fields",
    [{"email": "a@example.org"}, {"offered_at": NOON}, {"taken_at": NOON}, {"number": 2}],
    ids=str,
)
def test_the_database_refuses_an_impossible_place(fields):
    order = bought()

    with pytest.raises(IntegrityError):
        Seat.objects.filter(order=order, number=1).update(**fields)


# Pages -----------------------------------------------------------------------------------------------------


def test_the_buyer_sees_use_and_completion_and_nothing_else(client):
    order, wren = bought(), make_person("Wren Secretname")
    enrolment = take_seat(seat=offered(order, wren), person=wren, at=NOON)
    lesson = lessons_of(order.programme)[0]
    complete_unit(enrolment=enrolment, unit=lesson, event="READING", at=NOON)
    UnitNote.objects.create(enrolment=enrolment, unit=lesson, text="my private words", saved_at=NOON)
    client.force_login(order.buyer)

    page = client.get(reverse("courses:places")).content.decode()

    assert "1 of 2 units done" in page
    assert "Secretname" not in page
    assert "private words" not in page


@pytest.mark.parametrize("name", ["seat_offer", "seat_take_back"])
def test_to_another_buyer_the_places_are_not_there(client, name):
    order, other = bought(), bought()
    client.force_login(other.buyer)

    answer = client.post(reverse(f"courses:{name}", args=[order.seat_rows.first().pk]), {"email": "x@example.org"})

    assert answer.status_code == 404
    assert order.organisation.name in client.get(reverse("courses:places")).content.decode()
    assert not Seat.objects.exclude(email="").exists()


@pytest.mark.parametrize("seats", [1, 3])
def test_the_page_of_places_asks_as_often_for_three_as_for_one(client, django_assert_num_queries, seats):
    order = bought(seats)
    client.force_login(order.buyer)
    client.get(reverse("courses:places"))

    with django_assert_num_queries(11):
        client.get(reverse("courses:places"))


def test_a_refused_address_is_kept_and_said(client):
    order = bought()
    client.force_login(order.buyer)

    answer = client.post(reverse("courses:seat_offer", args=[order.seat_rows.first().pk]), {"email": "not-one"})

    assert answer.status_code == 422
    assert "not-one" in answer.content.decode()


def test_an_organisation_orders_its_places_on_the_page(client):
    plan = a_plan(PlanKind.INVOICE, for_seats=True)
    client.force_login(make_person("Producer"))
    page = reverse("courses:buy_places", args=[plan.programme.slug])
    asked = {"organisation": "Lantern Row", "seats": "4", "plan": plan.pk, "address": "2 Row", "tax_number": ""}

    refused = client.post(page, asked | {"seats": "0", "code": "NOTHING"})
    answer = client.post(page, asked)

    assert refused.status_code == 422
    assert "Lantern Row" in refused.content.decode()
    order = Order.objects.get()
    assert answer.url == reverse("courses:order", args=[order.reference])
    assert (order.seats, order.organisation.name, order.total_minor) == (4, "Lantern Row", 160_000)


def test_the_link_says_what_is_offered_and_takes_it(client):
    order, wren = bought(), make_person("Wren")
    page = reverse("courses:seat", args=[offered(order, wren).token])
    assert "Lantern Row has paid for it" in client.get(page).content.decode()
    assert client.post(page).url.startswith("/accounts/login/")
    client.force_login(wren)

    assert client.post(page).url == order.programme.get_url()
    assert Enrolment.objects.get().learner == wren


def test_who_is_signed_in_as_somebody_else_is_told_so_and_not_offered_the_button(client):
    order, wren = bought(), make_person("Wren")
    page = reverse("courses:seat", args=[offered(order, wren).token])
    client.force_login(make_person("Nell"))

    shown = client.get(page).content.decode()

    assert "offered to another address than those of the account you are signed in to" in shown
    assert "Take the place" not in shown
    assert f'action="{reverse("account_logout")}?next={page}"' in shown
    assert client.post(page).status_code == 422
    assert not Enrolment.objects.exists()


def test_orders_of_places_have_headings_of_their_own_and_those_that_wait_are_there(client):
    order = bought()
    waiting = order_of(order.plan, buyer=order.buyer, organisation=order.organisation, seats=3, at=NOON)
    client.force_login(order.buyer)

    page = client.get(reverse("courses:places")).content.decode()

    assert "ordered on 23 November 2026</h2>" in page
    assert reverse("courses:order", args=[waiting.reference]) in page
    assert "Waits for a transfer" in page
    assert f'href="{reverse("courses:buy_places", args=[order.programme.slug])}">Buy more' in page


@pytest.mark.parametrize("count", [1, 3])
def test_orders_of_places_that_wait_cost_the_same_for_few_and_for_many(client, count, django_assert_num_queries):
    order = bought()
    for _each in range(count):
        order_of(order.plan, buyer=order.buyer, organisation=order.organisation, seats=1, at=NOON)
    client.force_login(order.buyer)
    client.get(reverse("courses:places"))

    with django_assert_num_queries(
        16
    ):  # as without any, and how they stand (5): parts, visits, grants, payments, concerns
        client.get(reverse("courses:places"))


def test_a_place_that_a_refund_ends_is_over_from_the_moment_it_is_asked_for(client):
    order = bought()
    now = order.fulfilled_at
    refund = Refund.objects.create(
        payment=order.payments.get(), key="one", amount_minor=40_000, ends_access=False, asked_at=now
    )
    order.seat_rows.filter(number=1).update(ends_with=refund)
    client.force_login(order.buyer)

    page = client.get(reverse("courses:places")).content.decode()

    assert "1 free, 0 offered, 0 taken, of which 0 finished." in page
    assert "Ended" in page


def test_who_buys_places_is_led_to_them(client):
    order = bought()
    client.force_login(order.buyer)

    menu = client.get(reverse("cms:account")).context["navigation"]

    assert [item.label for item in menu] == ["Places", "Programmes", "Account"]
    assert client.get(reverse("cms:learn")).url == reverse("courses:places")
    assert reverse("courses:places") in client.get(reverse("cms:account")).content.decode()
