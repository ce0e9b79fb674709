"""How does a watcher get the mail about a change, once? By claiming its row first: of two senders, one wins.

A sender that died half-way leaves its claim behind; after a while the command `send_watch_notices` takes it over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from .models import Watch, WatchNotice
from .watch_mail import send_notice
from .watching import note_what_time_changed, run_out

CLAIM = timedelta(minutes=30)  # how long a sender may take


def send_one(*, notice_id: int, at: datetime) -> bool:
    """Send one notice, unless it was sent or somebody is at it. Returns whether it went out. What the mail server raises
    goes to the caller; the notice stays to be sent."""
    if not _waiting(at).filter(pk=notice_id).update(claimed_at=at):
        return False
    notice = WatchNotice.objects.select_related("watch__watcher").get(pk=notice_id)
    if notice.watch.watcher.is_active:
        send_notice(notice)
    WatchNotice.objects.filter(pk=notice_id).update(sent_at=at)
    return True


def send_waiting(*, at: datetime) -> int:
    """Send everything that waits, each for itself. Returns how many went out. Safe to repeat and to kill."""
    waiting = list(_waiting(at).order_by("pk").values_list("pk", flat=True))
    return sum(send_one(notice_id=notice, at=at) for notice in waiting)


def keep_watch(*, at: datetime) -> tuple[int, int, int]:
    """The daily round: what time changed is noted, watches past their day end, and what waits is sent. The three counts."""
    changed = note_what_time_changed(at=at)
    past = list(Watch.objects.filter(ended_at=None, until__lt=at.astimezone(UTC).date()).order_by("pk"))
    for watch in past:
        run_out(watch=watch, at=at)
    return changed, len(past), send_waiting(at=at)


def waiting_notices() -> QuerySet[WatchNotice]:
    """Not sent yet, whoever is at it."""
    return WatchNotice.objects.filter(sent_at=None)


def _waiting(at: datetime) -> QuerySet[WatchNotice]:
    return waiting_notices().filter(Q(claimed_at=None) | Q(claimed_at__lte=at - CLAIM))
