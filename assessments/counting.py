"""Which signed days count, and as what? Facts and rules in, days and reasons out; no database here.

One function, `count`, feeds the learner's page, the desk and the certificate rule. A day is a date: it counts once, as one
of the roles that its learner had on it and for one of the productions they were on. Of all ways to count, that one is
taken which leaves the fewest minimums open; then the one with the most days; then with the most minutes; then with the
heavier roles. So more evidence never undoes a day, and a maximum is never a reason to have stayed at home.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from .counting_flow import Pipe, fill
from .models import ShiftRole

# The heavier role of a day is the one it counts as, in this order, where nothing speaks against it.
WEIGHT = [ShiftRole.OBSERVE, ShiftRole.ASSIST, ShiftRole.COVER, ShiftRole.LEAD]


@dataclass(frozen=True, kw_only=True)
class Worked:
    """One signed shift as rules look at it: keys and numbers, no title and no name."""

    on: date
    role: ShiftRole
    minutes: int = 0
    production: int | None = None
    mentor: int | None = None  # who signed; None for a registrar, on other evidence
    scenes: tuple[str, ...] = ()  # of Scene
    shift: int = 0  # its key, to name it by


@dataclass(frozen=True, kw_only=True)
class CountingRules:
    """What limits the days that count. Without any, every signed day counts."""

    days: int = 0  # asked for altogether
    least: Mapping[ShiftRole, int] = field(default_factory=dict)  # days asked for in a role
    most: Mapping[ShiftRole, int] = field(default_factory=dict)  # days that count in a role; none at 0
    recency_days: int | None = None  # a day counts until it is older than this
    days_per_production: int | None = None  # more on one production do not count


class Reason(StrEnum):
    """Why a shift, or a day, does not count."""

    # Recorded, and not standing with anybody.
    DRAFT = "draft"
    VOID = "void"
    REPLACED = "replaced"
    # Handed in, and not signed.
    WITH_MENTOR = "with_mentor"
    WITH_LEARNER = "with_learner"  # asked about, or other hours proposed
    WITH_REGISTRAR = "with_registrar"
    DECLINED = "declined"
    BROKEN = "broken"
    # Signed, and beyond the rules.
    OLD = "old"
    ROLE = "role"  # no day in it counts
    OVER_ROLE = "over_role"
    OVER_PRODUCTION = "over_production"


@dataclass(frozen=True, kw_only=True)
class CountedDay:
    """A date that counts, and as what."""

    on: date
    role: ShiftRole
    production: int | None
    minutes: int  # of all shifts of that date that may count


@dataclass(frozen=True, kw_only=True)
class Left:
    """A signed shift that does not count, and why. `role` is the heaviest that its day could have counted as."""

    worked: Worked
    reason: Reason
    role: ShiftRole


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What signed shifts come to under rules. Every one of them is in `counting` or in `left`."""

    rules: CountingRules
    days: dict[date, CountedDay]  # oldest first
    counting: tuple[Worked, ...]
    left: tuple[Left, ...]

    @property
    def minutes(self) -> int:
        return sum(worked.minutes for worked in self.counting)

    @property
    def by_role(self) -> dict[ShiftRole, int]:
        """Days by the role that each counts as; every role has its number."""
        return {role: sum(day.role is role for day in self.days.values()) for role in WEIGHT}

    @property
    def signed_by_role(self) -> dict[ShiftRole, int]:
        """All signed days, those that do not count by their heaviest role; every role has its number."""
        counts, lost = self.by_role, self.lost.values()
        return {role: counts[role] + sum(left.role is role for left in lost) for role in WEIGHT}

    @property
    def lost(self) -> dict[date, Left]:
        """Dates that do not count, each with one reason: that of the shift which was nearest to counting."""
        nearest: dict[date, Left] = {}
        for left in self.left:
            if left.worked.on not in self.days:
                before = nearest.setdefault(left.worked.on, left)
                if NEARNESS.index(left.reason) > NEARNESS.index(before.reason):
                    nearest[left.worked.on] = left
        return nearest

    @property
    def allowed(self) -> tuple[Worked, ...]:
        """What is over no limit but a maximum: still evidence of a production, a mentor, a kind of scene."""
        return self.counting + tuple(left.worked for left in self.left if left.reason in MAXIMUMS)

    def leaving(self, on: date, *, within: int) -> tuple[date, ...]:
        """The dates that count on `on` and will be too old `within` so many days, oldest first."""
        window = self.rules.recency_days
        if window is None:
            return ()
        return tuple(day for day in self.days if (on - day).days + within > window)


NEARNESS = [Reason.OLD, Reason.ROLE, Reason.OVER_PRODUCTION, Reason.OVER_ROLE]  # the last is nearest
MAXIMUMS = {Reason.OVER_ROLE, Reason.OVER_PRODUCTION}
SOURCE, SINK = ("source", None), ("sink", None)
FREE = object()  # stands for every production that cannot have too many days


def last_day(day: date, rules: CountingRules) -> date | None:
    """The last date on which a day is recent enough; None where there is no window."""
    return None if rules.recency_days is None else day + timedelta(days=rules.recency_days)


