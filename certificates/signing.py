"""With which key does the academy sign, now? The life of its keys; where their private halves lie is for `signers` to know.

Staged, published for two days so that nobody's copy of our key document is without it, active, retired. A compromised key is
dealt with in `compromise`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .documents import PublishedKey
from .issuer import issuer_did
from .models import KeyAlgorithm, SigningKey
from .proofs import public_multibase, rsa_multibase
from .signers import CannotSign, signer_of
from .tokens import jwk_of

__all__ = [
    "CannotSign",
    "ReadyKey",
    "TooEarly",
    "activate_key",
    "active_signer",
    "published_keys",
    "retire_key",
    "stage_key",
]

PUBLISHED_BEFORE = timedelta(hours=48)  # how long a staged key is published before it signs


class TooEarly(CannotSign):
    """The key has not been published for long enough; the message says from when it may be activated."""


@dataclass(frozen=True, kw_only=True)
class ReadyKey:
    """A key that is ready to sign. `sign` returns 64 bytes of pure Ed25519, or an RS256 signature, by its algorithm."""

    key: SigningKey
    sign: Callable[[bytes], bytes]


@transaction.atomic
def stage_key(
    *, by: User | None, at: datetime, algorithm: KeyAlgorithm = KeyAlgorithm.ED25519, backend: str = ""
) -> SigningKey:
    """Make a new key and publish its public half, without signing with it yet. Repeating makes another.

    `backend` is where it lies: SIGNING_BACKEND, when not given. Raises CannotSign when that cannot make keys.
    """
    backend = backend or settings.CREDENTIAL_KEY_BACKEND
    history.lock("keys")  # key ids are given out one after the other
    month = f"{issuer_did()}#{algorithm}-{at:%Y-%m}"
    taken = SigningKey.objects.filter(kid__startswith=month).count()
    kid = month if not taken else f"{month}-{taken + 1}"
    signer = signer_of(backend)
    handle = signer.generate(kid=kid, algorithm=algorithm)
    raw = signer.public_key(kid=kid, algorithm=algorithm, handle=handle)
    public = public_multibase(raw) if algorithm == KeyAlgorithm.ED25519 else rsa_multibase(raw)
    key = SigningKey.objects.create(
        kid=kid, algorithm=algorithm, backend=backend, public_multibase=public, handle=handle, made_at=at
    )
    _write(key, "key.staged", by, at, public=public)
    return key


@transaction.atomic
def activate_key(*, key: SigningKey, by: User | None, at: datetime, now: bool = False) -> SigningKey:
    """Sign with `key` from now on; the one before is retired and stays published. Repeating changes nothing.

    Raises TooEarly for a key that has not been published for two days while another signs, unless `now`: a verifier with
    an older copy of our key document would refuse what it signs. Raises CannotSign for a retired or compromised key.
    """
    keys = lock_keys()
    key = keys[key.pk]
    if key.compromised_at:
        raise CannotSign(_("This key is compromised. Stage a new one instead."))
    if key.retired_at:
        raise CannotSign(_("This key is retired. Stage a new one instead."))
    if key.activated_at:
        return key
    before = [row for row in keys.values() if row.algorithm == key.algorithm and row.state == "active"]
    ready_at = key.made_at + PUBLISHED_BEFORE
    if before and at < ready_at and not now:
        raise TooEarly(
            _(
                "Verifiers may keep our key document for a while and do not all know this key yet. "
                "Activate it after %(when)s UTC, or with --now if that cannot wait."
            )
            % {"when": f"{ready_at:%Y-%m-%d %H:%M}"}
        )
    for active in before:
        _retire(active, by, at)
    key.activated_at = at
    key.save(update_fields=["activated_at"])
    _write(key, "key.activated", by, at)
    return key


@transaction.atomic
def retire_key(*, key: SigningKey, by: User | None, at: datetime) -> SigningKey:
    """Stop signing with `key`, with no other in its place; it stays published. Repeating changes nothing.

    Raises CannotSign for a key that never signed, or is compromised.
    """
    key = lock_keys()[key.pk]
    if key.compromised_at:
        raise CannotSign(_("This key is compromised, which is more than retired."))
    if not key.activated_at:
        raise CannotSign(_("This key is staged and signs nothing. There is nothing to retire."))
    if not key.retired_at:
        _retire(key, by, at)
    return key


def lock_keys() -> dict[int, SigningKey]:
    """Every key, by its primary key, locked: they change together. In a transaction."""
    return {row.pk: row for row in SigningKey.objects.select_for_update().order_by("pk")}


def active_signer(algorithm: KeyAlgorithm = KeyAlgorithm.ED25519) -> ReadyKey:
    """What signs new certificates and lists. Raises CannotSign when no key is active; signing itself may raise it, too.

    A key of another identifier does not count: BASE_URL has changed since, and nobody would find it.
    """
    key = SigningKey.objects.filter(
        algorithm=algorithm,
        activated_at__isnull=False,
        retired_at=None,
        compromised_at=None,
        kid__startswith=f"{issuer_did()}#",
    ).first()
    if key is None:
        raise CannotSign(_("No signing key is active. Run “manage.py keys stage”, then “manage.py keys activate”."))
    return ReadyKey(key=key, sign=_sign_with(key))


def published_keys() -> list[PublishedKey]:
    """The keys of our identifier in the order they were made. Retired ones stay: what they signed still stands.

    A compromised one is left out altogether: verifiers exist that take every key of the document, trusted or not.
    """
    ours = SigningKey.objects.filter(kid__startswith=f"{issuer_did()}#", compromised_at=None)
    return [
        PublishedKey(
            kid=key.kid,
            public_multibase=key.public_multibase,
            trusted=True,
            jwk=jwk_of(key) if key.algorithm == KeyAlgorithm.RS256 else None,
        )
        for key in ours.order_by("made_at", "pk")
    ]


def _sign_with(key: SigningKey) -> Callable[[bytes], bytes]:
    signer, algorithm, handle = signer_of(key.backend), KeyAlgorithm(key.algorithm), bytes(key.handle)
    return lambda data: signer.sign(kid=key.kid, algorithm=algorithm, handle=handle, data=data)


def _retire(key: SigningKey, by: User | None, at: datetime) -> None:
    key.retired_at = at
    key.save(update_fields=["retired_at"])
    _write(key, "key.retired", by, at)


def _write(key: SigningKey, verb: str, by: User | None, at: datetime, **facts: str) -> None:
    history.record(chain="keys", verb=verb, subject=history.name_of(key), actor=by, at=at, facts={**facts})
