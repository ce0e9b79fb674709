"""What is answered to who claims to be Stripe, and what does it grant?"""

import hashlib
import hmac
import json
import logging
import time

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Concern, ConcernKind, Enrolment, LedgerEntry, MoneyPaper, Payment, StripeEvent
from courses.settling import settle
from tests.factories.people import NOON

from .buying import a_plan, go_to_pay, order_of, pay
from .conftest import SECRET

pytestmark = pytest.mark.django_db(transaction=True)


def send(body: bytes, *, signature: str | None = None, secret: str = SECRET, age: int = 0, **extra: str) -> int:
    """Post a body as Stripe would, signed so many seconds ago."""
    stamp = int(time.time()) - age
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return (
        Client(raise_request_exception=False)
        .post(
            reverse("courses:stripe_webhook"),
            body,
            content_type="application/json",
            headers={"Stripe-Signature": f"t={stamp},v1={digest}" if signature is None else signature},
            **extra,
        )
        .status_code
    )


def event(**changes: object) -> bytes:
    thing = {"id": "cs_test_1", "object": "checkout.session"}
    return json.dumps(
        {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": {"object": thing}} | changes
    ).encode()


def nothing_was_granted() -> bool:
    return not any(model.objects.exists() for model in (Enrolment, Payment, MoneyPaper, LedgerEntry))


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 200),
        ({"secret": "whsec_another"}, 400),
        ({"age": 301}, 400),
        ({"age": -301}, 400),
        ({"age": 290}, 200),
        ({"signature": ""}, 400),
        ({"signature": "t=,v1="}, 400),
        ({"signature": "t=nothing,v1=ab"}, 400),
        ({"signature": "v1=ab"}, 400),
        ({"signature": "t=99999999999999999999,v1=ab"}, 400),
        ({"signature": "t=1,v1=é"}, 400),
    ],
    ids=str,
)
def test_only_a_fresh_signature_of_stripes_is_heard(stripe, how, status):
    assert send(event(), **how) == status
    assert StripeEvent.objects.exists() == (status == 200)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe{}", b"{}", b'{"id": "evt_1"}', b'{"data": {"object": []}}', b"1" * 5000],
    ids=lambda body: repr(body[:30]),
)  # fmt: skip
def test_a_body_that_is_no_event_is_refused_though_it_is_signed(stripe, body):
    assert send(body) == 400
    assert not StripeEvent.objects.exists()


def test_a_body_of_ten_megabytes_is_too_big(stripe):
    assert send(b" " * 10 * 1024 * 1024) == 413


def test_a_body_that_lies_about_its_length_is_refused(stripe):
    assert send(event(), CONTENT_LENGTH="many") in {400, 413}


def test_only_post_is_answered(stripe, client):
    assert client.get(reverse("courses:stripe_webhook")).status_code == 405


def test_without_its_secret_there_is_no_webhook(settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert send(event()) == 404


def test_an_altered_event_is_refused(stripe):
    order = order_of(a_plan())
    told = pay(stripe, order)

    answers = stripe.deliver(told, mutate=('"livemode": false', '"livemode": true'))

    assert {status for _event, _type, status in answers} == {400}
    assert nothing_was_granted()


@pytest.mark.parametrize(
    ("paid", "concern"),
    [
        ({"amount": 1}, ConcernKind.WRONG_AMOUNT),
        ({"amount": 39_999}, ConcernKind.WRONG_AMOUNT),
        ({"currency": "jpy"}, ConcernKind.WRONG_CURRENCY),
        ({"livemode": True}, ConcernKind.NOT_OURS),
    ],
    ids=str,
)
def test_something_else_was_paid_than_was_asked(stripe, paid, concern):
    order = order_of(a_plan())

    answers = stripe.deliver(pay(stripe, order, **paid))
    settle(order=order, at=NOON)

    assert {status for _event, _type, status in answers} == {200}
    assert nothing_was_granted()
    assert Concern.objects.get().kind == concern


def test_an_event_of_another_account_grants_nothing(stripe):
    order = order_of(a_plan())

    answers = stripe.deliver(pay(stripe, order), account="acct_another")

    assert {status for _event, _type, status in answers} == {200}
    assert nothing_was_granted()


def test_an_event_that_lies_about_being_paid_grants_nothing(stripe):
    order = order_of(a_plan())
    session = go_to_pay(order)
    thing = {
        "id": session,
        "object": "checkout.session",
        "client_reference_id": order.reference,
        "payment_status": "paid",
        "status": "complete",
        "amount_total": 40_000,
        "currency": "gbp",
    }

    assert send(event(data={"object": thing})) == 200
    assert nothing_was_granted()


def test_a_foreign_page_that_names_our_order_grants_nothing(stripe):
    order, other = order_of(a_plan()), order_of(a_plan(total_minor=100))
    told = pay(stripe, other)
    thing = {"id": "cs_of_somebody_else", "object": "checkout.session", "client_reference_id": order.reference}

    assert send(event(data={"object": thing})) == 200
    assert nothing_was_granted()
    stripe.deliver(told)
    assert not Enrolment.objects.filter(programme=order.programme).exists()


def test_an_unpaid_page_grants_nothing_however_often_one_comes_back(stripe):
    order = order_of(a_plan())
    go_to_pay(order)
    client = Client()
    client.force_login(order.buyer)

    for _again in range(3):
        assert client.get(reverse("courses:order_done", args=[order.reference])).status_code == 302

    assert nothing_was_granted()


def test_the_log_names_nobody_and_no_secret(stripe, caplog):
    caplog.set_level(logging.INFO)
    order = order_of(a_plan())

    stripe.deliver(pay(stripe, order), secret="whsec_forged")
    stripe.deliver(stripe.undelivered() or [])
    settle(order=order, at=NOON)

    said = "\n".join(record.getMessage() for record in caplog.records)
    for word in (SECRET, "sk_test_x", order.buyer.email, order.buyer.display_name):
        assert word not in said
