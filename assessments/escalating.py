"""Which shifts has nobody signed for too long, and who is told? Asked by the clock, once a day.

A mentor is reminded once after `ShadowingSettings.remind_days`, with one mail however many cards wait; the registrar is
told once after `escalate_days`. Days run from handing in: a shift that was taken back and handed in anew begins anew.
Reminders are no part of a shift's history (see `shift_history.row_digest`): they change nothing that it says.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from cms.accounts.models import User
from cms.accounts.roles import Role

from . import tasks
from .models import ShadowingSettings, Shift, ShiftQuerySet


@dataclass(kw_only=True)
class Chased:
    """How many of each: mails to mentors, the shifts they are about, and shifts new on the registrar's pile."""

    mentors: int = 0
    reminded: int = 0
    escalated: int = 0

    def __str__(self) -> str:
        return _("%(mentors)d mentors reminded of %(reminded)d shifts, %(escalated)d shifts to the registrar.") % vars(
            self
        )


def chase(*, at: datetime, dry_run: bool = False) -> Chased:
    """Remind mentors of what waits for them, and put what nobody signs on the registrar's pile. Safe to repeat and to
    kill: each mentor is a transaction of their own, and what was done is not done again. A dry run writes nothing."""
    limits = ShadowingSettings.load()
    done = Chased()
    for shifts in _by_mentor(at - timedelta(days=limits.remind_days)).values():
        reminded = len(shifts) if dry_run else _remind(shifts, at=at)
        done.reminded += reminded
        done.mentors += bool(reminded)
    overdue = _not_yet("escalated_at").filter(submitted_at__lte=at - timedelta(days=limits.escalate_days))
    done.escalated = overdue.count() if dry_run else _escalate(overdue, at=at)
    return done


def escalated() -> ShiftQuerySet:
    """What the registrar was told of, and nobody has answered since: the registrar's pile."""
    return Shift.objects.waiting().filter(escalated_at__gte=F("submitted_at"))


def _by_mentor(before: datetime) -> dict[int, list[int]]:
    """Keys of shifts to remind of, by mentor: those who can sign them, and who have an account to do it with.

    An outside coordinator signs by a link of few hours; that is renewed by the learner, not by a reminder.
    """
    waiting = _not_yet("reminded_at").filter(
        submitted_at__lte=before,
        mentorship__ended_at=None,
        mentorship__mentor__person__is_active=True,
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for shift, mentor in waiting.order_by("mentorship__mentor", "pk").values_list("pk", "mentorship__mentor"):
        found[mentor].append(shift)
    return found


@transaction.atomic
def _remind(shifts: list[int], *, at: datetime) -> int:
    """One mail about those of the given shifts, all with one mentor, that still wait and were not reminded of."""
    # Asked again in the update itself: a second run that waits for the first finds nothing left to do.
    reminded = _not_yet("reminded_at").filter(pk__in=shifts).update(reminded_at=at)
    if reminded:
        mentor = Shift.objects.filter(pk=shifts[0]).values_list("mentorship__mentor", flat=True)[0]
        transaction.on_commit(partial(tasks.remind_mentor.enqueue, mentor, reminded))
    return reminded


@transaction.atomic
def _escalate(overdue: ShiftQuerySet, *, at: datetime) -> int:
    """All of them at once, with one mail to each registrar."""
    escalated_now = overdue.update(escalated_at=at)
    if escalated_now:
        registrars = User.objects.filter(is_active=True, groups__name=Role.REGISTRAR.value)
        for registrar in registrars.order_by("pk").values_list("pk", flat=True):
            transaction.on_commit(partial(tasks.tell_registrar_of_unsigned.enqueue, registrar, escalated_now))
    return escalated_now


def _not_yet(mark: str) -> ShiftQuerySet:
    """Those that wait, and have not been marked since they were handed in."""
    return Shift.objects.waiting().filter(Q(**{mark: None}) | Q(**{f"{mark}__lt": F("submitted_at")}))
