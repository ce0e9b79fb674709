"""Does everything recorded stand on one step, with the reason why it goes no further, so that the parts are the whole?"""

from datetime import date, time, timedelta

import pytest

from assessments.answering import decline_shift, propose_hours
from assessments.counting import CountingRules, Reason
from assessments.disputing import decide_dispute, open_dispute
from assessments.models import DeclineReason, Outcome, Scene, Shift, ShiftRole, VoidReason
from assessments.shifts import amend_shift, change_shift, make_production, submit_shift, void_shift
from assessments.signing import sign_shift
from assessments.totals import Amount, ShadowDay, Totals, signed_days_of, totals_for
from assessments.totals_parts import by_mentor, by_production, by_role, by_scene
from assessments.totals_words import ladder, runs_out, tables
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FREE = CountingRules()
HOURS = {"call": time(8), "wrap": time(16), "break_minutes": 0}  # 480 minutes


def day(number: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, number)


def totals(mentorship, rules: CountingRules = FREE, *, on: date = TODAY) -> Totals:
    return totals_for(mentorship.enrolment, rules, on=on)


def why(found: Totals) -> list[tuple[Reason, int, int, int]]:
    return [(one.reason, one.amount.shifts, one.amount.days, one.amount.minutes) for one in found.differences]


def steps(found: Totals) -> list[tuple[int, int, int]]:
    return [(amount.shifts, amount.days, amount.minutes) for amount in found.amounts]


def test_nothing_recorded_comes_to_nothing():
    found = totals_for(make_enrolment(), FREE, on=TODAY)

    assert (found.amounts, found.differences, found.days) == ((Amount(),) * 4, (), ())
    assert [rung.title for rung in ladder(found)] == ["Recorded", "Handed in", "Signed", "Counts"]
    assert tables(found) == []


def test_every_shift_that_is_not_signed_says_why():
    own = make_mentorship()
    make_shift(own, on=day(2), **HOURS)
    make_waiting_shift(own, on=day(3), **HOURS)
    make_returned_shift(own, on=day(4), **HOURS)
    proposed = make_waiting_shift(own, on=day(5), **HOURS)
    propose_hours(
        shift=proposed, mentor=own.mentor, call_at=proposed.call_at, wrap_at=proposed.wrap_at, break_minutes=30, at=NOON
    )
    declined = make_waiting_shift(own, on=day(6), **HOURS)
    decline_shift(shift=declined, mentor=own.mentor, reason=DeclineReason.NOT_SO, at=NOON)
    disputed = make_waiting_shift(own, on=day(7), **HOURS)
    decline_shift(shift=disputed, mentor=own.mentor, reason=DeclineReason.NOT_SO, at=NOON)
    open_dispute(shift=disputed, account="I was there.", at=NOON)
    void = make_signed_shift(own, on=day(8), **HOURS)
    void_shift(shift=void, by=make_registrar(), reason=VoidReason.UNTRUE, at=NOON, as_registrar=True)
    broken = make_signed_shift(own, on=day(9), **HOURS)
    lift_guards()
    Shift.objects.filter(pk=broken.pk).update(role=ShiftRole.LEAD)
    signed = make_signed_shift(own, on=day(10), **HOURS)

    found = totals(own)

    assert steps(found) == [(9, 9, 9 * 480), (7, 7, 7 * 480), (1, 1, 480), (1, 1, 480)]
    assert why(found) == [
        (Reason.DRAFT, 1, 1, 480),
        (Reason.VOID, 1, 1, 480),
        (Reason.WITH_MENTOR, 1, 1, 480),
        (Reason.WITH_LEARNER, 2, 2, 960),
        (Reason.WITH_REGISTRAR, 1, 1, 480),
        (Reason.BROKEN, 1, 1, 480),
        (Reason.DECLINED, 1, 1, 480),
    ]
    assert [shift.pk for one in found.differences for shift in one.shifts if one.reason is Reason.BROKEN] == [broken.pk]
    assert found.counted.counting[0].shift == signed.pk


