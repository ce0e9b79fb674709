"""How are the places of an organisation given out? Nothing else writes Seat once it is bought.

A place is free, offered to an address, or taken, and then it stays its learner's. Rows are locked in the order: order's
seat, learner.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .enrolling import CannotEnrol, give_access, refuse_before_others
from .fulfilling import follow_money, is_over
from .models import Enrolment, Seat, new_token


class SeatTaken(CannotEnrol):
    """Somebody has begun on this place, so it stays theirs."""


class SeatForAnother(CannotEnrol):
    """The place is offered to an address that is not one of this person's, or to nobody."""


class SeatOver(CannotEnrol):
    """The order behind the place was paid back or is disputed."""


class AddressHasSeat(CannotEnrol):
    """One place of this order is offered to the address already."""


@transaction.atomic
def offer_seat(*, seat: Seat, email: str, by: User, at: datetime) -> Seat:
    """Offer the place to whoever has this address, and mail the link. To the same address again sends it again.

    Another address takes the offer back from the one before. Raises SeatTaken, AddressHasSeat and SeatOver.
    """
    email = email.strip().lower()
    seat = _locked(seat)
    _refuse_over(seat)
    if seat.taken_by_id is not None:
        raise SeatTaken(_("Somebody has begun on this place, so it stays theirs."))
    if seat.order.seat_rows.filter(email=email).exclude(pk=seat.pk).exists():
        raise AddressHasSeat(_("One of your places is offered to this address already."))
    if seat.email != email:
        seat.email, seat.token, seat.offered_at = email, new_token(), at
        seat.save(update_fields=["email", "token", "offered_at"])
        _record(seat, "seat.offered", by=by, at=at)
    transaction.on_commit(partial(tasks.mail_seat.enqueue, seat.pk))
    return seat


@transaction.atomic
def take_back_seat(*, seat: Seat, by: User, at: datetime) -> Seat:
    """Make an unused place free again; its link ends. Repeating changes nothing. Raises SeatTaken."""
    seat = _locked(seat)
    if seat.taken_by_id is not None:
        raise SeatTaken(_("Somebody has begun on this place, so it stays theirs."))
    if seat.offered_at is not None:
        seat.email, seat.token, seat.offered_at = "", new_token(), None
        seat.save(update_fields=["email", "token", "offered_at"])
        _record(seat, "seat.taken_back", by=by, at=at)
    return seat


@transaction.atomic
def take_seat(*, seat: Seat, person: User, at: datetime) -> Enrolment:
    """Sit on the place one was offered. The same person repeating gets the same enrolment.

    Who is on the programme already has one reason more to be. Raises SeatForAnother unless it went to a verified address
    of `person`, SeatTaken, SeatOver, and StillToDo while another programme comes first.
    """
    seat = _locked(seat)
    if seat.taken_by_id == person.pk:
        _refuse_over(seat)
        return _sit(seat, person, at=at)
    if seat.taken_by_id is not None:
        raise SeatTaken(_("This place has been taken. Ask who sent you the link."))
    if not EmailAddress.objects.filter(user=person, verified=True, email__iexact=seat.email).exists():
        raise SeatForAnother(
            _("This place is offered to another address than yours. Sign in with that one, or add it to your account.")
        )
    _refuse_over(seat)
    refuse_before_others(learner=person, programme=seat.order.programme)
    if seat.order.seat_rows.filter(taken_by=person).exists():
        raise SeatTaken(_("You have one of these places already."))
    seat.taken_by, seat.taken_at = person, at
    seat.save(update_fields=["taken_by", "taken_at"])
    _record(seat, "seat.taken", by=person, at=at)
    return _sit(seat, person, at=at)


def _sit(seat: Seat, person: User, *, at: datetime) -> Enrolment:
    """The enrolment the place gives; it rests from the start while what was paid for it is disputed."""
    enrolment = give_access(learner=person, order=seat.order, seat=seat, by=person, at=at).enrolment
    follow_money(order=seat.order, at=at)
    enrolment.refresh_from_db()
    return enrolment


def _locked(seat: Seat) -> Seat:
    """The place as it is now, under its order's lock: what the order gives is settled by one at a time."""
    order = type(seat.order).objects.select_for_update(no_key=True).get(pk=seat.order_id)
    return Seat.objects.select_related("order__programme", "order__buyer").get(pk=seat.pk, order=order)


def _refuse_over(seat: Seat) -> None:
    if seat.ends_with_id is not None or is_over(seat.order):
        raise SeatOver(_("What was paid for this place was given back, so it is no longer there."))


def _record(seat: Seat, verb: str, *, by: User, at: datetime) -> None:
    history.record(
        chain=f"learner:{seat.order.buyer_id}",
        verb=verb,
        subject=history.name_of(seat),
        actor=by,
        at=at,
        facts={"order": seat.order_id, "number": seat.number},
    )
