"""How does a passkey sign a seal, and does that signature still hold?

The challenge that the mentor's authenticator signs is the seal itself, or for several days at once a digest over all of
their seals. What it answered is kept on the row with its public key, so that the row alone proves afterwards that
somebody who held that key signed exactly these lines. Only this file imports `fido2`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from urllib.parse import urlsplit

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.utils.translation import gettext as _
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from cms.accounts.models import User

from .models import Shift
from .sealing import seal_of

PASSKEY = "passkey"  # what a seal says of how its signer proved who they are
# Says what is digested, so that no digest made for another purpose can ever pass for a challenge.
DOMAIN = "closed-set:shift-seals"
# Whatever bytes arrive, reading them ends in one of these; `struct.error` is no ValueError.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, struct.error)


class NotProved(Exception):
    """What came back from the device is no signature of this person over these seals."""


class Assertion(TypedDict):
    """A passkey's signature as a shift keeps it: bytes in base64url, as WebAuthn writes them, and which seals it covers."""

    credential_id: str
    authenticator_data: str
    client_data: str  # JSON, with the challenge and the origin
    signature: str
    public_key: str  # COSE
    rp_id: str
    seals: list[str]  # hexadecimal, sorted; one, or several that were signed at once


def challenge_for(seals: Sequence[str]) -> bytes:
    """32 bytes to be signed for these seals, whatever their order: the seal itself when there is one."""
    if len(seals) == 1:
        return bytes.fromhex(seals[0])
    return hashlib.sha256(json.dumps([DOMAIN, sorted(seals)], separators=(",", ":")).encode()).digest()


def has_passkey(person: User) -> bool:
    """Whether this person has a passkey or a security key: one query."""
    return _authenticators(person).exists()


def options_for(person: User, seals: Sequence[str]) -> dict[str, Any]:
    """What `navigator.credentials.get` needs to have these seals signed, as JSON values. Within a request."""
    options, _state = _server().authenticate_begin(
        credentials=[credential for credential, _row in _credentials(person)],
        user_verification=_verification(),
        challenge=challenge_for(seals),
    )
    return {"publicKey": dict(options.public_key)}


def read_assertion(person: User, seals: Sequence[str], answer: Any) -> Assertion:
    """What the browser answered, checked: signed now, over these seals, by a passkey of this person, on this site.

    Notes that the passkey was used, as allauth does. Within a request. Raises NotProved.
    """
    server, known = _server(), _credentials(person)
    state = {"challenge": websafe_encode(challenge_for(seals)), "user_verification": _verification()}
    try:
        used = server.authenticate_complete(state, [credential for credential, _row in known], answer)
        said = AuthenticationResponse.from_dict(answer).response
    except UNREADABLE as problem:
        raise NotProved(
            _("Your passkey’s answer does not fit what you are signing. Try again, or use your password.")
        ) from problem
    next(row for credential, row in known if credential.credential_id == used.credential_id).record_usage()
    assert server.rp.id is not None  # noqa: S101 - `_server` gives one
    return Assertion(
        credential_id=websafe_encode(used.credential_id),
        authenticator_data=websafe_encode(said.authenticator_data),
        client_data=websafe_encode(said.client_data),
        signature=websafe_encode(said.signature),
        public_key=websafe_encode(cbor.encode(dict(used.public_key))),
        rp_id=server.rp.id,
        seals=sorted(seals),
    )


def assertion_holds(shift: Shift) -> bool:
    """Whether what a signed shift's seal says about a passkey is true, asked of nothing but the row.

    A seal that says "passkey" needs an assertion that verifies over it; any other has none. Not whether the row still
    says what was sealed: that is `seal_holds`.
    """
    sealed, kept = shift.sealed if isinstance(shift.sealed, dict) else {}, shift.assertion
    claimed = sealed.get("authentication") == PASSKEY
    if not claimed or kept is None:
        return not claimed and kept is None
    try:
        return _verifies(kept, seal_of(sealed))
    except (*UNREADABLE, InvalidSignature, UnsupportedAlgorithm, NotImplementedError):
        return False


def _verifies(kept: Mapping[str, Any], seal: str) -> bool:
    """Raises InvalidSignature, or whatever unreadable bytes raise."""
    seals, rp_id = kept["seals"], kept["rp_id"]
    client = CollectedClientData(websafe_decode(kept["client_data"]))
    data = AuthenticatorData(websafe_decode(kept["authenticator_data"]))
    key = CoseKey.parse(cbor.decode(websafe_decode(kept["public_key"])))  # type: ignore[arg-type]
    key.verify(data + client.hash, websafe_decode(kept["signature"]))
    return (
        seal in seals
        and client.type == CollectedClientData.TYPE.GET
        and client.challenge == challenge_for(seals)
        and _is_at(rp_id, client.origin)
        and data.rp_id_hash == hashlib.sha256(rp_id.encode()).digest()
        and data.is_user_present()
    )


def _is_at(rp_id: str, origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host == rp_id or host.endswith(f".{rp_id}")


def _server() -> Fido2Server:
    """One that asks what allauth's asks: the same name of this site, and plain HTTP only where allauth allows it."""
    rp = PublicKeyCredentialRpEntity(**get_adapter().get_public_key_credential_rp_entity())
    assert rp.id is not None  # noqa: S101 - allauth names the host
    name = rp.id
    if app_settings.WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        return Fido2Server(rp, verify_origin=lambda origin: _is_at(name, origin))
    return Fido2Server(rp)


def _verification() -> UserVerificationRequirement:
    return UserVerificationRequirement(app_settings.WEBAUTHN_USER_VERIFICATION)


def _authenticators(person: User) -> Any:
    return Authenticator.objects.filter(user=person.pk, type=Authenticator.Type.WEBAUTHN)


def _credentials(person: User) -> list[tuple[AttestedCredentialData, Any]]:
    """The person's own passkeys, each with allauth's row of it: one query."""
    found = [(row.wrap().authenticator_data.credential_data, row) for row in _authenticators(person)]
    return [(credential, row) for credential, row in found if credential]
