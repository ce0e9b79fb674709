"""Does money at the desk add up, show what it touches first, and move once?"""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from certificates.flags import paid_back_since
from certificates.models import Certificate, Status
from cms.accounts.models import User
from cms.accounts.spreadsheet import safe
from courses.models import Concern, ConcernKind, Enrolment, Grant, LedgerEntry, Order, PlanKind, Refund
from courses.organisations import organisation_of
from courses.refunding import ask_refund
from courses.seating import offer_seat, take_seat
from courses.transfers import record_transfer
from tests.courses.buying import a_plan, order_of
from tests.factories.certificates import make_certificate, make_signing_key
from tests.factories.courses import make_programme
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db


def a_paid_order(buyer: User | None = None, **fields: object) -> Order:
    order = order_of(a_plan(PlanKind.INVOICE, **fields), buyer=buyer or make_person("Payer"), at=yesterday())
    return record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=yesterday())


def test_a_refund_is_shown_first_and_done_once_however_often_it_is_sent(client):
    order = a_paid_order()
    at_the_desk(client)
    page = reverse("desk:order_refund", args=[order.pk])
    first = client.get(page).content.decode()
    assert "within the hours of cooling off: everything is given back, £400." in first
    assert "Payer leaves the programme" in first
    said = {"amount_minor": "400.00", "ends_access": "on", "reason": "ill", "key": "thesamekeyagain1"}

    asked = client.post(page, said)
    assert asked.status_code == 200
    assert not Refund.objects.exists()
    answers = [client.post(page, said | {"sure": "yes"}) for _again in range(2)]

    assert answers[0].status_code == 302
    assert Refund.objects.get().amount_minor == 40_000
    assert not Enrolment.objects.open().exists()


@pytest.mark.parametrize("amount", ["400.01", "0", "", "many", "-5"])
def test_a_refund_that_cannot_be_is_refused_at_the_field(client, amount):
    order = a_paid_order()
    at_the_desk(client)

    answer = client.post(
        reverse("desk:order_refund", args=[order.pk]),
        {"amount_minor": amount, "key": "akeyofsixteen123", "sure": "yes"},
    )

    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_a_refund_after_certification_flags_the_certificate_and_changes_nothing(client):
    make_signing_key()
    certificate = make_certificate(at=yesterday(), learner=make_person("Holder"))
    enrolment = certificate.enrolment
    plan = a_plan(PlanKind.INVOICE, programme=make_programme(access="FEE"))
    order = order_of(plan, buyer=enrolment.learner, at=yesterday())
    order = record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=yesterday())
    Grant.objects.filter(enrolment=enrolment).delete()
    Grant.objects.filter(order=order).update(enrolment=enrolment)
    at_the_desk(client)
    assert certificate.number in client.get(reverse("desk:order_refund", args=[order.pk])).content.decode()

    ask_refund(order=order, amount_minor=40_000, ends_access=True, reason="", by=make_registrar(), at=timezone.now())

    certificate = Certificate.objects.get(pk=certificate.pk)
    assert certificate.status(timezone.now()) == Status.ACTIVE
    assert paid_back_since([certificate]) == {certificate.pk}
    page = client.get(reverse("desk:certificate_detail", args=[certificate.pk])).content.decode()
    assert "decide whether it stays" in page
    assert "decide" not in client.get(reverse("certificates:verify_number", args=[certificate.number])).content.decode()


def rows_of(answer: HttpResponse) -> list[dict[str, str]]:
    """The rows of a file that was sent."""
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_ledger_adds_up_and_so_does_its_file(client):
    first, _second = a_paid_order(make_person("=cmd()")), a_paid_order(total_minor=12_345)
    ask_refund(order=first, amount_minor=10_000, ends_access=False, reason="", by=make_registrar(), at=timezone.now())
    at_the_desk(client)

    page = client.get(reverse("desk:ledger"))
    rows = rows_of(client.get(reverse("desk:ledger_csv")))

    [line] = page.context["sums"].data
    assert (line.currency, line.came_minor, line.went_minor, line.left_minor) == ("GBP", 52_345, 10_000, 42_345)
    assert "£423.45" in page.content.decode()
    assert sum(int(row["amount_minor"]) for row in rows) == 42_345
    assert [row["amount"] for row in rows] == ["400.00", "123.45", "-100.00"]
    assert rows[0]["buyer"] == "'=cmd()"


def test_the_ledger_is_looked_at_by_month_and_programme_and_so_is_its_file(client):
    order, _other = a_paid_order(), a_paid_order(total_minor=12_345)
    LedgerEntry.objects.filter(order=order).update(at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    registrar = make_registrar()
    registrar.timezone = "Europe/London"  # where it is half past eleven, and still March
    registrar.save()
    at_the_desk(client, registrar)

    def found(**asked: object) -> list[str]:
        return [row["amount"] for row in rows_of(client.get(reverse("desk:ledger_csv"), asked))]

    assert found(month="2026-03") == ["400.00"]
    assert found(month="2026-04") == []
    assert found(programme=order.programme_id) == ["400.00"]
    assert found(month="2026-13", programme="all") == ["400.00", "123.45"]
    page = client.get(reverse("desk:ledger"), {"month": "2026-03"})
    assert [line.came_minor for line in page.context["sums"].data] == [40_000]
    assert "csv/?month=2026-03" in page.content.decode()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        (" -1", "' -1"),
        (Decimal("-100.00"), Decimal("-100.00")),
        ("Wren", "Wren"),
        (5, 5),
    ],
)
def test_no_cell_is_taken_for_a_formula(cell, written):
    assert safe(cell) == written


