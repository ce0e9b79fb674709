"""Do exactly those days count which rules let count, in the way that helps most?"""

import random
from datetime import date, timedelta
from itertools import product

import pytest

from assessments.counting import WEIGHT, Counted, CountingRules, Left, Reason, Worked, count, last_day
from assessments.models import ShiftRole

OBSERVE, ASSIST, LEAD, COVER = ShiftRole.OBSERVE, ShiftRole.ASSIST, ShiftRole.LEAD, ShiftRole.COVER
FIRST_DAY = date(2026, 3, 2)
TODAY = date(2026, 11, 23)


def worked(
    day: int, role: ShiftRole = ASSIST, *, minutes: int = 60, production: int = 1, shift: int = 0, **facts: object
) -> Worked:
    """A shift so many days after the first."""
    return Worked(
        on=FIRST_DAY + timedelta(days=day), role=role, minutes=minutes, production=production, shift=shift, **facts
    )


def counted(*shifts: Worked, on: date = TODAY, **rules: object) -> Counted:
    return count(shifts, CountingRules(**rules), on=on)


def days_of(found: Counted) -> list[tuple[int, ShiftRole]]:
    return [((day.on - FIRST_DAY).days, day.role) for day in found.days.values()]


def test_without_rules_every_date_counts_once_as_its_heaviest_role():
    found = counted(worked(0, OBSERVE), worked(0, LEAD), worked(0, ASSIST), worked(3, OBSERVE, minutes=90))

    assert days_of(found) == [(0, LEAD), (3, OBSERVE)]
    assert (found.minutes, found.left, found.by_role[LEAD], found.by_role[COVER]) == (270, (), 1, 0)


def test_nothing_comes_to_nothing():
    assert counted(most={LEAD: 0}, least={ASSIST: 2}, days_per_production=1) == Counted(
        rules=CountingRules(most={LEAD: 0}, least={ASSIST: 2}, days_per_production=1), days={}, counting=(), left=()
    )


def test_over_a_maximum_the_longest_days_count_and_the_others_say_why():
    short, long, middle = worked(0, OBSERVE, minutes=1), worked(1, OBSERVE, minutes=9), worked(2, OBSERVE, minutes=5)

    found = counted(short, long, middle, most={OBSERVE: 2})

    assert found.counting == (long, middle)
    assert found.left == (Left(worked=short, reason=Reason.OVER_ROLE, role=OBSERVE),)
    assert found.signed_by_role[OBSERVE] == 3


def test_of_days_alike_the_older_ones_count():
    assert days_of(counted(worked(2), worked(0), worked(1), most={ASSIST: 2})) == [(0, ASSIST), (1, ASSIST)]


def test_a_role_that_does_not_count_says_so_and_leaves_the_rest_of_its_day():
    found = counted(worked(0, COVER, minutes=30), worked(0, ASSIST), worked(1, COVER), most={COVER: 0})

    assert days_of(found) == [(0, ASSIST)]
    assert found.minutes == 60
    assert [(left.worked.minutes, left.reason) for left in found.left] == [(30, Reason.ROLE), (60, Reason.ROLE)]
    assert list(found.lost) == [FIRST_DAY + timedelta(days=1)]


def test_the_third_day_on_a_production_does_not_count():
    crowd = [worked(day, production=7, minutes=60 + day) for day in range(3)]

    found = counted(*crowd, worked(5, production=8), days_per_production=2)

    assert [day for day, _role in days_of(found)] == [1, 2, 5]
    assert [(left.worked, left.reason) for left in found.left] == [(crowd[0], Reason.OVER_PRODUCTION)]


def test_a_day_on_two_productions_counts_for_the_one_that_has_room():
    found = counted(
        worked(0, production=1), worked(1, production=1, minutes=90), worked(1, production=2), days_per_production=1
    )

    assert [(day.on, day.production) for day in found.days.values()] == [
        (FIRST_DAY, 1),
        (FIRST_DAY + timedelta(days=1), 2),
    ]
    assert found.left == ()


@pytest.mark.parametrize(("age", "counts"), [(729, True), (730, True), (731, False)])
def test_a_day_counts_up_to_the_last_day_of_its_window(age, counts):
    day = worked(0)

    found = counted(day, on=FIRST_DAY + timedelta(days=age), recency_days=730)

    assert bool(found.days) is counts
    assert [left.reason for left in found.left] == ([] if counts else [Reason.OLD])
    assert last_day(day.on, found.rules) == FIRST_DAY + timedelta(days=730)


