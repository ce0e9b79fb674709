"""Are places of an organisation given out once, and does its buyer see no more than they should?"""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from courses import seating
from courses.models import Enrolment, Order, PlanKind, Seat, UnitNote
from courses.organisations import organisation_of
from courses.progress import complete_unit
from courses.refunding import ask_refund
from courses.seating import AddressHasSeat, SeatForAnother, SeatOver, SeatTaken, offer_seat, take_back_seat, take_seat
from courses.transfers import record_transfer
from tests.factories.courses import lessons_of, make_programme
from tests.factories.people import NOON, make_person, make_registrar

from .buying import a_plan, order_of
from .races import side_by_side, take_locks_away

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


@pytest.mark.django_db(transaction=True)
def test_a_place_taken_twice_at_once_is_one_enrolment():
    first, second = take_at_once()

    assert first == second == Enrolment.objects.get()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_taking_it_twice_at_once_meets_an_error(monkeypatch):
    from .races import meet_in

    take_locks_away(monkeypatch)
    meet_in(monkeypatch, seating, "is_over")

    answers = take_at_once()

    assert any(isinstance(answer, Exception) for answer in answers)


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

    with django_assert_num_queries(10):
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
