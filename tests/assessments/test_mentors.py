"""Who may sign shifts, and if not today, why not?"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F

from assessments.mentors import (
    CannotApprove,
    approve_mentor,
    mentors_taking_mentees,
    reinstate_mentor,
    suspend_mentor,
    why_not_signing,
)
from assessments.models import Mentor
from cms.accounts import history
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import FAR, make_mentor

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def test_approval_is_written_down_and_told_once(django_capture_on_commit_callbacks):
    person, registrar = make_person("Tomasz"), make_registrar()
    given = {"person": person, "credential_number": " EX-1 ", "credential_expires_on": FAR, "by": registrar, "at": NOON}

    with django_capture_on_commit_callbacks(execute=True):
        mentor = approve_mentor(**given)
        again = approve_mentor(**given)

    assert again == mentor
    assert (mentor.credential_number, mentor.approved_at, mentor.approved_by) == ("EX-1", NOON, registrar)
    assert [message.to for message in mail.outbox] == [[person.email]]
    assert [entry.verb for entry in history.entries_about(mentor)] == ["mentor.approved"]


def test_approving_again_takes_over_a_newer_credential_and_leaves_a_suspension():
    mentor = suspend_mentor(mentor=make_mentor(expires_on=TODAY), by=make_registrar(), at=NOON)

    renewed = approve_mentor(
        person=mentor.person, credential_number="EX-9", credential_expires_on=FAR, by=make_registrar(), at=NOON
    )

    assert (renewed.pk, renewed.credential_number, renewed.credential_expires_on) == (mentor.pk, "EX-9", FAR)
    assert renewed.suspended_at == NOON
    verbs = [entry.verb for entry in history.entries_about(mentor)]
    assert verbs == ["mentor.approved", "mentor.suspended", "mentor.credential_renewed"]


def test_what_cannot_be_approved_is_refused():
    registrar = make_registrar()
    for person, number, expires_on, sentence in (
        (registrar, "EX-1", FAR, "approves themselves"),
        (make_person(), " ", FAR, "number of their credential"),
        (make_person(), "EX-1", TODAY - timedelta(days=1), "run out already"),
    ):
        with pytest.raises(CannotApprove, match=sentence):
            approve_mentor(
                person=person, credential_number=number, credential_expires_on=expires_on, by=registrar, at=NOON
            )
    assert not Mentor.objects.exists()


def test_suspending_and_reinstating_are_calm():
    mentor, registrar = make_mentor(), make_registrar()

    for _time in range(2):
        mentor = suspend_mentor(mentor=mentor, by=registrar, at=NOON)
    assert "suspended" in why_not_signing(mentor, TODAY)
    for _time in range(2):
        mentor = reinstate_mentor(mentor=mentor, by=registrar, at=NOON)

    assert why_not_signing(mentor, TODAY) == ""
    verbs = [entry.verb for entry in history.entries_about(mentor)]
    assert verbs == ["mentor.approved", "mentor.suspended", "mentor.reinstated"]


@pytest.mark.parametrize(("days", "signs"), [(-1, True), (0, True), (1, False)])
def test_a_credential_is_good_on_its_last_day(days, signs):
    mentor = Mentor(credential_expires_on=TODAY)

    assert (why_not_signing(mentor, TODAY + timedelta(days=days)) == "") is signs


def test_learners_see_whom_they_can_ask():
    learner = make_person("Wren")
    able = [make_mentor("Bo"), make_mentor("Ada")]
    make_mentor("Own", person=learner)
    make_mentor("Late", expires_on=TODAY)
    suspend_mentor(mentor=make_mentor("Out"), by=make_registrar(), at=NOON)
    full, gone = make_mentor("Full"), make_mentor("Gone")
    Mentor.objects.filter(pk=full.pk).update(takes_mentees=False)
    gone.person.is_active = False
    gone.person.save()

    assert list(mentors_taking_mentees(learner, TODAY + timedelta(days=1))) == [able[1], able[0]]


@pytest.mark.parametrize(
    ("impossible", "name"),
    [
        ({"approved_by": F("person")}, "mentor_not_approved_by_themselves"),
        ({"credential_number": ""}, "mentor_has_a_credential_number"),
    ],
)
def test_the_database_refuses_impossible_mentors(impossible, name):
    mentor = make_mentor()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Mentor.objects.filter(pk=mentor.pk).update(**impossible)


def test_the_database_refuses_one_person_as_two_mentors():
    mentor = make_mentor()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mentor.objects.create(
            person=mentor.person,
            credential_number="EX-2",
            credential_expires_on=date(2030, 1, 1),
            approved_at=NOON,
            approved_by=make_registrar(),
        )
