"""Do programs get what the contract says, and what our own description of it says?"""

import json
from typing import Any

import jsonschema
import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.api.asking import LARGEST, MOST_WITHOUT_TOKEN, REQUESTS
from certificates.api.description import description
from certificates.api_tokens import end_token, make_token
from certificates.examples import Example, ExampleFile
from certificates.models import ApiToken, Certificate, Status
from certificates.numbers import EXAMPLE, new_number
from certificates.verifying import Verdict
from cms.accounts.throttle import MISSES
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


def ask(client, said: Any, *, to: str = "api_verify", token: str = "", content_type: str = "application/json"):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return client.post(reverse(f"certificates:{to}"), said, content_type=content_type, headers=headers)


def described(response, path: str = "/api/v1/verify", method: str = "post") -> Any:
    """The answer, held against the description."""
    document = description()
    answer = document["paths"][path][method]["responses"][str(response.status_code)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    [(content_type, content)] = answer["content"].items()
    assert response["Content-Type"] == content_type
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in response["Cache-Control"]
    schema = content["schema"] | {"components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(response.json())
    return response.json()


def make_secret(**fields: Any) -> str:
    return make_token(owner=make_person(**fields), name="Crew system", once="once", at=NOON).secret


# Numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(Status))
def test_a_number_is_answered_as_described(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    said = described(ask(client, {"numbers": [certificate.number.lower()]}))

    [item] = said["results"]
    assert (item["number"], item["status"]) == (certificate.number, status)
    assert item["verdict"] in set(Verdict.values)
    alone = client.get(
        reverse("certificates:verify_number", args=[certificate.number]), headers={"accept": "application/json"}
    )
    assert item["certificate"] | {"checked_at": ""} == alone.json() | {"checked_at": ""}


def test_every_item_is_answered_in_its_order(client) -> None:
    certificate, unknown = make_certificate(), new_number()

    said = described(ask(client, {"numbers": ["nonsense", certificate.number, unknown]}))

    assert [(item["number"], item["status"], item["verdict"]) for item in said["results"]] == [
        ("nonsense", "malformed", "malformed"),
        (certificate.number, "active", "valid"),
        (unknown, "unknown", "malformed"),
    ]


def test_a_record_that_was_tampered_with_cannot_be_checked_now(client) -> None:
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(title="Director")

    [item] = described(ask(client, {"numbers": [certificate.number]}))["results"]

    assert (item["verdict"], item["certificate"]) == ("cannot_check_now", None)


def test_twenty_numbers_need_no_token_and_more_do(client) -> None:
    described(ask(client, {"numbers": [EXAMPLE[:-1] + "5"] * MOST_WITHOUT_TOKEN}))

    response = ask(client, {"numbers": [EXAMPLE] * (MOST_WITHOUT_TOKEN + 1)})

    assert response.status_code == 401
    assert described(response)["title"] == "A token is needed"
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_token_opens_a_thousand_numbers_and_not_one_more(client) -> None:
    secret = make_secret()

    said = described(ask(client, {"numbers": [new_number() for _ in range(1000)]}, token=secret))
    response = ask(client, {"numbers": [EXAMPLE] * 1001}, token=secret)

    assert len(said["results"]) == 1000
    assert response.status_code == 422
    described(response)
    assert ApiToken.objects.get().last_used_on == timezone.now().date()


QUERIES = 4  # as many as a list costs


@pytest.mark.parametrize("count", [1, 3])
def test_numbers_cost_the_same_however_many(client, django_assert_num_queries, count: int) -> None:
    numbers = [make_certificate().number for _ in range(count)]

    with django_assert_num_queries(QUERIES):
        ask(client, {"numbers": numbers})


# Credentials ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["object", "envelope", "bytes"])
def test_a_credential_is_answered_as_described(client, way: str) -> None:
    certificate = make_certificate()
    document = json.loads(certificate.credential)
    sent: Any = {"object": document, "envelope": {"credential": document}, "bytes": certificate.credential}[way]

    [item] = described(ask(client, sent, content_type="application/json"))["results"]

    assert (item["verdict"], item["number"], item["credential"]["holder"]) == ("valid", certificate.number, "Ana Núñez")
    assert {check["outcome"] for check in item["checks"]} == {"passed"}


def test_an_altered_credential_is_altered(client) -> None:
    sent = make_certificate().credential.replace("Ana", "Eva")

    [item] = described(ask(client, sent))["results"]

    assert item["verdict"] == "altered"
    assert {"check": "proof", "outcome": "failed", "explanation": item["explanation"]} in item["checks"]


def test_a_jwt_is_read_as_text_as_a_json_text_and_in_an_envelope(client) -> None:
    jwt = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."

    plain = described(ask(client, jwt, content_type="text/plain"))
    quoted = described(ask(client, json.dumps(jwt)))
    wrapped = described(ask(client, {"credential": jwt}))

    assert [said["results"][0]["verdict"] for said in (plain, quoted, wrapped)] == ["malformed"] * 3


def test_an_example_is_nothing_to_programs(client) -> None:
    """Its host leads nowhere; the check for programs does not know of examples."""
    [item] = described(ask(client, ExampleFile(example=Example.ACTIVE).credential))["results"]

    assert item["verdict"] == "cannot_check_now"


def test_what_says_a_thing_twice_is_malformed(client) -> None:
    sent = '{"name": "x",' + make_certificate().credential.removeprefix("{")

    [item] = described(ask(client, sent))["results"]

    assert item["verdict"] == "malformed"


# The VC API -------------------------------------------------------------------------------------------------

VC = "/api/v1/credentials/verify"


def test_a_credential_is_verified_as_the_vc_api_says(client) -> None:
    document = json.loads(make_certificate().credential)
    altered = document | {"name": "Director"}

    good = described(ask(client, {"verifiableCredential": document, "options": {}}, to="api_verify_credential"), VC)
    bad = described(ask(client, {"verifiableCredential": altered}, to="api_verify_credential"), VC)

    assert good["verified"] is True
    assert "problemDetails" not in good
    assert bad["verified"] is False
    assert bad["problemDetails"][0]["type"].endswith("/api/v1/docs#verdict-altered")


@pytest.mark.parametrize("said", [{}, {"verifiableCredential": {}}, [1], {"verifiableCredential": "x"}])
def test_what_is_no_credential_is_refused_as_the_vc_api_says(client, said: Any) -> None:
    response = ask(client, said, to="api_verify_credential")

    assert response.status_code == 400
    described(response, VC)


# Refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("hello", 400),
        ("{", 400),
        ("[1]", 400),
        ('{"numbers": ["x"], "numbers": ["y"]}', 400),
        ("[" * 20_000, 400),
        ('{"a":' * 20_000, 400),
        ('{"numbers": []}', 422),
        ('{"numbers": "CS"}', 422),
        ('{"numbers": [1]}', 422),
        ('{"credential": 1}', 422),
        ("x" * (LARGEST + 1), 413),
    ],
)
def test_what_is_not_described_is_refused_with_problem_details(client, body: str, status: int) -> None:
    response = ask(client, body)

    assert response.status_code == status
    problem = described(response)
    assert problem["status"] == status
    assert problem["type"].startswith("http://localhost:8000/api/v1/docs#")


def test_other_methods_and_addresses_are_refused_with_problem_details(client) -> None:
    got, elsewhere = client.get(reverse("certificates:api_verify")), client.get("/api/v1/nothing")

    assert (got.status_code, got["Allow"]) == (405, "POST, OPTIONS")
    described(got)
    assert (elsewhere.status_code, elsewhere["Content-Type"]) == (404, "application/problem+json")


def test_programs_on_other_sites_may_ask(client) -> None:
    response = client.options(reverse("certificates:api_verify"), headers={"origin": "https://crew.example"})

    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in response["Access-Control-Allow-Headers"]


def test_a_token_that_opens_nothing_is_refused(client) -> None:
    ended, closed = make_secret(), make_secret(is_active=False)
    end_token(token=ApiToken.objects.first(), at=timezone.now())

    for secret in ("cst_nonsense", ended, closed):
        response = ask(client, {"numbers": [EXAMPLE]}, token=secret)
        assert response.status_code == 401
        assert described(response)["title"] == "This token opens nothing"
    basic = client.post(reverse("certificates:api_verify"), {}, headers={"authorization": "Basic eDp5"})
    assert basic.status_code == 401


def test_a_guesser_is_told_to_wait_here_as_on_the_pages(client) -> None:
    described(ask(client, {"numbers": [new_number() for _ in range(20)]}))

    response = ask(client, {"numbers": [new_number() for _ in range(20)]})

    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    described(response)
    elsewhere = client.get(reverse("certificates:verify_number", args=[new_number()]))
    assert elsewhere.status_code == 429
    assert MISSES == 30


def test_too_many_requests_in_a_minute_are_told_to_wait(client) -> None:
    answers = [ask(client, {"numbers": []}).status_code for _ in range(REQUESTS + 1)]

    assert answers == [422] * REQUESTS + [429]
    token = make_secret()
    assert ask(client, {"numbers": []}, token=token).status_code == 422


# The description --------------------------------------------------------------------------------------------


def test_the_description_is_openapi_with_our_address(client) -> None:
    response = client.get(reverse("certificates:api_openapi"))

    said = response.json()
    assert said["openapi"] == "3.1.0"
    assert said["servers"] == [{"url": "http://localhost:8000"}]
    assert response["Access-Control-Allow-Origin"] == "*"
    for path in said["paths"]:
        assert client.post(path, "{", content_type="application/json").status_code == 400


def test_its_examples_are_as_described() -> None:
    document = description()
    for methods in document["paths"].values():
        content = methods["post"]["responses"]["200"]["content"]["application/json"]
        schema = content["schema"] | {"components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(content["example"])
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert document["components"]["schemas"]["Verdict"]["enum"] == Verdict.values


def test_the_documentation_is_a_page_of_ours(client) -> None:
    response = client.get(reverse("certificates:api_docs"))

    page = response.content.decode()
    assert "POST" in page
    assert "/api/v1/credentials/verify" in page
    assert 'id="verdict-altered"' in page
    assert 'id="too-many-requests"' in page
    assert client.get("/api/v1/").url == reverse("certificates:api_docs")
