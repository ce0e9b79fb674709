"""Who asks to become a mentor, whom does a learner name from outside, and what does a registrar answer?"""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, connection, transaction

from assessments.applying import (
    CannotApply,
    CannotDecide,
    accept_application,
    apply_as_mentor,
    decline_application,
)
from assessments.inviting import CannotInvite, invite_mentor, open_mentor_invitations, why_not_invited
from assessments.mentorships import end_mentorship
from assessments.models import Mentor, MentorApplication, MentorInvitation, Mentorship
from cms.accounts import history
from cms.accounts.roles import Role
from tests.factories.courses import make_enrolment
from tests.factories.mentoring import (
    credential,
    make_application,
    make_outside_application,
    make_outside_mentorship,
)
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import FAR, make_mentor, make_waiting_shift

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
TODAY = NOON.date()


# Applying --------------------------------------------------------------------------------------------------


def test_one_application_waits_at_a_time():
    person = make_person()

    one = make_application(person, capacity=3)
    again = make_application(person, capacity=5, at=LATER)

    assert (one, again.capacity, again.applied_at) == (again, 3, NOON)
    assert [entry.verb for entry in history.entries_about(one)] == ["mentor_application.made"]


def test_what_was_written_is_sealed_and_in_no_history():
    application = make_application(words="Quietly said.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM assessments_mentorapplication")
        (stored,) = cursor.fetchone()

    assert "Quietly" not in stored
    assert MentorApplication.objects.get().words == "Quietly said."
    assert "Quietly" not in str([entry.facts for entry in history.entries_about(application)])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"credential_number": " "}, "number of the credential"),
        ({"credential_expires_on": TODAY - timedelta(days=1)}, "run out already"),
        ({"capacity": 0}, "between 1 and 50"),
        ({"regions": ["MOON"]}, "regions"),
        ({"words": "x" * 2_001}, "under 2,000"),
    ],
)
def test_an_application_that_cannot_be_is_refused(said, sentence):
    with pytest.raises(CannotApply, match=sentence):
        make_application(**said)


def test_a_mentor_applies_with_a_newer_credential_and_not_with_the_one_there_is():
    mentor = make_mentor()

    with pytest.raises(CannotApply, match="the credential we have"):
        make_application(mentor.person, credential_number=mentor.credential_number, credential_expires_on=FAR)
    accepted = accept_application(
        application=make_application(mentor.person, credential_number="EX-NEW", capacity=9),
        by=make_registrar(),
        at=NOON,
    )

    assert (accepted.mentor, accepted.mentor.credential_number) == (mentor, "EX-NEW")
    assert accepted.mentor.capacity == mentor.capacity  # what they say of themselves they change themselves


# Answering -------------------------------------------------------------------------------------------------


def test_yes_makes_a_mentor_with_what_they_said_once(django_capture_on_commit_callbacks):
    application, registrar = make_application(capacity=2, conflicts="An agency."), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        accept_application(application=application, by=registrar, at=NOON)
        application = accept_application(application=application, by=make_registrar(), at=LATER)

    mentor = Mentor.objects.get()
    assert (mentor.person, mentor.regions, mentor.capacity, mentor.conflicts) == (
        application.person, ["EUROPE"], 2, "An agency.",
    )  # fmt: skip
    assert (application.mentor, application.answered_at, application.answered_by) == (mentor, NOON, registrar)
    assert [message.subject for message in mail.outbox] == ["You can sign now"]


def test_a_newer_credential_is_answered_by_a_mail(django_capture_on_commit_callbacks):
    application = make_application(make_mentor().person, at=LATER)

    with django_capture_on_commit_callbacks(execute=True):
        accept_application(application=application, by=make_registrar(), at=LATER)

    assert [message.subject for message in mail.outbox] == ["Your credential is noted"]


