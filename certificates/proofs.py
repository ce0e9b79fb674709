"""Who signed this document, and does the signature hold?

One `eddsa-rdfc-2022` Data Integrity proof: Ed25519 over the SHA-256 of the proof's own canonical form
followed by the SHA-256 of the document's. Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certificates.canonical import CannotCanonicalise, canonical_nquads

PROOF_KEYS = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}

# The five statements a proof makes, as canonical N-Quads. Written out, they save parsing the contexts a
# second time; the published test vectors keep them honest.
_SECURITY = "https://w3id.org/security"
_PROOF_NQUADS = f"""\
_:c14n0 <http://purl.org/dc/terms/created> "%s"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{_SECURITY}#DataIntegrityProof> .
_:c14n0 <{_SECURITY}#cryptosuite> "eddsa-rdfc-2022"^^<{_SECURITY}#cryptosuiteString> .
_:c14n0 <{_SECURITY}#proofPurpose> <{_SECURITY}#assertionMethod> .
_:c14n0 <{_SECURITY}#verificationMethod> <%s> .
"""
# Both go into that text as they are, so neither may hold a character that N-Quads would escape.
_DATE_TIME = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_IRI = re.compile(r"(did|https):[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,2000}")

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC_KEY = b"\xed\x01"  # the multicodec prefix
_RSA_PUBLIC_KEY = b"\x85\x24"  # another; what follows is PKCS #1 in DER


def add_proof(
    document: Mapping[str, Any],
    *,
    verification_method: str,
    sign: Callable[[bytes], bytes],
    created: datetime,
) -> dict[str, Any]:
    """Return a copy of `document` with one proof. The same document, key and time give the same proof.

    `verification_method` is the absolute id of the key (`did:web:host#key`), `sign` makes a pure Ed25519
    signature of the 64 bytes it is given, `created` is an aware time, kept to the second.
    Raises ValueError when the document is signed already or an argument is not of that form, and
    CannotCanonicalise when the document cannot safely be signed.
    """
    if "proof" in document:
        raise ValueError("The document has a proof already.")
    if created.tzinfo is None:
        raise ValueError("The time of a proof needs a time zone.")
    if not _IRI.fullmatch(verification_method):
        raise ValueError(f"{verification_method!r} is not the absolute id of a key.")
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    signature = sign(signed_bytes(document, proof))
    if len(signature) != 64:
        raise ValueError("The signer did not return an Ed25519 signature.")
    return {**document, "proof": {**proof, "proofValue": "z" + base58_encode(signature)}}


def proof_holds(document: Mapping[str, Any], *, public_key: bytes) -> bool:
    """Tell whether `document` carries one proof, of the only accepted form, by `public_key` (32 bytes).

    False for everything else, hostile input included; it never says why, and never raises for what the
    document holds. Whether that key may speak for the issuer is for the caller to settle.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or set(proof) != PROOF_KEYS:
        return False
    if not all(isinstance(value, str) for value in proof.values()):
        return False
    if (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) != (
        "DataIntegrityProof",
        "eddsa-rdfc-2022",
        "assertionMethod",
    ):
        return False
    if not _DATE_TIME.fullmatch(proof["created"]) or not _IRI.fullmatch(proof["verificationMethod"]):
        return False
    # A signature of 64 bytes has at most 88 characters; decoding a longer text is quadratic work for nothing.
    if not proof["proofValue"].startswith("z") or len(proof["proofValue"]) > 89:
        return False
    try:
        signature = base58_decode(proof["proofValue"][1:])
        data = signed_bytes({k: v for k, v in document.items() if k != "proof"}, proof)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (CannotCanonicalise, InvalidSignature, ValueError):
        return False
    return len(signature) == 64


def signed_bytes(document: Mapping[str, Any], proof: Mapping[str, str]) -> bytes:
    """Return the 64 bytes a signature covers: the hash of the proof's options, then that of the document."""
    options = _PROOF_NQUADS % (proof["created"], proof["verificationMethod"])
    return hashlib.sha256(options.encode()).digest() + hashlib.sha256(canonical_nquads(document)).digest()


def public_multibase(raw: bytes) -> str:
    """Return a raw Ed25519 public key as a Multikey, `z6Mk…`. Raises ValueError unless it has 32 bytes."""
    if len(raw) != 32:
        raise ValueError("An Ed25519 public key has 32 bytes.")
    return "z" + base58_encode(_ED25519_PUBLIC_KEY + raw)


def raw_public_key(multibase: str) -> bytes:
    """Return the 32 bytes of an Ed25519 Multikey, `z6Mk…`. Raises ValueError for anything else."""
    # 34 bytes have at most 47 characters of base 58.
    decoded = base58_decode(multibase[1:]) if multibase.startswith("z") and len(multibase) <= 48 else b""
    if len(decoded) != 34 or not decoded.startswith(_ED25519_PUBLIC_KEY):
        raise ValueError("That is not an Ed25519 public key.")
    return decoded[2:]


def rsa_multibase(der: bytes) -> str:
    """Return an RSA public key (PKCS #1, DER) in the same form as a Multikey, `z4MX…`, as did:key writes it."""
    return "z" + base58_encode(_RSA_PUBLIC_KEY + der)


def rsa_public_key(multibase: str) -> RSAPublicKey:
    """Return the RSA key that `rsa_multibase` wrote. Raises ValueError for anything else."""
    decoded = base58_decode(multibase[1:]) if multibase.startswith("z") and len(multibase) <= 1_500 else b""
    if not decoded.startswith(_RSA_PUBLIC_KEY):
        raise ValueError("That is not an RSA public key.")
    loaded = load_der_public_key(decoded[2:])
    if not isinstance(loaded, RSAPublicKey):
        raise ValueError("That is not an RSA public key.")
    return loaded


def base58_encode(data: bytes) -> str:
    """Return `data` in base 58 (the Bitcoin alphabet), a leading zero byte as a leading 1."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def base58_decode(text: str) -> bytes:
    """Return the bytes that `base58_encode` made `text` of. Raises ValueError for another character."""
    number = 0
    for character in text:
        number = number * 58 + _BASE58.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
