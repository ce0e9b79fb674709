"""How does somebody come in, and what does the session remember of it?"""

import time

import pytest
from django.test import RequestFactory

from cms.accounts.sign_in import how_signed_in, proof_is_old
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def request_after_sign_in(client, person, password):
    client.post("/accounts/login/", {"login": person.email, "password": password})
    request = RequestFactory().get("/")
    request.session, request.user = client.session, person
    return request


def test_the_session_says_how_the_person_proved_who_they_are(client):
    person = make_person(password="a quiet corner")

    request = request_after_sign_in(client, person, "a quiet corner")

    assert how_signed_in(request) == "password"


@pytest.mark.parametrize(("minutes", "old"), [(0, False), (14, False), (16, True)])
def test_a_proof_is_old_after_a_quarter_of_an_hour(client, monkeypatch, minutes, old):
    person = make_person(password="a quiet corner")
    request = request_after_sign_in(client, person, "a quiet corner")
    now = time.time() + 60 * minutes
    monkeypatch.setattr("cms.accounts.sign_in.time.time", lambda: now)

    assert proof_is_old(request) is old


def test_a_session_opened_otherwise_proves_nothing(client):
    person = make_person()
    client.force_login(person)
    request = RequestFactory().get("/")
    request.session, request.user = client.session, person

    assert proof_is_old(request)
    assert how_signed_in(request) == "unknown"


def test_an_address_is_the_same_in_any_case(client):
    make_person(email="wren@example.org", password="a quiet corner")

    answer = client.post("/accounts/login/", {"login": "WREN@Example.org", "password": "a quiet corner"})

    assert answer.status_code == 302
