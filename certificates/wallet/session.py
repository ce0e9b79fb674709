"""How does the holder's page know the offer it has just made? Its keys are kept, sealed, in their own session until it ends."""

from __future__ import annotations

import json
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from cms.accounts.sealing import CannotOpen, open_text, seal_text

from ..models import Certificate
from .offers import Keys, open_offer

NAME = "wallet_offer"


def keep_keys(request: HttpRequest, certificate: Certificate, keys: Keys) -> None:
    """Keep them for the next page. We keep no more than digests of them anywhere else."""
    said = [certificate.number, keys.token, keys.pin, keys.expires_at.isoformat()]
    request.session[NAME] = seal_text(json.dumps(said))


def kept_keys(request: HttpRequest, certificate: Certificate) -> Keys | None:
    """The keys of the offer of this certificate, while it is open. One query where there are any."""
    if NAME not in request.session:
        return None
    try:
        number, token, pin, expires_at = json.loads(open_text(request.session[NAME]))
    except (CannotOpen, ValueError):
        return None
    if number != certificate.number or open_offer(token, at=timezone.now()) is None:
        return None
    return Keys(token=token, pin=pin, expires_at=datetime.fromisoformat(expires_at))


def forget_keys(request: HttpRequest) -> None:
    request.session.pop(NAME, None)
