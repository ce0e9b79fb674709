"""What do the tests of money count on? A payment service that behaves like Stripe, and speaks to our webhook."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from courses import payments
from tests.stripe_stand_in import StandIn

SECRET = "whsec_tests"


def tell(body: bytes, signature: str) -> int:
    """Deliver an event to our webhook; the status of the answer."""
    try:
        return (
            Client()
            .post(
                reverse("courses:stripe_webhook"),
                body,
                content_type="application/json; charset=utf-8",
                headers={"Stripe-Signature": signature},
            )
            .status_code
        )
    finally:
        if not connection.in_atomic_block:
            connection.close()


@pytest.fixture
def stripe(settings) -> Iterator[StandIn]:
    """The stand-in, set up as ours. It queues its events: a test says which are delivered, when and how often."""
    with StandIn(secret=SECRET, deliver_to=tell) as stand_in:
        stand_in.auto = False
        settings.STRIPE_SECRET_KEY = "sk_test_x"
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        settings.STRIPE_API_BASE = stand_in.address
        assert payments.is_set_up()
        yield stand_in
