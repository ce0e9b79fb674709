"""Who may fetch a credential into a wallet, and how often? Nothing else writes WalletOffer.

A holder makes an offer; what opens it is shown to them and kept by us as a digest. Its code is exchanged for access once, and
that access fetches the credential once. A code that comes twice ends the offer: one of the two who had it is not the holder.
Source: OpenID for Verifiable Credential Issuance 1.0, §4.1.1, §6; RFC 9700, §2.1.1 on codes that are used twice.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cms.accounts.models import User

from ..checking import STANDING
from ..models import Certificate, SpentNonce, WalletOffer

OPEN_FOR = timedelta(minutes=10)
ACCESS_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=2)  # after its end: for whoever asks what happened, and no longer
PIN_DIGITS = 6
WRONG_PINS = 5


class CannotOffer(Exception):
    """The credential cannot be offered; the message is fit for the holder."""


class BadCode(Exception):
    """The code opens nothing, or nothing any more."""


class BadPin(BadCode):
    """The code is good, the digits typed with it are not."""


class BadAccess(Exception):
    """The access token opens nothing, or nothing any more."""


class Ended(Exception):
    """The certificate was revoked or replaced since it was offered."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What opens an offer, in the clear: for the holder's eyes and wallet only."""

    token: str
    pin: str  # empty when none is asked for
    expires_at: datetime

    @property
    def code(self) -> str:
        return code_of(self.token)

    @property
    def challenge(self) -> str:
        return challenge_of(self.token)


def code_of(token: str) -> str:
    """The pre-authorised code of an offer: another word than its address, made of it, so that we need to keep neither."""
    return _derived("code", token)


def challenge_of(token: str) -> str:
    """What Learner Credential Wallet sends back with its request."""
    return _derived("challenge", token)[:32]


def _derived(purpose: str, token: str) -> str:
    return sha256(f"closed-set wallet {purpose}:{token}".encode()).hexdigest()


def digest(secret: str) -> str:
    """What is kept of a secret of 128 bits or more, in hexadecimal."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def offer_to_wallet(*, certificate: Certificate, by: User, asks_pin: bool = False, at: datetime) -> Keys:
    """Let one wallet fetch the credential, once, within ten minutes. Each call makes a new offer, and the one before ends.

    Raises CannotOffer for who does not hold it, and for a certificate that does not stand.
    """
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if row.holder_id != by.pk:
        raise CannotOffer(_("Only its holder puts a certificate into a wallet."))
    if row.status(at) not in STANDING:
        raise CannotOffer(_("This certificate does not stand just now, so it cannot be put into a wallet."))
    end_offers(certificate=row, at=at)
    token = secrets.token_urlsafe(24)
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}" if asks_pin else ""
    WalletOffer.objects.create(
        certificate=row,
        token_digest=digest(code_of(token)),
        pin_digest=digest(f"{code_of(token)}:{pin}") if pin else "",
        made_at=at,
        expires_at=at + OPEN_FOR,
    )
    return Keys(token=token, pin=pin, expires_at=at + OPEN_FOR)


def end_offers(*, certificate: Certificate, at: datetime) -> None:
    """Let nobody fetch this certificate by an offer made so far. Repeating changes nothing."""
    WalletOffer.objects.filter(certificate=certificate, ended_at=None).update(ended_at=at)


def open_offer(token: str, *, at: datetime) -> WalletOffer | None:
    """The offer at this address while its code is still to be used. One query."""
    rows = WalletOffer.objects.filter(token_digest=digest(code_of(token)), spent_at=None, ended_at=None)
    return rows.filter(expires_at__gt=at).select_related("certificate").first()


def exchange_code(*, code: str, pin: str, at: datetime) -> str:
    """An access token for a pre-authorised code, which is spent by that. Raises BadCode, or BadPin where digits are missing
    or wrong; after five wrong ones, and when a code comes again, the offer ends."""
    refusal: BadCode | None = None
    access = secrets.token_urlsafe(32)
    with transaction.atomic():
        offer = _locked(token_digest=digest(code))
        if offer is None or offer.ended_at or offer.expires_at <= at:
            raise BadCode
        if offer.spent_at:
            _end(offer, at)
            refusal = BadCode()
        elif offer.pin_digest and not compare_digest(offer.pin_digest, digest(f"{code}:{pin}")):
            offer.wrong_pins += 1
            offer.save(update_fields=["wrong_pins"])
            if offer.wrong_pins >= WRONG_PINS:
                _end(offer, at)
            refusal = BadPin()
        else:
            offer.spent_at, offer.access_digest = at, digest(access)
            offer.save(update_fields=["spent_at", "access_digest"])
    if refusal:  # after the transaction: what was counted stays counted
        raise refusal
    return access


def access_stands(access: str, *, at: datetime) -> bool:
    """Whether this access token would still fetch something. One query."""
    rows = WalletOffer.objects.filter(access_digest=digest(access), ended_at=None, spent_at__gt=at - ACCESS_FOR)
    return bool(access) and rows.exists()


@transaction.atomic
def fetch_by_access(*, access: str, nonces: list[str], at: datetime) -> Certificate:
    """The certificate whose credential this access token fetches, which is used up by that, as are `nonces`.

    Raises BadAccess for a token that opens nothing, SpentAlready for a nonce that was used before, and Ended.
    """
    offer = _locked(access_digest=digest(access)) if access else None
    if offer is None or offer.ended_at or not offer.spent_at or offer.spent_at <= at - ACCESS_FOR:
        raise BadAccess
    for nonce in nonces:
        _spend(nonce, at)
    return _fetched(offer, at)


@transaction.atomic
def fetch_by_address(*, token: str, challenge: str, at: datetime) -> Certificate:
    """The same for a wallet that comes with the address and the challenge of an offer alone. Raises BadAccess and Ended."""
    offer = _locked(token_digest=digest(code_of(token)))
    if offer is None or offer.ended_at or offer.spent_at or offer.expires_at <= at or offer.pin_digest:
        raise BadAccess
    if not compare_digest(challenge.encode(), challenge_of(token).encode()):
        raise BadAccess
    offer.spent_at, offer.access_digest = at, digest(secrets.token_urlsafe(32))
    return _fetched(offer, at)


class SpentAlready(Exception):
    """The nonce was used before."""


def _spend(nonce: str, at: datetime) -> None:
    _row, is_new = SpentNonce.objects.get_or_create(digest=digest(nonce), defaults={"spent_at": at})
    if not is_new:
        raise SpentAlready


def _locked(**by: str) -> WalletOffer | None:
    rows = WalletOffer.objects.select_for_update(of=("self",)).select_related("certificate")
    return rows.filter(**by).first()


def _fetched(offer: WalletOffer, at: datetime) -> Certificate:
    certificate = offer.certificate
    if certificate.revoked_at or certificate.superseded_at:
        raise Ended
    offer.fetched_at = offer.ended_at = at
    offer.save()
    return certificate


def _end(offer: WalletOffer, at: datetime) -> None:
    offer.ended_at = at
    offer.save(update_fields=["ended_at"])


def forget_offers(*, at: datetime) -> int:
    """Delete offers and nonces that can open nothing any more; returns how many offers. Safe to repeat."""
    over = Q(expires_at__lte=at - KEPT_FOR)
    number, _by_model = WalletOffer.objects.filter(over).delete()
    SpentNonce.objects.filter(spent_at__lte=at - KEPT_FOR).delete()
    return number
