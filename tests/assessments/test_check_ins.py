"""When do a learner and a mentor talk about how it goes, and what did they keep of it?"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from assessments.check_ins import (
    CannotCheckIn,
    due_of,
    held_check_ins,
    next_due,
    record_check_in,
    remind_of_check_ins,
)
from assessments.mentorships import end_mentorship, propose_terms, sign_terms
from assessments.models import CheckIn, Mentorship, MentorshipTerms
from assessments.notice import give_notice
from cms.accounts import history
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import NOON, make_person
from tests.factories.shifts import make_mentorship, some_terms

pytestmark = pytest.mark.django_db
BEGUN = NOON.date()


def days_on(days: int):
    return NOON + timedelta(days=days)


def record(mentorship, *, days: int = 10, words: str = "Going well.", by=None, at=None):
    return record_check_in(
        mentorship=mentorship,
        held_on=BEGUN + timedelta(days=days),
        record=words,
        by=by or mentorship.learner,
        at=at or days_on(max(days, 0)),
    )


@pytest.mark.parametrize(
    ("held", "starts", "due"),
    [
        (None, date(2020, 1, 1), date(2026, 12, 23)),  # 30 days after the beginning
        (None, date(2026, 12, 1), date(2026, 12, 31)),  # after the period's first day
        (date(2026, 12, 20), date(2020, 1, 1), date(2027, 1, 19)),  # after the last talk
        (date(2027, 6, 20), date(2020, 1, 1), None),  # after the period
    ],
)
def test_the_next_is_so_many_days_after_the_last_or_the_beginning(held, starts, due):
    terms = MentorshipTerms(starts_on=starts, ends_on=date(2027, 6, 30), check_in_days=30)

    assert next_due(terms, last_held=held, begun_on=BEGUN) == due


def test_without_terms_none_is_due():
    assert next_due(None, last_held=None, begun_on=BEGUN) is None


def test_both_are_reminded_once_it_is_due_and_once(django_capture_on_commit_callbacks):
    mentorship = make_mentorship(check_in_days=30)

    assert remind_of_check_ins(at=days_on(29)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        reminded = [remind_of_check_ins(at=days_on(days)) for days in (30, 31, 99)]

    assert reminded == [1, 0, 0]
    assert {message.to[0] for message in mail.outbox} == {mentorship.learner.email, mentorship.mentor.person.email}
    assert len(mail.outbox) == 2
    assert (due_of([mentorship], at=days_on(99))[mentorship.pk].on) == BEGUN + timedelta(days=30)


def test_a_record_answers_what_is_due_and_the_next_is_counted_from_it():
    mentorship = make_mentorship(check_in_days=30)
    remind_of_check_ins(at=days_on(30))

    check_in = record(mentorship, days=33)

    assert (check_in.due_on, check_in.held_on) == (BEGUN + timedelta(days=30), BEGUN + timedelta(days=33))
    assert due_of([mentorship], at=days_on(33))[mentorship.pk].on == BEGUN + timedelta(days=63)
    assert [entry.verb for entry in history.entries_about(check_in)] == ["checkin.due", "checkin.held"]


def test_a_talk_held_early_moves_the_next_one():
    mentorship = make_mentorship(check_in_days=30)

    record(mentorship, days=10)

    assert remind_of_check_ins(at=days_on(39)) == 0
    assert remind_of_check_ins(at=days_on(40)) == 1


def test_days_due_and_days_held_never_cross_however_they_come():
    mentorship = make_mentorship(check_in_days=30)
    remind_of_check_ins(at=days_on(30))
    record(mentorship, days=28, at=days_on(30))  # held before it was due, written down after
    record(mentorship, days=30)
    other = propose_terms(
        mentorship=mentorship, terms=some_terms(check_in_days=1), by=mentorship.learner, at=days_on(30)
    )
    sign_terms(terms=other, by=mentorship.mentor.person, at=days_on(30))
    remind_of_check_ins(at=days_on(31))
    record(mentorship, days=31)

    assert [check_in.held_on.day for check_in in held_check_ins(mentorship)] == [24, 23, 21]
    assert CheckIn.objects.filter(held_on=None).count() == 0


def test_writing_it_again_is_calm_and_both_may_write():
    mentorship = make_mentorship()

    one, again = record(mentorship), record(mentorship)
    other = record(mentorship, days=11, by=mentorship.mentor.person)

    assert one == again
    assert [check_in.recorded_by for check_in in held_check_ins(mentorship)] == [
        mentorship.mentor.person,
        mentorship.learner,
    ]
    assert other.held_on == BEGUN + timedelta(days=11)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"words": " "}, "Write a few words"),
        ({"words": "x" * 2_001}, "under 2,000"),
        ({"days": 11, "at": days_on(10)}, "still to come"),
        ({"days": -1}, "did not work together yet"),
        ({"words": "Else."}, "recorded already"),
        ({"days": 9}, "recorded already"),
    ],
)
def test_what_cannot_be_recorded_is_refused(given, sentence):
    mentorship = make_mentorship()
    record(mentorship)

    with pytest.raises(CannotCheckIn, match=sentence):
        record(mentorship, **given)


def test_only_the_two_record_and_only_while_they_work_together():
    mentorship, asked = make_mentorship(), make_mentorship(begun=False)

    with pytest.raises(CannotCheckIn, match="Only the learner and the mentor"):
        record(mentorship, by=make_person())
    end_mentorship(mentorship=mentorship, by=mentorship.learner, at=days_on(5))
    for pair in (mentorship, asked):
        with pytest.raises(CannotCheckIn, match="not open"):
            record(pair)


def test_nobody_is_reminded_where_none_is_due():
    ended, noticed = make_mentorship(), make_mentorship()
    make_mentorship(begun=False)
    make_outside_mentorship()
    end_mentorship(mentorship=ended, by=ended.learner, at=NOON)
    give_notice(mentorship=noticed, by=noticed.learner, at=NOON)

    assert remind_of_check_ins(at=days_on(40)) == 0


def test_the_record_is_sealed_in_its_column_and_in_no_history():
    check_in = record(make_mentorship(), words="Quietly said.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT record FROM assessments_checkin")
        (stored,) = cursor.fetchone()

    assert "Quietly" not in stored
    assert CheckIn.objects.get().record == "Quietly said."
    assert "Quietly" not in str([entry.facts for entry in history.entries_about(check_in)])


@pytest.mark.parametrize("pairs", [1, 3])
def test_what_is_due_takes_as_many_queries_for_one_pair_as_for_three(pairs, django_assert_num_queries):
    for _pair in range(pairs):
        make_mentorship()
    mentorships = list(Mentorship.objects.select_related("mentor__person"))

    with django_assert_num_queries(3):
        due = due_of(mentorships, at=NOON)

    assert len(due) == pairs


@pytest.mark.parametrize("impossible", [{"held_on": BEGUN}, {"recorded_at": NOON}])
def test_the_database_refuses_half_a_record(impossible):
    check_in = CheckIn.objects.create(mentorship=make_mentorship(), due_on=BEGUN)

    with pytest.raises(IntegrityError, match="checkin_held_recorded_at_and_by_together"), transaction.atomic():
        CheckIn.objects.filter(pk=check_in.pk).update(**impossible)


def test_the_database_refuses_two_on_one_day():
    check_in = CheckIn.objects.create(mentorship=make_mentorship(), due_on=BEGUN)

    with pytest.raises(IntegrityError), transaction.atomic():
        CheckIn.objects.create(mentorship=check_in.mentorship, due_on=BEGUN)


def test_the_clocks_command_says_what_it_did(capsys):
    make_mentorship(at=timezone.now() - timedelta(days=31))

    call_command("remind_mentoring")
    call_command("remind_mentoring")

    said = capsys.readouterr().out.splitlines()
    assert said == [
        "0 ended, 1 check-ins due, 0 credentials that run out.",
        "0 ended, 0 check-ins due, 0 credentials that run out.",
    ]
