"""Who asks, how much may they ask, and what did they send? Raises Problem for what is not answered."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cms.accounts.addresses import client_address
from cms.accounts.throttle import MISSES, WINDOW, over_limit, too_many_misses

from ..api_tokens import token_of
from ..canonical import LARGEST_DOCUMENT
from ..models import ApiToken
from ..number_checks import MOST
from ..verifying.reading import read_json
from ..verifying.refusal import CheckFails
from .problems import Problem

LARGEST = 2 * LARGEST_DOCUMENT  # bytes: a credential, as JSON or as the longer JWT, and what is around it
MOST_WITHOUT_TOKEN = 20  # numbers at a time
REQUESTS, REQUESTS_WITH_TOKEN = 60, 120  # a minute


def who_asks(request: HttpRequest, *, at: datetime) -> ApiToken | None:
    """The token that was shown, or None for who shows none; each request counts."""
    said = request.headers.get("Authorization", "")
    token = None
    if said:
        scheme, _space, secret = said.partition(" ")
        token = token_of(secret=secret.strip(), at=at) if scheme.lower() == "bearer" else None
        if token is None:
            if too_many_misses(request, what="api-tokens"):
                raise _too_many()
            raise Problem(
                "token-unknown",
                401,
                _("The token in “Authorization: Bearer …” is not known, or has ended. Make one under your account."),
                headers={"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'},
            )
    who = f"token:{token.pk}" if token else client_address(request)
    if over_limit(what="api", who=who, most=REQUESTS_WITH_TOKEN if token else REQUESTS):
        raise _too_many()
    return token


def count_misses(request: HttpRequest, *, misses: int) -> None:
    """Numbers that do not exist count with those tried on our pages: whoever guesses is told to wait."""
    if misses and too_many_misses(request, what="verify", misses=misses):
        raise _too_many(_("More than %(most)d numbers that do not exist were tried from here in the last minute."))


def body_of(request: HttpRequest) -> bytes:
    """The bytes that were sent, within bounds."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Problem("too-large", 413, _("Send one credential, or up to 1,000 numbers: half a megabyte at most."))
    return request.body.strip()


def read_object(body: bytes) -> dict[str, Any] | str:
    """The JSON object in `body`, or the text of a JSON string, or the body itself where it is no JSON: a JWT."""
    if not body.startswith((b"{", b'"')):
        return body.decode(errors="replace")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem("unreadable", 400, _("The body is not readable JSON.")) from None
    return said if isinstance(said, dict | str) else str(said)


def read_strictly(body: bytes) -> dict[str, Any]:
    """The JSON object around what is asked, if every reader must read it alike."""
    try:
        return read_json(body.decode())
    except (CheckFails, UnicodeDecodeError):
        raise Problem(
            "unreadable", 400, _("The body says something twice, or is deeper or wider than any honest request.")
        ) from None


def read_numbers(said: Any, *, token: ApiToken | None) -> list[str]:
    """The numbers that are asked about: texts, as many as this asker may ask about at a time."""
    if not isinstance(said, list) or not said or not all(isinstance(number, str) for number in said):
        raise Problem("not-as-described", 422, _("“numbers” is a list of texts, with one at least."))
    if len(said) > MOST:
        raise Problem("not-as-described", 422, _("“numbers” has more than 1,000 in it. Ask in parts."))
    if len(said) > MOST_WITHOUT_TOKEN and token is None:
        raise Problem(
            "token-needed",
            401,
            _("More than 20 numbers at a time are answered with a token. Make one under your account."),
            headers={"WWW-Authenticate": 'Bearer realm="api"'},
        )
    return said


def _too_many(detail: str = "") -> Problem:
    said = detail % {"most": MISSES} if detail else _("Wait a minute, and ask again.")
    return Problem("too-many-requests", 429, said, headers={"Retry-After": str(WINDOW)})
