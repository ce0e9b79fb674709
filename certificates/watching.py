"""Who is told if a certificate changes? Nothing else writes Watch, and what is noted here is sent by `watch_notices`.

The certificate's row is the lock: whoever changes its status holds it, so a watch begins before a change or after it,
never beside it. Whatever changes a status calls `note_change` in its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import EXPIRING, Certificate, EndOfWatch, Status, Watch, WatchChange, WatchNotice

CHAIN = "watches"
LONGEST = timedelta(days=548)  # 18 months
MOST = 500  # open watches of one person
LONGEST_NAME = 80
LONGEST_PURPOSE = 200  # characters


class CannotWatch(Exception):
    """The watch cannot be like this; the message is fit for the person. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def begin_watch(
    *, watcher: User, certificate: Certificate, until: date, shown_as: str, purpose: str, at: datetime
) -> Watch:
    """Tell `watcher` if the certificate changes, up to and with the day `until` (UTC). The holder reads who and what for.

    There is one open watch of a person on a certificate: asked for again with other words or another day, it takes these.
    Raises CannotWatch for a day that is past or over 18 months away, one's own certificate, and one that changes no more.
    """
    certificate = Certificate.objects.select_for_update(of=("self",), no_key=True).defer("credential").get(
        pk=certificate.pk
    )  # fmt: skip
    shown_as, purpose = " ".join(shown_as.split()), " ".join(purpose.split())
    if not shown_as or len(shown_as) > LONGEST_NAME:
        raise CannotWatch(_("Say who watches, in up to 80 letters."), field="shown_as")
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        raise CannotWatch(_("Say what for, in up to 200 letters."), field="purpose")
    today = at.astimezone(UTC).date()
    if not today < until <= today + LONGEST:
        raise CannotWatch(_("Choose a day from tomorrow on, within the next 18 months."), field="until")
    if certificate.holder_id == watcher.pk:
        raise CannotWatch(_("This is your own certificate. You are told of changes anyway."))
    if certificate.revoked_at:
        raise CannotWatch(_("This certificate was revoked. That is final, so there is nothing to watch."))
    if certificate.superseded_at:
        raise CannotWatch(_("This certificate was replaced. Check the newer one, and watch that."))
    said = {"until": until, "shown_as": shown_as, "purpose": purpose}
    if watch := Watch.objects.filter(watcher=watcher, certificate=certificate, ended_at=None).first():
        if any(getattr(watch, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(watch, name, value)
            watch.save(update_fields=list(said))
            _note(watch, "watch.changed", actor=watcher, at=at, facts={"until": until.isoformat()})
        return watch
    if open_watches(watcher).count() >= MOST:
        raise CannotWatch(_("You watch 500 certificates. End some of these watches first."))
    watch = Watch.objects.create(watcher=watcher, certificate=certificate, begun_at=at, **said)
    facts: history.Facts = {"until": until.isoformat(), "number": certificate.number}
    _note(watch, "watch.begun", actor=watcher, at=at, facts=facts)
    return watch


@transaction.atomic
def end_watch(*, watch: Watch, by: User, at: datetime) -> Watch:
    """End it: by the watcher, or by the holder, when the watcher is told that it ended and nothing else.

    Repeating changes nothing.
    """
    watch = _lock(watch)
    if watch.ended_at is None:
        _end(watch, EndOfWatch.WATCHER if by.pk == watch.watcher_id else EndOfWatch.HOLDER, actor=by, at=at)
    return watch


@transaction.atomic
def run_out(*, watch: Watch, at: datetime) -> Watch:
    """End a watch whose last day has passed, and tell its watcher. Before that, and when repeated, it changes nothing."""
    watch = _lock(watch)
    if watch.ended_at is None and watch.until < at.astimezone(UTC).date():
        _end(watch, EndOfWatch.RAN_OUT, actor=None, at=at)
    return watch


@transaction.atomic
def note_change(
    *,
    certificate: Certificate,
    change: WatchChange,
    at: datetime,
    by: User | None = None,
    newer: Certificate | None = None,
) -> None:
    """The certificate's status was changed at `at`: everybody who watches it is told, once, after the commit.

    Called in the transaction of the change, by whoever made it, under the lock of the certificate: whose watch is there
    began before it, whatever the clocks of two requests say. For a replacement, `newer` is the one in its place: the
    watches go over to it. Repeating with the same `at` tells nobody again.
    """
    watches = _watching(certificate, at)
    for watch in watches:
        if newer:
            watch.certificate = newer
            watch.save(update_fields=["certificate"])
            _note(watch, "watch.moved", actor=by, at=at, facts={"number": newer.number})
    _make_notices(watches, change, at)
    if change == WatchChange.REVOKED:
        for watch in watches:
            _end(watch, EndOfWatch.REVOKED, actor=by, at=at, tell=False)


def note_what_time_changed(*, at: datetime) -> int:
    """Note for watchers what no hand changed: certificates that began their last stretch or ran out. Returns how many
    notices there are more. Safe to repeat, and to leave out for a while."""
    before = WatchNotice.objects.count()
    watched = Certificate.objects.filter(
        Exists(Watch.objects.filter(certificate=OuterRef("pk"), ended_at=None)), valid_until__lte=at + EXPIRING
    )
    for certificate in list(watched.order_by("pk").values_list("pk", flat=True)):
        _note_time(certificate, at)
    return WatchNotice.objects.count() - before


@transaction.atomic
def _note_time(certificate_id: int, at: datetime) -> None:
    certificate = Certificate.objects.select_for_update(of=("self",), no_key=True).defer("credential").get(
        pk=certificate_id
    )  # fmt: skip
    changed = {
        Status.EXPIRED: (WatchChange.EXPIRED, certificate.valid_until),
        Status.EXPIRING: (WatchChange.EXPIRING, certificate.expiring_from),
    }
    change, since = changed.get(certificate.status(at), (None, None))
    if change and since:
        watches = [watch for watch in _watching(certificate, since) if watch.begun_at <= since]
        _make_notices(watches, change, since)


def _watching(certificate: Certificate, at: datetime) -> list[Watch]:
    """The open watches that reach to that day, locked."""
    return list(
        Watch.objects.select_for_update(of=("self",), no_key=True)
        .filter(certificate=certificate, ended_at=None, until__gte=at.astimezone(UTC).date())
        .select_related("certificate")
        .defer("certificate__credential")
        .order_by("pk")
    )


def open_watches(watcher: User) -> QuerySet[Watch]:
    """What this person watches now."""
    return Watch.objects.filter(watcher=watcher, ended_at=None)


def watches_of_holder(holder: User) -> QuerySet[Watch]:
    """Who watches certificates of this person now, the newest first: the receipts."""
    watches = Watch.objects.filter(certificate__holder=holder, ended_at=None)
    return watches.select_related("certificate").defer("certificate__credential", "certificate__basis").order_by(
        "-begun_at", "-pk"
    )  # fmt: skip


def _make_notices(watches: Iterable[Watch], change: WatchChange, at: datetime) -> None:
    """A notice for each, unless there is one; needs their certificates loaded."""
    watches = list(watches)
    WatchNotice.objects.bulk_create(
        [WatchNotice(watch=watch, change=change, changed_at=at, number=watch.certificate.number) for watch in watches],
        ignore_conflicts=True,
    )
    from .tasks import send_watch_notice

    made = WatchNotice.objects.filter(watch__in=watches, change=change, changed_at=at, claimed_at=None)
    for notice in made.order_by("pk").values_list("pk", flat=True):
        transaction.on_commit(partial(send_watch_notice.enqueue, notice))


def _end(watch: Watch, because: EndOfWatch, *, actor: User | None, at: datetime, tell: bool = True) -> None:
    at = max(at, watch.begun_at)  # of two requests, the one that came second may have looked at its clock first
    watch.ended_at, watch.ended_because = at, because
    watch.save(update_fields=["ended_at", "ended_because"])
    _note(watch, "watch.ended", actor=actor, at=at, facts={"because": str(because)})
    if tell and because != EndOfWatch.WATCHER:
        _make_notices([watch], WatchChange.ENDED, at)


def _lock(watch: Watch) -> Watch:
    rows = Watch.objects.select_for_update(of=("self",), no_key=True).select_related("certificate")
    return rows.defer("certificate__credential").get(pk=watch.pk)


def _note(watch: Watch, verb: str, *, actor: User | None, at: datetime, facts: history.Facts | None = None) -> None:
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(watch), actor=actor, at=at, facts=facts)
