"""Does a wallet fetch the credential it was offered, once, and nobody anything else?"""

import base64
import json
import time
from datetime import timedelta
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from certificates.issuing import replace_certificate
from certificates.models import SpentNonce, Status, WalletOffer
from certificates.proofs import base58_encode
from certificates.wallet import offers
from certificates.wallet.documents import CONFIGURATION, GRANT, lcw_link, offer_link
from certificates.wallet.offers import BadAccess, CannotOffer, Keys, end_offers, forget_offers, offer_to_wallet
from certificates.wallet.proofs import BadNonce, BadProof, check_proof, new_nonce
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import make_person, make_registrar

NOW = timezone.now()


@pytest.fixture
def certificate(db):
    return make_certificate(at=NOW - timedelta(days=1))


def offered(certificate, *, asks_pin: bool = False, at=None) -> Keys:
    return offer_to_wallet(certificate=certificate, by=certificate.holder, asks_pin=asks_pin, at=at or timezone.now())


def exchange(client, code: str, **said):
    return client.post("/wallet/token", {"grant_type": GRANT, "pre-authorized_code": code, **said})


def access_to(client, certificate) -> str:
    return exchange(client, offered(certificate).code).json()["access_token"]


def fetch(client, access: str, said=None):
    return client.post(
        "/wallet/credential",
        json.dumps({"credential_configuration_id": CONFIGURATION} | (said or {})),
        content_type="application/json",
        headers={"authorization": f"Bearer {access}"},
    )


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Wallet:
    """A key, and the proofs that it makes."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        self.key = ECKey.generate_key("P-256") if algorithm == "ES256" else OKPKey.generate_key("Ed25519")
        self.public = self.key.as_dict(private=False)

    def ids(self) -> dict[str, str]:
        """The key as a DID that is the key."""
        raw = base64.urlsafe_b64decode(self.public["x"] + "==")
        if self.algorithm == "ES256":
            public = self.key.public_key
            assert isinstance(public, ec.EllipticCurvePublicKey)
            raw = b"\x80\x24" + public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        else:
            raw = b"\xed\x01" + raw
        said = {name: self.public[name] for name in ("kty", "crv", "x", "y") if name in self.public}
        key = f"did:key:z{base58_encode(raw)}"
        return {"did:jwk": f"did:jwk:{base64url(json.dumps(said).encode())}#0", "did:key": f"{key}#{key[8:]}"}

    def proof(self, nonce: str | None = None, *, header=None, brings="jwk", **claims) -> str:
        said = {"alg": self.algorithm, "typ": "openid4vci-proof+jwt"}
        said |= {"jwk": {k: v for k, v in self.public.items() if k != "kid"}} if brings == "jwk" else {}
        said |= {"kid": self.ids()[brings]} if brings in {"did:jwk", "did:key"} else {}
        body = {"aud": settings.BASE_URL, "iat": int(time.time()), "nonce": nonce or new_nonce()} | claims
        if self.algorithm == "EdDSA":  # joserfc warns of this name; wallets go on using it
            words = ".".join(base64url(json.dumps(part).encode()) for part in (said | (header or {}), body))
            return f"{words}.{base64url(self.key.private_key.sign(words.encode()))}"
        return jws.serialize_compact(said | (header or {}), json.dumps(body), self.key, algorithms=[self.algorithm])


# What we say of ourselves -----------------------------------------------------------------------------------


def test_wallets_find_where_to_ask(db, client) -> None:
    issuer = client.get("/.well-known/openid-credential-issuer").json()
    server = client.get("/.well-known/oauth-authorization-server").json()

    assert issuer["credential_issuer"] == server["issuer"] == settings.BASE_URL
    assert issuer["credential_endpoint"] == f"{settings.BASE_URL}/wallet/credential"
    assert issuer["nonce_endpoint"] == f"{settings.BASE_URL}/wallet/nonce"
    assert server["token_endpoint"] == f"{settings.BASE_URL}/wallet/token"
    assert server["grant_types_supported"] == [GRANT]
    configuration = issuer["credential_configurations_supported"][CONFIGURATION]
    assert configuration["format"] == "ldp_vc"
    # Neither is declared, since nothing is bound: OpenID4VCI 1.0, section 12.2.4.
    assert not {"cryptographic_binding_methods_supported", "proof_types_supported"} & set(configuration)


# The whole way ----------------------------------------------------------------------------------------------


def test_from_offer_to_credential(client, certificate) -> None:
    keys = offered(certificate)

    offer = client.get(f"/wallet/offers/{keys.token}")
    said = offer.json()
    access = exchange(client, said["grants"][GRANT]["pre-authorized_code"]).json()
    nonce = client.post("/wallet/nonce").json()["c_nonce"]
    fetched = fetch(client, access["access_token"], {"proofs": {"jwt": [Wallet().proof(nonce)]}})

    assert said["credential_configuration_ids"] == [CONFIGURATION]
    assert (access["token_type"], access["expires_in"]) == ("Bearer", 600)
    assert fetched.status_code == 200
    assert fetched.json() == {"credentials": [{"credential": json.loads(certificate.credential)}]}
    assert {offer["Cache-Control"], fetched["Cache-Control"]} == {"no-store"}
    assert WalletOffer.objects.get().fetched_at is not None


def test_a_wallet_need_not_prove_a_key(client, certificate) -> None:
    assert fetch(client, access_to(client, certificate)).status_code == 200


def test_we_keep_digests_only(certificate) -> None:
    keys = offered(certificate, asks_pin=True)

    row = WalletOffer.objects.values().get()

    assert not any(secret in str(row) for secret in (keys.token, keys.code, keys.challenge, f"'{keys.pin}'"))


def test_the_links_are_those_that_wallets_open(certificate) -> None:
    keys = offered(certificate)

    assert offer_link(keys).startswith("openid-credential-offer://?credential_offer_uri=http")
    assert keys.token in offer_link(keys)
    link = lcw_link(keys)
    assert link.startswith("https://lcw.app/request.html?issuer=")
    assert "auth_type=bearer" in link
    assert f"challenge={keys.challenge}" in link


# Offers -----------------------------------------------------------------------------------------------------


def test_only_the_holder_offers(certificate) -> None:
    with pytest.raises(CannotOffer):
        offer_to_wallet(certificate=certificate, by=make_person("Other"), at=NOW)


@pytest.mark.parametrize("status", [Status.REVOKED, Status.SUPERSEDED, Status.EXPIRED, Status.SUSPENDED])
def test_what_does_not_stand_is_not_offered(db, status: Status) -> None:
    with pytest.raises(CannotOffer):
        offered(make_certificate_that_is(status))


def test_a_new_offer_ends_the_one_before(client, certificate) -> None:
    first, second = offered(certificate), offered(certificate)

    assert client.get(f"/wallet/offers/{first.token}").status_code == 404
    assert exchange(client, first.code).json() == {
        "error": "invalid_grant",
        "error_description": "The code opens nothing, or has been used.",
    }
    assert exchange(client, second.code).status_code == 200


def test_an_offer_runs_out(client, certificate) -> None:
    keys = offered(certificate, at=timezone.now() - timedelta(minutes=11))

    assert client.get(f"/wallet/offers/{keys.token}").status_code == 404
    assert exchange(client, keys.code).json()["error"] == "invalid_grant"


def test_a_code_is_used_once_and_a_second_use_ends_the_access_it_gave(client, certificate) -> None:
    keys = offered(certificate)
    access = exchange(client, keys.code).json()["access_token"]

    again = exchange(client, keys.code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert fetch(client, access).status_code == 401


@pytest.mark.parametrize("code", ["nothing", "a" * 5000])
def test_a_code_that_was_made_up_opens_nothing(db, client, code: str) -> None:
    assert exchange(client, code).json()["error"] == "invalid_grant"


def test_other_requests_for_tokens_are_refused_in_words_of_oauth(db, client) -> None:
    other = client.post("/wallet/token", {"grant_type": "password"})
    none = client.post("/wallet/token", {"grant_type": GRANT})

    assert (other.status_code, other.json()["error"]) == (400, "unsupported_grant_type")
    assert (none.status_code, none.json()["error"]) == (400, "invalid_request")


def test_who_guesses_is_slowed(db, client) -> None:
    answers = [exchange(client, f"guess {number}").status_code for number in range(32)]

    assert answers[0] == 400
    assert answers[-1] == 429


def test_a_code_in_the_wallet_is_asked_for_where_the_holder_wants_it(client, certificate) -> None:
    keys = offered(certificate, asks_pin=True)

    said = client.get(f"/wallet/offers/{keys.token}").json()["grants"][GRANT]
    without = exchange(client, keys.code)
    with_it = exchange(client, keys.code, tx_code=keys.pin)

    assert said["tx_code"] == {"input_mode": "numeric", "length": 6}
    assert without.json()["error"] == "invalid_grant"
    assert with_it.status_code == 200


def test_five_wrong_codes_end_the_offer(client, certificate) -> None:
    keys = offered(certificate, asks_pin=True)

    for _try in range(5):
        exchange(client, keys.code, tx_code="wrong")

    assert exchange(client, keys.code, tx_code=keys.pin).json()["error"] == "invalid_grant"


# Fetching ---------------------------------------------------------------------------------------------------


def test_access_fetches_once(client, certificate) -> None:
    access = access_to(client, certificate)
    fetch(client, access)

    again = fetch(client, access)

    assert (again.status_code, again.json()["error"]) == (401, "invalid_token")
    assert again["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_access_runs_out(client, certificate) -> None:
    access = access_to(client, certificate)
    earlier = timezone.now() - timedelta(minutes=11)
    WalletOffer.objects.update(made_at=earlier, spent_at=earlier)

    assert fetch(client, access).status_code == 401


@pytest.mark.parametrize("access", ["", "made-up"])
def test_without_access_nothing_is_fetched(client, certificate, access: str) -> None:
    offered(certificate)

    assert fetch(client, access).status_code == 401


def test_access_opens_the_certificate_it_was_given_for_and_no_other(client, certificate) -> None:
    other = make_certificate(at=NOW - timedelta(days=1), by=make_person("Another registrar"))
    offered(other)

    fetched = fetch(client, access_to(client, certificate), {"certificate": other.number}).json()

    assert fetched["credentials"][0]["credential"] == json.loads(certificate.credential)
    assert WalletOffer.objects.get(certificate=other).fetched_at is None


def test_what_was_replaced_meanwhile_is_not_fetched(client, certificate) -> None:
    access = access_to(client, certificate)
    replace_certificate(certificate=certificate, holder_name="Noor Prosser", by=make_registrar(), at=timezone.now())

    refused = fetch(client, access)

    assert (refused.status_code, refused.json()["error"]) == (400, "credential_request_denied")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"credential_configuration_id": "other"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": None}, "invalid_credential_request"),
        ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"proofs": {"ldp_vp": [{}]}}, "invalid_proof"),
        ({"proofs": []}, "invalid_proof"),
    ],
)
def test_what_is_asked_wrongly_is_refused_and_uses_nothing_up(client, certificate, said: dict, error: str) -> None:
    access = access_to(client, certificate)

    refused = fetch(client, access, said)

    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert fetch(client, access).status_code == 200


@pytest.mark.parametrize("body", ["[]", "{", "{" * 30_000, ""])
def test_a_body_that_is_no_request_is_refused(client, certificate, body: str) -> None:
    access = access_to(client, certificate)

    refused = client.post(
        "/wallet/credential", body, content_type="application/json", headers={"authorization": f"Bearer {access}"}
    )

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_credential_request")


# Proofs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("brings", ["jwk", "did:jwk", "did:key"])
@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_proof_names_its_nonce_however_its_key_comes(algorithm: str, brings: str) -> None:
    nonce = new_nonce()

    assert check_proof(Wallet(algorithm).proof(nonce, brings=brings), at=timezone.now()) == nonce


def test_a_nonce_is_used_once(client, certificate) -> None:
    nonce = new_nonce()
    first = fetch(client, access_to(client, certificate), {"proofs": {"jwt": [Wallet().proof(nonce)]}})

    again = fetch(client, access_to(client, certificate), {"proofs": {"jwt": [Wallet().proof(nonce)]}})

    assert first.status_code == 200
    assert (again.status_code, again.json()["error"]) == (400, "invalid_nonce")


@pytest.mark.parametrize("nonce", ["made-up", 7, "x" * 300])
def test_a_nonce_of_somebody_elses_is_refused(nonce: object) -> None:
    with pytest.raises(BadNonce):
        check_proof(proof_over(nonce), at=NOW)


def proof_over(nonce: object) -> str:
    wallet = Wallet()
    said = {
        "alg": "ES256",
        "typ": "openid4vci-proof+jwt",
        "jwk": {k: v for k, v in wallet.public.items() if k != "kid"},
    }
    body = {"aud": settings.BASE_URL, "iat": int(NOW.timestamp()), "nonce": nonce}
    return jws.serialize_compact(said, json.dumps(body), wallet.key, algorithms=["ES256"])


def test_a_nonce_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    nonce = new_nonce()
    proof = Wallet().proof(nonce)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)

    with pytest.raises(BadNonce):
        check_proof(proof, at=timezone.now())


def other_signature(proof: str) -> str:
    """The same words with somebody else's signature."""
    return proof.rsplit(".", 1)[0] + "." + Wallet().proof().rsplit(".", 1)[1]


