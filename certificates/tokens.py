"""What is the JWT form of a signed document, and does one hold? RS256, which every Open Badges 3.0 verifier takes.

Source: Open Badges 3.0, section 8.2 (JWT proof format): the credential stands at the top level, beside `iss`, `jti`, `sub`, `nbf`
and `exp`, each of which repeats one of its own properties; `typ` is JWT and `kid` names our key. The signature is made by
the same seam as every other; joserfc checks it.
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from .models import SigningKey
from .proofs import rsa_public_key

ALGORITHM = "RS256"


def jwk_of(key: SigningKey) -> dict[str, str]:
    """The public half of an RS256 key as a JSON Web Key."""
    numbers = rsa_public_key(key.public_multibase).public_numbers()
    return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e), "alg": ALGORITHM}


def sign_token(document: Mapping[str, Any], *, kid: str, sign: Callable[[bytes], bytes]) -> str:
    """The compact JWT of a credential, signed or not: its proof is left out. The same credential gives the same token."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": "JWT"}
    said = f"{_part(header)}.{_part(claims_of(document))}"
    return f"{said}.{_base64(sign(said.encode()))}"


def claims_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the token of this credential says: all of it but the proof, and the registered claims that repeat it."""
    said = {name: value for name, value in document.items() if name != "proof"}
    issuer = document["issuer"]
    claims = {
        "iss": issuer["id"] if isinstance(issuer, Mapping) else issuer,
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    return {**said, **claims}


def token_says(token: str, document: Mapping[str, Any], *, key: SigningKey) -> bool:
    """Whether the token is this key's, and says what the credential says. Never raises for what is stored."""
    try:
        read = jws.deserialize_compact(token, _joserfc_key(key), algorithms=[ALGORITHM])
        said = json.loads(read.payload or b"")
        return read.headers() == {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"} and said == claims_of(document)
    except (JoseError, ValueError, LookupError, TypeError, AttributeError):
        return False


def _joserfc_key(key: SigningKey) -> RSAKey:
    public = rsa_public_key(key.public_multibase)
    return RSAKey.import_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _part(said: Mapping[str, Any]) -> str:
    return _base64(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8))


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())
