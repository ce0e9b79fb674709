"""Who has a place in an intake, and who waits for one? Nothing else writes Waiting.

The intake's row is the lock: its last place is taken once. A place is held by an order that is not cancelled, and by an
offer to somebody on the list until it runs out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .enrolling import AlreadyEnrolled, CannotEnrol
from .models import Enrolment, Grant, Intake, Order, Waiting

OFFER_LASTS = timedelta(hours=72)


class IntakeFull(CannotEnrol):
    """Every place is taken or held. One can wait for one."""


def places_left(intake: Intake, *, at: datetime, beside: User | None = None) -> int:
    """Places that nobody has, orders, is offered or waits for longer than `beside`. Never negative. Two queries."""
    return places_left_in([intake], at=at, beside=beside)[intake.pk]


def places_left_in(intakes: Sequence[Intake], *, at: datetime, beside: User | None = None) -> dict[int, int]:
    """The same for each of several, by its key. Two queries for all."""
    gone = Counter(_taken(intakes).values_list("intake_id", flat=True))
    waiting = list(
        Waiting.objects.filter(intake__in=intakes, left_at=None)
        .filter(Q(offered_at=None) | Q(offer_ends_at__gt=at))
        .order_by("joined_at", "pk")
    )
    own = {place.intake_id: place for place in waiting if beside is not None and place.person_id == beside.pk}
    for place in waiting:
        mine = own.get(place.intake_id)
        # An offer holds its place for one person; who was not offered one yet is before who joined later, or never did.
        first = place.offered_at or mine is None or (place.joined_at, place.pk) < (mine.joined_at, mine.pk)
        if place is not mine and first and not (mine and mine.holds_a_place(at) and not place.offered_at):
            gone[place.intake_id] += 1
    return {intake.pk: max(intake.places - gone[intake.pk], 0) for intake in intakes}


def _free_in(intake: Intake, *, at: datetime) -> int:
    """Places that can be offered to who waits: taken by nobody and held by no offer."""
    held = intake.waiting.filter(left_at=None, offer_ends_at__gt=at).count()
    return max(intake.places - _taken([intake]).count() - held, 0)


def _taken(intakes: Sequence[Intake]) -> QuerySet[Order]:
    """The orders that have a place: not cancelled, and what they gave is not over."""
    over = Grant.objects.filter(ended_at__isnull=False, order=OuterRef("pk"))
    lasting = Grant.objects.filter(ended_at=None, order=OuterRef("pk"))
    return Order.objects.filter(intake__in=intakes, cancelled_at=None).exclude(Exists(over) & ~Exists(lasting))


def take_place(*, intake: Intake, person: User, at: datetime) -> None:
    """Make sure of a place, under the intake's lock and before the order is written. Raises IntakeFull.

    Whoever waited for it waits no longer.
    """
    if places_left(intake, at=at, beside=person) == 0:
        raise IntakeFull(_("Every place in this intake is taken. You can join the list and are told when one is free."))
    intake.waiting.filter(person=person, left_at=None).update(left_at=at)


@transaction.atomic
def join_list(*, intake: Intake, person: User, at: datetime) -> Waiting:
    """Wait for a place. Repeating returns the place in the list one has. Raises AlreadyEnrolled."""
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if Enrolment.objects.open_for(person).filter(programme=intake.programme_id).exists():
        raise AlreadyEnrolled(_("You are on this programme already."))
    if waiting := intake.waiting.filter(person=person, left_at=None).first():
        return waiting
    waiting = Waiting.objects.create(intake=intake, person=person, joined_at=at)
    _record(waiting, "waiting.joined", by=person, at=at)
    return waiting


@transaction.atomic
def leave_list(*, waiting: Waiting, by: User | None, at: datetime) -> Waiting:
    """Wait no longer. Repeating changes nothing."""
    waiting = Waiting.objects.select_for_update(of=("self",)).select_related("person").get(pk=waiting.pk)
    if waiting.left_at is None:
        waiting.left_at = at
        waiting.save(update_fields=["left_at"])
        _record(waiting, "waiting.left", by=by, at=at)
    return waiting


@transaction.atomic
def offer_places(*, intake: Intake, by: User | None, at: datetime) -> list[Waiting]:
    """Offer each free place to who waits longest, for 72 hours, and mail them the way to pay.

    An offer that has run out puts its person off the list. Repeating offers nothing twice.
    """
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    for over in intake.waiting.filter(left_at=None, offer_ends_at__lte=at).select_related("person").order_by("pk"):
        leave_list(waiting=over, by=None, at=at)
    if intake.closed_at is not None or intake.starts_on < at.date():
        return []
    offered = list(
        intake.waiting.filter(left_at=None, offered_at=None)
        .select_related("person", "intake__programme")
        .order_by("joined_at", "pk")[: _free_in(intake, at=at)]
    )
    for waiting in offered:
        waiting.offered_at, waiting.offer_ends_at = at, at + OFFER_LASTS
        waiting.save(update_fields=["offered_at", "offer_ends_at"])
        _record(waiting, "waiting.offered", by=by, at=at)
        transaction.on_commit(partial(tasks.mail_offer.enqueue, waiting.pk))
    return offered


def _record(waiting: Waiting, verb: str, *, by: User | None, at: datetime) -> None:
    history.record(
        chain=f"learner:{waiting.person_id}",
        verb=verb,
        subject=history.name_of(waiting),
        actor=by,
        at=at,
        facts={"intake": waiting.intake_id},
    )
