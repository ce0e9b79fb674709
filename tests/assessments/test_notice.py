"""How is the end of a mentorship announced, and what follows on its day?"""

from datetime import date, timedelta

import pytest
from django.core import mail

from assessments.mentorships import CannotAnswer, end_mentorship
from assessments.models import Mentorship, ShiftState
from assessments.notice import end_what_was_announced, give_notice, take_back_notice
from cms.accounts import history
from tests.factories.courses import make_enrolment
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import NOON, make_person
from tests.factories.shifts import make_mentor, make_mentorship, make_signed_shift

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
LAST = date(2026, 12, 7)  # fourteen days after NOON


@pytest.mark.parametrize("side", ["learner", "mentor"])
def test_notice_says_a_last_day_once_and_tells_the_other(side, django_capture_on_commit_callbacks):
    mentorship = make_mentorship(notice_days=14)
    people = {"learner": mentorship.learner, "mentor": mentorship.mentor.person}
    by = people.pop(side)
    (other,) = people.values()

    with django_capture_on_commit_callbacks(execute=True):
        give_notice(mentorship=mentorship, by=by, at=NOON)
        mentorship = give_notice(mentorship=mentorship, by=other, at=LATER)

    assert (mentorship.ends_on, mentorship.notice_said_by, mentorship.ended_at) == (LAST, by, None)
    assert [message.to for message in mail.outbox] == [[other.email]]
    assert "7 December 2026" in mail.outbox[0].body


def test_until_the_last_day_days_are_handed_in_and_signed():
    mentorship = give_notice(mentorship=(pair := make_mentorship()), by=pair.learner, at=NOON)

    assert make_signed_shift(mentorship, at=LATER).state is ShiftState.SIGNED


def test_it_ends_after_its_last_day_once_and_both_are_told(django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    give_notice(mentorship=mentorship, by=mentorship.learner, at=NOON)
    make_mentorship()

    assert end_what_was_announced(at=NOON + timedelta(days=14)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        ended = [end_what_was_announced(at=NOON + timedelta(days=15)) for _time in range(2)]

    mentorship.refresh_from_db()
    assert (ended, mentorship.ended_at) == ([1, 0], NOON + timedelta(days=15))
    assert {message.to[0] for message in mail.outbox} == {mentorship.learner.email, mentorship.mentor.person.email}
    assert [entry.verb for entry in history.entries_about(mentorship)][-2:] == [
        "mentorship.notice_given",
        "mentorship.ended",
    ]


def test_it_ends_once_the_day_is_over_where_both_live():
    # On Kiritimati it is the 8th while it is still the 7th in Pago Pago.
    mentor = make_mentor(person=make_person("Tomasz", time_zone="Pacific/Kiritimati"))
    learner = make_person("Wren", time_zone="Pacific/Pago_Pago")
    mentorship = make_mentorship(mentor=mentor, enrolment=make_enrolment(learner=learner))
    give_notice(mentorship=mentorship, by=learner, at=NOON)

    assert end_what_was_announced(at=NOON.replace(month=12, day=7)) == 0
    assert end_what_was_announced(at=NOON.replace(month=12, day=8, hour=10)) == 0
    assert end_what_was_announced(at=NOON.replace(month=12, day=8)) == 1


def test_whoever_gave_notice_takes_it_back_and_repeating_is_calm(django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    give_notice(mentorship=mentorship, by=mentorship.learner, at=NOON)

    with pytest.raises(CannotAnswer, match="only they take it back"):
        take_back_notice(mentorship=mentorship, by=mentorship.mentor.person, at=LATER)
    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            mentorship = take_back_notice(mentorship=mentorship, by=mentorship.learner, at=LATER)

    assert (mentorship.ends_on, mentorship.notice_said_at, mentorship.notice_said_by) == (None, None, None)
    assert [message.to for message in mail.outbox] == [[mentorship.mentor.person.email]]
    assert end_what_was_announced(at=NOON + timedelta(days=99)) == 0


def test_either_may_still_leave_at_once():
    mentorship = make_mentorship()
    give_notice(mentorship=mentorship, by=mentorship.mentor.person, at=NOON)

    ended = end_mentorship(mentorship=mentorship, by=mentorship.learner, at=LATER)

    assert ended.ended_at == LATER
    assert give_notice(mentorship=mentorship, by=mentorship.learner, at=LATER) == ended
    with pytest.raises(CannotAnswer, match="is over"):
        take_back_notice(mentorship=mentorship, by=mentorship.mentor.person, at=LATER)


@pytest.mark.parametrize("change", [give_notice, take_back_notice])
def test_nobody_else_gives_notice_or_takes_it_back(change):
    mentorship = make_mentorship()

    with pytest.raises(CannotAnswer, match="Only the learner or the mentor"):
        change(mentorship=mentorship, by=make_person(), at=NOON)


def test_where_there_is_nothing_to_give_notice_of():
    asked, at_once = make_mentorship(begun=False), make_mentorship(notice_days=0)
    outside = make_outside_mentorship()

    with pytest.raises(CannotAnswer, match="not begun"):
        give_notice(mentorship=asked, by=asked.learner, at=NOON)
    for mentorship in (at_once, outside):
        with pytest.raises(CannotAnswer, match="no notice"):
            give_notice(mentorship=mentorship, by=mentorship.learner, at=NOON)
    assert not Mentorship.objects.filter(ends_on__isnull=False).exists()


def test_without_notice_nothing_was_to_be_taken_back():
    mentorship = make_mentorship()

    assert take_back_notice(mentorship=mentorship, by=mentorship.learner, at=NOON).notice_said_at is None
