"""Does a learner see what they hold and why not yet, and nobody else's?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.deciding import decline_certification
from certificates.models import Certificate, CertificationRequest, SigningKey, Status
from courses.enrolling import withdraw
from courses.models import CredentialKind
from tests.factories.certificates import (
    make_certificate,
    make_certificate_that_is,
    make_completion,
    make_ready,
    make_request,
    make_rules,
    make_signing_key,
)
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LIST = "/certificates/"


def ask(client, enrolment, name: str = "Ana Núñez"):
    return client.post(reverse("certificates:ask", args=[enrolment.pk]), {"certificate_name": name})


def words_of(client, person) -> str:
    client.force_login(person)
    response = client.get(LIST)
    assert response.status_code == 200
    return response.content.decode()


def test_visitors_are_asked_to_sign_in(client) -> None:
    enrolment = make_ready()

    for response in (client.get(LIST), ask(client, enrolment)):
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")
    assert CertificationRequest.objects.count() == 0


def test_who_is_on_nothing_is_shown_the_way(client) -> None:
    assert "Nothing yet" in words_of(client, make_person())


def test_what_is_missing_is_said(client) -> None:
    enrolment = make_enrolment(at=NOW)
    make_rules(enrolment.programme)

    words = words_of(client, enrolment.learner)

    assert "One thing is missing" in words
    assert "0 of 1 modules; 1 unit left." in words


def test_a_programme_without_rules_says_so(client) -> None:
    assert "has not published its requirements yet" in words_of(client, make_enrolment(at=NOW).learner)


def test_everything_met_offers_to_ask_under_the_name_one_chose(client) -> None:
    enrolment = make_ready(learner=make_person("Wren", certificate_name="Wren Adeyemi"), at=NOW)

    words = words_of(client, enrolment.learner)

    assert "Everything is met" in words
    assert 'value="Wren Adeyemi"' in words


def test_asking_makes_a_request_and_says_so(client) -> None:
    enrolment = make_ready(at=NOW)
    client.force_login(enrolment.learner)

    response = ask(client, enrolment)

    assert (response.status_code, response.url) == (302, LIST)
    assert CertificationRequest.objects.get().certificate_name == "Ana Núñez"
    assert "under the name Ana Núñez" in client.get(LIST).content.decode()
    ask(client, enrolment)
    assert CertificationRequest.objects.count() == 1


def test_a_completion_is_issued_at_once(client) -> None:
    make_signing_key()
    enrolment = make_ready(kind=CredentialKind.COMPLETION, valid_years=None, at=NOW)
    client.force_login(enrolment.learner)

    ask(client, enrolment)

    assert Certificate.objects.get().number in client.get(LIST).content.decode()


@pytest.mark.parametrize("name", ["", "Ana\u202eNúñez", "x" * 61, "x" * 121])
def test_a_name_that_cannot_be_is_kept_and_refused(client, name: str) -> None:
    enrolment = make_ready(at=NOW)
    client.force_login(enrolment.learner)

    response = ask(client, enrolment, name)

    (standing,) = response.context["standings"]
    assert response.status_code == 422
    assert standing.form["certificate_name"].value() == name
    assert standing.form.errors["certificate_name"]
    assert CertificationRequest.objects.count() == 0


def test_asking_too_early_says_what_is_missing(client) -> None:
    enrolment = make_enrolment(at=NOW)
    make_rules(enrolment.programme)
    client.force_login(enrolment.learner)

    response = client.post(reverse("certificates:ask", args=[enrolment.pk]), {"certificate_name": "Ana"}, follow=True)

    assert "Study: 0 of 1 modules; 1 unit left." in response.content.decode()


def test_when_nobody_can_sign_nothing_is_lost(client) -> None:
    enrolment = make_ready(kind=CredentialKind.COMPLETION, valid_years=None, at=NOW)
    client.force_login(enrolment.learner)

    response = client.post(reverse("certificates:ask", args=[enrolment.pk]), {"certificate_name": "Ana"}, follow=True)

    assert SigningKey.objects.count() == 0
    assert "Nothing is lost" in response.content.decode()
    assert Certificate.objects.count() == 0


def test_a_decline_is_read_by_the_learner(client) -> None:
    request = make_request(at=NOW)
    decline_certification(request=request, reason="A letter is missing.", by=make_registrar(), at=NOW)

    words = words_of(client, request.enrolment.learner)

    assert "A letter is missing." in words
    assert "Ask for confirmation" in words


@pytest.mark.parametrize("how", ["somebody else's", "one they left", "none at all"])
def test_nobody_asks_for_what_is_not_theirs(client, how: str) -> None:
    enrolment = make_ready(at=NOW)
    if how == "one they left":
        withdraw(enrolment=enrolment, by=enrolment.learner, at=NOW)
        client.force_login(enrolment.learner)
    else:
        client.force_login(make_registrar())

    number = 10**12 if how == "none at all" else enrolment.pk
    response = client.post(reverse("certificates:ask", args=[number]), {"certificate_name": "Ana"})

    assert response.status_code == 404
    assert CertificationRequest.objects.count() == 0


def test_nobody_sees_what_another_holds(client) -> None:
    theirs = make_certificate(name="Charlie Secret", at=NOW - timedelta(days=2))
    mine = make_certificate(name="Ana Núñez", programme=theirs.enrolment.programme, at=NOW - timedelta(days=2))

    words = words_of(client, mine.holder)

    assert mine.number in words
    assert theirs.number not in words
    assert "Charlie" not in words


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.EXPIRING, Status.EXPIRED, Status.SUSPENDED, Status.REVOKED])
def test_what_one_holds_is_shown_with_its_status(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    words = words_of(client, certificate.holder)

    assert certificate.number in words
    assert str(status.label) in words
    assert (reverse("certificates:credential", args=[certificate.public_id]) in words) is (status is not Status.REVOKED)
    assert "Ask for confirmation" not in words


def test_a_replaced_certificate_gives_way_to_the_newer(client) -> None:
    old = make_certificate_that_is(Status.SUPERSEDED, name="Former Name")

    words = words_of(client, old.holder)

    assert old.replaced_by.number in words
    assert old.number not in words
    assert "Former" not in words


def test_who_left_the_programme_still_sees_what_they_hold(client) -> None:
    certificate = make_completion(at=NOW - timedelta(days=2))
    withdraw(enrolment=certificate.enrolment, by=certificate.holder, at=NOW)

    assert certificate.number in words_of(client, certificate.holder)


LIST_QUERIES = (
    12  # session, person; enrolments, certificates, their cases, requests, watches; appeals; academy and menu
)


@pytest.mark.parametrize("held", [1, 3])
def test_the_list_costs_the_same_however_much_one_holds(client, django_assert_num_queries, held: int) -> None:
    person = make_person()
    for _ in range(held):
        make_completion(learner=person, at=NOW - timedelta(days=2))
    client.force_login(person)
    client.get(LIST)

    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get(LIST).context["standings"]) == held


def test_nothing_is_changed_by_looking(client) -> None:
    enrolment = make_ready(at=NOW)
    client.force_login(enrolment.learner)

    assert client.get(reverse("certificates:ask", args=[enrolment.pk])).status_code == 405
    client.get(LIST)
    assert CertificationRequest.objects.count() == 0
