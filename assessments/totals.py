"""How many days and hours has a learner recorded, handed in, signed, and how many count? And why not the others?

Each shift stands on one of four steps. What falls between two steps is listed with its reason and its shifts, so that the
differences always add up. A day is a distinct local date; hours are kept as minutes. A date stands as far as the shift of
it that stands furthest. Only a signature whose seal holds is signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Literal

from django.db.models import Count

from courses.models import Enrolment

from .counting import WEIGHT, Counted, CountingRules, Reason, Worked, count
from .models import Shift, ShiftQuerySet, ShiftRole, ShiftState


class Step(IntEnum):
    """How far a shift has come."""

    RECORDED = 0
    SUBMITTED = 1
    SIGNED = 2
    COUNTS = 3


# From which step a shift with this reason does not go on, in the order in which a day's reason is chosen: the last first.
STOPS = {
    Reason.REPLACED: Step.RECORDED,
    Reason.VOID: Step.RECORDED,
    Reason.DRAFT: Step.RECORDED,
    Reason.DECLINED: Step.SUBMITTED,
    Reason.BROKEN: Step.SUBMITTED,
    Reason.WITH_REGISTRAR: Step.SUBMITTED,
    Reason.WITH_LEARNER: Step.SUBMITTED,
    Reason.WITH_MENTOR: Step.SUBMITTED,
    Reason.OLD: Step.SIGNED,
    Reason.ROLE: Step.SIGNED,
    Reason.OVER_PRODUCTION: Step.SIGNED,
    Reason.OVER_ROLE: Step.SIGNED,
}
REASONS = list(STOPS)
UNSIGNED = {
    ShiftState.DRAFT: Reason.DRAFT,
    ShiftState.WAITING: Reason.WITH_MENTOR,
    ShiftState.RETURNED: Reason.WITH_LEARNER,
    ShiftState.PROPOSED: Reason.WITH_LEARNER,
    ShiftState.DISPUTED: Reason.WITH_REGISTRAR,
    ShiftState.DECLINED: Reason.DECLINED,
    ShiftState.BROKEN: Reason.BROKEN,
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A shift, and why it is not signed; `why` is None for one that is. Asking a seal costs: it is done once."""

    shift: Shift
    why: Reason | None


@dataclass(frozen=True, kw_only=True)
class Amount:
    """So many shifts, on so many distinct dates, of so many minutes less breaks."""

    shifts: int = 0
    days: int = 0
    minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What does not go on to the next step, for one reason. `days` are dates of which nothing goes further."""

    reason: Reason
    role: ShiftRole | None  # whose maximum it is, for such a reason
    production: str  # its code, likewise
    amount: Amount
    shifts: tuple[Shift, ...]  # oldest first


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A shift with the step it stands on, and as what its date counts."""

    shift: Shift
    minutes: int  # its own, reckoned once
    step: Step
    reason: Reason | None
    day_role: ShiftRole | None  # None where the date does not count
    day_production: int | None


