"""Does each mail about money say how much, until when and where, and its subject nothing of anybody?"""

from datetime import timedelta

import pytest
from django.core import mail as sent
from django.urls import reverse

from cms.accounts.models import AcademySettings
from courses import mail
from courses.intakes import join_list
from courses.models import Access, Fund, Intake, Organisation, PlanKind, Seat
from courses.refunding import ask_refund
from courses.scholarships import award_scholarship
from courses.transfers import record_transfer
from tests.courses.buying import a_plan, order_of
from tests.factories.courses import make_programme
from tests.factories.people import NOON, make_person, make_registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return make_programme(title="On set", access=Access.FEE)


@pytest.fixture
def order(programme):
    plan = a_plan(PlanKind.INVOICE, programme=programme)
    return order_of(plan, buyer=make_person("Nell", email="nell@example.org"), at=NOON)


def the_mail():
    [message] = sent.outbox
    assert message.to == ["nell@example.org"]
    assert "On set" not in message.subject
    assert "Nell" not in message.subject
    assert message.body.startswith("Hello,\n")
    assert message.body.rstrip().endswith(f"\n{AcademySettings.load().name}")
    assert "\n\n\n\n" not in message.body
    return message


def test_an_invoice_says_how_much_where_to_and_with_which_reference(order):
    paper = order.papers.get()
    paper.words["bank_details"] = "IBAN GB00"

    mail.send_paper(paper)

    message = the_mail()
    assert message.subject == "Your invoice INV-00001"
    for words in (
        "To pay by 7 December 2026: £400",
        "IBAN GB00",
        "Please give INV-00001 with your transfer.",
        "/payments/papers/main/INV-1/",
    ):
        assert words in message.body


def test_a_receipt_says_thank_you(order):
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=NOON)
    sent.outbox.clear()

    mail.send_paper(order.papers.get(kind="RCT"))

    message = the_mail()
    assert message.subject == "Your receipt RCT-00001"
    assert "thank you: £400 has arrived." in message.body


@pytest.mark.parametrize(
    ("fulfilled", "words"),
    [(None, "Nothing was taken."), (NOON, "Please pay by 30 November 2026, so that it does not pause:")],
)
def test_a_refused_payment_says_what_follows(order, fulfilled, words):
    part = order.instalments.get()
    part.order.fulfilled_at = fulfilled

    mail.send_failed(part)

    message = the_mail()
    assert message.subject == "A payment did not go through"
    assert words in message.body
    assert "a payment of £400 for “On set”" in message.body
    assert reverse("courses:order", args=[order.reference]) in message.body


def test_what_is_due_says_when(order):
    mail.send_due(order.instalments.get())

    assert "the other £400 for “On set” is due on 23 November 2026." in the_mail().body


def test_a_pause_says_that_nothing_is_lost_and_how_it_ends(order):
    mail.send_paused(order.instalments.get())

    message = the_mail()
    assert message.subject == "Your access is paused"
    assert "Nothing is lost" in message.body
    assert reverse("courses:order", args=[order.reference]) in message.body


def test_an_offer_says_how_long_the_place_is_held(programme):
    intake = Intake.objects.create(programme=programme, name="Spring", starts_on=NOON.date(), places=1)
    waiting = join_list(intake=intake, person=make_person("Nell", email="nell@example.org"), at=NOON)
    waiting.offer_ends_at = NOON + timedelta(hours=72)

    mail.send_offer(waiting)

    message = the_mail()
    assert "Spring, which begins on 23 November 2026." in message.body
    assert "We hold it until 26 November 2026" in message.body
    assert reverse("courses:enrol", args=[programme.slug]) in message.body


def test_a_seat_says_who_offers_it_and_what_they_see(programme):
    buyer = make_person("Jonah")
    company = Organisation.objects.create(name="Prewitt Pictures", owner=buyer, made_at=NOON)
    plan = a_plan(PlanKind.INVOICE, programme=programme, for_seats=True)
    order = order_of(plan, buyer=buyer, organisation=company, seats=2)
    seat = Seat.objects.create(order=order, number=1, email="nell@example.org", offered_at=NOON)

    mail.send_seat(seat)

    message = the_mail()
    assert "Prewitt Pictures has bought places on “On set”" in message.body
    assert reverse("courses:seat", args=[seat.token]) in message.body
    assert "Jonah" not in message.body


def test_a_credit_note_says_how_much_went_back(order):
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=NOON)
    paper = order.papers.get(kind="RCT")
    paper.kind, paper.total_minor = "CRN", 10_000
    sent.outbox.clear()

    mail.send_paper(paper)

    message = the_mail()
    assert message.subject == "Your credit note CRN-00001"
    assert "we have given back £100." in message.body


def test_a_refund_that_ends_what_was_bought_says_so_in_its_credit_note(order):
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=NOON)
    sent.outbox.clear()

    ask_refund(order=order, amount_minor=40_000, ends_access=True, reason="", by=make_registrar(), at=NOON)
    mail.send_paper(order.papers.get(kind="CRN"))

    message = sent.outbox[-1]
    assert "What was bought has ended with it. What you have done stays on record." in message.body
    assert "\n\n\n\n" not in message.body


def test_a_receipt_of_places_leads_to_them(programme):
    buyer = make_person("Nell", email="nell@example.org")
    company = Organisation.objects.create(name="Prewitt Pictures", owner=buyer, made_at=NOON)
    plan = a_plan(PlanKind.INVOICE, programme=programme, for_seats=True)
    order = order_of(plan, buyer=buyer, organisation=company, seats=2)
    record_transfer(order=order, amount_minor=80_000, by=make_registrar(), at=NOON)
    sent.outbox.clear()

    mail.send_paper(order.papers.get(kind="RCT"))

    assert reverse("courses:places") in the_mail().body


def test_a_cancelled_order_is_told_to_its_buyer(order):
    mail.send_cancelled(order)

    assert "your order for “On set” has been cancelled. Nothing is to pay" in the_mail().body


def test_an_award_is_told_to_its_person(programme):
    fund = Fund.objects.create(name="The Understudy Fund", amount_minor=100_000)
    award = award_scholarship(
        fund=fund, person=make_person("Nell", email="nell@example.org"), programme=programme, amount_minor=15_000,
        by=make_registrar(), at=NOON,
    )  # fmt: skip

    mail.send_award(award)

    message = the_mail()
    assert message.subject == "Something towards your studies"
    assert "The Understudy Fund pays up to £150 of your fee for “On set”." in message.body
    assert reverse("courses:enrol", args=[programme.slug]) in message.body