def test_a_concern_is_settled_with_a_note(client):
    order = a_paid_order()
    concern = Concern.objects.create(order=order, kind=ConcernKind.DISPUTE, about="dp_1", noticed_at=yesterday())
    registrar = at_the_desk(client)
    page = reverse("desk:concern_detail", args=[concern.pk])
    assert client.post(page, {"note": ""}).status_code == 422

    client.post(page, {"note": "Answered on the telephone."})

    concern.refresh_from_db()
    assert (concern.settled_by, concern.note) == (registrar, "Answered on the telephone.")
    assert LedgerEntry.objects.count() == 1


def test_back_from_the_last_step_of_a_refund_keeps_what_was_typed(client):
    order = a_paid_order()
    at_the_desk(client)
    page = reverse("desk:order_refund", args=[order.pk])
    said = {"amount_minor": "40.50", "reason": "fell ill", "key": "thesamekeyagain1"}

    last = client.post(page, said).content.decode()
    back = client.post(page, said | {"sure": "yes", "again": "yes"})

    assert "<dd>fell ill</dd>" in last
    assert back.status_code == 200
    assert 'value="40.50"' in back.content.decode()
    assert 'value="fell ill"' in back.content.decode()
    assert not Refund.objects.exists()


def test_what_was_paid_by_card_is_not_given_back_without_stripe(client):
    order = a_paid_order()
    order.payments.update(method="CARD", provider_id="pi_1", recorded_by=None)
    at_the_desk(client)

    page = client.get(reverse("desk:order_refund", args=[order.pk])).content.decode()

    assert "payments online are not set up here" in page
    assert "Go on</button>" not in page


def test_an_orders_page_tells_all_that_happened_to_its_money_and_by_whom(client):
    order = a_paid_order()
    ask_refund(
        order=order, amount_minor=40_000, ends_access=True, reason="", by=make_registrar("Hollis"), at=timezone.now()
    )
    at_the_desk(client)

    page = client.get(reverse("desk:order_detail", args=[order.pk])).content.decode()

    for words in (
        "Money arrived: £400",
        "Refund asked for",
        "Money given back",
        "Access ended",
        "Hollis",
        "Given back",
    ):
        assert words in page
    assert "Give money back …" not in page
    assert "Its name at Stripe" not in page


def test_a_concern_leads_to_its_order_and_every_kind_says_what_to_do(client):
    order = a_paid_order()
    at_the_desk(client)
    for kind in ConcernKind:
        concern = Concern.objects.create(order=order, kind=kind, noticed_at=yesterday())
        page = client.get(reverse("desk:concern_detail", args=[concern.pk])).content.decode()
        assert reverse("desk:order_detail", args=[order.pk]) in page
        assert "£400" in page


def test_cancelling_at_the_desk_is_told_to_the_buyer_once(client):
    order = order_of(a_plan(PlanKind.INVOICE), buyer=make_person("Payer", email="payer@example.org"))
    at_the_desk(client)
    mail.outbox.clear()

    for _again in range(2):
        client.post(reverse("desk:order_cancel", args=[order.pk]))

    [message] = mail.outbox
    assert message.to == ["payer@example.org"]
    assert "has been cancelled. Nothing is to pay" in message.body


def test_a_part_of_an_organisations_money_ends_as_many_places_as_are_said_unused_ones_first(client):
    buyer, wren = make_person("Producer"), make_person("Wren")
    company = organisation_of(owner=buyer, name="Lantern Row", at=yesterday())
    plan = a_plan(PlanKind.INVOICE, for_seats=True)
    order = order_of(plan, buyer=buyer, organisation=company, seats=3, at=yesterday())
    record_transfer(order=order, amount_minor=order.total_minor, by=make_registrar(), at=yesterday())
    seat = order.seat_rows.get(number=1)
    offer_seat(seat=seat, email=wren.email, by=buyer, at=yesterday())
    take_seat(seat=seat, person=wren, at=yesterday())
    at_the_desk(client)
    page = reverse("desk:order_refund", args=[order.pk])
    said = {"amount_minor": "400", "places": "1", "key": "thesamekeyagain1"}

    assert client.post(page, said | {"places": "4"}).context["form"].errors == {"places": ["Write 3 or less."]}
    shown = client.post(page, said).content.decode()
    client.post(page, said | {"sure": "yes"})

    assert "Place 3 ends. Nobody has taken it." in shown
    assert list(order.seat_rows.filter(ends_with__isnull=False).values_list("number", flat=True)) == [3]
    assert Enrolment.objects.open().get().learner == wren


def test_where_no_months_are_collected_there_are_none_to_end(client):
    order = a_paid_order()
    at_the_desk(client)
    page = reverse("desk:order_end_months", args=[order.pk])

    assert "No monthly payments are collected" in client.get(page).content.decode()
    assert client.post(page).status_code == 422


def test_a_registrar_ends_the_months_after_reading_what_that_means(client, monkeypatch):
    order = a_paid_order()
    Order.objects.filter(pk=order.pk).update(subscription_id="sub_1")
    ended = []
    monkeypatch.setattr("cms.desk.money.orders.end_months", lambda **said: ended.append(said["order"]))
    registrar = at_the_desk(client)
    page = reverse("desk:order_end_months", args=[order.pk])
    assert "Nothing more is collected from the card." in client.get(page).content.decode()
    assert registrar and not ended

    answer = client.post(page)

    assert answer.url == reverse("desk:order_detail", args=[order.pk])
    assert ended == [order]
