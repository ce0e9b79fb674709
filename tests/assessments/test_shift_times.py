"""When was a shift worked, by the clock on the wall there?"""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from assessments.shift_times import CameTwice, NeverCame, span_of
from tests.factories.people import NOON
from tests.factories.shifts import make_mentorship, make_shift


def minutes(day: date, call: str, wrap: str, zone: str, **which) -> int:
    span = span_of(day=day, call=time.fromisoformat(call), wrap=time.fromisoformat(wrap), zone=ZoneInfo(zone), **which)
    return int((span.wrap_at - span.call_at).total_seconds()) // 60


@pytest.mark.parametrize(
    ("day", "call", "wrap", "zone", "lasted"),
    [
        (date(2026, 11, 20), "07:30", "18:15", "Europe/London", 645),
        (date(2026, 11, 20), "23:30", "02:15", "Europe/London", 165),
        (date(2026, 11, 20), "18:00", "06:00", "Pacific/Kiritimati", 720),
        (date(2026, 11, 20), "23:30", "02:15", "Pacific/Pago_Pago", 165),
        (date(2024, 2, 28), "23:30", "02:15", "Europe/London", 165),  # into leap day
        (date(2024, 2, 29), "23:30", "02:15", "Europe/London", 165),
        # Forward: 28 to 29 March 2026 in London, 7 to 8 March in New York.
        (date(2026, 3, 28), "23:30", "02:15", "Europe/London", 105),
        (date(2026, 3, 29), "00:30", "03:00", "Europe/London", 90),
        (date(2026, 3, 7), "22:00", "06:00", "America/New_York", 420),
        # Back: 24 to 25 October 2026 in London, 31 October to 1 November in New York.
        (date(2026, 10, 24), "23:30", "02:15", "Europe/London", 225),
        (date(2026, 10, 31), "22:00", "06:00", "America/New_York", 540),
        (date(2026, 10, 24), "07:30", "07:30", "Europe/London", 1500),
    ],
)
def test_a_shift_lasts_as_long_as_it_really_did(day, call, wrap, zone, lasted):
    assert minutes(day, call, wrap, zone) == lasted


@pytest.mark.parametrize(
    ("day", "call", "wrap", "zone", "end"),
    [
        (date(2026, 3, 29), "01:30", "09:00", "Europe/London", "call"),
        (date(2026, 3, 28), "20:00", "01:30", "Europe/London", "wrap"),
        (date(2026, 3, 29), "00:30", "01:30", "Europe/London", "wrap"),
        (date(2026, 3, 8), "02:15", "09:00", "America/New_York", "call"),
    ],
)
def test_a_time_that_never_came_is_explained(day, call, wrap, zone, end):
    with pytest.raises(NeverCame, match="never came") as refusal:
        minutes(day, call, wrap, zone)

    assert refusal.value.end == end


@pytest.mark.parametrize(
    ("day", "call", "wrap", "zone", "end", "first", "second"),
    [
        (date(2026, 10, 25), "01:30", "09:00", "Europe/London", "call", 510, 450),
        (date(2026, 10, 24), "20:00", "01:30", "Europe/London", "wrap", 330, 390),
        (date(2026, 10, 25), "00:30", "01:30", "Europe/London", "wrap", 60, 120),
        (date(2026, 10, 31), "20:00", "01:30", "America/New_York", "wrap", 330, 390),
    ],
)
def test_a_time_that_came_twice_is_asked_about(day, call, wrap, zone, end, first, second):
    with pytest.raises(CameTwice, match="came twice") as question:
        minutes(day, call, wrap, zone)

    assert question.value.end == end
    assert minutes(day, call, wrap, zone, **{f"which_{end}": "first"}) == first
    assert minutes(day, call, wrap, zone, **{f"which_{end}": "second"}) == second


def test_within_the_hour_that_comes_twice_the_clock_may_run_backwards():
    day, zone = date(2026, 10, 25), "Europe/London"

    assert minutes(day, "01:50", "01:10", zone, which_call="first") == 20
    assert minutes(day, "01:10", "01:50", zone, which_call="second") == 40
    with pytest.raises(CameTwice):
        minutes(day, "01:10", "01:50", zone, which_call="first")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "call", "zone"),
    [
        (date(2026, 11, 20), time(0, 30), "Pacific/Kiritimati"),  # 19 November in UTC
        (date(2026, 11, 20), time(23, 30), "Pacific/Pago_Pago"),  # 21 November in UTC
        (date(2024, 2, 29), time(23, 30), "America/New_York"),
    ],
)
def test_a_shift_belongs_to_the_date_of_its_call_in_its_own_place(on, call, zone):
    shift = make_shift(make_mentorship(), on=on, call=call, wrap=time(6), zone=zone, at=NOON)

    assert shift.worked_on == on
