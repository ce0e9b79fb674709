"""Is every shift that cannot be refused by the one function that writes it, when it is not the database that can know?"""

from datetime import date, time, timedelta

import pytest

from assessments.disputing import CannotDispute, decide_dispute, letter_of, open_dispute
from assessments.mentors import suspend_mentor
from assessments.mentorships import CannotAsk, ask_mentor, end_mentorship
from assessments.models import Mentorship, Outcome, Shift, ShiftRole, ShiftState
from assessments.shifts import CannotHandIn, CannotRecord, amend_shift, log_shift, make_production, submit_shift
from assessments.signing import CannotSign, sign_shift
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import (
    make_mentor,
    make_mentorship,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
    some_terms,
)

pytestmark = pytest.mark.django_db

CALL = shift_fields()["call_at"]
HOUR = timedelta(hours=1)


def sign(shift, **changes):
    given = {"mentor": shift.mentorship.mentor, "rubric": {}, "authentication": "password", "at": NOON}
    return sign_shift(shift=shift, **given | changes)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"wrap_at": CALL}, "wrap is before the call"),
        ({"wrap_at": CALL - HOUR}, "wrap is before the call"),
        ({"wrap_at": CALL + 24 * HOUR + HOUR / 60}, "24 hours"),
        ({"call_at": NOON - 4 * HOUR, "wrap_at": NOON + HOUR / 60}, "not happened yet"),
        ({"call_at": NOON + HOUR, "wrap_at": NOON + 2 * HOUR}, "not happened yet"),
        ({"break_minutes": 645}, "breaks are as long"),
        ({"break_minutes": -1}, "breaks are as long"),
    ],
)
def test_hours_that_cannot_be_are_refused_and_leave_nothing(said, sentence):
    mentorship = make_mentorship()

    with pytest.raises(CannotRecord, match=sentence):
        make_shift(mentorship, **said)

    assert not Shift.objects.exists()


@pytest.mark.parametrize(("call", "wrap"), [(time(11, 59), time(13)), (time(5), time(20)), (time(9), time(10))])
def test_a_second_shift_at_the_same_time_is_refused(call, wrap):
    mentorship = make_mentorship()
    make_shift(mentorship, call=time(8), wrap=time(12), break_minutes=0)

    with pytest.raises(CannotRecord, match="another shift"):
        make_shift(mentorship, call=call, wrap=wrap, break_minutes=0)

    assert Shift.objects.count() == 1


def test_nobody_asks_themselves_to_be_their_mentor():
    mentor = make_mentor()
    enrolment = make_enrolment(learner=mentor.person)

    with pytest.raises(CannotAsk, match="their own mentor"):
        ask_mentor(mentor=mentor, enrolment=enrolment, terms=some_terms(), at=NOON)


def test_one_account_that_is_learner_and_mentor_does_not_sign_its_own_shift_whatever_the_rows_say():
    shift = make_waiting_shift()
    own = make_mentor(person=shift.learner)
    Mentorship.objects.filter(pk=shift.mentorship_id).update(mentor=own)

    with pytest.raises(CannotSign, match="of their own"):
        sign(shift, mentor=own)


def test_a_registrar_who_is_one_of_the_two_does_not_decide():
    shift = make_waiting_shift()
    later = NOON + timedelta(days=30)
    dispute = open_dispute(shift=shift, account="I was there.", letter=letter_of(b"%PDF-"), at=later)

    for one_of_them in (shift.learner, shift.mentorship.mentor.person):
        with pytest.raises(CannotDispute, match="one of the two"):
            decide_dispute(
                dispute=dispute, outcome=Outcome.COUNTS, reason="So.", by=one_of_them, authentication="password", at=later
            )  # fmt: skip


def lapsed(shift):
    return NOON + timedelta(days=3_650)


def suspended(shift):
    suspend_mentor(mentor=shift.mentorship.mentor, by=make_registrar(), at=NOON)
    return NOON


def stopped(shift):
    mentor = shift.mentorship.mentor
    mentor.stops_on, mentor.stop_said_at = date(2026, 11, 22), NOON - timedelta(days=9)
    mentor.save()
    return NOON


def ended(shift):
    end_mentorship(mentorship=shift.mentorship, by=shift.learner, at=NOON)
    return NOON


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [(lapsed, "ran out on"), (suspended, "suspended"), (stopped, "You stopped signing"), (ended, "not open")],
)
def test_a_mentor_who_may_not_sign_does_not(spoil, sentence):
    shift = make_waiting_shift()
    at = spoil(shift)

    with pytest.raises(CannotSign, match=sentence):
        sign(Shift.objects.whole().get(pk=shift.pk), at=at)

    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_another_mentor_does_not_sign():
    with pytest.raises(CannotSign, match="another mentor"):
        sign(make_waiting_shift(), mentor=make_mentor())


def test_nothing_is_recorded_under_terms_that_only_one_has_signed():
    mentorship = make_mentorship(begun=False)

    with pytest.raises(CannotRecord, match="agreed to work with you"):
        make_shift(mentorship)


@pytest.mark.parametrize(
    "terms", [{"starts_on": date(2026, 11, 21)}, {"ends_on": date(2026, 11, 19)}, {"counts": (ShiftRole.LEAD,)}]
)
def test_a_day_outside_of_the_terms_is_not_handed_in(terms):
    shift = make_shift(make_mentorship(**terms))

    with pytest.raises(CannotHandIn, match="terms"):
        submit_shift(shift=shift, at=NOON)


def test_a_draft_in_the_name_of_another_is_refused():
    mentorship, stranger = make_mentorship(), make_person()

    with pytest.raises(CannotRecord, match="agreed to work with you"):
        log_shift(
            learner=stranger, mentorship=mentorship, production=make_production(learner=stranger, at=NOON), at=NOON,
            **shift_fields(),
        )  # fmt: skip


def test_of_one_record_one_version_is_open_and_one_signature_stands():
    first = make_signed_shift()

    second = amend_shift(shift=first, at=NOON)
    assert amend_shift(shift=first, at=NOON) == second
    sign(submit_shift(shift=second, at=NOON))

    rows = Shift.objects.whole().filter(record=first.record).order_by("version")
    assert [row.state for row in rows] == [ShiftState.SUPERSEDED, ShiftState.SIGNED]
