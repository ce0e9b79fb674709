"""Are date, days and minutes right on the nights the clocks change, across the date line, on leap day and at year's end?

Through the form, as it is typed, and through the function that keeps it.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.http import QueryDict

from assessments.counting import CountingRules
from assessments.models import Shift
from assessments.shift_forms import ShiftForm
from assessments.shifts import CannotRecord, log_shift, make_production, submit_shift
from assessments.signing import sign_shift
from assessments.totals import totals_for
from tests.factories.people import NOON
from tests.factories.shifts import make_mentorship, shift_fields

pytestmark = pytest.mark.django_db

LONDON, NEW_YORK, LORD_HOWE = "Europe/London", "America/New_York", "Australia/Lord_Howe"
KIRITIMATI, PAGO_PAGO = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # +14 and -11: the two ends of a date
FIRST, SECOND = {"call_which": "first"}, {"call_which": "second"}
WRAP_FIRST, WRAP_SECOND = {"wrap_which": "first"}, {"wrap_which": "second"}

# The day as typed, call, wrap, breaks; then the moments in UTC and the minutes that were really worked.
NIGHTS = [
    ("an ordinary night", LONDON, "2026-11-20", "23:30", "02:15", 0, {}, "11-20 23:30", "11-21 02:15", 165),
    ("London, forward", LONDON, "2026-03-28", "23:30", "02:15", 0, {}, "03-28 23:30", "03-29 01:15", 105),
    ("London, forward, with a break", LONDON, "2026-03-28", "18:00", "06:00", 45, {}, "03-28 18:00", "03-29 05:00", 615),
    ("London, back", LONDON, "2026-10-24", "23:30", "02:15", 0, {}, "10-24 22:30", "10-25 02:15", 225),
    ("London, back, wrap the first", LONDON, "2026-10-24", "22:00", "01:30", 0, WRAP_FIRST, "10-24 21:00", "10-25 00:30", 210),
    ("London, back, wrap the second", LONDON, "2026-10-24", "22:00", "01:30", 0, WRAP_SECOND, "10-24 21:00", "10-25 01:30", 270),
    ("London, back, call the first", LONDON, "2026-10-25", "01:30", "09:00", 0, FIRST, "10-25 00:30", "10-25 09:00", 510),
    ("London, back, call the second", LONDON, "2026-10-25", "01:30", "09:00", 0, SECOND, "10-25 01:30", "10-25 09:00", 450),
    ("New York, forward", NEW_YORK, "2026-03-07", "22:00", "06:00", 0, {}, "03-08 03:00", "03-08 10:00", 420),
    ("New York, back", NEW_YORK, "2025-11-01", "22:00", "06:00", 30, {}, "11-02 02:00", "11-02 11:00", 510),
    ("Lord Howe, forward by half an hour", LORD_HOWE, "2026-10-03", "23:30", "02:45", 0, {}, "10-03 13:00", "10-03 15:45", 165),
    ("Lord Howe, back by half an hour", LORD_HOWE, "2026-04-04", "23:30", "02:15", 0, {}, "04-04 12:30", "04-04 15:45", 195),
    ("Kiritimati, where the day begins", KIRITIMATI, "2026-11-20", "00:30", "09:00", 60, {}, "11-19 10:30", "11-19 19:00", 450),
    ("Kiritimati, overnight", KIRITIMATI, "2026-11-20", "18:00", "06:00", 0, {}, "11-20 04:00", "11-20 16:00", 720),
    ("Pago Pago, where it ends", PAGO_PAGO, "2026-11-20", "23:30", "02:15", 0, {}, "11-21 10:30", "11-21 13:15", 165),
    ("into leap day", LONDON, "2024-02-28", "23:30", "02:15", 0, {}, "02-28 23:30", "02-29 02:15", 165),
    ("out of leap day", NEW_YORK, "2024-02-29", "23:30", "02:15", 0, {}, "03-01 04:30", "03-01 07:15", 165),
    ("no leap day", LONDON, "2026-02-28", "23:30", "02:15", 0, {}, "02-28 23:30", "03-01 02:15", 165),
    ("over the end of the year", LONDON, "2025-12-31", "23:30", "02:15", 15, {}, "12-31 23:30", "2026-01-01 02:15", 150),
    ("late in Pago Pago", PAGO_PAGO, "2025-12-31", "20:00", "01:00", 0, {}, "2026-01-01 07:00", "2026-01-01 12:00", 300),
    ("a whole day", LONDON, "2026-11-19", "07:30", "07:29", 30, {}, "11-19 07:30", "11-20 07:29", 1409),
]  # fmt: skip


def moment(said: str, day: str) -> datetime:
    text = said if len(said) > len("11-20 23:30") else f"{day[:4]}-{said}"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def typed(mentorship, *, zone: str, day: str, call: str, wrap: str, breaks: int, which: dict[str, str]) -> ShiftForm:
    data = QueryDict(mutable=True)
    data.update(
        {
            "worked_on": day, "call": call, "wrap": wrap, "break_minutes": str(breaks), "time_zone": zone,
            "production": "new", "new_code": "PRJ-7Q2", "mentorship": str(mentorship.pk), "role": "ASSIST",
            "medium": "SERIES", "region": "EUROPE", "union": "UNKNOWN", **which,
        }
    )  # fmt: skip
    data.setlist("phases", ["SHOOT"])
    return ShiftForm(data, learner=mentorship.learner, mentorships=[mentorship], productions=[])


def keep(mentorship, fields, *, at: datetime) -> Shift:
    production = make_production(learner=mentorship.learner, code="PRJ-7Q2", at=at)
    shift = log_shift(learner=mentorship.learner, mentorship=mentorship, production=production, at=at, **fields)
    return Shift.objects.whole().get(pk=shift.pk)


@pytest.mark.parametrize(
    ("zone", "day", "call", "wrap", "breaks", "which", "call_at", "wrap_at", "minutes"),
    [night[1:] for night in NIGHTS],
    ids=[night[0] for night in NIGHTS],
)
def test_a_night_is_kept_as_it_was(zone, day, call, wrap, breaks, which, call_at, wrap_at, minutes):
    mentorship = make_mentorship()
    form = typed(mentorship, zone=zone, day=day, call=call, wrap=wrap, breaks=breaks, which=which)
    assert form.is_valid(), form.errors
    wrapped = moment(wrap_at, day)

    shift = keep(mentorship, form.fields_said(), at=max(NOON, wrapped))
    at = wrapped + timedelta(hours=1)
    signed = sign_shift(
        shift=submit_shift(shift=shift, at=at), mentor=mentorship.mentor, rubric={}, authentication="password", at=at
    )

    assert (shift.call_at, shift.wrap_at) == (moment(call_at, day), wrapped)
    assert (shift.worked_on, shift.minutes) == (date.fromisoformat(day), minutes)
    assert (signed.sealed["date"], signed.sealed["minutes"]) == (day, minutes)
    found = totals_for(mentorship.enrolment, CountingRules(), on=shift.worked_on)
    assert ([one.on for one in found.days], found.signed.days, found.signed.minutes) == ([shift.worked_on], 1, minutes)


@pytest.mark.parametrize(
    ("zone", "day", "call", "wrap", "field", "sentence"),
    [
        (LONDON, "2026-03-29", "01:30", "09:00", "call", "never came"),
        (LONDON, "2026-03-28", "20:00", "01:30", "wrap", "never came"),
        (NEW_YORK, "2026-03-08", "02:15", "09:00", "call", "never came"),
        (LORD_HOWE, "2026-10-04", "02:15", "09:00", "call", "never came"),
        (LONDON, "2026-10-25", "01:30", "09:00", "call_which", "came twice"),
        (NEW_YORK, "2025-11-01", "20:00", "01:30", "wrap_which", "came twice"),
        (LORD_HOWE, "2026-04-04", "20:00", "01:45", "wrap_which", "came twice"),
        (LONDON, "2026-02-29", "08:00", "09:00", "worked_on", "valid date"),
    ],
)
def test_a_time_that_the_clock_never_showed_or_showed_twice_is_asked_about(zone, day, call, wrap, field, sentence):
    form = typed(make_mentorship(), zone=zone, day=day, call=call, wrap=wrap, breaks=0, which={})

    assert not form.is_valid()
    assert sentence in str(form.errors[field])


def test_one_moment_is_two_dates_and_each_shift_has_that_of_its_own_clock():
    """A learner who flies from Kiritimati to Pago Pago works on the same date twice, a day later: one day, both hours."""
    mentorship = make_mentorship()
    there = keep(mentorship, shift_fields(on=date(2026, 11, 20), call=time(8), wrap=time(16), zone=KIRITIMATI), at=NOON)
    here = keep(mentorship, shift_fields(on=date(2026, 11, 20), call=time(8), wrap=time(16), zone=PAGO_PAGO), at=NOON)

    for shift in (there, here):
        sign_shift(
            shift=submit_shift(shift=shift, at=NOON), mentor=mentorship.mentor, rubric={}, authentication="password",
            at=NOON,
        )  # fmt: skip

    assert here.call_at - there.call_at == timedelta(hours=25)
    assert there.worked_on == here.worked_on == date(2026, 11, 20)
    found = totals_for(mentorship.enrolment, CountingRules(), on=NOON.date())
    assert (found.signed.days, found.signed.minutes) == (1, 2 * (8 * 60 - 75))


def test_twenty_four_hours_are_counted_by_the_hours_that_passed_and_not_by_the_clock():
    # From 07:30 to 07:30 the clock shows a whole day; when it goes back that is 25 hours, and when it goes forward 23.
    long_night = {
        "call_at": datetime(2026, 10, 24, 6, 30, tzinfo=UTC),
        "wrap_at": datetime(2026, 10, 25, 7, 30, tzinfo=UTC),
    }
    short_night = {
        "call_at": datetime(2026, 3, 28, 7, 30, tzinfo=UTC),
        "wrap_at": datetime(2026, 3, 29, 6, 30, tzinfo=UTC),
    }
    mentorship = make_mentorship()

    with pytest.raises(CannotRecord, match="24 hours"):
        keep(mentorship, shift_fields() | long_night, at=NOON)
    assert keep(mentorship, shift_fields() | short_night, at=NOON).minutes == 23 * 60 - 75
