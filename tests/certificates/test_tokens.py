"""Is the JWT what Open Badges 3.0 asks for, does it say what the credential says, and is it served to the byte?"""

import base64
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from certificates.checking import is_sound
from certificates.credential_tokens import digest_of, make_token, served_token
from certificates.editions import new_edition
from certificates.models import Certificate, CredentialToken, EditionReason, SigningKey, Status
from certificates.signing import CannotSign
from certificates.status import revoke_certificate
from certificates.tokens import claims_of, jwk_of, token_says
from cms.accounts.models import Entry
from tests.factories.certificates import make_certificate, make_certificate_that_is, make_completion, make_token_key
from tests.factories.people import NOON, make_registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> SigningKey:
    return make_token_key()


def get(client, certificate: Certificate, form: str = ".jwt", **headers: str):
    return client.get(f"/credentials/{certificate.public_id}{form}", headers=headers)


def test_the_token_has_the_header_and_claims_of_the_profile(key: SigningKey) -> None:
    certificate = make_certificate(at=NOON)
    document = json.loads(certificate.credential)

    read = jwt.decode(certificate.tokens.get().token, RSAKey.import_key(jwk_of(key)), algorithms=["RS256"])

    assert read.header == {"alg": "RS256", "kid": "did:web:localhost%3A8000#rs256-2021-06", "typ": "JWT"}
    said = dict(read.claims)
    assert said.pop("iss") == document["issuer"]["id"]
    assert said.pop("jti") == document["id"]
    assert said.pop("sub") == document["credentialSubject"]["id"]
    assert said.pop("nbf") == int(NOON.timestamp())
    assert said.pop("exp") == int(certificate.valid_until.timestamp())
    del document["proof"]
    assert said == document


def test_what_never_ends_has_no_end_in_its_token(key: SigningKey) -> None:
    token = make_completion(at=NOON).tokens.get()

    assert "exp" not in json.loads(jws.extract_compact(token.token.encode()).payload)


def test_it_is_served_to_the_byte_as_plain_text(client, key: SigningKey) -> None:
    certificate = make_certificate()

    response = get(client, certificate)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert digest_of(response.content.decode()) == certificate.tokens.get().digest


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/vc+jwt", "application/vc+jwt"),
        ("text/plain", "text/plain"),
        ("application/vc", "application/vc"),
        ("application/vc+ld+json", "application/vc"),
        ("application/json", "application/vc"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ],
)
def test_one_address_answers_in_each_form(client, key: SigningKey, accept: str, content_type: str) -> None:
    certificate = make_certificate_that_is(Status.ACTIVE)

    response = get(client, certificate, "", accept=accept)

    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert "Accept" in response["Vary"]


def test_a_replaced_one_is_gone_with_the_former_name(client, key: SigningKey) -> None:
    certificate = make_certificate_that_is(Status.SUPERSEDED)

    for response in (get(client, certificate), get(client, certificate, "", accept="application/vc+jwt")):
        assert response.status_code == 410
        assert response["Content-Type"] == "text/plain"


def test_without_a_key_for_tokens_there_is_no_token_and_everything_else(client) -> None:
    certificate = make_certificate()

    assert get(client, certificate).status_code == 404
    assert is_sound(certificate)


def test_one_from_before_there_was_a_key_is_made_on_first_asking(client) -> None:
    certificate = make_certificate()
    make_token_key()

    first, second = get(client, certificate), get(client, certificate)

    assert (first.status_code, first.content) == (200, second.content)
    assert CredentialToken.objects.count() == 1


def test_what_ended_without_a_token_is_not_signed_any_more(client) -> None:
    certificate = make_certificate()
    revoke_certificate(certificate=certificate, reason="ERROR", by=make_registrar(), at=NOON + timedelta(days=1))
    make_token_key()

    assert get(client, certificate).status_code == 404
    with pytest.raises(CannotSign, match="has ended"):
        served_token(certificate=Certificate.objects.get(), at=NOON + timedelta(days=2))


def test_a_new_edition_has_a_token_of_its_own_and_the_first_is_kept(client, key: SigningKey) -> None:
    certificate = make_certificate(at=NOON)
    before = get(client, certificate).content

    new_edition(
        certificate=certificate,
        because=EditionReason.CONSENT,
        by=None,
        at=NOON + timedelta(days=1),
        shows_name=False,
    )

    after = get(client, certificate).content
    assert b"Ana" in base64.urlsafe_b64decode(before.split(b".")[1] + b"==")
    assert b"Ana" not in base64.urlsafe_b64decode(after.split(b".")[1] + b"==")
    assert CredentialToken.objects.count() == 2


def test_making_it_again_gives_the_same(key: SigningKey) -> None:
    certificate = make_certificate()
    entries = Entry.objects.count()

    assert make_token(certificate=certificate, at=NOON) == certificate.tokens.get()
    assert Entry.objects.count() == entries


def swap(token: str, part: int, said: dict) -> str:
    parts = token.split(".")
    parts[part] = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return ".".join(parts)


def test_whatever_was_altered_does_not_hold(key: SigningKey) -> None:
    certificate = make_certificate()
    document, token = json.loads(certificate.credential), certificate.tokens.get().token
    other = make_token_key()

    assert token_says(token, document, key=key)
    assert not token_says(token, document, key=other)
    assert not token_says(token, document, key=certificate.signing_key)
    assert not token_says(token, {**document, "name": "Another"}, key=key)
    for altered in (
        swap(token, 0, {"alg": "none", "typ": "JWT", "kid": key.kid}),
        swap(token, 0, {"alg": "HS256", "typ": "JWT", "kid": key.kid}),
        swap(token, 1, {**claims_of(document), "name": "Another"}),
        token.rsplit(".", 1)[0] + ".",
        token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        "",
        "not a token",
    ):
        assert not token_says(altered, document, key=key)


def test_the_key_is_published_beside_the_other(client, key: SigningKey) -> None:
    certificate = make_certificate()

    said = client.get("/.well-known/did.json").json()

    methods = {method["id"]: method for method in said["verificationMethod"]}
    assert methods[certificate.signing_key.kid]["type"] == "Multikey"
    assert methods[key.kid] == {
        "id": key.kid,
        "type": "JsonWebKey",
        "controller": said["id"],
        "publicKeyJwk": jwk_of(key),
    }
    assert set(said["assertionMethod"]) == set(methods)
    assert "https://w3id.org/security/jwk/v1" in said["@context"]


def test_the_token_costs_two_queries(client, key: SigningKey, django_assert_num_queries) -> None:
    certificate = make_certificate()

    with django_assert_num_queries(2):  # the certificate, its token
        client.get(reverse("certificates:credential_jwt", args=[certificate.public_id]))