def test_signed_days_beyond_the_rules_say_which_rule():
    own = make_mentorship()
    make_signed_shift(own, on=day(1), **HOURS)
    other = make_production(learner=own.learner, code="PRJ-ZZ9", at=NOON)
    for number in (10, 11):
        make_signed_shift(own, on=day(number), role=ShiftRole.OBSERVE, production=other, **HOURS)
    for number in (12, 13, 14):
        make_signed_shift(own, on=day(number), **HOURS)
    make_signed_shift(own, on=day(15), role=ShiftRole.COVER, production=other, **HOURS)
    rules = CountingRules(
        most={ShiftRole.OBSERVE: 1, ShiftRole.COVER: 0}, recency_days=20, days_per_production=2, days=9
    )

    found = totals(own, rules)

    assert steps(found)[2:] == [(7, 7, 7 * 480), (3, 3, 3 * 480)]
    assert [(one.reason, one.role, one.production, one.amount.days) for one in found.differences] == [
        (Reason.OVER_ROLE, ShiftRole.OBSERVE, "", 1),
        (Reason.OVER_PRODUCTION, None, own.learner.productions.exclude(pk=other.pk).get().code, 1),
        (Reason.ROLE, ShiftRole.COVER, "", 1),
        (Reason.OLD, None, "", 1),
    ]
    code = found.differences[1].production
    assert [rung.title for rung in ladder(found) if not rung.is_step] == [
        "At most 1 day counts in this role: observe.",
        f"At most 2 days on one production count, and {code} has more.",
        "No day in this role counts: cover.",
        "More than 20 days ago: too long to count.",
    ]


def test_a_day_is_a_date_and_minutes_are_those_of_shifts():
    own = make_mentorship()
    make_signed_shift(own, on=day(17), call=time(8), wrap=time(12), break_minutes=0)
    make_signed_shift(own, on=day(17), call=time(13), wrap=time(14), break_minutes=0, role=ShiftRole.LEAD)
    make_waiting_shift(own, on=day(17), call=time(20), wrap=time(21), break_minutes=0, role=ShiftRole.COVER)

    found = totals(own)

    assert steps(found) == [(3, 1, 360), (3, 1, 360), (2, 1, 300), (2, 1, 300)]
    assert why(found) == [(Reason.WITH_MENTOR, 1, 0, 60)]
    assert [(part.key, part.signed) for part in by_role(found)] == [
        ("ASSIST", Amount(shifts=1, days=0, minutes=240)),
        ("LEAD", Amount(shifts=1, days=1, minutes=60)),
        ("COVER", Amount(shifts=0, days=0, minutes=0)),
    ]
    assert found.days == (
        ShadowDay(on=day(17), role=ShiftRole.ASSIST, state="signed"),
        ShadowDay(on=day(17), role=ShiftRole.COVER, state="waiting"),
        ShadowDay(on=day(17), role=ShiftRole.LEAD, state="signed"),
    )


def test_a_signed_shift_counts_until_its_amendment_is_signed():
    own = make_mentorship()
    first = make_signed_shift(own, on=day(17), **HOURS)
    amended = amend_shift(shift=first, at=NOON)
    said = shift_fields(on=day(17), call=time(8), wrap=time(12), break_minutes=0)
    amended = change_shift(shift=amended, mentorship=own, production=first.production, at=NOON, **said)

    before = totals(own)
    submit_shift(shift=amended, at=NOON)
    sign_shift(shift=amended, mentor=own.mentor, rubric={}, authentication="password", at=NOON + timedelta(hours=1))
    after = totals(own)

    assert (before.countable, why(before)) == (Amount(shifts=1, days=1, minutes=480), [(Reason.DRAFT, 1, 0, 240)])
    assert (after.countable, why(after)) == (Amount(shifts=1, days=1, minutes=240), [(Reason.REPLACED, 1, 0, 480)])


def test_what_a_registrar_decided_counts_and_is_nobodys_day_among_the_mentors():
    own = make_mentorship()
    shift = make_waiting_shift(own, on=day(17), **HOURS)
    decline_shift(shift=shift, mentor=own.mentor, reason=DeclineReason.NOT_SO, at=NOON)
    dispute = open_dispute(shift=shift, account="I was there.", call_sheet="ab" * 32, at=NOON)
    decide_dispute(
        dispute=dispute, outcome=Outcome.COUNTS, reason="So it was.", by=make_registrar(), authentication="x", at=NOON
    )

    found = totals(own)

    assert (found.countable.days, found.mentors) == (1, 0)
    assert [(part.label, part.countable.days) for part in by_mentor(found)] == [("The registrar, on other evidence", 1)]


