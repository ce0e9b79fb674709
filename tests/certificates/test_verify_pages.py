"""Does an employer with a number and ninety seconds get the right answer, and a guesser none?"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.checking import _day, _moment
from certificates.models import Certificate, RevocationReason, Status
from certificates.numbers import EXAMPLE, new_number
from certificates.status import reinstate_certificate, revoke_certificate, suspend_certificate
from cms.accounts.throttle import MISSES, WINDOW
from tests.factories.certificates import (
    make_certificate,
    make_certificate_that_is,
    make_completion,
    make_ready,
    make_rules,
)
from tests.factories.courses import make_programme
from tests.factories.people import make_registrar

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
SAID = {
    Status.ACTIVE: "Yes, it is active",
    Status.EXPIRING: "Yes, for a while yet",
    Status.EXPIRED: "No, it has run out",
    Status.SUSPENDED: "Not at present",
    Status.REVOKED: "No, it was revoked",
    Status.SUPERSEDED: "There is a newer one",
}


def page(client: Client, number: str, **headers: str):
    return client.get(reverse("certificates:verify_number", args=[number]), headers=headers)


def as_json(client: Client, number: str):
    return page(client, number, **JSON)


# The answer for programs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(Status))
def test_the_json_is_the_contracts_key_for_key(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)
    before = timezone.now()

    response = as_json(client, certificate.number)

    said = response.json()
    since = {
        Status.ACTIVE: certificate.issued_at,
        Status.EXPIRING: certificate.expiring_from,
        Status.EXPIRED: certificate.valid_until,
        Status.SUSPENDED: certificate.suspended_at,
        Status.REVOKED: certificate.revoked_at,
        Status.SUPERSEDED: certificate.superseded_at,
    }[status]
    logged = int(status in {Status.SUSPENDED, Status.REVOKED, Status.SUPERSEDED})  # the newest entry about it
    assert response.status_code == 200
    assert _moment(before) <= said.pop("checked_at") <= _moment(timezone.now())
    assert said == {
        "number": certificate.number,
        "status": status.value,
        "kind": "certification",
        "title": "Certified Intimacy Coordinator",
        **({} if status is Status.SUPERSEDED else {"holder": "Ana Núñez"}),
        "issuer": {
            "name": "Closed Set Academy",
            "id": "did:web:localhost%3A8000",
            "url": "http://localhost:8000/",
        },
        "issued_on": certificate.awarded_on.isoformat(),
        "valid_until": _day(certificate.valid_until),
        "status_since": _day(since),
        "reason": {Status.SUSPENDED: "A case is being looked into", Status.REVOKED: "Evidence withdrawn"}.get(status),
        "programme": {"title": certificate.programme_title, "requirements_version": "2026.1"},
        "basis": [{"requirement": "Study", "summary": "1 module, 1 unit, 10 hours"}],
        "replaced_by": certificate.replaced_by.number if status is Status.SUPERSEDED else None,
        "credential": f"http://localhost:8000/credentials/{certificate.public_id}",
        "log": {
            "index": logged,
            "checkpoint": "http://localhost:8000/log/checkpoint",
            "proof": f"http://localhost:8000/log/proof?index={logged}",
        },
    }


def test_the_keys_come_in_the_contracts_order(client) -> None:
    assert list(as_json(client, make_certificate().number).json()) == [
        "number", "status", "checked_at", "kind", "title", "holder", "issuer", "issued_on", "valid_until",
        "status_since", "reason", "programme", "basis", "replaced_by", "credential", "log",
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["known", "unknown", "malformed"])
def test_programs_on_other_sites_may_read_it_and_nobody_keeps_it(client, number: str) -> None:
    numbers = {"known": make_certificate().number, "unknown": new_number(), "malformed": "nonsense"}

    response = as_json(client, numbers[number])

    assert response["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in response["Cache-Control"]
    assert "Accept" in response["Vary"]
    assert response["Content-Type"] == "application/json"
    assert "sessionid" not in response.cookies


def test_names_are_written_as_letters_and_not_as_escapes(client) -> None:
    certificate = make_completion(name="李小龍")

    assert "李小龍" in as_json(client, certificate.number).content.decode()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
        ("nonsense", "text/html; charset=utf-8"),
    ],
)
def test_who_asks_for_json_gets_json_and_everybody_else_the_page(client, accept: str, kind: str) -> None:
    assert page(client, make_certificate().number, accept=accept)["Content-Type"] == kind


def test_a_head_is_answered_without_a_body(client) -> None:
    response = client.head(reverse("certificates:verify_number", args=[make_certificate().number]), headers=JSON)

    assert (response.status_code, response.content) == (200, b"")


def test_nothing_is_posted_to_an_answer(client) -> None:
    assert client.post(reverse("certificates:verify_number", args=[make_certificate().number])).status_code == 405


# Numbers that are none -------------------------------------------------------------------------------------

MALFORMED = ["nonsense", "CS-7K3M9-QX2TB", "CS-7K3M9-QX2TB-5", "x" * 500, "CS-ÄÄÄÄÄ-ÄÄÄÄÄ-Ä", "‮CS", "%00", "'; DROP"]


@pytest.mark.parametrize("number", MALFORMED)
def test_a_malformed_number_is_answered_without_a_look_into_the_database(
    client, django_assert_num_queries, number: str
) -> None:
    with django_assert_num_queries(0):
        response = as_json(client, number)

    assert response.status_code == 400
    assert response.json()["status"] == "malformed"


@pytest.mark.parametrize("number", MALFORMED)
def test_a_malformed_number_is_shown_back_with_a_sentence(client, number: str) -> None:
    response = page(client, number)

    assert response.status_code == 400
    assert response.context["form"].errors["number"]


def test_the_page_for_a_malformed_number_reads_the_academy_and_nothing_else(client, django_assert_num_queries) -> None:
    page(client, "nonsense")

    with django_assert_num_queries(MALFORMED_PAGE_QUERIES):
        page(client, "nonsense")


MALFORMED_PAGE_QUERIES = 1  # the academy, for the foot


def test_a_wrong_check_character_is_called_a_typing_mistake(client) -> None:
    number = make_certificate().number
    mistyped = number[:-1] + ("0" if number[-1] != "0" else "1")

    response = page(client, mistyped)

    assert response.status_code == 400
    assert "That number has a typing mistake" in response.content.decode()


def test_an_unknown_number_is_404_and_named(client) -> None:
    number = new_number()

    assert (as_json(client, number).status_code, as_json(client, number).json()) == (404, {"status": "unknown"})
    response = page(client, number)
    assert response.status_code == 404
    assert number in response.content.decode()
    assert "We know no such number" in response.content.decode()


def test_an_address_with_a_slash_in_it_is_just_not_there(client) -> None:
    assert client.get("/verify/a/b/").status_code == 404


# However it is typed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [str.lower, lambda number: number.replace("-", ""), lambda number: number.replace("-", " ")]
)
def test_a_number_is_read_however_it_is_typed(client, typed) -> None:
    number = make_certificate().number

    response = page(client, typed(number))
    assert (response.status_code, response.url) == (302, f"/verify/{number}/")
    assert as_json(client, typed(number)).json()["number"] == number


def test_the_form_leads_to_the_answer_without_a_token(client) -> None:
    number = make_certificate().number

    response = Client(enforce_csrf_checks=True).post(reverse("certificates:verify"), {"number": f" {number.lower()} "})

    assert (response.status_code, response.url) == (302, f"/verify/{number}/")


@pytest.mark.parametrize("number", ["", "nonsense", "x" * 41, EXAMPLE[:-1] + "5"])
def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(client, number: str) -> None:
    response = client.post(reverse("certificates:verify"), {"number": number})

    assert response.status_code == 422
    assert response.context["form"]["number"].value() == number
    assert response.context["form"].errors["number"]


def test_an_empty_form_is_not_scolded(client) -> None:
    response = client.get(reverse("certificates:verify"))

    assert (response.status_code, response.context["form"].errors) == (200, {})


# The page for people ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(Status))
def test_the_page_says_the_status_first_and_in_words(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    response = page(client, certificate.number)

    words = response.content.decode()
    assert response.status_code == 200
    assert SAID[status] in words
    assert [other for other, sentence in SAID.items() if sentence in words] == [status]
    assert ("Ana Núñez" in words) is (status is not Status.SUPERSEDED)
    assert '<meta name="robots" content="noindex">' in words
    assert "no-store" in response["Cache-Control"]
    title = words.partition("<title>")[2].partition("</title>")[0]
    assert "Ana" not in title


def test_the_page_says_whose_example_the_rules_are(client) -> None:
    example, real = make_programme(), make_programme()
    make_rules(example)
    make_rules(real, is_example=False)
    first, second = make_certificate(programme=example), make_certificate(programme=real)

    assert "Example rule set 2026.1" in page(client, first.number).content.decode()
    assert "Example rule set" not in page(client, second.number).content.decode()


def test_a_replaced_certificate_leads_to_the_newer_and_shows_no_former_name(client) -> None:
    old = make_certificate_that_is(Status.SUPERSEDED, name="Former Name")
    new = old.replaced_by

    for response in (page(client, old.number), as_json(client, old.number)):
        assert "Former" not in response.content.decode()
        assert new.number in response.content.decode()
    for response in (page(client, new.number), as_json(client, new.number)):
        assert "Former" not in response.content.decode()
        assert old.number not in response.content.decode()
        assert "Ana Prosser" in response.content.decode()


def test_a_revocation_and_a_suspension_show_at_once(client) -> None:
    certificate, registrar = make_certificate_that_is(Status.ACTIVE), make_registrar()
    now = timezone.now()
    seen = []

    seen.append(as_json(client, certificate.number).json()["status"])
    suspend_certificate(certificate=certificate, reason="A case", by=registrar, at=now - timedelta(seconds=9))
    seen.append(as_json(client, certificate.number).json()["status"])
    assert SAID[Status.SUSPENDED] in page(client, certificate.number).content.decode()
    reinstate_certificate(certificate=certificate, by=registrar, at=now - timedelta(seconds=6))
    seen.append(as_json(client, certificate.number).json()["status"])
    revoke_certificate(
        certificate=certificate, reason=RevocationReason.REQUEST, by=registrar, at=now - timedelta(seconds=3)
    )
    seen.append(as_json(client, certificate.number).json()["status"])
    assert SAID[Status.REVOKED] in page(client, certificate.number).content.decode()

    assert seen == ["active", "suspended", "active", "revoked"]


@pytest.mark.parametrize(
    "change",
    [{"holder_name": "Somebody Else"}, {"basis": []}, {"status_index": 7}, {"valid_until": None}],
    ids=lambda change: next(iter(change)),
)
def test_a_row_altered_behind_our_back_is_confirmed_to_nobody(client, change: dict) -> None:
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(**change)

    people, programs = page(client, certificate.number), as_json(client, certificate.number)

    assert (people.status_code, programs.status_code) == (503, 503)
    assert "We cannot confirm it" in people.content.decode()
    assert not [sentence for sentence in SAID.values() if sentence in people.content.decode()]
    assert "Somebody Else" not in people.content.decode()
    assert programs.json() == {"status": "cannot_check_now"}


def test_a_name_is_never_read_as_markup(client) -> None:
    certificate = make_completion(name="<b>Ana</b> & Co")

    words = page(client, certificate.number).content.decode()

    assert "<b>Ana</b> & Co" not in words
    assert "&lt;b&gt;Ana" in words


def test_an_answer_needs_no_account_and_makes_no_session(client) -> None:
    response = page(client, make_certificate().number)

    assert response.status_code == 200
    assert "sessionid" not in response.cookies


# Guessing --------------------------------------------------------------------------------------------------


def test_a_guesser_is_told_to_wait_and_everybody_with_a_number_is_answered(client) -> None:
    certificate = make_certificate()
    misses = [as_json(client, new_number()).status_code for _ in range(MISSES + 2)]

    assert misses == [404] * MISSES + [429] * 2
    programs, people = as_json(client, new_number()), page(client, new_number())
    assert (programs.status_code, programs.json()) == (429, {"status": "too_many_requests"})
    assert programs["Retry-After"] == people["Retry-After"] == str(WINDOW)
    assert programs["Access-Control-Allow-Origin"] == "*"
    assert people.status_code == 429
    assert as_json(client, certificate.number).status_code == 200
    assert page(client, certificate.number).status_code == 200
    assert page(client, "nonsense").status_code == 400


def test_one_guesser_does_not_slow_another_visitor(client) -> None:
    for _ in range(MISSES + 1):
        as_json(client, new_number())

    elsewhere = client.get(
        reverse("certificates:verify_number", args=[new_number()]), headers=JSON, REMOTE_ADDR="203.0.113.9"
    )

    assert elsewhere.status_code == 404


def test_a_guesser_who_invents_an_address_is_still_the_same_one(client) -> None:
    answers = [
        page(client, new_number(), **JSON, **{"x-forwarded-for": f"198.51.100.{n}"}).status_code
        for n in range(MISSES + 1)
    ]

    assert answers[-1] == 429


def test_an_odd_address_from_a_proxy_breaks_nothing(client, settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    response = page(client, new_number(), **JSON, **{"x-forwarded-for": "a b\tc" + "x" * 400})

    assert response.status_code == 404


# What it costs ---------------------------------------------------------------------------------------------

JSON_QUERIES = 1  # the certificate, with its key, its list and what replaced it
PAGE_QUERIES = 2  # and the academy, for the foot


@pytest.mark.parametrize("lines", [1, 3])
def test_an_answer_costs_the_same_whatever_it_rests_on(client, django_assert_num_queries, lines: int) -> None:
    programme = make_programme()
    make_rules(programme, requirements=[("modules", {})] * lines)
    certificate = make_certificate(programme=programme)
    assert len(certificate.basis) == lines
    for _ in range(lines):
        make_ready(programme=programme)
    page(client, certificate.number)

    with django_assert_num_queries(JSON_QUERIES):
        assert as_json(client, certificate.number).status_code == 200
    with django_assert_num_queries(PAGE_QUERIES):
        assert page(client, certificate.number).status_code == 200


@pytest.mark.parametrize("status", list(Status))
def test_every_status_costs_the_same(client, django_assert_num_queries, status: Status) -> None:
    certificate = make_certificate_that_is(status)
    page(client, certificate.number)

    with django_assert_num_queries(JSON_QUERIES):
        as_json(client, certificate.number)
    with django_assert_num_queries(PAGE_QUERIES):
        page(client, certificate.number)


def test_other_certificates_around_cost_nothing(client, django_assert_num_queries) -> None:
    certificate = make_certificate()
    for _ in range(3):
        make_certificate(programme=certificate.enrolment.programme)
    page(client, certificate.number)

    with django_assert_num_queries(JSON_QUERIES):
        as_json(client, certificate.number)
    with django_assert_num_queries(PAGE_QUERIES):
        page(client, certificate.number)


# When other parts are down ---------------------------------------------------------------------------------

DOWN = {
    "CACHES": {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",  # nobody listens
            "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1},
        }
    },
    "MAILERS": {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"port": 1}}},
    "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},  # and no worker runs
}


@pytest.mark.parametrize("status", Status)
def test_the_answer_comes_while_worker_cache_and_mail_are_down(client, settings, status: Status) -> None:
    certificate = make_certificate_that_is(status)
    for name, value in DOWN.items():
        setattr(settings, name, value)

    as_page, as_json = page(client, certificate.number), page(client, certificate.number, **JSON)

    assert SAID[status] in as_page.content.decode()
    assert as_json.json()["status"] == status


def test_a_status_changes_while_worker_cache_and_mail_are_down(client, settings) -> None:
    certificate = make_certificate(at=timezone.now())
    for name, value in DOWN.items():
        setattr(settings, name, value)

    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=timezone.now())

    assert page(client, certificate.number, **JSON).json()["status"] == "revoked"


def test_an_unknown_number_is_answered_while_the_cache_is_down(client, settings) -> None:
    settings.CACHES = DOWN["CACHES"]

    answers = [page(client, new_number(), **JSON).status_code for _ in range(3)]

    assert answers == [404, 404, 404]
