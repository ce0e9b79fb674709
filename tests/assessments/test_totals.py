"""How many days has a learner shadowed?"""

from datetime import date, time

import pytest

from assessments.models import Shift, ShiftRole
from assessments.shifts import make_production
from assessments.totals import ShadowDay, ShadowRecord, shadow_record
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
)
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)


def test_nothing_recorded_counts_nothing():
    assert shadow_record(make_enrolment()) == ShadowRecord()


def test_days_are_distinct_dates_and_minutes_are_those_signed():
    mentorship = make_mentorship()
    other_mentor = make_mentorship(enrolment=mentorship.enrolment)
    half = {"call": time(8), "break_minutes": 0}
    make_signed_shift(mentorship, on=FIRST, wrap=time(12), **half)
    production = make_production(learner=mentorship.learner, code="PRJ-ZZ9", at=NOON)
    make_signed_shift(mentorship, on=FIRST, call=time(13), wrap=time(14), break_minutes=0)
    make_signed_shift(mentorship, on=FIRST, call=time(15), wrap=time(16), break_minutes=0, role=ShiftRole.LEAD)
    make_signed_shift(other_mentor, on=SECOND, wrap=time(9), production=production, **half)
    make_waiting_shift(mentorship, on=SECOND, call=time(20), wrap=time(21), break_minutes=0)
    make_waiting_shift(mentorship, on=THIRD, role=ShiftRole.OBSERVE)

    record = shadow_record(mentorship.enrolment)

    assert record == ShadowRecord(
        days=(
            ShadowDay(on=FIRST, role=ShiftRole.ASSIST, state="signed"),
            ShadowDay(on=FIRST, role=ShiftRole.LEAD, state="signed"),
            ShadowDay(on=SECOND, role=ShiftRole.ASSIST, state="signed"),
            ShadowDay(on=THIRD, role=ShiftRole.OBSERVE, state="waiting"),
        ),
        signed_days=2,
        signed_by_role={ShiftRole.ASSIST: 2, ShiftRole.LEAD: 1},
        waiting_by_role={ShiftRole.OBSERVE: 1},
        mentors=2,
        productions=2,
        minutes=240 + 60 + 60 + 60,
    )


def test_drafts_questions_broken_seals_and_other_enrolments_count_nothing():
    mentorship = make_mentorship()
    make_shift(mentorship, on=FIRST)
    make_returned_shift(mentorship, on=SECOND)
    broken = make_signed_shift(mentorship, on=THIRD)
    lift_guards()
    Shift.objects.filter(pk=broken.pk).update(break_minutes=0)
    make_signed_shift(make_mentorship(enrolment=make_enrolment(learner=mentorship.learner)), on=date(2026, 11, 16))
    make_signed_shift(make_mentorship(mentor=make_mentor()))

    assert shadow_record(mentorship.enrolment) == ShadowRecord()


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_record_takes_one_query(shifts, django_assert_num_queries):
    mentorship = make_mentorship()
    for day in (FIRST, SECOND, THIRD)[:shifts]:
        make_signed_shift(mentorship, on=day)
    enrolment = mentorship.enrolment

    with django_assert_num_queries(1):
        record = shadow_record(enrolment)

    assert record.signed_days == shifts