@dataclass(frozen=True, kw_only=True)
class ShadowDay:
    """A local date in one role: signed, or waiting for a mentor."""

    on: date
    role: ShiftRole
    state: Literal["signed", "waiting"]


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Everything recorded on one enrolment, by how far it has come, as of `on`."""

    rules: CountingRules
    on: date
    counted: Counted
    days: tuple[ShadowDay, ...]
    placed: tuple[Placed, ...]  # oldest first
    amounts: tuple[Amount, Amount, Amount, Amount]  # by Step
    differences: tuple[Difference, ...]  # those of the first step first

    @property
    def recorded(self) -> Amount:
        return self.amounts[Step.RECORDED]

    @property
    def submitted(self) -> Amount:
        return self.amounts[Step.SUBMITTED]

    @property
    def signed(self) -> Amount:
        return self.amounts[Step.SIGNED]

    @property
    def countable(self) -> Amount:
        return self.amounts[Step.COUNTS]

    @property
    def waiting_by_role(self) -> dict[ShiftRole, int]:
        """Dates that wait for a mentor, by role; every role has its number."""
        return {role: sum(day.role is role for day in self.days if day.state == "waiting") for role in WEIGHT}

    @property
    def mentors(self) -> int:
        """Who signed, a registrar not among them."""
        return len({placed.shift.signed_as_id for placed in self.placed if placed.step >= Step.SIGNED} - {None})

    @property
    def productions(self) -> int:
        return len({placed.shift.production_id for placed in self.placed if placed.step >= Step.SIGNED})

    def because(self, *reasons: Reason) -> Amount:
        """What falls away for these reasons, together."""
        amounts = [difference.amount for difference in self.differences if difference.reason in reasons]
        return Amount(
            shifts=sum(amount.shifts for amount in amounts),
            days=sum(amount.days for amount in amounts),
            minutes=sum(amount.minutes for amount in amounts),
        )


def totals_for(enrolment: Enrolment, rules: CountingRules, *, on: date) -> Totals:
    """The totals of one enrolment under its rules, as of the date `on`: one query."""
    return totals_of(standings_for(enrolment), rules, on=on)


def standings_for(enrolment: Enrolment) -> tuple[Standing, ...]:
    """Every shift of the enrolment, oldest first, with why it is not signed: one query."""
    return standings_of(to_count(Shift.objects.filter(enrolment=enrolment)))


def standings_for_many(enrolments: Sequence[Enrolment]) -> dict[int, tuple[Standing, ...]]:
    """The same for many, by the key of their enrolment: one query."""
    shifts: dict[int, list[Shift]] = {enrolment.pk: [] for enrolment in enrolments}
    for shift in to_count(Shift.objects.filter(enrolment__in=shifts)):
        shifts[shift.enrolment_id].append(shift)
    return {pk: standings_of(those) for pk, those in shifts.items()}


def to_count(shifts: ShiftQuerySet) -> ShiftQuerySet:
    """These shifts, oldest first, with what totals look at. What belongs to learner and mentor alone is not read."""
    own = [field.name for field in Shift._meta.concrete_fields if field.name not in NOT_READ]
    related = shifts.select_related("production", "mentorship__mentor__person")
    return related.only(*own, *RELATED).order_by("call_at", "pk")


# A thousand rows are loaded as fast as they are narrow.
NOT_READ = {"learning_note", "assertion"}
RELATED = (
    "production__code", "mentorship__mentor", "mentorship__mentor__person", "mentorship__mentor__outside_name",
    "mentorship__mentor__person__display_name",
)  # fmt: skip


def standings_of(shifts: Iterable[Shift]) -> tuple[Standing, ...]:
    """The same for shifts with their production loaded: no query."""
    return tuple(Standing(shift=shift, why=_why_not_signed(shift)) for shift in shifts)


def worked_in(standings: Iterable[Standing]) -> tuple[Worked, ...]:
    """The signed ones, as rules look at them."""
    return tuple(
        Worked(
            on=standing.shift.worked_on,
            role=ShiftRole(standing.shift.role),
            minutes=standing.shift.minutes,
            production=standing.shift.production_id,
            mentor=standing.shift.signed_as_id,
            scenes=tuple(standing.shift.scenes),
            shift=standing.shift.pk,
        )
        for standing in standings
        if standing.why is None
    )


def days_of(standings: Iterable[Standing]) -> tuple[ShadowDay, ...]:
    """What is signed and what waits, oldest first, one for each date and role."""
    signed, waiting = set(), set()
    for standing in standings:
        if standing.why is None:
            signed.add((standing.shift.worked_on, ShiftRole(standing.shift.role)))
        elif standing.why is Reason.WITH_MENTOR:
            waiting.add((standing.shift.worked_on, ShiftRole(standing.shift.role)))
    days = [ShadowDay(on=on, role=role, state="signed") for on, role in signed]
    days += [ShadowDay(on=on, role=role, state="waiting") for on, role in waiting - signed]
    return tuple(sorted(days, key=lambda day: (day.on, WEIGHT.index(day.role))))


def totals_of(standings: Sequence[Standing], rules: CountingRules, *, on: date) -> Totals:
    """What these shifts come to under the rules, as of the date `on`. No query, and the same answer every time."""
    counted = count(worked_in(standings), rules, on=on)
    left = {one.worked.shift: one for one in counted.left}
    placed = []
    limits: dict[int, ShiftRole] = {}
    for standing in standings:
        shift, reason = standing.shift, standing.why
        if reason is None and shift.pk in left:
            reason, limits[shift.pk] = left[shift.pk].reason, left[shift.pk].role
        day = counted.days.get(shift.worked_on)
        placed.append(
            Placed(
                shift=shift,
                minutes=shift.minutes,
                step=Step.COUNTS if reason is None else STOPS[reason],
                reason=reason,
                day_role=day.role if day else None,
                day_production=day.production if day else None,
            )
        )
    return Totals(
        rules=rules,
        on=on,
        counted=counted,
        days=days_of(standings),
        placed=tuple(placed),
        amounts=amounts_of(placed),
        differences=_differences(placed, limits),
    )


def furthest_of(placed: Iterable[Placed]) -> dict[date, Step]:
    """How far each date has come."""
    steps: dict[date, Step] = {}
    for one in placed:
        day = one.shift.worked_on
        steps[day] = max(steps.get(day, one.step), one.step)
    return steps


def amounts_of(placed: Sequence[Placed], days: Iterable[Step] | None = None) -> tuple[Amount, Amount, Amount, Amount]:
    """So much has come to each step at least. `days` are the steps of the dates, where they are not those of `placed`."""
    of_days = list(furthest_of(placed).values() if days is None else days)

    def amount(least: Step) -> Amount:
        there = [one for one in placed if one.step >= least]
        return Amount(
            shifts=len(there),
            days=sum(step >= least for step in of_days),
            minutes=sum(one.minutes for one in there),
        )

    return amount(Step.RECORDED), amount(Step.SUBMITTED), amount(Step.SIGNED), amount(Step.COUNTS)


Key = tuple[Reason, ShiftRole | None, str]


def _differences(placed: Sequence[Placed], limits: dict[int, ShiftRole]) -> tuple[Difference, ...]:
    furthest = furthest_of(placed)
    shifts: dict[Key, list[Shift]] = {}
    of_day: dict[date, Key] = {}  # under which each date is listed that does not count
    for one in placed:
        if one.reason is None:
            continue
        shift, day = one.shift, one.shift.worked_on
        key: Key = (
            one.reason,
            limits[shift.pk] if one.reason in {Reason.ROLE, Reason.OVER_ROLE} else None,
            shift.production.code if one.reason is Reason.OVER_PRODUCTION else "",
        )
        shifts.setdefault(key, []).append(shift)
        if one.step is furthest[day] and (
            day not in of_day or REASONS.index(one.reason) > REASONS.index(of_day[day][0])
        ):
            of_day[day] = key
    dates = list(of_day.values())
    found = [
        Difference(
            reason=key[0],
            role=key[1],
            production=key[2],
            amount=Amount(shifts=len(those), days=dates.count(key), minutes=sum(shift.minutes for shift in those)),
            shifts=tuple(those),
        )
        for key, those in shifts.items()
    ]
    # Of one step the hopeful ones first: what somebody can still do something about.
    return tuple(
        sorted(found, key=lambda one: (STOPS[one.reason], -REASONS.index(one.reason), one.role or "", one.production))
    )


def _why_not_signed(shift: Shift) -> Reason | None:
    if shift.voided_at:
        return Reason.VOID
    if shift.superseded_at:
        return Reason.REPLACED
    return UNSIGNED.get(shift.state)


# Lists of many learners ------------------------------------------------------------------------------------


def signed_days_of(enrolments: Iterable[Enrolment]) -> dict[int, int]:
    """Signed days by enrolment, for lists of many: one query, and no seal is asked.

    The same as `Totals.signed.days` while all seals hold; `verify_records` finds those that do not.
    """
    keys = [enrolment.pk for enrolment in enrolments]
    rows = Shift.objects.signed().filter(enrolment__in=keys).values("enrolment")
    days = dict(rows.annotate(days=Count("worked_on", distinct=True)).values_list("enrolment", "days"))
    return {key: days.get(key, 0) for key in keys}
