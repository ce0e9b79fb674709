"""Which keys may sign for this issuer? Those that its own document lists for that, and no other."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc import jwk
from joserfc.errors import JoseError

from ..proofs import base58_decode
from .moments import read_moment

type PublicKey = Ed25519PublicKey | RSAPublicKey | ec.EllipticCurvePublicKey

MOST_METHODS = 50  # keys of one issuer that are looked at
METHOD_TYPES = ("Multikey", "JsonWebKey", "JsonWebKey2020", "Ed25519VerificationKey2020")
RSA_BITS = range(2048, 8193)

_ED25519, _P256 = b"\xed\x01", b"\x80\x24"  # multicodec prefixes
_MULTIBASE = re.compile(r"z[1-9A-HJ-NP-Za-km-z]{40,60}")


def signing_keys(document: Mapping[str, Any], *, issuer: str, at: datetime) -> dict[str, PublicKey]:
    """The keys by which `issuer` may sign credentials at that moment, by their absolute ids. Never raises for what is listed.

    A key counts when it is controlled by the issuer itself, stands under `assertionMethod`, and is neither revoked nor run
    out. What counts twice under one id does not count.
    """
    if document.get("id") != issuer:
        return {}
    allowed: set[str] = set()
    methods: list[Mapping[str, Any]] = []
    for entry in _entries(document, "assertionMethod"):
        if isinstance(entry, str):
            allowed.add(_absolute(entry, issuer))
        elif isinstance(entry, dict) and isinstance(entry.get("id"), str):
            allowed.add(_absolute(entry["id"], issuer))
            methods.append(entry)
    methods += [entry for entry in _entries(document, "verificationMethod") if isinstance(entry, dict)]

    keys: dict[str, PublicKey] = {}
    seen: set[str] = set()
    for method in methods:
        name = method.get("id")
        if not isinstance(name, str):
            continue
        name = _absolute(name, issuer)
        twice = name in seen
        seen.add(name)
        keys.pop(name, None)
        if twice or name not in allowed or not name.startswith(f"{issuer}#") or method.get("controller") != issuer:
            continue
        if method.get("type") in METHOD_TYPES and not _over(method, at) and (key := _key_of(method)):
            keys[name] = key
    return keys


def _entries(document: Mapping[str, Any], name: str) -> list[Any]:
    entries = document.get(name)
    return entries[:MOST_METHODS] if isinstance(entries, list) else []


def _absolute(name: str, issuer: str) -> str:
    return issuer + name if name.startswith("#") else name


def _over(method: Mapping[str, Any], at: datetime) -> bool:
    """Whether the key is revoked or has run out; a date that cannot be read counts as one that has come."""
    for name in ("revoked", "expires"):
        if name in method:
            moment = read_moment(method[name])
            if moment is None or moment <= at:
                return True
    return False


def _key_of(method: Mapping[str, Any]) -> PublicKey | None:
    multibase, web_key = method.get("publicKeyMultibase"), method.get("publicKeyJwk")
    if multibase is not None and web_key is not None:
        return None
    return key_from_multibase(multibase) if multibase is not None else key_from_jwk(web_key)


def key_from_multibase(text: object) -> PublicKey | None:
    """An Ed25519 or P-256 key written as Multikey; None for anything else."""
    if not isinstance(text, str) or not _MULTIBASE.fullmatch(text):
        return None
    raw = base58_decode(text[1:])
    try:
        if raw.startswith(_ED25519):
            return Ed25519PublicKey.from_public_bytes(raw[2:])
        if raw.startswith(_P256) and len(raw) == 35:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw[2:])
    except ValueError:
        pass
    return None


def key_from_jwk(said: object) -> PublicKey | None:
    """An Ed25519, P-256 or RSA key written as JWK; None for anything else, for weak ones and for one with its private half."""
    if not isinstance(said, dict) or {"d", "p", "q", "k"} & set(said) or len(str(said)) > 4_000:
        return None
    try:
        key: Any = jwk.import_key({name: said[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in said})
        public = key.public_key
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(public, RSAPublicKey):
        return public if public.key_size in RSA_BITS and public.public_numbers().e == 65537 else None
    if isinstance(public, ec.EllipticCurvePublicKey):
        return public if isinstance(public.curve, ec.SECP256R1) else None
    return public if isinstance(public, Ed25519PublicKey) else None
