"""Which payments are due, late or abandoned, and what follows? Asked by the clock, every hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from . import payments, tasks
from .fulfilling import follow_money
from .intakes import offer_places
from .models import BY_CARD, Grant, Held, Instalment, Intake, Order, PlanKind
from .ordering import CannotOrder, cancel_order
from .settling import locked

REMIND_BEFORE = timedelta(days=7)
ABANDONED_AFTER = timedelta(hours=24)


@dataclass
class Chased:
    """How many of each."""

    reminded: int = 0
    paused: int = 0
    released: int = 0
    offered: int = 0

    def __str__(self) -> str:
        return _("%(reminded)d reminded, %(paused)d paused, %(released)d released, %(offered)d offered.") % vars(self)


def chase(*, at: datetime) -> Chased:
    """Remind of balances that fall due within a week, pause what is unpaid after the days of grace, let go of orders
    that nobody paid for a day, and offer free places to who waits. Safe to repeat and to kill."""
    done = Chased()
    for part in _soon_due(at):
        done.reminded += _remind(part, at=at)
    for order in _late(at):
        done.paused += _pause(order, at=at)
    for order in _abandoned(at):
        done.released += _release(order, at=at)
    for intake in Intake.objects.filter(closed_at=None, waiting__left_at=None, waiting__isnull=False).distinct():
        done.offered += len(offer_places(intake=intake, by=None, at=at))
    return done


def _soon_due(at: datetime) -> list[Instalment]:
    """Balances: monthly payments are collected without a word."""
    return list(
        Instalment.objects.filter(
            order__kind=PlanKind.DEPOSIT,
            order__fulfilled_at__isnull=False,
            paid_at=None,
            reminded_at=None,
            due_at__lte=at + REMIND_BEFORE,
            order__grants__ended_at=None,
            order__grants__isnull=False,
        ).order_by("pk")
    )


@transaction.atomic
def _remind(part: Instalment, *, at: datetime) -> bool:
    reminded = Instalment.objects.filter(pk=part.pk, reminded_at=None, paid_at=None).update(reminded_at=at)
    if reminded:
        transaction.on_commit(partial(tasks.mail_due.enqueue, part.pk))
    return bool(reminded)


def _late(at: datetime) -> list[Order]:
    """Orders with a part that is due, not paid, and whose buyer was not told yet what follows; held by now or not."""
    late = Instalment.objects.filter(paid_at=None, warned_at=None, due_at__lte=at, order__fulfilled_at__isnull=False)
    lasting = Grant.objects.filter(ended_at=None)
    return list(Order.objects.filter(instalments__in=late, grants__in=lasting).distinct().order_by("pk"))


@transaction.atomic
def _pause(order: Order, *, at: datetime) -> bool:
    """Let the days of grace end, and say so once."""
    order = locked(order)
    follow_money(order=order, at=at)
    held = order.grants.filter(ended_at=None, held_because=Held.UNPAID).exists()
    part = order.instalments.filter(paid_at=None, warned_at=None, due_at__lte=at).order_by("number").first()
    if held and part:
        # What is due already is said once, however many parts it is.
        order.instalments.filter(paid_at=None, due_at__lte=at).update(warned_at=at)
        transaction.on_commit(partial(tasks.mail_paused.enqueue, part.pk))
    return held and part is not None


def _abandoned(at: datetime) -> list[Order]:
    return list(
        Order.objects.filter(
            kind__in=BY_CARD, fulfilled_at=None, cancelled_at=None, placed_at__lte=at - ABANDONED_AFTER
        ).order_by("pk")
    )


def _release(order: Order, *, at: datetime) -> bool:
    """Let go of the place, coupon and scholarship it held; not while somebody may be paying."""
    try:
        cancel_order(order=order, by=None, at=at)
    except (CannotOrder, payments.PaymentsAway):
        return False
    return True