def test_days_that_leave_the_window_soon_are_known():
    found = counted(worked(0), worked(9), worked(10), on=FIRST_DAY + timedelta(days=20), recency_days=30)

    assert found.leaving(FIRST_DAY + timedelta(days=20), within=10) == ()
    assert found.leaving(FIRST_DAY + timedelta(days=20), within=11) == (FIRST_DAY,)
    assert len(found.leaving(FIRST_DAY + timedelta(days=20), within=20)) == 2
    assert counted(worked(0)).leaving(TODAY, within=999) == ()


def test_what_is_over_a_maximum_still_shows_a_production_and_a_mentor():
    found = counted(
        worked(0, OBSERVE, production=1, minutes=9), worked(1, OBSERVE, production=2), worked(2, COVER, production=3),
        most={OBSERVE: 1, COVER: 0},
    )  # fmt: skip

    assert {one.production for one in found.allowed} == {1, 2}


def random_case(chance: random.Random) -> tuple[list[Worked], CountingRules]:
    most = {role: chance.randint(0, 2) for role in WEIGHT if chance.random() < 0.5}
    least = {role: min(chance.randint(0, 2), most.get(role, 9)) for role in WEIGHT if chance.random() < 0.6}
    shifts = [
        worked(
            chance.randint(0, 4),
            chance.choice(WEIGHT),
            minutes=chance.randint(1, 9),
            production=chance.randint(1, 3),
            shift=place,
        )
        for place in range(chance.randint(0, 6))
    ]
    return shifts, CountingRules(most=most, least=least, days_per_production=chance.choice((None, 1, 1, 2)))


def score(days: list[tuple[ShiftRole, int]], rules: CountingRules) -> tuple[int, int, int, int]:
    number = {role: sum(chosen is role for chosen, _minutes in days) for role in WEIGHT}
    return (
        len(days),
        sum(min(number[role], least) for role, least in rules.least.items()),
        sum(minutes for _role, minutes in days),
        sum(WEIGHT.index(role) for role, _minutes in days),
    )


def best_by_trying(shifts: list[Worked], rules: CountingRules) -> tuple[int, int, int, int]:
    """Every way to count each date, or not: slow, and plainly right."""
    held: dict[date, list[Worked]] = {}
    for shift in shifts:
        if rules.most.get(shift.role) != 0:
            held.setdefault(shift.on, []).append(shift)
    ways = []
    for day in held.values():
        minutes = sum(shift.minutes for shift in day)
        pairs = {(one.role, other.production) for one in day for other in day}
        ways.append([None, *((role, production, minutes) for role, production in pairs)])
    best = (0, 0, 0, 0)
    for chosen in product(*ways):
        days = [way for way in chosen if way]
        roles, productions = [way[0] for way in days], [way[1] for way in days]
        if any(roles.count(role) > most for role, most in rules.most.items()):
            continue
        if rules.days_per_production and any(productions.count(key) > rules.days_per_production for key in productions):
            continue
        best = max(best, score([(role, minutes) for role, _production, minutes in days], rules))
    return best


def test_no_other_way_of_counting_gives_more_days_minimums_or_minutes():
    chance = random.Random(3)
    for _case in range(400):
        shifts, rules = random_case(chance)

        found = count(shifts, rules, on=TODAY)

        assert score([(day.role, day.minutes) for day in found.days.values()], rules) == best_by_trying(shifts, rules)
        assert sorted([*found.counting, *(left.worked for left in found.left)], key=lambda one: one.shift) == shifts
        assert all(found.by_role[role] <= most for role, most in rules.most.items())
        assert count(reversed(shifts), rules, on=TODAY) == found


def test_another_day_never_makes_fewer_count():
    chance = random.Random(4)
    for _case in range(400):
        shifts, rules = random_case(chance)
        another = worked(chance.randint(0, 6), chance.choice(WEIGHT), production=chance.randint(1, 3), shift=99)

        before, after = count(shifts, rules, on=TODAY), count([*shifts, another], rules, on=TODAY)

        assert len(after.days) >= len(before.days)
        if rules.days_per_production is None:
            assert after.minutes >= before.minutes
