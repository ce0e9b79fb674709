"""How many days has a learner shadowed? Only signed shifts whose seal holds are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from courses.models import Enrolment

from .models import Shift, ShiftRole, ShiftState

DayState = Literal["signed", "waiting"]


@dataclass(frozen=True, kw_only=True)
class ShadowDay:
    """A local date in one role: signed, or waiting for a mentor."""

    on: date
    role: ShiftRole
    state: DayState


@dataclass(frozen=True, kw_only=True)
class ShadowRecord:
    """What an enrolment has to show. A day is a distinct local date; `minutes` are signed ones, less breaks."""

    days: tuple[ShadowDay, ...] = ()  # oldest first, one for each date and role
    signed_days: int = 0  # dates with a signed shift, whatever the role
    signed_by_role: dict[ShiftRole, int] = field(default_factory=dict)  # dates with a signed shift in that role
    waiting_by_role: dict[ShiftRole, int] = field(default_factory=dict)  # dates with none, and one that waits
    mentors: int = 0
    productions: int = 0
    minutes: int = 0


def shadow_record(enrolment: Enrolment) -> ShadowRecord:
    """The record of an enrolment as it stands: one query."""
    shifts = Shift.objects.filter(enrolment=enrolment, submitted_at__isnull=False)
    return record_of(shifts.select_related("production").order_by("call_at", "pk"))


def record_of(shifts: Iterable[Shift]) -> ShadowRecord:
    """The record these shifts make, with their productions loaded; drafts, questions and broken seals count nothing."""
    states = [(shift, shift.state) for shift in shifts]
    signed = [shift for shift, state in states if state is ShiftState.SIGNED]
    waiting = [shift for shift, state in states if state is ShiftState.WAITING]
    signed_dates = {(shift.worked_on, ShiftRole(shift.role)) for shift in signed}
    waiting_dates = {(shift.worked_on, ShiftRole(shift.role)) for shift in waiting} - signed_dates
    order = list(ShiftRole)
    days = [ShadowDay(on=on, role=role, state="signed") for on, role in signed_dates]
    days += [ShadowDay(on=on, role=role, state="waiting") for on, role in waiting_dates]
    return ShadowRecord(
        days=tuple(sorted(days, key=lambda day: (day.on, order.index(day.role)))),
        signed_days=len({on for on, _role in signed_dates}),
        signed_by_role=dict(Counter(role for _on, role in signed_dates)),
        waiting_by_role=dict(Counter(role for _on, role in waiting_dates)),
        mentors=len({shift.signed_by_id for shift in signed}),
        productions=len({shift.production_id for shift in signed}),
        minutes=sum(shift.minutes for shift in signed),
    )
