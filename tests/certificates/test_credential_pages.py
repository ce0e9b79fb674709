"""Are the credential, its paper and our keys there for whom they are meant, and gone when they should be?"""

import hashlib
import json
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate, RequirementSet, SigningKey, Status
from certificates.proofs import proof_holds, raw_public_key
from certificates.signing import activate_key, stage_key
from courses.models import CredentialKind
from tests.factories.certificates import (
    make_certificate,
    make_certificate_that_is,
    make_completion,
    make_rules,
    make_signing_key,
)
from tests.factories.courses import make_programme
from tests.factories.people import NOON

pytestmark = pytest.mark.django_db
SHOWN = [Status.ACTIVE, Status.EXPIRING, Status.EXPIRED, Status.SUSPENDED]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def get(client, certificate: Certificate, form: str = "", accept: str = BROWSER):
    name = "certificates:credential" + (f"_{form}" if form else "")
    return client.get(reverse(name, args=[certificate.public_id]), headers={"accept": accept})


# The page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", SHOWN)
def test_the_certificate_is_a_page_to_look_at(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    response = get(client, certificate)

    words = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert all(said in words for said in (certificate.number, "Ana Núñez", certificate.title, "Certification"))
    assert ("has run out" in words) is (status is Status.EXPIRED)
    assert ("suspended at present" in words) is (status is Status.SUSPENDED)
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in words


@pytest.mark.parametrize("form", ["", "pdf"])
def test_the_paper_of_what_was_revoked_leads_to_the_answer(client, form: str) -> None:
    certificate = make_certificate_that_is(Status.REVOKED)

    response = get(client, certificate, form)

    assert (response.status_code, response.url) == (302, f"/verify/{certificate.number}/")


@pytest.mark.parametrize("name", ["李小龍", "ليلى", "Siân Ŵyn", "x" * 60, "<b>Ana</b>"])
def test_every_name_that_is_certified_is_shown(client, name: str) -> None:
    response = get(client, make_completion(name=name))

    assert response.status_code == 200
    assert "<b>Ana" not in response.content.decode()


def test_the_example_is_called_an_example_on_the_paper(client) -> None:
    example, real = make_programme(), make_programme()
    make_rules(example)
    make_rules(real, is_example=False)

    assert "2026.1 (example)" in get(client, make_certificate(programme=example)).content.decode()
    assert "(example)" not in get(client, make_certificate(programme=real)).content.decode()


@pytest.mark.parametrize("form", ["", "json", "pdf"])
def test_an_address_nobody_was_given_is_not_there(client, form: str) -> None:
    make_certificate()
    name = "certificates:credential" + (f"_{form}" if form else "")

    assert client.get(reverse(name, args=["5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11"])).status_code == 404


@pytest.mark.parametrize("form", ["", "pdf"])
def test_the_paper_of_a_row_altered_behind_our_back_is_not_shown(client, form: str) -> None:
    certificate = make_certificate()
    Certificate.objects.update(holder_name="Somebody Else")

    response = get(client, certificate, form)

    assert (response.status_code, response.url) == (302, f"/verify/{certificate.number}/")


PAGE_QUERIES = 2  # the certificate with its key and list; the academy, for the foot


@pytest.mark.parametrize("others", [0, 2])
def test_the_page_costs_the_same_whatever_lies_around(client, django_assert_num_queries, others: int) -> None:
    certificate = make_certificate()
    for _ in range(others):
        make_certificate(programme=certificate.enrolment.programme)
    get(client, certificate)

    with django_assert_num_queries(PAGE_QUERIES):
        get(client, certificate)
    with django_assert_num_queries(1):
        get(client, certificate, "json")
    get(client, certificate, "pdf")
    with django_assert_num_queries(2):  # the certificate, its file
        get(client, certificate, "pdf")


# The credential --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (BROWSER, "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
        ("application/vc", "application/vc"),
        ("application/json", "application/vc"),
        ("application/ld+json, application/json;q=0.5", "application/vc"),
        ("application/vc, text/html;q=0.5", "application/vc"),
    ],
)
def test_the_address_of_a_credential_answers_people_and_programs(client, accept: str, kind: str) -> None:
    response = get(client, make_certificate(), accept=accept)

    assert (response.status_code, response["Content-Type"]) == (200, kind)
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize("status", [*SHOWN, Status.REVOKED])
def test_the_credential_is_served_to_the_byte_as_it_was_signed(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    response = get(client, certificate, "json")

    key = SigningKey.objects.get(pk=certificate.signing_key_id)
    assert hashlib.sha256(response.content).hexdigest() == certificate.credential_digest
    said = json.loads(response.content)
    assert proof_holds(said, public_key=raw_public_key(key.public_multibase))
    assert said["id"] == f"http://localhost:8000/credentials/{certificate.public_id}"
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("accept", ["application/vc", "application/json"])
def test_a_replaced_credential_is_gone_with_the_former_name(client, accept: str) -> None:
    certificate = make_certificate_that_is(Status.SUPERSEDED, name="Former Name")

    for response in (get(client, certificate, "json"), get(client, certificate, accept=accept)):
        assert response.status_code == 410
        assert "Former" not in response.content.decode()
        assert response["Access-Control-Allow-Origin"] == "*"
    assert "Ana Prosser" in get(client, certificate.replaced_by, "json").content.decode()


def test_an_uppercase_or_malformed_address_is_not_there(client) -> None:
    certificate = make_certificate()

    for address in (str(certificate.public_id).upper(), "1", f"{certificate.public_id}.exe"):
        assert client.get(f"/credentials/{address}", follow=True).status_code == 404


# The paper -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", SHOWN)
def test_the_pdf_carries_the_credential_as_it_was_signed(client, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    response = get(client, certificate, "pdf")

    with pikepdf.open(BytesIO(response.content)) as pdf:
        (attached,) = [spec.get_file().read_bytes() for spec in pdf.attachments.values()]
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{certificate.number}.pdf"'
    assert hashlib.sha256(attached).hexdigest() == certificate.credential_digest


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_the_paper_says_which_of_the_three_it_is(client, kind: CredentialKind) -> None:
    certificate = make_certificate(kind=kind)

    words = get(client, certificate).content.decode()

    assert str(kind.label) in words
    assert [other for other in CredentialKind if str(other.label) in words] == [kind]


# Our keys --------------------------------------------------------------------------------------------------


def test_our_keys_are_published_retired_ones_too(client) -> None:
    first = make_signing_key(at=NOON)
    second = activate_key(key=stage_key(by=None, at=NOON), by=None, at=NOON + timedelta(hours=48))

    response = client.get("/.well-known/did.json")

    said = response.json()
    assert said["id"] == "did:web:localhost%3A8000"
    assert said["assertionMethod"] == [first.kid, second.kid]
    assert [key["publicKeyMultibase"] for key in said["verificationMethod"]] == [
        first.public_multibase,
        second.public_multibase,
    ]
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/did+json", "public, max-age=3600")
    assert response["Access-Control-Allow-Origin"] == "*"


def test_without_a_key_the_document_is_there_and_empty(client) -> None:
    said = client.get("/.well-known/did.json").json()

    assert (said["verificationMethod"], said["assertionMethod"]) == ([], [])


def test_keys_of_a_former_address_break_nothing(client, settings) -> None:
    make_signing_key()

    settings.BASE_URL = "https://academy.example"

    response = client.get("/.well-known/did.json")
    assert (response.status_code, response.json()["id"]) == (200, "did:web:academy.example")
    assert response.json()["verificationMethod"] == []


def test_the_key_a_credential_names_is_in_the_document_of_its_issuer(client) -> None:
    said = json.loads(make_certificate().credential)

    document = client.get("/.well-known/did.json").json()

    assert said["issuer"]["id"] == document["id"]
    assert said["proof"]["verificationMethod"] in document["assertionMethod"]


# What was achieved -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_an_achievement_says_what_its_credentials_say(client, kind: CredentialKind) -> None:
    certificate = make_certificate(kind=kind)
    embedded = json.loads(certificate.credential)["credentialSubject"]["achievement"]

    response = client.get(reverse("certificates:achievement", args=[certificate.requirement_set_id]))

    said = response.json()
    assert response["Content-Type"] == "application/ld+json"
    for shared in ("id", "type", "name", "description", "achievementType", "version"):
        assert said[shared] == embedded[shared]
    assert said["creator"]["id"] == certificate.issuer_did


def test_people_are_led_from_an_achievement_to_the_programme(client) -> None:
    rules = make_rules(make_programme(slug="coordinator"))

    response = client.get(reverse("certificates:achievement", args=[rules.pk]), headers={"accept": BROWSER})

    assert response.status_code == 302
    assert response.url.endswith("/programmes/coordinator/")


def test_an_achievement_keeps_its_words_when_the_programme_is_renamed(client) -> None:
    rules = make_rules(make_programme(credential_title="First title"))
    programme = rules.programme
    programme.credential_title = "Second title"
    programme.save_revision().publish()

    assert client.get(reverse("certificates:achievement", args=[rules.pk])).json()["name"] == "First title"


@pytest.mark.parametrize("number", [0, 10**30])
def test_an_achievement_that_is_not_there_is_404(client, number: int) -> None:
    make_rules(make_programme())

    assert RequirementSet.objects.count() == 1
    assert client.get(reverse("certificates:achievement", args=[number])).status_code == 404


def test_a_certificate_is_valid_from_when_it_was_issued(client) -> None:
    certificate = make_certificate_that_is(Status.ACTIVE)

    assert json.loads(certificate.credential)["validFrom"] <= timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
