"""Where does an issuer publish its keys? did:web, did:key, and issuers named by an https address."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from ..documents import did_document
from ..issuer import issuer_did
from ..signing import published_keys
from .fetching import Fetcher
from .keys import PublicKey, key_from_multibase, signing_keys
from .reading import read_json
from .refusal import CannotCheck, CheckFails

FRESH = timedelta(minutes=5)  # how long an issuer's keys are taken to be what we read
LONGEST_NAME = 1_000  # characters of an issuer's id

_HOST = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+|(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, kw_only=True)
class IssuerKeys:
    """The keys of an issuer, by absolute id. `stale`: as we knew them within the last day, for they cannot be read now."""

    keys: Mapping[str, PublicKey]
    stale: bool = False


def keys_of(issuer: str, *, at: datetime, fetch: Fetcher) -> IssuerKeys:
    """The keys by which `issuer` may sign now: our own out of the database, others' from where their id says.

    Raises CheckFails for an id that leads nowhere, CannotFetch when the document cannot be had, CannotCheck for a kind of
    id that we do not follow.
    """
    if issuer == issuer_did():
        own: dict[str, Any] = json.loads(json.dumps(did_document(did=issuer, keys=published_keys())))
        return IssuerKeys(keys=signing_keys(own, issuer=issuer, at=at))
    if issuer.startswith("did:key:"):
        multibase = issuer.removeprefix("did:key:")
        key = key_from_multibase(multibase)
        return IssuerKeys(keys={f"{issuer}#{multibase}": key} if key else {})
    fetched = fetch(document_address(issuer), at=at, oldest=FRESH)
    try:
        document = read_json(fetched.body.decode())
    except (UnicodeDecodeError, CheckFails):
        raise CannotCheck(_("The issuer’s list of keys cannot be read.")) from None
    return IssuerKeys(keys=signing_keys(document, issuer=issuer, at=at), stale=fetched.stale)


def document_address(issuer: str) -> str:
    """The https address of an issuer's document. Source: did:web method, §2.5.2.

    Raises CheckFails for an id that leads nowhere, CannotCheck for a kind of id that we do not follow.
    """
    if len(issuer) > LONGEST_NAME:
        raise CheckFails(_("The issuer’s identifier is too long."))
    if issuer.startswith("https://"):
        check_address(issuer)
        return issuer
    if not issuer.startswith("did:web:"):
        raise CannotCheck(_("The issuer names itself in a way that we do not follow."))
    host, *path = issuer.removeprefix("did:web:").split(":")
    name, _colon, port = unquote(host).partition(":")
    if not _HOST.fullmatch(name) or ("%" in host and not re.fullmatch(r"[^%]+%3[Aa][0-9]{1,5}", host)):
        raise CheckFails(_("The issuer’s identifier does not lead anywhere."))
    if not all(_SEGMENT.fullmatch(part) and unquote(part) not in {".", ".."} for part in path):
        raise CheckFails(_("The issuer’s identifier does not lead anywhere."))
    where = "/".join(path) if path else ".well-known"
    address = f"https://{name}{f':{port}' if port else ''}/{where}/did.json"
    check_address(address)
    return address


def check_address(address: str) -> None:
    """Raise CheckFails unless `address` is a plain https address of a named host. Nothing is looked up."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise CheckFails(_("An address in it does not lead anywhere.")) from None
    host = parts.hostname or ""
    plain = (
        parts.scheme == "https"
        and _HOST.fullmatch(host)
        and not _is_ip(host)
        and parts.username is None
        and parts.password is None
        and port != 0
        and re.fullmatch(r"[\x21-\x7e]{1,2000}", address)
        and "\\" not in address
    )
    if not plain:
        raise CheckFails(_("An address in it does not lead anywhere."))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
