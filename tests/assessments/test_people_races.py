"""What happens when two people apply, answer, sign or record at once? And what would, without the locks?"""

import pytest
from django.db import DatabaseError

from assessments import applying, check_ins, mentorships
from assessments.agreements import publish_agreement
from assessments.applying import CannotDecide, accept_application, decline_application
from assessments.check_ins import record_check_in
from assessments.inviting import invite_mentor
from assessments.mentorships import CannotAsk, ask_mentor
from assessments.models import CheckIn, Mentor, MentorApplication, MentorInvitation, Mentorship
from assessments.notice import give_notice
from cms.accounts import history
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.courses import make_enrolment
from tests.factories.mentoring import make_application, make_outside_application
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, some_terms

pytestmark = pytest.mark.django_db(transaction=True)


def is_hurt(answers) -> bool:
    return any(isinstance(answer, DatabaseError) for answer in answers)


# Applying --------------------------------------------------------------------------------------------------


def test_two_applications_at_once_are_one():
    person = make_person()

    one, other = side_by_side(*[lambda: make_application(person)] * 2)

    assert one == other
    assert MentorApplication.objects.count() == 1


def test_without_the_lock_the_second_applicant_is_hurt(monkeypatch):
    person = make_person()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, applying, "profile_said")

    answers = side_by_side(*[lambda: make_application(person)] * 2)

    # The constraint keeps the data true; what is lost is calm.
    assert is_hurt(answers)
    assert MentorApplication.objects.count() == 1


def test_of_yes_and_no_at_once_one_is_the_answer():
    application, registrars = make_application(), [make_registrar(), make_registrar()]

    yes, no = side_by_side(
        lambda: accept_application(application=application, by=registrars[0], at=NOON),
        lambda: decline_application(application=application, reason="No.", by=registrars[1], at=NOON),
    )

    assert isinstance(yes, CannotDecide) != isinstance(no, CannotDecide)
    answered = MentorApplication.objects.get()
    assert bool(answered.mentor) != bool(answered.reason)
    assert Mentor.objects.exists() is bool(answered.mentor)


def test_without_the_lock_both_answers_are_given_or_somebody_is_hurt(monkeypatch):
    application, registrars = make_application(), [make_registrar(), make_registrar()]
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, applying, "_refuse")

    answers = side_by_side(
        lambda: accept_application(application=application, by=registrars[0], at=NOON),
        lambda: decline_application(application=application, reason="No.", by=registrars[1], at=NOON),
    )

    assert is_hurt(answers) or not [answer for answer in answers if isinstance(answer, CannotDecide)]


def test_two_learners_coordinator_accepted_at_once_is_one_mentor():
    both = [make_outside_application(email="ines@example.org") for _learner in range(2)]
    registrars = [make_registrar(), make_registrar()]

    answers = side_by_side(
        *[
            lambda application=application, by=by: accept_application(application=application, by=by, at=NOON)
            for application, by in zip(both, registrars, strict=True)
        ]
    )

    assert [answer.mentor for answer in answers] == [Mentor.objects.get()] * 2
    assert Mentorship.objects.count() == 2
    assert list(history.breaks()) == []


def test_two_registrars_invite_one_address_with_one_link():
    registrars = [make_registrar(), make_registrar()]

    side_by_side(*[lambda by=by: invite_mentor(email="ines@example.org", by=by, at=NOON) for by in registrars])

    assert MentorInvitation.objects.count() == 1


# Working together ------------------------------------------------------------------------------------------


def two_who_ask(mentor: Mentor):
    publish_agreement(slug="mentorship", title="Working together", text="We keep to this.", at=NOON)
    learners = [make_enrolment(), make_enrolment()]
    return [
        lambda enrolment=enrolment: ask_mentor(mentor=mentor, enrolment=enrolment, terms=some_terms(), at=NOON)
        for enrolment in learners
    ]


def test_one_learner_asking_twice_at_once_asks_once():
    ask, _other = two_who_ask(make_mentor())

    one, other = side_by_side(ask, ask)

    assert one == other
    assert one.terms.count() == 1


def test_without_the_lock_asking_twice_hurts_somebody(monkeypatch):
    ask, _other = two_who_ask(make_mentor())
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, mentorships, "load_of")

    answers = side_by_side(ask, ask)

    assert is_hurt(answers)
    assert Mentorship.objects.count() == 1


def test_both_sign_at_once_and_it_begins_once():
    mentorship = make_mentorship(begun=False)
    terms = mentorships.newest_terms(mentorship)
    sign = [
        lambda: mentorships.sign_terms(terms=terms, by=mentorship.mentor.person, at=NOON),
        lambda: mentorships.sign_terms(terms=terms, by=mentorship.mentor.person, at=NOON),
    ]

    side_by_side(*sign)

    verbs = [entry.verb for entry in history.entries_about(mentorship)]
    assert verbs.count("mentorship.begun") == 1


def test_both_giving_notice_at_once_is_one_notice():
    mentorship = make_mentorship()
    both = [mentorship.learner, mentorship.mentor.person]

    answers = side_by_side(*[lambda by=by: give_notice(mentorship=mentorship, by=by, at=NOON) for by in both])

    assert answers[0].notice_said_by == answers[1].notice_said_by
    assert [entry.verb for entry in history.entries_about(mentorship)].count("mentorship.notice_given") == 1


def recording(mentorship: Mentorship):
    return [
        lambda by=by: record_check_in(mentorship=mentorship, held_on=NOON.date(), record="Well.", by=by, at=NOON)
        for by in (mentorship.learner, mentorship.mentor.person)
    ]


def test_both_recording_one_talk_at_once_keep_it_once():
    mentorship = make_mentorship()

    answers = side_by_side(*recording(mentorship))

    assert sorted(type(answer).__name__ for answer in answers) == ["CannotCheckIn", "CheckIn"]
    assert CheckIn.objects.count() == 1


def test_without_the_lock_both_records_collide(monkeypatch):
    mentorship = make_mentorship()
    calls = recording(mentorship)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, check_ins, "today_of")

    answers = side_by_side(*calls)

    assert is_hurt(answers)
    assert CheckIn.objects.count() == 1


def test_the_last_place_is_asked_for_by_two_and_a_full_mentor_by_nobody():
    mentor = make_mentor(capacity=1)
    make_mentorship(mentor=mentor)

    answers = side_by_side(*two_who_ask(mentor))

    assert [type(answer) for answer in answers] == [CannotAsk, CannotAsk]
