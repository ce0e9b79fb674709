"""Has the issuer withdrawn it? Its status lists, read whole, so that nobody learns which credential was asked about.

Source: W3C Bitstring Status List 1.0, §3.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..bitstring import BadStatusList, decode, is_set
from ..canonical import RefusedDocument, check_form
from .fetching import Fetched, Fetcher
from .issuers import FRESH, check_address, keys_of
from .jwt import check_claims, check_header, read_token, signature_holds
from .moments import read_moment
from .proof import only_proof, proof_stands
from .reading import read_json
from .refusal import CannotCheck, CheckFails

PURPOSES = ("revocation", "suspension")
LONGEST_INDEX = 10  # digits


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the lists say. `known` is how many were asked; one without any cannot be withdrawn."""

    revoked: bool = False
    suspended: bool = False
    known: int = 0
    stale: bool = False


def entries_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The status entries that say whether a credential still stands; one or a list of them."""
    said = document.get("credentialStatus", [])
    return [entry for entry in (said if isinstance(said, list) else [said]) if isinstance(entry, dict)]


def standing_of(document: Mapping[str, Any], *, issuer: str, at: datetime, fetch: Fetcher) -> Standing:
    """Ask every list that the credential names.

    Raises CannotCheck when one cannot be relied on, CannotFetch when it cannot be had.
    """
    revoked = suspended = stale = False
    entries = entries_of(document)
    for entry in entries:
        if entry.get("type") != "BitstringStatusListEntry" or entry.get("statusPurpose") not in PURPOSES:
            raise CannotCheck(_("The issuer tells in a way that we do not read whether it still stands."))
        is_on, was_stale = _entry(entry, issuer=issuer, at=at, fetch=fetch)
        stale = stale or was_stale
        if entry["statusPurpose"] == "revocation":
            revoked = revoked or is_on
        else:
            suspended = suspended or is_on
    return Standing(revoked=revoked, suspended=suspended, known=len(entries), stale=stale)


def _entry(entry: Mapping[str, Any], *, issuer: str, at: datetime, fetch: Fetcher) -> tuple[bool, bool]:
    url, index = entry.get("statusListCredential"), entry.get("statusListIndex")
    if not isinstance(url, str) or not isinstance(index, str) or entry.get("id") == url:
        raise _unusable()
    if not index.isascii() or not index.isdigit() or len(index) > LONGEST_INDEX or entry.get("statusSize", 1) != 1:
        raise _unusable()
    try:
        check_address(url)
        fetched = fetch(url, at=at, oldest=FRESH)
        subject, ttl = _list(fetched, url=url, purpose=entry["statusPurpose"], issuer=issuer, at=at, fetch=fetch)
        if not fetched.stale and ttl is not None and fetched.at + ttl < at:
            fetched = fetch(url, at=at, oldest=ttl)
            subject, ttl = _list(fetched, url=url, purpose=entry["statusPurpose"], issuer=issuer, at=at, fetch=fetch)
        return is_set(decode(subject["encodedList"]), int(index)), fetched.stale
    except (CheckFails, BadStatusList, UnicodeDecodeError):
        raise _unusable() from None


def _list(
    fetched: Fetched, *, url: str, purpose: str, issuer: str, at: datetime, fetch: Fetcher
) -> tuple[Mapping[str, Any], timedelta | None]:
    """The subject of the list, once everything about it holds, and how long the issuer lets it be kept. Raises CheckFails."""
    text = fetched.body.decode().strip()
    token = None if text.startswith("{") else read_token(text)
    document = read_json(text) if token is None else token.credential
    subject, types = document.get("credentialSubject"), document.get("type")
    said_by = document.get("issuer")
    if isinstance(said_by, dict):
        said_by = said_by.get("id")
    from_, until = document.get("validFrom"), document.get("validUntil")
    starts, ends = read_moment(from_), read_moment(until)
    right = (
        document.get("id") == url
        and said_by == issuer
        and isinstance(types, list)
        and "BitstringStatusListCredential" in types
        and isinstance(subject, dict)
        and subject.get("type") == "BitstringStatusList"
        and subject.get("statusPurpose") == purpose
        and isinstance(subject.get("encodedList"), str)
        and (from_ is None or (starts is not None and starts <= at))
        and (until is None or (ends is not None and at < ends))
    )
    if not right or not isinstance(subject, dict):
        raise _wrong()
    try:
        check_form(document)
    except RefusedDocument:
        raise _wrong() from None
    # The form first: nothing is asked of the network for a list that could not count.
    if token is None:
        only_proof(document)
        held = proof_stands(document, keys=keys_of(issuer, at=at, fetch=fetch).keys, at=at)
    else:
        check_header(token.header)
        check_claims(token)
        held = signature_holds(token, keys_of(issuer, at=at, fetch=fetch).keys)
    if not held:
        raise _wrong()
    ttl = subject.get("ttl")
    return subject, timedelta(milliseconds=max(0, ttl)) if type(ttl) is int and ttl < 10**12 else None


def _wrong() -> CheckFails:
    return CheckFails(_("The issuer’s list is not what it should be."))


def _unusable() -> CannotCheck:
    return CannotCheck(
        _("The issuer’s list of withdrawn credentials cannot be relied on, so we cannot tell whether it still stands.")
    )
