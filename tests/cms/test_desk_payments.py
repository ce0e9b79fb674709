"""Does money at the desk add up, show what it touches first, and move once?"""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.flags import paid_back_since
from certificates.models import Certificate, Status
from cms.accounts.models import User
from cms.desk.money.ledger import safe
from courses.models import Concern, ConcernKind, Enrolment, Grant, LedgerEntry, Order, PlanKind, PricePlan, Refund
from courses.refunding import ask_refund
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
    assert "100 % is given back today" in first  # within the hours of cooling off
    assert "Payer leaves the programme" in first
    said = {"amount_minor": "400.00", "ends_access": "on", "reason": "ill", "key": "the-same-key"}

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
        reverse("desk:order_refund", args=[order.pk]), {"amount_minor": amount, "key": "k", "sure": "yes"}
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


def test_the_ledger_adds_up_and_so_does_its_file(client):
    first, _second = a_paid_order(make_person("=cmd()")), a_paid_order(total_minor=12_345)
    ask_refund(order=first, amount_minor=10_000, ends_access=False, reason="", by=make_registrar(), at=timezone.now())
    at_the_desk(client)

    page = client.get(reverse("desk:ledger")).content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get(reverse("desk:ledger_csv")).getvalue().decode())))

    assert "GBP: £523.45 came, £100 went, £423.45 is left." in page
    assert sum(int(row["amount_minor"]) for row in rows) == 42_345
    assert [row["amount"] for row in rows] == ["400.00", "123.45", "-100.00"]
    assert rows[0]["buyer"] == "'=cmd()"


@pytest.mark.parametrize(
    ("cell", "written"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-100.00", "-100.00"), ("Wren", "Wren"), (5, 5)]
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


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "ONCE", "total_minor": "400.50"}, 302),
        ({"kind": "DEPOSIT", "total_minor": "400", "deposit_minor": "100", "balance_days": "30"}, 302),
        ({"kind": "INSTALMENTS", "total_minor": "400", "parts": "3"}, 302),
        ({"kind": "FREE", "total_minor": "0"}, 302),
        ({"kind": "ONCE", "total_minor": "0"}, 422),
        ({"kind": "DEPOSIT", "total_minor": "400"}, 422),
        ({"kind": "INSTALMENTS", "total_minor": "400", "parts": "1"}, 422),
        ({"kind": "ONCE", "total_minor": "400", "currency": "pounds"}, 422),
    ],
    ids=str,
)
def test_a_plan_is_made_of_what_fits_together(client, fields, status):
    programme = make_programme(access="FEE")
    at_the_desk(client)

    answer = client.post(
        reverse("desk:plan_new"),
        {"programme": programme.pk, "name": "A plan", "currency": "GBP", "position": "0"} | fields,
    )

    assert answer.status_code == status
    assert PricePlan.objects.exists() == (status == 302)
    if fields["total_minor"] == "400.50":
        assert PricePlan.objects.get().total_minor == 40_050
