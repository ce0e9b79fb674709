"""What do the totals consist of? By role, production, mentor, medium, region and union; and scenes by their type.

The parts of a table always add up to the whole. A shift has one of each, so shifts and minutes do by themselves. A date
with two is put down once: to the role or production it counts as, otherwise where most of it was worked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from .counting import WEIGHT
from .models import Medium, Region, Scene, SealedBy, Shift, ShiftRole, Union
from .totals import Amount, Placed, Step, Totals, amounts_of, furthest_of


@dataclass(frozen=True, kw_only=True)
class Part:
    """One line of a table: what it is, and how much of it has come how far."""

    key: str
    label: str
    amounts: tuple[Amount, Amount, Amount, Amount]  # by Step

    @property
    def recorded(self) -> Amount:
        return self.amounts[Step.RECORDED]

    @property
    def signed(self) -> Amount:
        return self.amounts[Step.SIGNED]

    @property
    def countable(self) -> Amount:
        return self.amounts[Step.COUNTS]


@dataclass(frozen=True, kw_only=True)
class ScenePart:
    """How many scenes of one type. They add up; the dates do not, as one may have several types."""

    key: str
    label: str
    scenes: tuple[int, int, int, int]  # by Step
    days: tuple[int, int, int, int]

    @property
    def recorded(self) -> int:
        return self.scenes[Step.RECORDED]

    @property
    def signed(self) -> int:
        return self.scenes[Step.SIGNED]

    @property
    def signed_days(self) -> int:
        return self.days[Step.SIGNED]

    @property
    def countable(self) -> int:
        return self.scenes[Step.COUNTS]


def by_role(totals: Totals) -> tuple[Part, ...]:
    return _parts(
        totals.placed,
        key=lambda one: one.shift.role,
        label=lambda shift: label_of(ShiftRole, shift.role),
        order=[role.value for role in ShiftRole],
        # A date that does not count is put down to the heaviest role it came furthest in, as `count` does.
        day_key=lambda one: one.day_role.value if one.day_role else None,
        weight=lambda one: WEIGHT.index(ShiftRole(one.shift.role)) if one.shift.role in ShiftRole.values else -1,
    )


def by_production(totals: Totals) -> tuple[Part, ...]:
    return _parts(
        totals.placed,
        key=lambda one: str(one.shift.production_id),
        label=lambda shift: shift.production.code,
        day_key=lambda one: str(one.day_production) if one.day_production else None,
    )


def by_mentor(totals: Totals) -> tuple[Part, ...]:
    """Whoever signed, and for what is not signed whom it is with."""
    return _parts(totals.placed, key=lambda one: _mentor_key(one.shift), label=_mentor_name)


def by_medium(totals: Totals) -> tuple[Part, ...]:
    return _by_word(totals, "medium", Medium)


def by_region(totals: Totals) -> tuple[Part, ...]:
    return _by_word(totals, "region", Region)


def by_union(totals: Totals) -> tuple[Part, ...]:
    return _by_word(totals, "union", Union)


def by_scene(totals: Totals) -> tuple[ScenePart, ...]:
    """Scene types that were recorded, in the order of their list."""
    number: dict[str, list[int]] = defaultdict(lambda: [0] * len(Step))
    dates: dict[str, list[set[date]]] = defaultdict(lambda: [set() for _step in Step])
    for one in totals.placed:
        for scene, count in _scenes(one.shift):
            for step in Step:
                if one.step >= step:
                    number[scene][step] += count
                    dates[scene][step].add(one.shift.worked_on)
    return tuple(
        ScenePart(
            key=scene,
            label=label_of(Scene, scene),
            scenes=_four(number[scene]),
            days=_four([len(those) for those in dates[scene]]),
        )
        for scene in _sorted(number, Scene.values)
    )


def label_of(choices: type[TextChoices], value: str) -> str:
    """The member's label; the value itself for one that is no longer, or never was, in the list."""
    return str(choices(value).label) if value in choices.values else value


def _by_word(totals: Totals, name: str, choices: type[TextChoices]) -> tuple[Part, ...]:
    return _parts(
        totals.placed,
        key=lambda one: str(getattr(one.shift, name)),
        label=lambda shift: label_of(choices, getattr(shift, name)),
        order=choices.values,
    )


def _parts(
    placed: Sequence[Placed],
    *,
    key: Callable[[Placed], str],
    label: Callable[[Shift], str],
    order: Sequence[str] = (),
    day_key: Callable[[Placed], str | None] = lambda one: None,
    weight: Callable[[Placed], int] = lambda one: 0,
) -> tuple[Part, ...]:
    furthest = furthest_of(placed)
    of_part: dict[str, list[Placed]] = defaultdict(list)
    on_date: dict[date, list[Placed]] = defaultdict(list)
    for one in placed:
        of_part[key(one)].append(one)
        if one.step is furthest[one.shift.worked_on]:
            on_date[one.shift.worked_on].append(one)
    days_of: dict[str, list[Step]] = defaultdict(list)
    for day, those in on_date.items():
        days_of[day_key(those[0]) or _most(those, key, weight)].append(furthest[day])
    labels = {part: label(those[0].shift) for part, those in of_part.items()}
    keys = _sorted(labels, order) if order else sorted(labels, key=lambda part: (labels[part], part))
    return tuple(Part(key=part, label=labels[part], amounts=amounts_of(of_part[part], days_of[part])) for part in keys)


def _most(those: Iterable[Placed], key: Callable[[Placed], str], weight: Callable[[Placed], int]) -> str:
    """The part that weighs most on a date; among those alike, the one worked longest, then the first by its key."""
    minutes: dict[str, int] = defaultdict(int)
    weights: dict[str, int] = {}
    for one in those:
        minutes[key(one)] += one.minutes
        weights[key(one)] = weight(one)
    return min(minutes, key=lambda part: (-weights[part], -minutes[part], part))


def _sorted(keys: Iterable[str], order: Sequence[str]) -> list[str]:
    return sorted(keys, key=lambda key: (order.index(key) if key in order else len(order), key))


def _scenes(shift: Shift) -> list[tuple[str, int]]:
    # A row that was altered behind our back may hold anything; it is listed with its broken seal, not as an error.
    scenes = shift.scenes if isinstance(shift.scenes, dict) else {}
    return [(scene, count) for scene, count in scenes.items() if isinstance(count, int)]


def _four(numbers: Sequence[int]) -> tuple[int, int, int, int]:
    recorded, submitted, signed, counts = numbers
    return recorded, submitted, signed, counts


def _mentor_key(shift: Shift) -> str:
    return "registrar" if shift.sealed_by == SealedBy.REGISTRAR else str(shift.mentorship.mentor_id)


def _mentor_name(shift: Shift) -> str:
    return (
        _("The registrar, on other evidence") if shift.sealed_by == SealedBy.REGISTRAR else shift.mentorship.mentor.name
    )
