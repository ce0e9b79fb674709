"""What happens when somebody else may have a private key of ours? It is trusted no more, and what stands is signed again.

In steps that can each be repeated, and taken up where they were left: the key is marked and another signs; the status lists
are signed anew; every certificate that still stands and whose credential or JWT the key signed is signed anew, each in a
transaction of its own, under the same number and address. What had ended before stays as it is: nothing of it is called good.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cms.accounts import history
from cms.accounts.models import User

from .canonical import CannotCanonicalise
from .credential_tokens import make_token
from .documents import InvalidCredential
from .editions import new_edition
from .issuer import issuer_did
from .issuing import CannotIssue
from .models import Certificate, CredentialToken, EditionReason, KeyAlgorithm, SigningKey
from .signing import activate_key, lock_keys, stage_key
from .status import build_lists

BATCH = 100  # certificates looked up together


@transaction.atomic
def mark_compromised(*, key: SigningKey, by: User | None, at: datetime) -> SigningKey:
    """Trust nothing by `key` from now on; where it was the active one, another signs at once. Repeating changes nothing.

    The successor is the newest staged key of the same algorithm, which verifiers know already, or one made now in the same
    home. Whoever may know that one too marks it first. Raises CannotSign when no other can be made.
    """
    keys = lock_keys()
    key = keys[key.pk]
    if key.compromised_at:
        return key
    was_active = key.state == "active"
    key.compromised_at = at
    key.save(update_fields=["compromised_at"])
    history.record(chain="keys", verb="key.compromised", subject=history.name_of(key), actor=by, at=at)
    if was_active:
        algorithm = KeyAlgorithm(key.algorithm)
        staged = [
            row
            for row in keys.values()
            if (row.algorithm, row.state) == (key.algorithm, "staged") and row.kid.startswith(f"{issuer_did()}#")
        ]
        successor = max(staged, key=lambda row: (row.made_at, row.pk), default=None)
        activate_key(
            key=successor or stage_key(by=by, at=at, algorithm=algorithm, backend=key.backend), by=by, at=at, now=True
        )
    return key


def to_sign_again(*, at: datetime) -> QuerySet[Certificate]:
    """Certificates that stand at that moment and whose credential a compromised key signed."""
    return _standing(at).filter(signing_key__compromised_at__isnull=False)


def to_give_tokens(*, at: datetime) -> QuerySet[Certificate]:
    """Certificates that stand and had a JWT of their present edition, but none by a key that is trusted."""
    tokens = CredentialToken.objects.filter(certificate=OuterRef("pk"), credential_digest=OuterRef("credential_digest"))
    return _standing(at).filter(Exists(tokens), ~Exists(tokens.filter(signing_key__compromised_at=None)))


def _standing(at: datetime) -> QuerySet[Certificate]:
    # What was signed under another address cannot be signed under this one: its id and its issuer would not be the same.
    unended = Certificate.objects.filter(revoked_at=None, superseded_at=None, issuer_did=issuer_did())
    return unended.filter(Q(valid_until=None) | Q(valid_until__isnull=False, valid_until__gt=at))


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far signing again has come: certificates and tokens done, out of how many there were at the start."""

    certificates: int
    tokens: int
    total: int


def sign_again(*, by: User | None, at: datetime) -> Iterator[Progress]:
    """Sign again the status lists and whatever stands by a compromised key; tells after each batch how far it is.

    Killed on the way, the next call goes on with what is left, and with nothing left it does nothing but the lists. Raises
    CannotSign when no key is active.
    """
    build_lists(at=at)
    total = to_sign_again(at=at).count() + to_give_tokens(at=at).count()
    signed = made = last = 0
    # By key upward, each looked at once: one that cannot be signed does not hold up the others, and is told of afterwards.
    while batch := list(to_sign_again(at=at).filter(pk__gt=last).order_by("pk")[:BATCH]):
        for certificate in batch:
            signed += _sign_anew(certificate, by, at)
        last = batch[-1].pk
        yield Progress(certificates=signed, tokens=made, total=total)
    last = 0
    while batch := list(to_give_tokens(at=at).filter(pk__gt=last).order_by("pk")[:BATCH]):
        for certificate in batch:
            make_token(certificate=certificate, at=at)
            made += 1
        last = batch[-1].pk
        yield Progress(certificates=signed, tokens=made, total=total)


def _sign_anew(certificate: Certificate, by: User | None, at: datetime) -> bool:
    """Whether it was signed. Another run may have been first, it may have ended, or its words may not be signable now."""
    try:
        with transaction.atomic():
            history.lock("certificates")  # as new_edition does, so that of two runs one finds it done
            if not to_sign_again(at=at).filter(pk=certificate.pk).exists():
                return False
            new_edition(certificate=certificate, because=EditionReason.KEY, by=by, at=max(at, certificate.signed_at))
    except (CannotIssue, CannotCanonicalise, InvalidCredential):
        return False
    return True