WRONG = {
    "signature": lambda: other_signature(Wallet().proof()),
    "audience": lambda: Wallet().proof(aud="https://elsewhere.example"),
    "no audience": lambda: Wallet().proof(aud=None),
    "old": lambda: Wallet().proof(iat=int(time.time()) - 3600),
    "ahead": lambda: Wallet().proof(iat=int(time.time()) + 3600),
    "undated": lambda: Wallet().proof(iat="today"),
    "type": lambda: Wallet().proof(header={"typ": "JWT"}),
    "no key": lambda: Wallet().proof(brings=""),
    "two keys": lambda: Wallet().proof(header={"kid": "did:key:z6Mk"}),
    "private key": lambda: (lambda wallet: wallet.proof(header={"jwk": wallet.public | {"d": "AA"}}))(Wallet()),
    "other kind of key": lambda: Wallet().proof(header={"jwk": Wallet("EdDSA").public}),
    "key that is none": lambda: Wallet().proof(header={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
    "key elsewhere": lambda: Wallet().proof(brings="", header={"kid": "did:web:evil.example#1"}),
    "none": lambda: base64url(b'{"alg":"none","typ":"openid4vci-proof+jwt"}') + "." + base64url(b"{}") + ".",
    "shared secret": lambda: (
        base64url(b'{"alg":"HS256","typ":"openid4vci-proof+jwt"}') + "." + base64url(b"{}") + ".AA"
    ),
    "no JWT": lambda: "words",
    "too long": lambda: "a.b." + "c" * 9000,
    "number": lambda: 7,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_proof_that_proves_nothing_is_refused(why: str) -> None:
    with pytest.raises(BadProof) as refused:
        check_proof(WRONG[why](), at=timezone.now())

    assert not isinstance(refused.value, BadNonce)


def test_a_wrong_proof_uses_up_neither_access_nor_nonce(client, certificate) -> None:
    access, nonce = access_to(client, certificate), new_nonce()

    refused = fetch(client, access, {"proofs": {"jwt": [other_signature(Wallet().proof(nonce))]}})
    good = fetch(client, access, {"proofs": {"jwt": [Wallet().proof(nonce)]}})

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_proof")
    assert good.status_code == 200


# Learner Credential Wallet ----------------------------------------------------------------------------------


def present(client, keys: Keys, challenge: str):
    said = {"type": ["VerifiablePresentation"], "proof": {"challenge": challenge}}
    return client.post(f"/wallet/lcw/{keys.token}", json.dumps(said), content_type="application/json")


def test_learner_credential_wallet_fetches_once_with_the_challenge(client, certificate) -> None:
    keys = offered(certificate)

    wrong = present(client, keys, "guessed")
    fetched = present(client, keys, keys.challenge)
    again = present(client, keys, keys.challenge)

    assert (wrong.status_code, fetched.status_code, again.status_code) == (404, 200, 404)
    assert fetched.json() == json.loads(certificate.credential)
    assert exchange(client, keys.code).status_code == 400


def test_it_does_not_get_round_a_code(client, certificate) -> None:
    keys = offered(certificate, asks_pin=True)

    assert present(client, keys, keys.challenge).status_code == 404


def test_a_presentation_that_is_none_fetches_nothing(client, certificate) -> None:
    keys = offered(certificate)

    for body in ("", "[]", '{"proof": []}', '{"proof": {"challenge": 7}}'):
        answer = client.post(f"/wallet/lcw/{keys.token}", body, content_type="application/json")
        assert answer.status_code == 404


# Keeping and forgetting -------------------------------------------------------------------------------------


def test_what_is_over_is_forgotten(client, certificate) -> None:
    fetch(client, access_to(client, certificate), {"proofs": {"jwt": [Wallet().proof()]}})
    later = timezone.now() + timedelta(days=3)

    assert (forget_offers(at=timezone.now()), forget_offers(at=later), forget_offers(at=later)) == (0, 1, 0)
    assert not SpentNonce.objects.exists()


def test_ending_is_calm(certificate) -> None:
    keys = offered(certificate)

    end_offers(certificate=certificate, at=NOW)
    end_offers(certificate=certificate, at=NOW)

    assert offers.open_offer(keys.token, at=timezone.now()) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW - timedelta(days=10)},
        {"spent_at": NOW},
        {"access_digest": "a"},
        {"fetched_at": NOW},
    ],
)
def test_the_database_refuses_an_impossible_offer(certificate, changes: dict) -> None:
    offered(certificate)

    with pytest.raises(IntegrityError), transaction.atomic():
        WalletOffer.objects.update(**changes)


def test_the_database_refuses_two_open_offers(certificate) -> None:
    offered(certificate)

    with pytest.raises(IntegrityError), transaction.atomic():
        WalletOffer.objects.create(
            certificate=certificate, token_digest="x", made_at=NOW, expires_at=NOW + timedelta(minutes=1)
        )


# At once ----------------------------------------------------------------------------------------------------


def fetch_now(access: str):
    return offers.fetch_by_access(access=access, nonces=[], at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_wallets_that_fetch_at_once_one_gets_it() -> None:
    certificate = make_certificate(at=NOW - timedelta(days=1))
    access = offers.exchange_code(code=offered(certificate).code, pin="", at=timezone.now())

    answers = side_by_side(*[partial(fetch_now, access)] * 4)

    assert sorted(type(answer).__name__ for answer in answers) == ["BadAccess"] * 3 + ["Certificate"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(at=NOW - timedelta(days=1))
    access = offers.exchange_code(code=offered(certificate).code, pin="", at=timezone.now())
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, offers, "_locked")

    answers = side_by_side(partial(fetch_now, access), partial(fetch_now, access))

    assert not any(isinstance(answer, BadAccess) for answer in answers)
