"""How does a shift read, in words?"""

from datetime import date, time

import pytest

from assessments.models import Shift
from assessments.shift_words import about_minutes, duration, hours_of, listed
from tests.factories.shifts import shift_fields


@pytest.mark.parametrize(("minutes", "words"), [(45, "45 min"), (60, "1 h"), (65, "1 h 05"), (570, "9 h 30")])
def test_minutes_are_said_as_people_say_them(minutes, words):
    assert duration(minutes) == words


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        (1, "About 1 minute. Then you are done."),
        (3, "About 4 minutes. Then you are done."),
        (30, "About 40 minutes. Then you are done."),
    ],
)
def test_a_stack_says_how_long_it_takes(cards, words):
    assert about_minutes(cards) == words


@pytest.mark.parametrize(
    ("fields", "reader", "words"),
    [
        ({}, "Europe/London", "07:30 to 18:15, breaks 1 h 15"),
        ({"break_minutes": 0}, "Europe/Paris", "07:30 to 18:15, London time"),
        ({"call": time(15), "wrap": time(2, 15), "break_minutes": 0}, "Europe/London", "15:00 to 02:15 the next day"),
        (
            {"on": date(2026, 10, 24), "call": time(20), "wrap": time(6), "break_minutes": 45},
            "Europe/London",
            "20:00 to 06:00 the next day (the clocks changed), breaks 45 min",
        ),
    ],
)
def test_hours_are_those_of_the_place(fields, reader, words):
    said = shift_fields(**fields)
    names = ("call_at", "wrap_at", "time_zone", "break_minutes")

    assert hours_of(Shift(**{name: said[name] for name in names}), zone=reader) == words


def test_words_in_a_row_begin_with_one_large_letter():
    assert listed(["Rehearsal", "Shoot"]) == "Rehearsal, shoot"
    assert listed([]) == ""
