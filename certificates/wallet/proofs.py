"""Does a wallet hold the key it says it holds? Its proof is a JWT over our address and a nonce of ours.

OpenID for Verifiable Credential Issuance 1.0, appendix F.1 and §7. Keys come as `jwk`, or as a `did:jwk` or `did:key` that is
itself the key: nothing is fetched. Ed25519 (`EdDSA`) and P-256 (`ES256`).
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from ..proofs import base58_decode
from ..verifying.jwt import Token, signature_holds
from ..verifying.keys import PublicKey, key_from_jwk

TYPE = "openid4vci-proof+jwt"
ALGORITHMS = {"EdDSA": ("OKP", "Ed25519"), "ES256": ("EC", "P-256")}
NONCE_FOR = timedelta(minutes=5)
OLD = timedelta(minutes=10)  # a proof made longer ago
AHEAD = timedelta(minutes=1)  # a wallet's clock may be fast
MOST = 8_000  # characters of one proof
HEADER = {"alg", "typ", "kid", "jwk"}
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"  # multicodec prefixes


class BadProof(Exception):
    """The proof proves nothing. The message is for whoever writes a wallet."""


class BadNonce(BadProof):
    """It was made over no nonce of ours, or over one that ran out."""


def new_nonce() -> str:
    """A nonce for a proof: signed and dated, so that we keep none that nobody uses."""
    return _signer().sign(secrets.token_urlsafe(16))


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="certificates.wallet.nonce")


def check_proof(proof: object, *, at: datetime) -> str:
    """The nonce that this proof was made over; whoever takes the proof spends it. Raises BadProof, or BadNonce."""
    if not isinstance(proof, str) or len(proof) > MOST or proof.count(".") != 2:
        raise BadProof("A proof is one compact JWT.")
    header = _header(proof)
    claims = _claims(proof, header["alg"], _key(header))
    audience = claims.get("aud")
    if settings.BASE_URL not in (audience if isinstance(audience, list) else [audience]):
        raise BadProof("It was made for another issuer.")
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise BadProof("It does not say when it was made.")
    if not (at - OLD).timestamp() <= made <= (at + AHEAD).timestamp():
        raise BadProof("It was made too long ago, or by a clock that is wrong.")
    return _nonce(claims.get("nonce"))


def _claims(proof: str, algorithm: str, key: PublicKey) -> dict[str, Any]:
    """What it claims, once its signature holds."""
    signed, _dot, signature = proof.rpartition(".")
    try:
        token = Token(
            header={"alg": algorithm, "kid": "its own"},
            credential={},
            claims={},
            signed=signed.encode(),
            signature=_decoded(signature),
        )
        holds = signature_holds(token, {"its own": key})
        claims = json.loads(_decoded(signed.split(".")[1]))
    except ValueError:
        raise BadProof("It cannot be read.") from None
    if not holds:
        raise BadProof("Its signature does not hold.")
    if not isinstance(claims, dict):
        raise BadProof("Its claims are no object.")
    return claims


def _nonce(nonce: object) -> str:
    if not isinstance(nonce, str) or len(nonce) > 200:
        raise BadNonce("It was made over no nonce of ours.")
    try:
        _signer().unsign(nonce, max_age=NONCE_FOR)
    except BadSignature:
        raise BadNonce("It was made over no nonce of ours, or over one that ran out.") from None
    return nonce


def _header(proof: str) -> dict[str, Any]:
    try:
        header = json.loads(_decoded(proof.split(".")[0]))
    except ValueError:
        raise BadProof("Its header cannot be read.") from None
    if not isinstance(header, dict) or not set(header) <= HEADER:
        raise BadProof("Its header holds what we do not read.")
    if header.get("typ") != TYPE:
        raise BadProof(f"Its type is not {TYPE}.")
    if header.get("alg") not in ALGORITHMS:
        raise BadProof("It is signed in a way that does not count.")
    return header


def _key(header: Mapping[str, Any]) -> PublicKey:
    """The public key that the header brings, fit for its algorithm."""
    if ("jwk" in header) == ("kid" in header):
        raise BadProof("It brings no key, or two.")
    try:
        said = header["jwk"] if "jwk" in header else _from_did(header["kid"])
        kind, curve = ALGORITHMS[header["alg"]]
        if not isinstance(said, dict) or "d" in said or (said.get("kty"), said.get("crv")) != (kind, curve):
            raise BadProof("Its key does not fit its signature.")
    except (ValueError, TypeError):
        raise BadProof("Its key cannot be read.") from None
    key = key_from_jwk({name: said[name] for name in ("kty", "crv", "x", "y") if name in said})
    if key is None:
        raise BadProof("Its key cannot be read.")
    return key


def _from_did(kid: object) -> dict[str, Any]:
    """The key that a `did:jwk` or `did:key` is. Raises ValueError."""
    name = kid.partition("#")[0] if isinstance(kid, str) else ""
    if name.startswith("did:jwk:"):
        said = json.loads(_decoded(name.removeprefix("did:jwk:")))
        return said if isinstance(said, dict) else {}
    if name.startswith("did:key:z") and len(name) <= 80:  # 35 bytes have at most 48 characters of base 58
        raw = base58_decode(name.removeprefix("did:key:z"))
        if raw.startswith(_ED25519):
            return {"kty": "OKP", "crv": "Ed25519", "x": _encoded(raw[2:])}
        if raw.startswith(_P256):
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw[2:])
            whole = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            return {"kty": "EC", "crv": "P-256", "x": _encoded(whole[1:33]), "y": _encoded(whole[33:])}
    raise ValueError("No key that we read.")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("That is not base 64 for addresses.") from None


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
