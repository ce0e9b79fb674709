"""Another issuer, whose documents are read from a dictionary instead of the network."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk

from certificates.documents import PublishedKey, credential_for, did_document, status_list_document
from certificates.proofs import public_multibase
from certificates.verifying import CannotFetch, Fetched
from tests.certificates.awards import DID, KID, LIST_URL, NOON, SITE, make_award, make_key, raw_public, sign

DID_URL = f"{SITE}/.well-known/did.json"
SUSPENSION_URL = f"{SITE}/status/suspension/1"
AT = NOON + timedelta(days=1)
INDEX = 94_567  # of the credential of `make_award`

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.derive_private_key(7, ec.SECP256R1())


def make_did_document(**changes: Any) -> dict[str, Any]:
    keys = [PublishedKey(kid=KID, public_multibase=public_multibase(raw_public()), trusted=True)]
    document = did_document(did=DID, keys=keys)
    for name, key in (("rs256", RSA), ("es256", EC)):
        method = {"id": f"{DID}#{name}", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": as_jwk(key)}
        document["verificationMethod"].append(method)
        document["assertionMethod"].append(method["id"])
    return document | changes


def as_jwk(key: Any) -> dict[str, Any]:
    """The public half as JWK."""
    public = key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kinds = {rsa.RSAPrivateKey: "RSA", ec.EllipticCurvePrivateKey: "EC", Ed25519PrivateKey: "OKP"}
    kind = next(name for of, name in kinds.items() if isinstance(key, of))
    return dict(jwk.import_key(pem, kind).as_dict(private=False))


def make_list(
    *,
    url: str = LIST_URL,
    purpose: Any = "revocation",
    indices: Iterable[int] = (),
    signed_by: Any = None,
    **changes: Any,
) -> dict[str, Any]:
    """The signed status list; `changes` are made before it is signed."""
    document = status_list_document(
        url=url,
        issuer_did=DID,
        indices=indices,
        valid_from=AT - timedelta(hours=1),
        valid_until=AT + timedelta(days=7),
        purpose=purpose,
    )
    subject = document["credentialSubject"] | changes.pop("subject", {})
    return sign(document | {"credentialSubject": subject} | changes, key=signed_by)


class Network:
    """A fetcher over a dictionary; what is missing cannot be fetched. `asked` lists the addresses in order."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self.answers = {url: _written(body) for url, body in documents.items()}
        self.stale: set[str] = set()
        self.asked: list[str] = []

    def __call__(self, url: str, *, at: datetime, oldest: timedelta) -> Fetched:
        self.asked.append(url)
        if url not in self.answers:
            raise CannotFetch("The issuer’s server does not answer. Try again later.")
        return Fetched(body=self.answers[url], at=at, stale=url in self.stale)


def _written(document: Any) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def network(**changes: Any) -> Network:
    """The issuer's site; `did` and `listed` replace its documents, None takes one away."""
    documents = {DID_URL: changes.get("did", make_did_document()), LIST_URL: changes.get("listed", make_list())}
    documents |= changes.get("more", {})
    return Network({url: document for url, document in documents.items() if document is not None})


def make_jwt(
    document: Mapping[str, Any] | None = None,
    *,
    key: Any = RSA,
    header: Mapping[str, Any] | None = None,
    drop: Iterable[str] = (),
    signature: bytes | None = None,
    **claims: Any,
) -> bytes:
    """The credential as compact JWT, signed by RS256, ES256 or EdDSA as the key is; `header` and `claims` are changes."""
    credential = credential_for(make_award()) if document is None else dict(document)
    alg, kid = "RS256", f"{DID}#rs256"
    if isinstance(key, Ed25519PrivateKey):
        alg, kid = "EdDSA", KID
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        alg, kid = "ES256", f"{DID}#es256"
    said = {
        "iss": DID,
        "jti": credential["id"],
        "sub": credential["credentialSubject"].get("id"),
        "nbf": int(datetime.fromisoformat(credential["validFrom"]).timestamp()),
    }
    if "validUntil" in credential:
        said["exp"] = int(datetime.fromisoformat(credential["validUntil"]).timestamp())
    payload = {**credential, **said, **claims}
    payload = {name: value for name, value in payload.items() if name not in set(drop)}
    head = {"alg": alg, "kid": kid, "typ": "JWT"} | dict(header or {})
    head = {name: value for name, value in head.items() if value is not None}
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(payload).encode())}".encode()
    return signed + b"." + b64(_sign(key, signed) if signature is None else signature).encode()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _sign(key: Any, data: bytes) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def signed_bytes_of(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def make_signed(**changes: Any) -> dict[str, Any]:
    """The credential with `changes` made before it is signed; None takes a property away."""
    document = {**credential_for(make_award()), **changes}
    return sign({name: value for name, value in document.items() if value is not None}, key=make_key())
