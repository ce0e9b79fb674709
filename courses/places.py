"""How are an organisation's places used? For its buyer: addresses they typed, and how far each is; nothing else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Q

from cms.accounts.models import User

from .models import Order, ProgrammePage, Seat, UnitCompletion
from .progress import units_of

PlaceState = Literal["free", "offered", "taken", "finished", "over"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place: who it was offered to, and how many units are done there. Never the learner's name."""

    seat: Seat
    state: PlaceState
    done: int  # units
    total: int  # units


@dataclass(frozen=True, kw_only=True)
class Places:
    """The places of one order."""

    order: Order
    places: list[Place]

    def count(self, *states: PlaceState) -> int:
        return sum(place.state in states for place in self.places)

    @property
    def free(self) -> int:
        return self.count("free")

    @property
    def offered(self) -> int:
        return self.count("offered")

    @property
    def taken(self) -> int:
        return self.count("taken", "finished")

    @property
    def finished(self) -> int:
        return self.count("finished")


def places_of(buyer: User) -> list[Places]:
    """Every order of places the buyer paid for, newest first. Three queries, and one for each programme."""
    orders = list(
        Order.objects.filter(buyer=buyer, organisation__isnull=False, fulfilled_at__isnull=False)
        .select_related("organisation", "programme")
        .order_by("-placed_at", "-pk")
    )
    lasting = Count("grants", filter=Q(grants__ended_at=None))
    seats = defaultdict(list)
    for seat in (
        Seat.objects.filter(order__in=orders).select_related("ends_with").annotate(lasting=lasting).order_by("number")
    ):
        seats[seat.order_id].append(seat)
    units = {order.programme_id: _units(order.programme) for order in orders}
    done = _done(orders, units)
    return [
        Places(
            order=order,
            places=[_place(seat, done[seat.pk], len(units[order.programme_id])) for seat in seats[order.pk]],
        )
        for order in orders
    ]


def _units(programme: ProgrammePage) -> set[int]:
    return set(units_of(programme).values_list("pk", flat=True))


def _done(orders: list[Order], units: dict[int, set[int]]) -> dict[int, int]:
    """How many of its programme's units are done, by seat."""
    known = set().union(*units.values()) if units else set()
    rows = (
        UnitCompletion.objects.filter(enrolment__grants__seat__order__in=orders, unit__in=known)
        .values_list("enrolment__grants__seat")
        .annotate(count=Count("unit", distinct=True))
        .order_by()
    )
    return defaultdict(int, rows)


def _place(seat: Seat, done: int, total: int) -> Place:
    state: PlaceState = "free"
    if seat.taken_at is not None:
        state = "finished" if total and done >= total else "taken"
        if not seat.lasting:  # type: ignore[attr-defined]  # counted above
            state = "over"
    elif seat.offered_at is not None:
        state = "offered"
    if seat.ends_with is not None and seat.ends_with.failed_at is None:
        state = "over"  # from the moment its refund is asked for
    return Place(seat=seat, state=state, done=min(done, total), total=total)
