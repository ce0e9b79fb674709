"""How does the academy sign? The life of its keys, and the one place where a private key is used.

A private key lies in the database wrapped by AES-256-GCM under CREDENTIAL_KEY_SECRET, which is not in the database. Other
homes for keys (a KMS, an HSM) fit behind `Signer`: a key id and a function from bytes to a pure Ed25519 signature.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .documents import PublishedKey
from .issuer import issuer_did
from .models import SigningKey
from .proofs import public_multibase

NONCE = 12  # bytes


class CannotSign(Exception):
    """No certificate can be signed now; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key that is ready to sign. `sign` returns the 64 bytes of a pure Ed25519 signature."""

    key: SigningKey
    sign: Callable[[bytes], bytes]


@transaction.atomic
def stage_key(*, by: User | None, at: datetime) -> SigningKey:
    """Make a new key and publish its public half, without signing with it yet. Repeating makes another.

    Verifiers keep our key document for an hour: activate a staged key when they can have seen it.
    """
    history.lock("keys")  # key ids are given out one after the other
    private = Ed25519PrivateKey.generate()
    public = public_multibase(private.public_key().public_bytes_raw())
    month = f"{issuer_did()}#ed25519-{at:%Y-%m}"
    taken = SigningKey.objects.filter(kid__startswith=month).count()
    kid = month if not taken else f"{month}-{taken + 1}"
    key = SigningKey.objects.create(
        kid=kid, public_multibase=public, wrapped_private=_wrap(private.private_bytes_raw(), kid), made_at=at
    )
    history.record(
        chain="keys", verb="key.staged", subject=history.name_of(key), actor=by, at=at, facts={"public": public}
    )
    return key


@transaction.atomic
def activate_key(*, key: SigningKey, by: User | None, at: datetime) -> SigningKey:
    """Sign with `key` from now on; the one before is retired and stays published. Repeating changes nothing.

    Raises CannotSign for a retired key: what was put away is not taken up again.
    """
    keys = {row.pk: row for row in SigningKey.objects.select_for_update().order_by("pk")}  # all: they change together
    key = keys[key.pk]
    if key.retired_at:
        raise CannotSign(_("This key is retired. Stage a new one instead."))
    if key.activated_at:
        return key
    for active in keys.values():
        if active.activated_at and not active.retired_at:
            active.retired_at = at
            active.save(update_fields=["retired_at"])
            history.record(chain="keys", verb="key.retired", subject=history.name_of(active), actor=by, at=at)
    key.activated_at = at
    key.save(update_fields=["activated_at"])
    history.record(chain="keys", verb="key.activated", subject=history.name_of(key), actor=by, at=at)
    return key


def active_signer() -> Signer:
    """The signer for new certificates and lists. Raises CannotSign when no key is active or its wrapping cannot be opened.

    A key of another identifier does not count: BASE_URL has changed since, and nobody would find it.
    """
    key = SigningKey.objects.filter(
        activated_at__isnull=False, retired_at=None, kid__startswith=f"{issuer_did()}#"
    ).first()
    if key is None:
        raise CannotSign(_("No signing key is active. Run “manage.py keys stage”, then “manage.py keys activate”."))
    private = Ed25519PrivateKey.from_private_bytes(_unwrap(bytes(key.wrapped_private), key.kid))
    return Signer(key=key, sign=private.sign)


def published_keys() -> list[PublishedKey]:
    """Every key of our identifier in the order it was made. Retired keys stay trusted: what they signed still stands."""
    return [
        PublishedKey(kid=key.kid, public_multibase=key.public_multibase, trusted=True)
        for key in SigningKey.objects.filter(kid__startswith=f"{issuer_did()}#").order_by("made_at", "pk")
    ]


def _wrapping_key() -> AESGCM:
    # HKDF: the secret may be any long text; the cipher wants 32 bytes that look random.
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"closed-set signing keys")
    return AESGCM(derive.derive(settings.CREDENTIAL_KEY_SECRET.encode()))


def _wrap(private: bytes, kid: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + _wrapping_key().encrypt(nonce, private, kid.encode())


def _unwrap(wrapped: bytes, kid: str) -> bytes:
    try:
        return _wrapping_key().decrypt(wrapped[:NONCE], wrapped[NONCE:], kid.encode())
    except (InvalidTag, ValueError):  # a wrapping too short to hold anything is a ValueError
        raise CannotSign(
            _("The signing key cannot be opened: CREDENTIAL_KEY_SECRET is not the one it was made with.")
        ) from None
