"""What does a mentor say of themselves: where they work, whom they take on, and when they stop?"""

from datetime import date, timedelta

import pytest
from django.core import mail

from assessments.mentor_profile import (
    CannotChange,
    CannotStop,
    announce_stop,
    change_profile,
    first_stop,
    take_back_stop,
)
from assessments.mentors import suspend_mentor, why_not_signing
from assessments.mentorships import end_mentorship
from assessments.models import Mentor, Region, ShadowingSettings
from assessments.running_out import mentors_running_out, remind_of_credentials
from cms.accounts import history
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import FAR, make_mentor, make_mentorship

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FIRST = TODAY + timedelta(days=7)  # by the default notice
LATER = NOON + timedelta(days=1)


def change(mentor: Mentor, **said) -> Mentor:
    given = {"regions": ["US"], "capacity": 2, "conflicts": "None.", "shows_name": True, "takes_mentees": False}
    return change_profile(mentor=mentor, at=NOON, **given | said)


def verbs_of(mentor: Mentor) -> list[str]:
    return [entry.verb for entry in history.entries_about(mentor)][1:]


def test_a_profile_is_changed_once_and_its_words_are_in_no_history():
    mentor = make_mentor()

    for _time in range(2):
        mentor = change(mentor, conflicts=" My sister casts. ", regions=[Region.EUROPE, Region.US])

    assert (mentor.regions, mentor.capacity, mentor.conflicts) == (["US", "EUROPE"], 2, "My sister casts.")
    assert (mentor.shows_name, mentor.takes_mentees) == (True, False)
    assert verbs_of(mentor) == ["mentor.profile_changed"]
    assert "sister" not in str([entry.facts for entry in history.entries_about(mentor)])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"capacity": 0}, "between 1 and 50"), ({"regions": ["MOON"]}, "regions"), ({"conflicts": "x" * 2_001}, "2,000")],
)
def test_what_cannot_be_said_is_refused(said, sentence):
    with pytest.raises(CannotChange, match=sentence):
        change(make_mentor(), **said)


def test_somebody_from_outside_has_no_profile_to_change():
    with pytest.raises(Mentor.DoesNotExist):
        change(make_outside_mentorship().mentor)


# Stopping --------------------------------------------------------------------------------------------------


def test_each_mentee_is_told_the_last_day_once_and_of_a_later_one_again(django_capture_on_commit_callbacks):
    mentor = make_mentor()
    mentees = [make_mentorship(mentor=mentor), make_mentorship(mentor=mentor, begun=False)]
    gone = make_mentorship(mentor=mentor)
    end_mentorship(mentorship=gone, by=gone.learner, at=NOON)
    make_mentorship()

    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            mentor = announce_stop(mentor=mentor, last_day=FIRST, at=NOON)
    assert [message.to for message in mail.outbox] == [[pair.learner.email] for pair in mentees]
    assert "30 November 2026" in mail.outbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        mentor = announce_stop(mentor=mentor, last_day=FIRST + timedelta(days=7), at=LATER)

    assert len(mail.outbox) == 4
    assert (mentor.stops_on, mentor.stop_said_at) == (FIRST + timedelta(days=7), LATER)
    assert verbs_of(mentor) == ["mentor.stop_announced"] * 2


def test_a_mentor_signs_up_to_and_on_the_last_day():
    mentor = announce_stop(mentor=make_mentor(), last_day=FIRST, at=NOON)

    assert why_not_signing(mentor, FIRST) == ""
    assert "You stopped signing after 30 November 2026" in why_not_signing(mentor, FIRST + timedelta(days=1))


def test_without_notice_nobody_stops():
    settings = ShadowingSettings.load()
    settings.stop_notice_days = 10
    settings.save()
    mentor = make_mentor()

    with pytest.raises(CannotStop, match="10 days of notice: 3 December 2026 is the first"):
        announce_stop(mentor=mentor, last_day=TODAY + timedelta(days=9), at=NOON)
    assert first_stop(TODAY) == TODAY + timedelta(days=10)
    assert announce_stop(mentor=mentor, last_day=TODAY + timedelta(days=10), at=NOON).stops_on


def test_the_notice_is_counted_where_the_mentor_lives():
    mentor = make_mentor(person=make_person("Tomasz", time_zone="Pacific/Kiritimati"))

    with pytest.raises(CannotStop):  # there it is the 24th already
        announce_stop(mentor=mentor, last_day=FIRST, at=NOON)


def test_an_earlier_day_than_was_told_is_refused():
    mentor = announce_stop(mentor=make_mentor(), last_day=FIRST + timedelta(days=30), at=NOON)

    with pytest.raises(CannotStop, match="a later day"):
        announce_stop(mentor=mentor, last_day=FIRST + timedelta(days=1), at=NOON)


def test_going_on_after_all_is_told_and_calm(django_capture_on_commit_callbacks):
    mentorship = make_mentorship()
    mentor = announce_stop(mentor=mentorship.mentor, last_day=FIRST, at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            mentor = take_back_stop(mentor=mentor, by=mentor.person, at=LATER)

    assert (mentor.stops_on, mentor.stop_said_at) == (None, None)
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([mentorship.learner.email], "A mentor goes on signing")
    ]


def test_once_stopped_only_a_registrar_lets_them_begin_again():
    mentor = announce_stop(mentor=make_mentor(), last_day=FIRST, at=NOON)
    after = NOON + timedelta(days=8)

    with pytest.raises(CannotStop, match="Write to the registrar"):
        take_back_stop(mentor=mentor, by=mentor.person, at=after)
    with pytest.raises(CannotStop, match="stopped already"):
        announce_stop(mentor=mentor, last_day=date(2027, 6, 1), at=after)
    assert take_back_stop(mentor=mentor, by=make_registrar(), at=after).stops_on is None


# A credential that runs out --------------------------------------------------------------------------------


def test_a_mentor_is_told_once_a_credential_that_it_runs_out(django_capture_on_commit_callbacks):
    soon = make_mentor(expires_on=TODAY + timedelta(days=60))
    make_mentor(expires_on=FAR)
    suspend_mentor(mentor=make_mentor(expires_on=TODAY), by=make_registrar(), at=NOON)
    announce_stop(mentor=make_mentor(expires_on=TODAY + timedelta(days=30)), last_day=FIRST, at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        reminded = [remind_of_credentials(at=NOON + timedelta(days=days)) for days in (0, 1, 99)]

    assert reminded == [1, 0, 0]
    assert [message.to for message in mail.outbox] == [[soon.person.email]]
    assert "22 January 2027" in mail.outbox[0].body


def test_of_a_newer_credential_they_are_told_anew():
    mentor = make_mentor(expires_on=TODAY + timedelta(days=5))
    remind_of_credentials(at=NOON)
    Mentor.objects.filter(pk=mentor.pk).update(credential_expires_on=TODAY + timedelta(days=50))

    assert remind_of_credentials(at=NOON) == 1


@pytest.mark.parametrize(("days", "listed"), [(-1, False), (0, True), (60, True), (61, False)])
def test_running_out_is_sixty_days_ahead(days, listed):
    make_mentor(expires_on=TODAY + timedelta(days=days), at=NOON - timedelta(days=9))

    assert mentors_running_out(NOON).exists() is listed
