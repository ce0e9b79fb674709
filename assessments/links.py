"""How does an outside coordinator come to the one shift they sign? By a link that works once. Nothing else writes SignLink.

The token is made by the task that mails it and is nowhere else: the row has its SHA-256, and no argument of a task, no
history and no line of a log has it. The shift's row is the lock.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from . import tasks
from .models import ShadowingSettings, Shift, ShiftState, SignLink
from .shift_history import note
from .shifts import lock_shift
from .signing import is_own_address

PAUSE = timedelta(minutes=10)  # between two mails that a learner asks for
WRONG_NUMBERS = 5  # of a credential, before a link ends
WRONG_FOR = 3600  # seconds that wrong ones are remembered


class CannotSend(Exception):
    """No link can be sent for this shift now."""


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A link as it is mailed. The token is known here and in the mail, and nowhere else."""

    token: str
    expires_at: datetime


def digest_of(token: str) -> str:
    """SHA-256, in hexadecimal. The token has 256 random bits, so it needs no salt and no slow digest."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_link(*, shift: Shift, at: datetime) -> NewLink | None:
    """A new link for the outside coordinator a shift is with, in place of the one before. Repeating makes another.

    None for a shift that is not with an outside coordinator now, or whose learner has come to own that address.
    """
    shift = lock_shift(shift)
    mentor = shift.mentorship.mentor
    if not mentor.is_outside or shift.state is not ShiftState.WAITING or is_own_address(shift):
        return None
    SignLink.objects.filter(shift=shift, used_at=None, ended_at=None).update(ended_at=at)
    made = NewLink(
        token=secrets.token_urlsafe(32), expires_at=at + timedelta(hours=ShadowingSettings.load().link_hours)
    )
    link = SignLink.objects.create(
        shift=shift, mentor=mentor, digest=digest_of(made.token), sent_at=at, expires_at=made.expires_at
    )
    note(shift, "link.sent", actor=None, at=at, link=link.pk)
    return made


@transaction.atomic
def ask_for_link(*, shift: Shift, at: datetime) -> None:
    """Have a new link mailed to the outside coordinator, at the learner's word. Repeating within ten minutes is refused.

    Raises CannotSend, also for a shift that is not with an outside coordinator.
    """
    shift = lock_shift(shift)
    if not shift.mentorship.mentor.is_outside:
        raise CannotSend(_("Your mentor signs in, and has this shift in their queue."))
    if is_own_address(shift):
        raise CannotSend(
            _("This coordinator’s address is one of yours, so no link goes there. Write to the registrar.")
        )
    if shift.state is not ShiftState.WAITING:
        raise CannotSend(_("This shift is not with your mentor now."))
    # Asked for twice before the first is on its way, the cache knows; afterwards the row does.
    asked_before = not cache.add(f"sign-link-asked:{shift.pk}", 1, int(PAUSE.total_seconds()))
    if asked_before or shift.links.filter(sent_at__gt=at - PAUSE).exists():
        raise CannotSend(_("A link went out a few minutes ago. Give it ten minutes, and let them look in their spam."))
    transaction.on_commit(partial(tasks.tell_mentor_of_shift.enqueue, shift.pk))


def find_link(token: str) -> SignLink | None:
    """The link with this token, whatever has become of it, with its shift and mentor: one query."""
    links = SignLink.objects.select_related("mentor__person", "shift__mentorship__mentor")
    return links.filter(digest=digest_of(token)).first()


def is_open(link: SignLink, at: datetime) -> bool:
    """Whether the link still opens its shift: not used, not ended, not expired."""
    return link.used_at is None and link.ended_at is None and at < link.expires_at


@transaction.atomic
def use_link(link: SignLink, *, at: datetime) -> None:
    """Note that the link was used, for good. In the transaction of what it was used for, under the shift's lock."""
    SignLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at)


@transaction.atomic
def count_wrong_number(link: SignLink, *, at: datetime) -> int:
    """Count a credential number that does not match, and say how many tries are left; at none the link ends."""
    key = f"sign-link-wrong:{link.pk}"
    cache.add(key, 0, WRONG_FOR)
    try:
        wrong = cache.incr(key) or 1  # nothing comes back while the cache is down
    except ValueError:  # it ran out between the two calls
        wrong = 1
    if wrong < WRONG_NUMBERS:
        return WRONG_NUMBERS - wrong
    shift = lock_shift(link.shift)
    if SignLink.objects.filter(pk=link.pk, used_at=None, ended_at=None).update(ended_at=at):
        note(shift, "link.ended", actor=None, at=at, link=link.pk)
    return 0
