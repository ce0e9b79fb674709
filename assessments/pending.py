"""What did a mentor ask to sign a moment ago, while their passkey is asked? Kept on our side, sealed, for five minutes.

The seal covers when it was signed and with what judgement, so both are fixed before the passkey signs it, and what comes
back with its answer is not believed about either. In the session; what one writes to a learner is sealed there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cms.accounts.sealing import CannotOpen, open_text, seal_text

KEY = "assessments.pending"
LASTS = timedelta(minutes=5)


class NothingPending(Exception):
    """Nothing was laid out to be signed, or too long ago."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """What waits for a passkey. Keys are shifts; `seen` says what was read, `seals` what it came to."""

    person: int
    at: datetime  # the moment that the seals cover
    seen: dict[int, str]
    seals: dict[int, str]
    rubric: dict[str, str] = field(default_factory=dict)
    word: str = ""


def keep(request: HttpRequest, pending: Pending) -> None:
    """Keep it in this session, in place of whatever was there."""
    said = {**vars(pending), "at": pending.at.isoformat()}
    request.session[KEY] = seal_text(json.dumps(said))


def take(request: HttpRequest, *, person: int, shifts: set[int], at: datetime) -> Pending:
    """What was kept, once. Raises NothingPending for nothing, for other shifts or another person, and after five minutes."""
    said = _read(request.session.pop(KEY, ""))
    if said is None or said.person != person or set(said.seals) != shifts or not said.at <= at < said.at + LASTS:
        raise NothingPending(_("That took a little long. Read the card once more, then sign."))
    return said


def _read(kept: str) -> Pending | None:
    try:
        said = json.loads(open_text(kept)) if kept else None
    except CannotOpen:  # the keys were turned over meanwhile
        return None
    if said is None:
        return None
    by_shift = {name: {int(key): value for key, value in said[name].items()} for name in ("seen", "seals")}
    return Pending(**said | by_shift | {"at": datetime.fromisoformat(said["at"])})
