"""An issuer, a key and an award with boring values, for the tests of credentials."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.documents import (
    Award,
    EvidenceSummary,
    PublishedKey,
    Result,
    credential_for,
    did_document,
    status_list_document,
)
from certificates.proofs import add_proof, public_multibase

SITE = "https://academy.example"
DID = "did:web:academy.example"
KID = f"{DID}#ed25519-2026-01"
LIST_URL = f"{SITE}/status/revocation/1"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_key(seed: int = 1) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def make_award(*, site: str = SITE, did: str = DID, **changes: Any) -> Award:
    facts: dict[str, Any] = {
        "credential_id": f"{site}/credentials/5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11",
        "subject_id": "urn:uuid:0d6f9f0e-4d3b-4bb4-9a51-6a2f6f0e7a55",
        "holder_name": "Ana Núñez",
        "issuer_did": did,
        "issuer_name": "Closed Set Academy",
        "issuer_url": f"{site}/",
        "achievement_id": f"{site}/achievements/certified-intimacy-coordinator",
        "achievement_name": "Certified Intimacy Coordinator",
        "achievement_description": "Has completed the programme’s training, shadow days and assessment.",
        "achievement_type": "Certification",
        "criteria_narrative": "Three modules, twenty signed shadow days and a final assessment.",
        "criteria_url": f"{site}/programmes/intimacy-coordinator/",
        "number": "CS-7K3M9-QX2TB-4",
        "language": "en",
        "version": "2026.1",
        "valid_from": NOON,
        "awarded_on": NOON,
        "valid_until": NOON + timedelta(days=3 * 365),
        "results": [
            Result(name="Consent", result_type="Percent", value="92", minimum="0", maximum="100", required="80"),
            Result(name="Shadow hours", result_type="ext:hours", value="176.5", required="160"),
        ],
        "evidence": [
            EvidenceSummary(name="Shadow days", narrative="22 signed days, 3 mentors, 4 productions."),
            EvidenceSummary(name="Final assessment", narrative="Two assessors, both in favour."),
        ],
        "status_list_url": f"{site}/status/revocation/1",
        "status_index": 94_567,
    }
    return Award(**(facts | changes))


def sign(document: dict[str, Any], *, key: Ed25519PrivateKey | None = None, kid: str = KID) -> dict[str, Any]:
    return add_proof(document, verification_method=kid, sign=(key or make_key()).sign, created=NOON)


def signed_credential(**changes: Any) -> dict[str, Any]:
    return sign(credential_for(make_award(**changes)))


def raw_public(key: Ed25519PrivateKey | None = None) -> bytes:
    return (key or make_key()).public_key().public_bytes_raw()


def published_site(*, revoked: tuple[int, ...] = ()) -> dict[str, bytes]:
    """What the issuer's site answers, by address: its DID document and its status list."""
    keys = [PublishedKey(kid=KID, public_multibase=public_multibase(raw_public()), trusted=True)]
    now = datetime.now(UTC)
    status_list = status_list_document(
        url=LIST_URL,
        issuer_did=DID,
        indices=revoked,
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(days=7),
    )
    documents = {
        f"{SITE}/.well-known/did.json": did_document(did=DID, keys=keys),
        LIST_URL: sign(status_list),
    }
    return {url: json.dumps(document).encode() for url, document in documents.items()}
