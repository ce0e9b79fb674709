"""With which key is a checkpoint signed? The one place where a private key of the log is used.

The log has keys of its own. When a key that signs certificates is lost, what the log says about what was issued before then
still stands. They lie in the database as those do, wrapped under CREDENTIAL_KEY_SECRET.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

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

from ..models import LogKey
from .notes import verifier_key

NONCE = 12  # bytes


class CannotPublish(Exception):
    """No checkpoint can be signed now; the message says why."""


def log_origin() -> str:
    """Which log this is, for ever: our host and `/log`, as the first line of every checkpoint says."""
    return f"{urlsplit(settings.BASE_URL).netloc}/log"


def key_in_use(*, at: datetime) -> LogKey:
    """The key of this log; one is made the first time. One query afterwards."""
    return _in_use() or _make(at)


@transaction.atomic
def change_log_key(*, by: User | None, at: datetime) -> LogKey:
    """Sign with a new key from now on. The one before stays published: its checkpoints still bind us.

    Repeating makes another. Whoever follows the log needs the new verifier key from us: say so where they will read it.
    """
    history.lock("keys")
    if before := _in_use():
        before.retired_at = at
        before.save(update_fields=["retired_at"])
        history.record(chain="keys", verb="logkey.retired", subject=history.name_of(before), actor=by, at=at)
    return _make(at, by=by)


def signer_of(key: LogKey) -> Callable[[bytes], bytes]:
    """What signs with that key: bytes to 64 bytes of Ed25519. Raises CannotPublish when it cannot be opened."""
    wrapped = bytes(key.wrapped_private)
    try:
        private = _wrapping_key().decrypt(wrapped[:NONCE], wrapped[NONCE:], key.name.encode())
    except (InvalidTag, ValueError):
        raise CannotPublish(
            _("The log’s key cannot be opened: CREDENTIAL_KEY_SECRET is not the one it was made with.")
        ) from None
    return Ed25519PrivateKey.from_private_bytes(private).sign


def verifier_key_of(key: LogKey) -> str:
    """The key as people hand it to a checker."""
    return verifier_key(key.name, bytes.fromhex(key.public))


def _in_use() -> LogKey | None:
    return LogKey.objects.filter(name=log_origin(), retired_at=None).first()


@transaction.atomic
def _make(at: datetime, *, by: User | None = None) -> LogKey:
    history.lock("keys")  # the first two visitors must not make one each
    if made := _in_use():
        return made
    private, name, nonce = Ed25519PrivateKey.generate(), log_origin(), secrets.token_bytes(NONCE)
    key = LogKey.objects.create(
        name=name,
        public=private.public_key().public_bytes_raw().hex(),
        wrapped_private=nonce + _wrapping_key().encrypt(nonce, private.private_bytes_raw(), name.encode()),
        made_at=at,
    )
    history.record(
        chain="keys",
        verb="logkey.made",
        subject=history.name_of(key),
        actor=by,
        at=at,
        facts={"name": name, "public": key.public},
    )
    return key


def _wrapping_key() -> AESGCM:
    # As the keys of certificates, and with another purpose, so that neither secret is ever the other's.
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"closed-set log keys")
    return AESGCM(derive.derive(settings.CREDENTIAL_KEY_SECRET.encode()))
