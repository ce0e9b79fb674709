"""How does a learner show their signed record to somebody for a while? Nothing else writes EvidenceShare.

A link says as much of each shift as its learner ticked, and no more. Its token is kept as a digest only, and made of what
was asked for, so that the same form sent twice makes one link. The learner's row is the lock.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import EvidenceShare, Shift, ShiftState, ShownName
from .packs import Pack, Part, mentor_name, pack_of, signed_shifts
from .shifts import lock_learner

LONGEST_DAYS = 90
LONGEST_PURPOSE = 80
SALT = "closed-set:evidence-share"


class CannotShare(Exception):
    """This cannot be shown like this. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Made:
    """A link as its learner gets it, once: its row, and the token that the row does not know."""

    share: EvidenceShare
    token: str


@transaction.atomic
def make_share(
    *,
    learner: User,
    purpose: str,
    days: int,
    shows: Mapping[str, Iterable[str]],
    shown_name: ShownName = ShownName.DISPLAY,
    once: str,
    at: datetime,
) -> Made:
    """Make a link that works for `days` (1 to 90) and shows of each record the parts named in `shows`.

    `once` is the form's own word: sent twice with all the same, it gives the link there is. Raises CannotShare.
    """
    lock_learner(learner)
    purpose = purpose.strip()
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        raise CannotShare(_("Say who it is for, in up to 80 letters. Only you read it."), field="purpose")
    if not 1 <= days <= LONGEST_DAYS:
        raise CannotShare(_("A link works for 1 to 90 days."), field="days")
    if shown_name == ShownName.CERTIFICATE and not learner.certificate_name:
        raise CannotShare(_("You have not said yet which name your certificates carry."), field="shown_name")
    shown = _in_order(signed_shifts(learner), shows)
    token = _token(learner, [once, purpose, days, shown_name, shown])
    if known := EvidenceShare.objects.filter(digest=digest_of(token)).first():
        if known.ended_at or known.expires_at <= at:
            raise CannotShare(_("This link has ended. Open the form anew to make another."))
        return Made(share=known, token=token)
    share = EvidenceShare.objects.create(
        learner=learner,
        digest=digest_of(token),
        purpose=purpose,
        shows=shown,
        shown_name=shown_name,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    _note(share, "share.made", at=at, facts={"days": days, "shifts": len(shown), "shows": _digest_of_shows(shown)})
    return Made(share=share, token=token)


@transaction.atomic
def end_share(*, share: EvidenceShare, at: datetime) -> EvidenceShare:
    """Let a link open nothing from now on. Repeating changes nothing."""
    share = EvidenceShare.objects.select_for_update(no_key=True).get(pk=share.pk)
    if share.ended_at is None:
        share.ended_at = at
        share.save(update_fields=["ended_at"])
        _note(share, "share.ended", at=at, facts={"opened": share.opened_count})
    return share


def open_share(*, token: str, at: datetime) -> EvidenceShare | None:
    """The link with this token, if it opens something now; its learner is loaded. One query."""
    working = EvidenceShare.objects.filter(ended_at=None, expires_at__gt=at, learner__is_active=True)
    return working.filter(digest=digest_of(token)).select_related("learner").first()


def note_opened(*, share: EvidenceShare, at: datetime) -> None:
    """Count that somebody read it. Each reading counts, also two at the same time."""
    EvidenceShare.objects.filter(pk=share.pk).update(opened_count=models.F("opened_count") + 1, opened_at=at)


def shared_pack(share: EvidenceShare) -> Pack:
    """What the link shows now, of the newest signed versions: one query."""
    return pack_of(signed_shifts(share.learner), shows=share.shows)


def name_shown(share: EvidenceShare) -> str:
    """What its learner is called on the page, as they chose and as it is now. Needs them loaded."""
    if share.shown_name == ShownName.CERTIFICATE and share.learner.certificate_name:
        return share.learner.certificate_name
    return share.learner.display_name


def digest_of(token: str) -> str:
    """SHA-256 of a token, in hexadecimal: all that is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def may_show(shift: Shift) -> list[Part]:
    """What of a signed shift its learner may tick: a mentor's name only where they let it be shown."""
    return [part for part in Part if part is not Part.MENTOR or mentor_name(shift)]


def _in_order(shifts: list[Shift], shows: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """What is shown, in the order of the shifts and of the parts, without what shows nothing. Raises CannotShare."""
    wanted = {record: set(parts) for record, parts in shows.items() if parts}
    shown: dict[str, list[str]] = {}
    for shift in shifts:
        parts = wanted.pop(str(shift.record), set())
        if not parts:
            continue
        if shift.state is not ShiftState.SIGNED or parts - set(may_show(shift)):
            raise CannotShare(
                _("Something you ticked can no longer be shown. Look at the ticks once more."), field="shows"
            )
        shown[str(shift.record)] = [part.value for part in Part if part in parts]
    if wanted:
        raise CannotShare(_("You can show your own signed shifts only."), field="shows")
    return shown


def _token(learner: User, said: list[object]) -> str:
    """The token for what was asked: 256 bits that nobody can work out without the server's key."""
    mac = salted_hmac(SALT, json.dumps([learner.pk, said], sort_keys=True), algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")


def _digest_of_shows(shown: dict[str, list[str]]) -> str:
    return hashlib.sha256(json.dumps(shown, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _note(share: EvidenceShare, verb: str, *, at: datetime, facts: history.Facts) -> None:
    history.record(
        chain=f"learner:{share.learner_id}",
        verb=verb,
        subject=history.name_of(share),
        actor=share.learner,
        at=at,
        facts=facts,
    )
