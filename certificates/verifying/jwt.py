"""Is this JWT signed by its issuer, and do its claims say what the credential in it says?

Open Badges 3.0, §8.2.4, read strictly: RS256, ES256 or EdDSA by a key of the issuer's document, never a key that the token
brings itself. Each algorithm takes one kind of key only, so that no public key can pass for a secret.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.utils.translation import gettext as _

from .keys import PublicKey, key_from_jwk
from .moments import read_moment
from .reading import read_json
from .refusal import CheckFails

TYPES = {"JWT", "vc+jwt", "vc+ld+jwt"}
ALGORITHMS = {"RS256", "ES256", "EdDSA"}
HEADER = {"alg", "kid", "typ", "jwk", "cty"}
CLAIMS = ("iss", "jti", "sub", "nbf", "exp", "iat")


@dataclass(frozen=True, kw_only=True)
class Token:
    """A JWT taken apart; nothing in it is believed yet."""

    header: Mapping[str, Any]
    credential: dict[str, Any]  # the payload without the claims
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def read_token(text: str) -> Token:
    """Take a compact JWT apart. Raises CheckFails for one that cannot be read, or whose claims differ from the credential."""
    try:
        head, body, signature = text.split(".")
        raw = [_decode(part) for part in (head, body, signature)]
        header, payload = read_json(raw[0].decode()), read_json(raw[1].decode())
    except ValueError:
        raise CheckFails(_("The JWT cannot be read. Copy it whole.")) from None
    if "vc" in payload or "vp" in payload or "proof" in payload:
        raise CheckFails(_("The JWT has its credential in a place where Open Badges 3.0 does not look for it."))
    claims = {name: payload[name] for name in CLAIMS if name in payload}
    return Token(
        header=header,
        credential={name: value for name, value in payload.items() if name not in CLAIMS},
        claims=claims,
        signed=f"{head}.{body}".encode(),
        signature=raw[2],
    )


def check_header(header: Mapping[str, Any]) -> None:
    """Raise CheckFails unless the token says how it is signed in a way that may count."""
    said = [header.get("alg"), header.get("typ", "JWT"), header.get("cty", "vc")]
    if not set(header) <= HEADER or not all(isinstance(word, str) for word in said):
        raise CheckFails(_("It is not signed in a way that counts."))
    if said[0] not in ALGORITHMS or said[1] not in TYPES or said[2] != "vc":
        raise CheckFails(_("It is not signed in a way that counts."))
    kid, own = header.get("kid"), header.get("jwk")
    if not isinstance(kid, str | None) or (kid is None and own is None):
        raise CheckFails(_("It does not say with which key it is signed."))


def check_claims(token: Token) -> None:
    """Raise CheckFails when a claim differs from what the credential says: readers of either must be told the same."""
    said, credential = token.claims, token.credential
    issuer = credential["issuer"]
    same = (
        said.get("iss") == (issuer["id"] if isinstance(issuer, dict) else issuer)
        and said.get("jti") == credential["id"]
        and ("sub" not in said or said["sub"] == credential["credentialSubject"].get("id"))
        and _same_moment(said, "nbf", credential.get("validFrom"))
        and ("exp" in said) == ("validUntil" in credential)
        and _same_moment(said, "exp", credential.get("validUntil"))
    )
    if not same:
        raise CheckFails(_("The JWT says one thing in its claims and another in its credential."))


def signature_holds(token: Token, keys: Mapping[str, PublicKey]) -> bool:
    """Whether one of `keys` signed the token: the one it names, or, where it brings a key, that one if it is among them."""
    kid, own = token.header.get("kid"), token.header.get("jwk")
    key = keys.get(kid) if kid is not None else None
    if own is not None:
        brought = key_from_jwk(own)
        candidates = [key] if kid is not None else list(keys.values())
        key = next((one for one in candidates if one is not None and one == brought), None)
    return key is not None and _verifies(token.header["alg"], key, token.signature, token.signed)


def _verifies(algorithm: str, key: PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        if algorithm == "EdDSA" and isinstance(key, Ed25519PublicKey):
            key.verify(signature, signed)
            return True
        if algorithm == "RS256" and isinstance(key, RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
            return True
        if algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 64:
            r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
            return True
    except InvalidSignature:
        return False
    return False


def _same_moment(claims: Mapping[str, Any], name: str, text: object) -> bool:
    """Whether the claim, in seconds since 1970, is the moment that `text` writes; what is not claimed agrees."""
    if name not in claims:
        return True
    seconds, moment = claims[name], read_moment(text)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or moment is None:
        return False
    return int(seconds) == int(moment.timestamp())


def _decode(part: str) -> bytes:
    """Base 64 for addresses without padding, as it is written and in no other way. Raises ValueError."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise ValueError
    return raw
