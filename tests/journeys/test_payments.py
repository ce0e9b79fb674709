"""Somebody pays, by card at once and month by month, at a payment service that behaves like Stripe."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.accounts.models import User
from courses.chasing import chase
from courses.models import Access, Enrolment, MoneyPaper, Order, PlanKind, PricePlan
from tests.courses.buying import a_plan
from tests.factories.courses import make_programme
from tests.factories.people import make_person, restore_staff_rights
from tests.stripe_stand_in import StandIn

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stripe(settings, live_server) -> Iterator[StandIn]:
    """The stand-in tells our running site of everything at once."""
    with StandIn(webhook=f"{live_server.url}{reverse('courses:stripe_webhook')}") as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_x"
        settings.STRIPE_WEBHOOK_SECRET = stand_in.secret
        settings.STRIPE_API_BASE = stand_in.address
        settings.BASE_URL = live_server.url
        yield stand_in


def signed_in(person: Watched, account: User, stripe: StandIn) -> None:
    person.hosts.add(urlsplit(stripe.address).netloc)
    client = Client()
    client.force_login(account)
    person.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}])


def a_programme() -> PricePlan:
    restore_staff_rights()
    programme = make_programme(access=Access.FEE, title="Foundations of consent", lessons=2)
    a_plan(PlanKind.ONCE, programme=programme)
    a_plan(PlanKind.INSTALMENTS, programme=programme)
    return programme


def order_by(person: Watched, programme, plan: str) -> None:
    person.goto(programme.get_url())
    person.follow("Choose how to pay")
    person.page.get_by_role("radio", name=plan).check()
    person.click("See your order")
    person.click("Pay")


@pytest.mark.parametrize("look", [{"width": 320, "dark": True}, {"width": 1280}, {"width": 360, "scripts": False}])
def test_somebody_pays_by_card_and_reads_the_first_lesson(people, stripe, look):
    programme = a_programme()
    wren = people(**look)
    signed_in(wren, make_person("Wren"), stripe)

    order_by(wren, programme, PlanKind.ONCE.label)
    wren.heading("Pay")
    wren.click("Pay GBP 400.00")
    stripe.wait_until_delivered()

    wren.sees("Paid")
    wren.follow("Begin")
    wren.sees("Ask alone.")
    assert Enrolment.objects.count() == MoneyPaper.objects.count() == 1
    wren.goto(reverse("courses:payments"))
    wren.follow("RCT-00001")
    wren.sees("£400")


def test_somebody_pays_by_the_month_fails_is_paused_pays_and_resumes(people, stripe):
    programme = a_programme()
    lesson = programme.get_descendants().order_by("-path").first()
    wren = people(width=360)
    signed_in(wren, make_person("Wren"), stripe)
    order_by(wren, programme, PlanKind.INSTALMENTS.label)
    wren.click("Pay GBP 133.34")
    stripe.wait_until_delivered()
    order = Order.objects.get()

    stripe.next_invoice(order.subscription_id, ok=False)
    stripe.wait_until_delivered()
    wren.goto(reverse("courses:order", args=[order.reference]))
    wren.sees("Refused by the card")
    chase(at=timezone.now() + timedelta(days=8))

    wren.goto(lesson.get_url())
    wren.heading("Your access is paused")
    wren.goto(reverse("courses:order", args=[order.reference]))
    wren.follow("Pay £133.33")
    wren.click("Pay GBP 133.33")
    wren.heading("Paid")
    stripe.wait_until_delivered()

    wren.goto(programme.get_url())
    wren.follow("Begin")
    wren.sees("Ask alone.")


def test_somebody_goes_back_without_paying_and_cancels(people, stripe):
    programme = a_programme()
    wren = people(width=320)
    signed_in(wren, make_person("Wren"), stripe)
    order_by(wren, programme, PlanKind.ONCE.label)

    wren.follow("Back")
    wren.sees("Nothing was paid.")
    wren.follow("Cancel this order")
    wren.click("Cancel the order")
    wren.sees("Your order is cancelled.")

    assert not Enrolment.objects.exists()
    assert Order.objects.get().cancelled_at is not None
