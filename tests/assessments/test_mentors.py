"""Who may sign shifts, and if not today, why not?"""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F

from assessments.mentors import (
    CannotApprove,
    accept_outside,
    addresses_of,
    approve_mentor,
    mentors_taking_mentees,
    person_at,
    reinstate_mentor,
    renew_credential,
    suspend_mentor,
    why_not_signing,
)
from assessments.models import Mentor, Region
from cms.accounts import history
from tests.factories.mentoring import make_outside_mentorship
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import FAR, make_mentor, make_mentorship

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


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"capacity": 0}, "between 1 and 50"),
        ({"capacity": 51}, "between 1 and 50"),
        ({"regions": ["MOON"]}, "regions from the list"),
        ({"conflicts": "x" * 2_001}, "under 2,000"),
    ],
)
def test_what_a_mentor_cannot_say_of_themselves_is_refused(said, sentence):
    with pytest.raises(CannotApprove, match=sentence):
        make_mentor(**said)


def test_a_profile_is_kept_in_the_order_of_its_list():
    mentor = make_mentor(regions=[Region.EUROPE, Region.US], capacity=2, conflicts=" Owns a share of an agency. ")

    assert (mentor.regions, mentor.capacity) == (["US", "EUROPE"], 2)
    assert mentor.conflicts == "Owns a share of an agency."
    assert "agency" not in str([entry.facts for entry in history.entries_about(mentor)])


# From outside ----------------------------------------------------------------------------------------------


def accept(email="ines@example.org", *, number="OUT-1", expires_on=TODAY + timedelta(days=90), by=None):
    return accept_outside(
        name=" Ines ", email=email, credential_number=number, credential_expires_on=expires_on, regions=[Region.US],
        by=by or make_registrar(), at=NOON,
    )  # fmt: skip


def test_an_outside_coordinator_is_one_mentor_an_address_and_cannot_be_asked():
    one = accept()
    again = accept("Ines@Example.org", number="OUT-9", expires_on=TODAY)
    newer = accept(number="OUT-2", expires_on=FAR)

    assert one == again == newer
    assert (again.credential_number, newer.credential_number) == ("OUT-1", "OUT-2")
    assert (one.name, one.email, one.is_outside, one.takes_mentees) == ("Ines", "ines@example.org", True, False)
    assert not mentors_taking_mentees(make_person(), TODAY).exists()


def test_an_outside_credential_is_looked_at_as_any():
    for said, sentence in (
        ({"number": " "}, "number of their credential"),
        ({"expires_on": TODAY - timedelta(days=1)}, "run out already"),
    ):
        with pytest.raises(CannotApprove, match=sentence):
            accept(**said)


def test_whoever_signs_up_later_stays_the_same_mentor():
    outside = make_outside_mentorship(email="ines@example.org").mentor
    person = make_person("Ines", email="ines.marlow@example.org")
    EmailAddress.objects.create(user=person, email="Ines@example.org", verified=True)

    mentor = make_mentor(person=person)

    assert mentor == outside
    assert (mentor.person, mentor.outside_name, mentor.outside_email, mentor.takes_mentees) == (person, "", "", True)
    assert [entry.verb for entry in history.entries_about(mentor)] == ["mentor.approved", "mentor.given_account"]
    assert mentor.mentorships.count() == 1


def test_an_address_that_is_not_confirmed_takes_nothing_over():
    outside = make_outside_mentorship(email="ines@example.org").mentor
    person = make_person("Mallory")
    EmailAddress.objects.create(user=person, email="ines@example.org", verified=False)

    assert make_mentor(person=person) != outside


def test_nobody_becomes_the_mentor_whom_they_named():
    mentorship = make_outside_mentorship(email="ines@example.org")
    EmailAddress.objects.create(user=mentorship.learner, email="ines@example.org", verified=True)

    with pytest.raises(CannotApprove, match="their own mentor"):
        make_mentor(person=mentorship.learner)


def test_a_credential_is_renewed_once_and_by_somebody_else():
    mentor = make_mentor()
    newer = {"credential_number": "EX-NEW", "credential_expires_on": FAR, "at": NOON}

    for _time in range(2):
        renewed = renew_credential(mentor=mentor, by=make_registrar(), **newer)

    assert renewed.credential_number == "EX-NEW"
    verbs = [entry.verb for entry in history.entries_about(mentor)]
    assert verbs == ["mentor.approved", "mentor.credential_renewed"]
    with pytest.raises(CannotApprove, match="approves themselves"):
        renew_credential(mentor=mentor, by=mentor.person, **newer)


def test_addresses_are_known_however_they_are_written():
    person = make_person("Ines", email="ines@example.org")
    EmailAddress.objects.create(user=person, email="Second@Example.org", verified=True)
    EmailAddress.objects.create(user=person, email="third@example.org", verified=False)

    assert addresses_of(person) == ["ines@example.org", "second@example.org"]
    assert person_at(" SECOND@example.org ") == person
    assert person_at("third@example.org") is None


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
    make_mentorship(mentor=make_mentor("Full", capacity=1))
    closed, stopping, gone = make_mentor("Closed"), make_mentor("Stopping"), make_mentor("Gone")
    Mentor.objects.filter(pk=closed.pk).update(takes_mentees=False)
    Mentor.objects.filter(pk=stopping.pk).update(stops_on=FAR, stop_said_at=NOON)
    gone.person.is_active = False
    gone.person.save()

    assert list(mentors_taking_mentees(learner, TODAY + timedelta(days=1))) == [able[1], able[0]]


@pytest.mark.parametrize(
    ("impossible", "name"),
    [
        ({"approved_by": F("person")}, "mentor_not_approved_by_themselves"),
        ({"credential_number": ""}, "mentor_has_a_credential_number"),
        ({"capacity": 0}, "mentor_has_room_for_somebody"),
        ({"stops_on": TODAY}, "mentor_stop_and_when_it_was_said_together"),
        ({"outside_name": "Ines"}, "mentor_with_an_account_or_from_outside"),
        ({"person": None}, "mentor_with_an_account_or_from_outside"),
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
