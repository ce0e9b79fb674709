"""What does each signed document say?

Plain facts in, plain dictionaries out, without a proof. The shapes are the plainest that Open Badges 3.0
allows: what is fancier is refused by at least one independent verifier.
"""

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Literal

import jsonschema

from certificates import bitstring
from certificates.canonical import CREDENTIALS_V2, OPEN_BADGES_3
from cms.accounts.typesetting.wording import unsafe_text as unsafe_text  # asked of every name before it is signed

AchievementType = Literal["Certification", "Certificate", "CertificateOfCompletion"]

# How long a verifier may keep a status list before it asks again, in milliseconds.
STATUS_LIST_TTL = 300_000


class InvalidCredential(ValueError):
    """The document does not follow the official Open Badges 3.0 schema."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One measured result: a score, hours of study. All amounts are text, as the format wants them."""

    name: str
    result_type: str  # of the Open Badges vocabulary (`Percent`, `RawScore`), or `ext:…` (`ext:hours`)
    value: str
    minimum: str | None = None
    maximum: str | None = None
    required: str | None = None


@dataclass(frozen=True, kw_only=True)
class EvidenceSummary:
    """What was looked at before the award, in words. Names nobody."""

    name: str
    narrative: str


@dataclass(frozen=True, kw_only=True)
class Award:
    """Everything one credential says. Times are aware; the holder's name is None when not consented to."""

    credential_id: str  # URL
    subject_id: str  # urn:uuid:…
    holder_name: str | None
    issuer_did: str
    issuer_name: str
    issuer_url: str
    achievement_id: str  # URL
    achievement_name: str
    achievement_description: str
    achievement_type: AchievementType
    criteria_narrative: str
    criteria_url: str | None
    number: str
    language: str = "en"
    version: str  # of the requirements
    valid_from: datetime
    awarded_on: datetime
    valid_until: datetime | None
    results: list[Result] = field(default_factory=list)
    evidence: list[EvidenceSummary] = field(default_factory=list)
    status_list_url: str
    status_index: int
    # Where the programme is suspendable: its place on a list of suspensions.
    suspension_list_url: str | None = None
    suspension_index: int | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedKey:
    """A public key of the issuer. `trusted` is False only for a compromised key. One with a `jwk` signs JWTs."""

    kid: str  # absolute: did:web:host#name
    public_multibase: str
    trusted: bool
    jwk: Mapping[str, str] | None = None


def credential_for(award: Award) -> dict[str, Any]:
    """Return the unsigned Open Badges 3.0 credential of `award`. The same award gives the same document.

    Raises ValueError when the dates do not fit together, an id would stand for two things or two results
    share a name.
    """
    if award.valid_until is not None and award.valid_until < award.valid_from:
        raise ValueError("A credential cannot end before it begins.")
    ids = [award.credential_id, award.subject_id, award.issuer_did, award.achievement_id, award.criteria_url]
    if len(set(ids)) != len(ids):
        raise ValueError("The credential, holder, issuer, achievement and criteria need an id each.")
    # The number first: it is always there, and a reader that takes the first identifier gets no name by
    # accident.
    identifiers = [_identity("ext:certificateNumber", award.number)]
    if award.holder_name is not None:
        identifiers.append(_identity("name", award.holder_name))
    subject: dict[str, Any] = {
        "id": award.subject_id,
        "type": ["AchievementSubject"],
        "identifier": identifiers,
        "achievement": _achievement(award),
    }
    if award.results:
        subject["result"] = [
            {
                "type": ["Result"],
                "resultDescription": _result_id(award.achievement_id, result.name),
                "value": result.value,
            }
            for result in award.results
        ]
    credential: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
        "id": award.credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": award.achievement_name,
        "issuer": {
            "id": award.issuer_did,
            "type": ["Profile"],
            "name": award.issuer_name,
            "url": award.issuer_url,
        },
        "validFrom": _timestamp(award.valid_from),
        "awardedDate": _timestamp(award.awarded_on),
        "credentialSubject": subject,
        "credentialStatus": _status(award),
    }
    if award.valid_until is not None:
        credential["validUntil"] = _timestamp(award.valid_until)
    if award.evidence:
        credential["evidence"] = [
            {
                "id": f"{award.credential_id}#evidence-{position}",
                "type": ["Evidence"],
                "name": evidence.name,
                "narrative": evidence.narrative,
            }
            for position, evidence in enumerate(award.evidence, start=1)
        ]
    return credential


def _status(award: Award) -> dict[str, str] | list[dict[str, str]]:
    """One entry as an object, which every verifier knows; two as a list only where the programme asks for it."""
    revocation = _status_entry("revocation", award.status_list_url, award.status_index)
    if award.suspension_list_url is None or award.suspension_index is None:
        return revocation
    return [revocation, _status_entry("suspension", award.suspension_list_url, award.suspension_index)]


def _status_entry(purpose: str, url: str, index: int) -> dict[str, str]:
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def status_entries(document: Mapping[str, Any]) -> list[Any]:
    """The status entries of a credential, whether it has none, one as an object or a list of them."""
    entries = document.get("credentialStatus", [])
    return entries if isinstance(entries, list) else [entries]


def achievement_document(
    *,
    achievement_id: str,
    name: str,
    description: str,
    achievement_type: AchievementType,
    criteria_narrative: str,
    criteria_url: str | None,
    version: str,
    language: str = "en",
    results: Iterable[Result] = (),
    issuer_did: str,
    issuer_name: str,
    issuer_url: str,
) -> dict[str, Any]:
    """Return what `/achievements/<id>` says to programs: the achievement and who created it, unsigned.

    `results` say what is measured; their values are not looked at. Raises ValueError when two share a name.
    """
    achievement = _achievement_node(
        achievement_id=achievement_id,
        name=name,
        description=description,
        achievement_type=achievement_type,
        criteria_narrative=criteria_narrative,
        criteria_url=criteria_url,
        version=version,
        language=language,
        results=list(results),
    )
    creator = {"id": issuer_did, "type": ["Profile"], "name": issuer_name, "url": issuer_url}
    return {"@context": [CREDENTIALS_V2, OPEN_BADGES_3], **achievement, "creator": creator}