def count(shifts: Iterable[Worked], rules: CountingRules, *, on: date) -> Counted:
    """Hold signed shifts against rules as of the date `on`. Each counts, or has the reason why it does not."""
    left: list[Left] = []
    held: dict[date, list[Worked]] = defaultdict(list)
    for worked in sorted(shifts, key=lambda worked: (worked.on, worked.shift)):
        if rules.recency_days is not None and (on - worked.on).days > rules.recency_days:
            left.append(Left(worked=worked, reason=Reason.OLD, role=worked.role))
        elif rules.most.get(worked.role) == 0:
            left.append(Left(worked=worked, reason=Reason.ROLE, role=worked.role))
        else:
            held[worked.on].append(worked)
    days = _chosen(held, rules)
    full = {
        key for key, n in Counter(day.production for day in days.values()).items() if n == rules.days_per_production
    }
    for day, shifts_of_day in held.items():
        if day not in days:
            of_production = {worked.production for worked in shifts_of_day} <= full
            reason = Reason.OVER_PRODUCTION if of_production else Reason.OVER_ROLE
            role = max((worked.role for worked in shifts_of_day), key=WEIGHT.index)
            left += [Left(worked=worked, reason=reason, role=role) for worked in shifts_of_day]
    return Counted(
        rules=rules,
        days=days,
        counting=tuple(worked for day in days for worked in held[day]),
        left=tuple(sorted(left, key=lambda left: (left.worked.on, left.worked.shift))),
    )


def _chosen(held: Mapping[date, list[Worked]], rules: CountingRules) -> dict[date, CountedDay]:
    """The dates that count. Those alike in roles and productions are one node of the network, so that it stays small."""
    minutes = {day: sum(worked.minutes for worked in shifts) for day, shifts in held.items()}
    productions = {day: _by_minutes(shifts) for day, shifts in held.items()}
    free = _free_of_a_limit(productions, rules.days_per_production)
    kinds: dict[tuple[tuple[ShiftRole, ...], tuple[int | None, ...]], list[date]] = defaultdict(list)
    for day, shifts in held.items():
        roles = tuple(role for role in WEIGHT if any(worked.role is role for worked in shifts))
        kinds[roles, () if day in free else productions[day]].append(day)
    # Worth, so that each outweighs all of what comes after it: an open minimum, a minute, the weight of a role.
    minute = len(WEIGHT) * len(held) + 1
    minimum = minute * (sum(minutes.values()) + 1)
    on_productions, through, as_roles, to_sink = [], [], [], []
    for kind, dates in kinds.items():
        dates.sort(key=lambda day: (-minutes[day], day))  # the longest first, then the oldest
        on_productions += [Pipe(("production", key), ("day", kind), [0] * len(dates)) for key in kind[1] or (FREE,)]
        through.append(Pipe(("day", kind), ("counts", kind), [minute * minutes[day] for day in dates]))
        as_roles += [Pipe(("counts", kind), ("role", role), [0] * len(dates)) for role in reversed(kind[0])]
    from_source = [
        Pipe(SOURCE, node, [0] * (len(held) if node[1] is FREE else rules.days_per_production or 0))
        for node in dict.fromkeys(pipe.tail for pipe in on_productions)
    ]
    for place, role in enumerate(WEIGHT):
        most = min(rules.most.get(role, len(held)), len(held))
        least = min(rules.least.get(role, 0), most)
        to_sink.append(Pipe(("role", role), SINK, [minimum + place] * least + [place] * (most - least)))
    fill([*from_source, *on_productions, *through, *as_roles, *to_sink], SOURCE, SINK)
    days = []
    for kind, dates in kinds.items():
        roles_of = [pipe.head[1] for pipe in as_roles if pipe.tail[1] == kind for _unit in range(pipe.flow)]
        keys_of = [pipe.tail[1] for pipe in on_productions if pipe.head[1] == kind for _unit in range(pipe.flow)]
        for day, role, key in zip(dates, roles_of, keys_of, strict=False):
            key = free.get(day, key)
            days.append(CountedDay(on=day, role=role, production=key, minutes=minutes[day]))
    return {day.on: day for day in sorted(days, key=lambda day: day.on)}


def _free_of_a_limit(productions: Mapping[date, tuple[int | None, ...]], limit: int | None) -> dict[date, int | None]:
    """The dates that can be for a production which cannot have too many days, with that production."""
    number = Counter(key for keys in productions.values() for key in keys)
    free = {}
    for day, keys in productions.items():
        if fits := [key for key in keys if limit is None or number[key] <= limit]:
            free[day] = fits[0]
    return free


def _by_minutes(shifts: list[Worked]) -> tuple[int | None, ...]:
    """The productions of a date, the one worked longest first."""
    minutes: dict[int | None, int] = defaultdict(int)
    for worked in shifts:
        minutes[worked.production] += worked.minutes
    return tuple(sorted(minutes, key=lambda key: (-minutes[key], key or 0)))
