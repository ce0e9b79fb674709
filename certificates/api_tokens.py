"""Which programs may ask for more, and whose are they? Nothing else writes ApiToken.

A token is kept as a digest only, and made of what was asked for, so that the same form sent twice makes one token.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import ApiToken

SALT = "closed-set:api-token"
MOST = 20  # that work, for one person
LONGEST_NAME = 80
BEGINNING = "cst_"  # by which programs that look for lost secrets know it
SHOWN = len(BEGINNING) + 6  # characters that its owner sees afterwards


class CannotMakeToken(Exception):
    """No token is made; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class MadeToken:
    """A token as its owner gets it, once: its row, and the secret that the row does not know."""

    token: ApiToken
    secret: str


@transaction.atomic
def make_token(*, owner: User, name: str, once: str, at: datetime) -> MadeToken:
    """Make a token for a program of `owner`.

    `once` is the form's own word: sent twice with the same name, it gives the token there is. Raises CannotMakeToken.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise CannotMakeToken(_("Say what it is for, in up to 80 letters. Only you read it."))
    secret = _secret(owner, [once, name])
    if known := ApiToken.objects.filter(digest=digest_of(secret)).first():
        if known.ended_at:
            raise CannotMakeToken(_("This token has ended. Open the page anew to make another."))
        return MadeToken(token=known, secret=secret)
    if ApiToken.objects.filter(owner=owner, ended_at=None).count() >= MOST:
        raise CannotMakeToken(_("You have 20 tokens. End one that you no longer use first."))
    token = ApiToken.objects.create(owner=owner, name=name, prefix=secret[:SHOWN], digest=digest_of(secret), made_at=at)
    _note(token, "token.made", at=at, facts={"digest": token.digest})
    return MadeToken(token=token, secret=secret)


@transaction.atomic
def end_token(*, token: ApiToken, at: datetime) -> ApiToken:
    """Let a token open nothing from now on. Repeating changes nothing."""
    token = ApiToken.objects.select_for_update(of=("self",), no_key=True).select_related("owner").get(pk=token.pk)
    if token.ended_at is None:
        token.ended_at = at
        token.save(update_fields=["ended_at"])
        _note(token, "token.ended", at=at, facts={})
    return token


def token_of(*, secret: str, at: datetime) -> ApiToken | None:
    """The token with this secret, if it works now. One query, and one more the first time on a day (UTC)."""
    working = ApiToken.objects.filter(ended_at=None, owner__is_active=True)
    token = working.filter(digest=digest_of(secret)).first()
    today = at.astimezone(UTC).date()
    if token and token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def digest_of(secret: str) -> str:
    """SHA-256 of a secret, in hexadecimal: all that is kept of it."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _secret(owner: User, asked: list[str]) -> str:
    """256 bits that nobody can work out without the server's key."""
    mac = salted_hmac(SALT, json.dumps([owner.pk, asked], sort_keys=True), algorithm="sha256")
    return BEGINNING + base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def _note(token: ApiToken, verb: str, *, at: datetime, facts: history.Facts) -> None:
    history.record(chain="tokens", verb=verb, subject=history.name_of(token), actor=token.owner, at=at, facts=facts)