def did_document(*, did: str, keys: Iterable[PublishedKey]) -> dict[str, Any]:
    """Return the issuer's DID document: the keys in the order given.

    A key that is not trusted is still listed, so that old signatures can be told from strangers', but may not
    sign credentials. Raises ValueError for a key id that is not of this DID, or is there twice.
    """
    keys = list(keys)
    for key in keys:
        if not key.kid.startswith(f"{did}#"):
            raise ValueError(f"{key.kid} is not the id of a key of {did}.")
    if len({key.kid for key in keys}) != len(keys):
        raise ValueError("Two keys have the same id.")
    contexts = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
    if any(key.jwk for key in keys):
        contexts.append("https://w3id.org/security/jwk/v1")
    return {
        "@context": contexts,
        "id": did,
        # Ids are absolute and references are text: verifiers exist that understand nothing else.
        "verificationMethod": [
            {"id": key.kid, "type": "JsonWebKey", "controller": did, "publicKeyJwk": dict(key.jwk)}
            if key.jwk
            else {"id": key.kid, "type": "Multikey", "controller": did, "publicKeyMultibase": key.public_multibase}
            for key in keys
        ],
        "assertionMethod": [key.kid for key in keys if key.trusted],
    }


def status_list_document(
    *,
    url: str,
    issuer_did: str,
    indices: Iterable[int],
    valid_from: datetime,
    valid_until: datetime,
    purpose: Literal["revocation", "suspension"] = "revocation",
) -> dict[str, Any]:
    """Return the unsigned status list credential at `url`, with the bits at `indices` set.

    Raises BadStatusList for an index outside the list and ValueError for dates that do not fit together.
    """
    if valid_until <= valid_from:
        raise ValueError("A status list cannot end before it begins.")
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_did,
        "validFrom": _timestamp(valid_from),
        "validUntil": _timestamp(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "ttl": STATUS_LIST_TTL,
            "encodedList": bitstring.encode(indices),
        },
    }


def check_schema(document: Mapping[str, Any]) -> None:
    """Raise InvalidCredential unless `document` follows the official Open Badges 3.0 schema; some 3 ms.

    In one thing it may go further: two status entries in a list, each as the schema wants the one. Open Badges 3.1 allows it.
    """
    entries = document.get("credentialStatus")
    if isinstance(entries, list) and len(entries) == 2:
        for entry in entries:
            check_schema({**document, "credentialStatus": entry})
        return
    error = next(iter(_validator().iter_errors(document)), None)
    if error is None:
        return
    # The place and the rule, not the schema's own message, which repeats whatever the document holds.
    place = ".".join(str(part) for part in error.absolute_path if str(part).isalnum())[:100]
    where = f"at “{place}”" if place else "as a whole"
    rule = str(error.validator)
    if rule == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        raise InvalidCredential(f"The credential, {where}, lacks {' and '.join(missing)}.")
    raise InvalidCredential(f"The credential does not follow Open Badges 3.0 {where} (rule “{rule}”).")


def _achievement(award: Award) -> dict[str, Any]:
    return _achievement_node(
        achievement_id=award.achievement_id,
        name=award.achievement_name,
        description=award.achievement_description,
        achievement_type=award.achievement_type,
        criteria_narrative=award.criteria_narrative,
        criteria_url=award.criteria_url,
        version=award.version,
        language=award.language,
        results=award.results,
    )


def _achievement_node(
    *,
    achievement_id: str,
    name: str,
    description: str,
    achievement_type: AchievementType,
    criteria_narrative: str,
    criteria_url: str | None,
    version: str,
    language: str,
    results: list[Result],
) -> dict[str, Any]:
    criteria = {"narrative": criteria_narrative}
    if criteria_url is not None:
        criteria = {"id": criteria_url, **criteria}
    achievement: dict[str, Any] = {
        "id": achievement_id,
        "type": ["Achievement"],
        "name": name,
        "description": description,
        "achievementType": achievement_type,
        "criteria": criteria,
        "inLanguage": language,
        "version": version,
    }
    if results:
        descriptions = [_result_description(achievement_id, result) for result in results]
        if len({description["id"] for description in descriptions}) != len(descriptions):
            raise ValueError("Two results have the same name.")
        achievement["resultDescription"] = descriptions
    return achievement


def _result_description(achievement_id: str, result: Result) -> dict[str, Any]:
    bounds = {
        "valueMin": result.minimum,
        "valueMax": result.maximum,
        "requiredValue": result.required,
    }
    return {
        "id": _result_id(achievement_id, result.name),
        "type": ["ResultDescription"],
        "name": result.name,
        "resultType": result.result_type,
        **{key: value for key, value in bounds.items() if value is not None},
    }


def _result_id(achievement_id: str, name: str) -> str:
    """The id of a result of an achievement: made of its name, so that it is the same in every credential."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    # A name that is not plain ASCII would lose letters, and two names could become one.
    if not name.isascii() or not slug:
        slug = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{achievement_id}#result-{slug}"


def _identity(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def _timestamp(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("A time in a credential needs a time zone.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@functools.cache
def _validator() -> jsonschema.Draft201909Validator:
    file = resources.files("certificates") / "data" / "open-badges-3.0-schema.json"
    return jsonschema.Draft201909Validator(json.loads(file.read_text()))