def test_no_has_a_reason_that_the_mail_does_not_tell(django_capture_on_commit_callbacks):
    application, registrar = make_application(), make_registrar()

    with pytest.raises(CannotDecide, match="Write the reason"):
        decline_application(application=application, reason=" ", by=registrar, at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        for reason in ("The number is not on the list.", "Else."):
            application = decline_application(application=application, reason=reason, by=registrar, at=NOON)

    assert (application.reason, application.mentor) == ("The number is not on the list.", None)
    assert [message.to for message in mail.outbox] == [[application.person.email]]
    assert "number" not in mail.outbox[0].body
    assert not Mentor.objects.exists()
    make_application(application.person, at=LATER)  # may ask again


def test_an_answer_is_final():
    accepted, declined = make_application(), make_application()
    registrar = make_registrar()
    accept_application(application=accepted, by=registrar, at=NOON)
    decline_application(application=declined, reason="No.", by=registrar, at=NOON)

    with pytest.raises(CannotDecide, match="answered already"):
        decline_application(application=accepted, reason="No.", by=registrar, at=NOON)
    with pytest.raises(CannotDecide, match="answered already"):
        accept_application(application=declined, by=registrar, at=NOON)


def test_nobody_answers_what_they_asked():
    registrar = make_person("Philippa", roles=(Role.REGISTRAR,))
    own = make_application(registrar)
    for_them = make_outside_application(make_enrolment(learner=registrar))

    for application in (own, for_them):
        with pytest.raises(CannotDecide, match="their own application"):
            accept_application(application=application, by=registrar, at=NOON)
        with pytest.raises(CannotDecide, match="their own application"):
            decline_application(application=application, reason="No.", by=registrar, at=NOON)


def test_a_credential_that_ran_out_while_it_waited_is_not_accepted():
    application = make_application(credential_expires_on=TODAY)

    with pytest.raises(CannotDecide, match="run out already"):
        accept_application(application=application, by=make_registrar(), at=LATER)
    application.refresh_from_db()
    assert application.answered_at is None


# From outside ----------------------------------------------------------------------------------------------


def test_yes_to_one_from_outside_begins_a_mentorship_and_tells_both(django_capture_on_commit_callbacks):
    enrolment = make_enrolment()
    application = make_outside_application(enrolment, email="Ines@Example.org")

    with django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            accepted = accept_application(application=application, by=make_registrar(), at=LATER)

    mentorship = Mentorship.objects.get()
    assert (mentorship.mentor, mentorship.learner, mentorship.begun_at) == (accepted.mentor, enrolment.learner, LATER)
    assert (mentorship.mentor.person, mentorship.mentor.email) == (None, "ines@example.org")
    assert [message.to for message in mail.outbox] == [[enrolment.learner.email], ["ines@example.org"]]
    for message in mail.outbox:
        assert "Wren" not in message.body
        assert "Ines" not in message.body.replace("ines@example.org", "")
    assert make_waiting_shift(mentorship, at=LATER).mentorship == mentorship


def test_the_same_coordinator_for_two_learners_is_one_mentor():
    one, other = make_outside_mentorship(email="ines@example.org"), make_outside_mentorship(email="INES@example.org")

    assert one.mentor == other.mentor
    assert one.learner != other.learner


def test_no_to_one_from_outside_is_told_to_the_learner_only(django_capture_on_commit_callbacks):
    application = make_outside_application()

    with django_capture_on_commit_callbacks(execute=True):
        decline_application(application=application, reason="We could not reach them.", by=make_registrar(), at=NOON)

    assert [message.to for message in mail.outbox] == [[application.for_enrolment.learner.email]]
    assert not Mentor.objects.exists()


def test_one_request_about_an_address_waits():
    enrolment = make_enrolment()

    one = make_outside_application(enrolment, email="ines@example.org")

    assert make_outside_application(enrolment, email=" Ines@example.org", at=LATER) == one
    assert make_outside_application(enrolment, email="else@example.org") != one
    assert make_outside_application(email="ines@example.org") != one


@pytest.mark.parametrize("email", ["wren@example.org", "Second@Example.org"])
def test_a_learners_own_address_is_nobody_elses_however_it_is_written(email):
    learner = make_person("Wren", email="wren@example.org")
    EmailAddress.objects.create(user=learner, email="second@example.org", verified=True)

    with pytest.raises(CannotApply, match="an address of your own"):
        make_outside_application(make_enrolment(learner=learner), email=email)


def test_an_approved_mentor_is_asked_here_instead():
    mentor = make_mentor(person=make_person("Tomasz", email="tomasz@example.org"))
    EmailAddress.objects.create(user=mentor.person, email="on.set@example.org", verified=True)

    for email in ("Tomasz@example.org", "on.set@example.org"):
        with pytest.raises(CannotApply, match="Ask them among the mentors"):
            make_outside_application(email=email)


def test_what_else_is_refused_about_one_from_outside():
    gone, enrolment = make_enrolment(), make_enrolment()
    gone.withdrawn_at = NOON
    gone.save()
    mentorship = make_outside_mentorship(enrolment, email="ines@example.org")

    for given, sentence in (
        ({"enrolment": gone}, "not on this programme"),
        ({"name": " "}, "name and their address"),
        ({"enrolment": enrolment, "email": "ines@example.org"}, "work with them already"),
        ({"credential_number": ""}, "number of the credential"),
        ({"credential_expires_on": TODAY - timedelta(days=1)}, "run out already"),
    ):
        with pytest.raises(CannotApply, match=sentence):
            make_outside_application(**given)
    end_mentorship(mentorship=mentorship, by=enrolment.learner, at=LATER)
    assert make_outside_application(enrolment, email="ines@example.org").answered_at is None


def test_an_address_that_became_the_learners_or_a_mentors_meanwhile_is_not_accepted():
    own, theirs = make_outside_application(email="own@example.org"), make_outside_application(email="m@example.org")
    EmailAddress.objects.create(user=own.for_enrolment.learner, email="OWN@example.org", verified=True)
    make_mentor(person=make_person("Tomasz", email="m@example.org"))

    for application in (own, theirs):
        with pytest.raises(CannotDecide, match="belongs to the learner or to an approved mentor"):
            accept_application(application=application, by=make_registrar(), at=LATER)
    assert not Mentorship.objects.exists()


def test_who_left_the_programme_meanwhile_begins_nothing():
    application = make_outside_application()
    type(application.for_enrolment).objects.update(withdrawn_at=NOON)

    with pytest.raises(CannotDecide, match="not on this programme"):
        accept_application(application=application, by=make_registrar(), at=LATER)
    assert not Mentor.objects.exists()


# Inviting --------------------------------------------------------------------------------------------------


def test_an_invitation_is_for_an_address_and_sent_again_while_it_is_open(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        one = invite_mentor(email="Ines@Example.org ", by=make_registrar(), at=NOON)
        again = invite_mentor(email="ines@example.org", by=make_registrar(), at=LATER)
        later = invite_mentor(email="ines@example.org", by=make_registrar(), at=NOON + timedelta(days=21))

    assert (one, one.email, one.expires_at) == (again, "ines@example.org", NOON + timedelta(days=21))
    assert later != one
    assert [message.to for message in mail.outbox] == [["ines@example.org"]] * 3
    assert f"/mentoring/invitations/{one.token}/" in mail.outbox[0].body


def test_an_approved_mentor_is_not_invited():
    mentor = make_mentor()

    with pytest.raises(CannotInvite, match="approved mentor"):
        invite_mentor(email=mentor.person.email.upper(), by=make_registrar(), at=NOON)


def apply_with(invitation: MentorInvitation, person, at=NOON):
    return apply_as_mentor(person=person, invitation=invitation, at=at, **credential())


def test_an_invitation_is_used_up_by_one_application():
    person = make_person("Ines", email="ines@example.org")
    invitation = invite_mentor(email="Ines@example.org", by=make_registrar(), at=NOON)

    application = apply_with(invitation, person)

    assert application.invitation == invitation
    assert apply_with(invitation, person, at=LATER) == application
    assert not open_mentor_invitations(NOON).exists()
    decline_application(application=application, reason="No.", by=make_registrar(), at=LATER)
    with pytest.raises(CannotApply, match="has been used"):
        apply_with(invitation, person, at=LATER)


def test_an_invitation_meets_an_application_that_waits():
    person = make_person("Ines", email="ines@example.org")
    waiting = make_application(person)

    application = apply_with(invite_mentor(email=person.email, by=make_registrar(), at=NOON), person)

    assert application == waiting
    assert MentorInvitation.objects.get().application == waiting


def test_for_whom_an_invitation_is_not():
    person, other = make_person("Ines", email="ines@example.org"), make_person("Mallory")
    invitation = invite_mentor(email=person.email, by=make_registrar(), at=NOON)
    EmailAddress.objects.create(user=other, email=person.email, verified=False)

    with pytest.raises(CannotApply, match="another address"):
        apply_with(invitation, other)
    with pytest.raises(CannotApply, match="run out"):
        apply_with(invitation, person, at=NOON + timedelta(days=21))
    assert why_not_invited(invitation, person, NOON) == ""


# The database ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("impossible", "name"),
    [
        ({"person": None}, "of_oneself_or_by_a_learner"),
        ({"outside_name": "Ines"}, "of_oneself_or_by_a_learner"),
        ({"answered_at": NOON}, "answered_at_and_by_together"),
    ],
)
def test_the_database_refuses_impossible_applications(impossible, name):
    application = make_application()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        MentorApplication.objects.filter(pk=application.pk).update(**impossible)


def test_the_database_refuses_a_second_that_waits():
    own, outside = make_application(), make_outside_application()

    for application in (own, outside):
        application.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            application.save(force_insert=True)


def test_the_database_refuses_a_yes_that_nobody_gave():
    application, mentor = make_application(), make_mentor()

    with pytest.raises(IntegrityError), transaction.atomic():
        MentorApplication.objects.filter(pk=application.pk).update(mentor=mentor)
