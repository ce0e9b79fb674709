"""Does the Data Integrity proof hold, by a key that may sign for the issuer? `eddsa-rdfc-2022`, and nothing else.

Open Badges 3.0 allows no other suite. Why a signature does not hold is not told: it would help whoever tries.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext as _

from ..canonical import CannotCanonicalise, canonical_nquads
from ..proofs import PROOF_KEYS, base58_decode, proof_holds
from .keys import PublicKey
from .moments import read_moment
from .refusal import CheckFails

REQUIRED = PROOF_KEYS - {"created"}
ALLOWED = PROOF_KEYS | {"expires", "id"}
CLOCKS_DIFFER = timedelta(minutes=10)  # between the issuer's clock and ours
LONGEST_VALUE = 89  # characters: `z` and 64 bytes in base 58; decoding a longer text is quadratic work for nothing


def only_proof(document: Mapping[str, Any]) -> Mapping[str, str]:
    """The one proof of `document`, of a form that may count. Raises CheckFails; says nothing about whether it holds."""
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:  # the schema of 2024 had it so
        proof = proof[0]
    if proof is None:
        raise CheckFails(_("It carries no signature."))
    if not isinstance(proof, dict) or not REQUIRED <= set(proof) <= ALLOWED:
        raise CheckFails(_("It is not signed in a way that counts."))
    said = [proof["type"], proof["cryptosuite"], proof["proofPurpose"]]
    if said != ["DataIntegrityProof", "eddsa-rdfc-2022", "assertionMethod"]:
        raise CheckFails(_("It is not signed in a way that counts."))
    value = proof["proofValue"]
    plain = all(isinstance(item, str) for item in proof.values())
    if not plain or not value.startswith("z") or len(value) > LONGEST_VALUE:
        raise CheckFails(_("It is not signed in a way that counts."))
    if any(name in proof and read_moment(proof[name]) is None for name in ("created", "expires")):
        raise CheckFails(_("It is not signed in a way that counts."))
    return proof


def proof_stands(document: Mapping[str, Any], *, keys: Mapping[str, PublicKey], at: datetime) -> bool:
    """Whether `only_proof` of the document was made by one of `keys`, is not from the future and has not run out."""
    proof = only_proof(document)
    key = keys.get(proof["verificationMethod"])
    created, expires = read_moment(proof.get("created")), read_moment(proof.get("expires"))
    if not isinstance(key, Ed25519PublicKey):
        return False
    if (created and created > at + CLOCKS_DIFFER) or (expires and expires <= at):
        return False
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    if set(proof) == PROOF_KEYS:
        return proof_holds({**unsigned, "proof": dict(proof)}, public_key=key.public_bytes_raw())
    # With other options than the usual ones, these are canonicalised as the document is.
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        written = canonical_nquads({"@context": document["@context"], **options})
        covered = hashlib.sha256(written).digest() + hashlib.sha256(canonical_nquads(unsigned)).digest()
        key.verify(base58_decode(proof["proofValue"][1:]), covered)
    except (CannotCanonicalise, InvalidSignature, ValueError):
        return False
    return True
