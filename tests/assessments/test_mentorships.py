"""Who works with whom?"""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from assessments.mentors import suspend_mentor
from assessments.mentorships import (
    CannotAnswer,
    CannotAsk,
    ask_mentor,
    begin_mentorship,
    decline_mentorship,
    end_mentorship,
)
from assessments.models import Mentor, Mentorship
from cms.accounts import history
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def test_asking_tells_the_mentor_once_and_is_calm(django_capture_on_commit_callbacks):
    mentor, enrolment = make_mentor(), make_enrolment()

    with django_capture_on_commit_callbacks(execute=True):
        first = ask_mentor(mentor=mentor, enrolment=enrolment, at=NOON)
        again = ask_mentor(mentor=mentor, enrolment=enrolment, at=LATER)

    assert (again, again.asked_at, again.learner) == (first, NOON, enrolment.learner)
    assert [message.to for message in mail.outbox] == [[mentor.person.email]]


def test_whom_one_cannot_ask():
    enrolment, withdrawn = make_enrolment(), make_enrolment()
    withdrawn.withdrawn_at = NOON
    withdrawn.save()
    suspended = suspend_mentor(mentor=make_mentor(), by=make_registrar(), at=NOON)
    expired = make_mentor(expires_on=NOON.date())
    full = make_mentor()
    Mentor.objects.filter(pk=full.pk).update(takes_mentees=False)

    for mentor, on, at in (
        (make_mentor(person=enrolment.learner), enrolment, NOON),
        (make_mentor(), withdrawn, NOON),
        (suspended, enrolment, NOON),
        (expired, enrolment, LATER),
        (full, enrolment, NOON),
    ):
        with pytest.raises(CannotAsk):
            ask_mentor(mentor=mentor, enrolment=on, at=at)
    assert not Mentorship.objects.exists()


def test_yes_begins_it_once(django_capture_on_commit_callbacks):
    mentorship = make_mentorship(begun=False)
    mentor = mentorship.mentor.person

    with django_capture_on_commit_callbacks(execute=True):
        begin_mentorship(mentorship=mentorship, by=mentor, at=NOON)
        mentorship = begin_mentorship(mentorship=mentorship, by=mentor, at=LATER)

    assert mentorship.begun_at == NOON
    assert [message.to for message in mail.outbox] == [[mentorship.learner.email]]
    assert [entry.verb for entry in history.entries_about(mentorship)] == ["mentorship.asked", "mentorship.begun"]
    with pytest.raises(CannotAnswer, match="end it instead"):
        decline_mentorship(mentorship=mentorship, by=mentor, at=LATER)


def test_no_declines_it_once_and_one_may_ask_again(django_capture_on_commit_callbacks):
    mentorship = make_mentorship(begun=False)
    mentor = mentorship.mentor.person

    with django_capture_on_commit_callbacks(execute=True):
        decline_mentorship(mentorship=mentorship, by=mentor, at=NOON)
        mentorship = decline_mentorship(mentorship=mentorship, by=mentor, at=LATER)

    assert mentorship.declined_at == NOON
    assert len(mail.outbox) == 1
    with pytest.raises(CannotAnswer, match="declined this request"):
        begin_mentorship(mentorship=mentorship, by=mentor, at=LATER)
    assert ask_mentor(mentor=mentorship.mentor, enrolment=mentorship.enrolment, at=LATER) != mentorship


def test_only_the_mentor_who_was_asked_answers():
    mentorship = make_mentorship(begun=False)

    for person in (mentorship.learner, make_mentor().person):
        for answer in (begin_mentorship, decline_mentorship):
            with pytest.raises(CannotAnswer, match="another mentor"):
                answer(mentorship=mentorship, by=person, at=NOON)


def test_a_mentor_who_may_not_sign_takes_nobody_on():
    mentorship = make_mentorship(begun=False)
    suspend_mentor(mentor=mentorship.mentor, by=make_registrar(), at=NOON)

    with pytest.raises(CannotAnswer, match="suspended"):
        begin_mentorship(mentorship=mentorship, by=mentorship.mentor.person, at=NOON)


@pytest.mark.parametrize("side", ["learner", "mentor"])
def test_either_ends_it_and_the_other_is_told_once(side, django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    people = {"learner": mentorship.learner, "mentor": mentorship.mentor.person}
    by = people.pop(side)
    (other,) = people.values()

    with django_capture_on_commit_callbacks(execute=True):
        end_mentorship(mentorship=mentorship, by=by, at=NOON)
        mentorship = end_mentorship(mentorship=mentorship, by=other, at=LATER)

    assert mentorship.ended_at == NOON
    assert [message.to for message in mail.outbox] == [[other.email]]
    with pytest.raises(CannotAnswer, match="has ended"):
        begin_mentorship(mentorship=mentorship, by=mentorship.mentor.person, at=LATER)


def test_nobody_else_ends_it_and_a_request_has_no_end():
    with pytest.raises(CannotAnswer, match="Only the learner or the mentor"):
        end_mentorship(mentorship=make_mentorship(), by=make_person(), at=NOON)
    asked = make_mentorship(begun=False)
    with pytest.raises(CannotAnswer, match="not begun"):
        end_mentorship(mentorship=asked, by=asked.learner, at=NOON)


@pytest.mark.parametrize(
    ("impossible", "name"),
    [
        ({"declined_at": NOON}, "mentorship_not_both_begun_and_declined"),
        ({"ended_at": NOON - timedelta(days=1)}, "mentorship_ended_after_begun"),
        ({"begun_at": None, "ended_at": NOON}, "mentorship_ended_after_begun"),
    ],
)
def test_the_database_refuses_impossible_mentorships(impossible, name):
    mentorship = make_mentorship()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Mentorship.objects.filter(pk=mentorship.pk).update(**impossible)


def test_the_database_refuses_a_second_open_one_for_a_pair():
    one = make_mentorship()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mentorship.objects.create(mentor=one.mentor, enrolment=one.enrolment, learner=one.learner, asked_at=NOON)