def test_days_are_put_down_to_the_production_and_mentor_of_most_of_them():
    own = make_mentorship(mentor=make_mentor("Tomasz"))
    second = make_mentorship(mentor=make_mentor("Ines"), enrolment=own.enrolment)
    make_signed_shift(second, on=day(17), call=time(10), wrap=time(15), break_minutes=0)
    other = make_production(learner=own.learner, code="PRJ-ZZ9", at=NOON)
    make_signed_shift(own, on=day(17), call=time(8), wrap=time(9), break_minutes=0, production=other)
    make_signed_shift(own, on=day(18), **HOURS, production=other)

    found = totals(own)

    assert {part.label: part.signed.days for part in by_mentor(found)} == {"Ines": 1, "Tomasz": 1}
    assert [part.signed.days for part in by_production(found)] == [1, 1]
    assert {part.label: part.signed.minutes for part in by_mentor(found)} == {"Ines": 300, "Tomasz": 540}
    for table in tables(found):
        assert sum(row.signed_days for row in table.rows) == table.whole.signed_days == 2


def test_scenes_add_up_and_their_days_may_be_shared():
    own = make_mentorship()
    make_signed_shift(own, on=day(17), scenes={Scene.KISS: 2, Scene.NUDITY: 1}, **HOURS)
    make_signed_shift(own, on=day(18), scenes={Scene.KISS: 1}, **HOURS)
    make_shift(own, on=day(19), scenes={Scene.FAMILY: 4}, **HOURS)

    assert [(part.key, part.recorded, part.signed, part.signed_days) for part in by_scene(totals(own))] == [
        ("KISS", 3, 3, 2),
        ("NUDITY", 1, 1, 1),
        ("FAMILY", 4, 0, 0),
    ]


def test_a_row_altered_to_anything_is_listed_with_its_broken_seal():
    own = make_mentorship()
    shift = make_signed_shift(own, on=day(17), **HOURS)
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(role="DREAM", medium="DREAM", scenes=["KISS", 3])

    found = totals(own)

    assert why(found) == [(Reason.BROKEN, 1, 1, 480)]
    assert [part.label for part in by_role(found)] == ["DREAM"]
    assert by_scene(found) == ()
    assert (tables(found), found.days) == ([], ())


def test_other_enrolments_and_other_learners_count_nothing_here():
    own = make_mentorship()
    make_signed_shift(make_mentorship(enrolment=make_enrolment(learner=own.learner)), on=day(16))
    make_signed_shift(make_mentorship(mentor=make_mentor()))

    assert totals(own).recorded == Amount()


@pytest.mark.parametrize(
    ("on", "warning"),
    [
        (day(18), ""),
        (day(19), "1 day that counts grows too old after 17 January 2027."),
        (day(30), "2 days that count grow too old by 28 January 2027, the first of them after 17 January 2027."),
    ],
)
def test_days_that_grow_too_old_soon_are_announced(on, warning):
    own = make_mentorship()
    for number in (8, 19):
        make_signed_shift(own, on=day(number), **HOURS)

    assert runs_out(totals(own, CountingRules(recency_days=70), on=on)) == warning
    assert runs_out(totals(own, on=on)) == ""


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_totals_of_an_enrolment_take_one_query(shifts, django_assert_num_queries):
    own = make_mentorship()
    for number in range(17, 17 + shifts):
        make_signed_shift(own, on=day(number))
    enrolment = own.enrolment

    with django_assert_num_queries(1):
        found = totals_for(enrolment, FREE, on=TODAY)
        assert len(by_mentor(found)) == len(by_production(found)) == 1
        assert ladder(found)

    assert found.signed.days == shifts


@pytest.mark.parametrize("learners", [1, 3])
def test_lists_of_many_ask_once_and_say_the_same(learners, django_assert_num_queries):
    own = [make_mentorship() for _learner in range(learners)]
    for place, mentorship in enumerate(own):
        for number in range(place):
            make_signed_shift(mentorship, on=day(17 + number), call=time(8), wrap=time(9), break_minutes=0)
            make_signed_shift(mentorship, on=day(17 + number), call=time(10), wrap=time(11), break_minutes=0)
        void = make_signed_shift(mentorship, on=day(10))
        void_shift(shift=void, by=make_registrar(), reason=VoidReason.UNTRUE, at=NOON, as_registrar=True)
        make_waiting_shift(mentorship, on=day(11))
        first = make_signed_shift(mentorship, on=day(12))
        again = submit_shift(shift=amend_shift(shift=first, at=NOON), at=NOON)
        sign_shift(shift=again, mentor=mentorship.mentor, rubric={}, authentication="x", at=NOON + timedelta(hours=1))
    enrolments = [mentorship.enrolment for mentorship in own]

    with django_assert_num_queries(1):
        found = signed_days_of(enrolments)

    assert found == {enrolment.pk: totals_for(enrolment, FREE, on=TODAY).signed.days for enrolment in enrolments}
    assert list(found.values()) == [place + 1 for place in range(learners)]
