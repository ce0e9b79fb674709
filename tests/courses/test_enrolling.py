from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import DatabaseError, IntegrityError

from cms.accounts import history
from cms.accounts.models import AcademySettings, Chain, Entry
from courses import enrolling
from courses.enrolling import (
    AlreadyEnrolled,
    InvitationExpired,
    InvitationForAnother,
    InvitationUsed,
    NotOffered,
    accept_invitation,
    enrol_free,
    invite,
    withdraw,
)
from courses.models import Access, Enrolment, Invitation, Via
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.people import NOON, make_person, make_registrar

from .races import meet_in, side_by_side, take_locks_away

LATER = NOON + timedelta(days=1)


def make_free(**fields):
    return make_programme(modules=0, **fields)


def verbs_of(person):
    return [entry.verb for entry in Entry.objects.filter(chain__name=f"learner:{person.pk}").order_by("number")]


# Free ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anyone_comes_onto_a_free_programme_and_it_is_written_down():
    person, programme = make_person(), make_free()

    enrolment = enrol_free(learner=person, programme=programme, at=NOON)

    assert (enrolment.via, enrolment.enrolled_at, enrolment.learner) == (Via.FREE, NOON, person)
    [entry] = history.entries_about(enrolment)
    assert (entry.verb, entry.actor, entry.facts) == (
        "enrolment.begun", person, {"programme": programme.pk, "via": "FREE"},
    )  # fmt: skip
    assert list(history.breaks()) == []


@pytest.mark.django_db
def test_enrolling_twice_returns_the_first_enrolment_and_writes_nothing():
    person, programme = make_person(), make_free()

    first = enrol_free(learner=person, programme=programme, at=NOON)
    again = enrol_free(learner=person, programme=programme, at=LATER)

    assert again == first
    assert verbs_of(person) == ["enrolment.begun"]


@pytest.mark.django_db
def test_who_has_left_may_come_back():
    person, programme = make_person(), make_free()
    first = enrol_free(learner=person, programme=programme, at=NOON)
    withdraw(enrolment=first, by=person, at=NOON)

    again = enrol_free(learner=person, programme=programme, at=LATER)

    assert again != first
    assert verbs_of(person) == ["enrolment.begun", "enrolment.withdrawn", "enrolment.begun"]


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"access": Access.INVITATION}, {"access": Access.FEE}])
def test_a_programme_that_is_not_free_is_not_entered_so(fields):
    with pytest.raises(NotOffered):
        enrol_free(learner=make_person(), programme=make_free(**fields), at=NOON)

    assert not Enrolment.objects.exists()


@pytest.mark.django_db
def test_a_programme_that_became_priced_meanwhile_is_not_entered_by_an_old_page():
    seen = make_free()
    type(seen).objects.filter(pk=seen.pk).update(access=Access.FEE)

    with pytest.raises(NotOffered):
        enrol_free(learner=make_person(), programme=seen, at=NOON)


@pytest.mark.django_db
def test_a_programme_that_is_not_published_is_not_entered():
    programme = make_free()
    programme.unpublish()

    with pytest.raises(NotOffered, match="not published"):
        enrol_free(learner=make_person(), programme=programme, at=NOON)


# Invitations ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_invitation_is_mailed_with_its_link_and_a_neutral_subject(django_capture_on_commit_callbacks):
    registrar, programme = make_registrar(), make_free(title="Scenes & people")

    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite(programme=programme, email=" Nell@Example.org ", by=registrar, at=NOON)

    [message] = mail.outbox
    assert invitation.expires_at == NOON + timedelta(days=21)
    assert message.to == ["nell@example.org"]
    assert message.subject == "An invitation to study"
    assert f"http://localhost:8000/programmes/invitations/{invitation.token}/" in message.body
    assert "“Scenes & people”" in message.body
    assert AcademySettings.load().name in message.body


@pytest.mark.django_db
def test_history_of_an_invitation_holds_no_address():
    invitation = invite(programme=make_free(), email="nell@example.org", by=make_registrar(), at=NOON)

    [entry] = history.entries_about(invitation)

    assert entry.facts == {"programme": invitation.programme_id}


@pytest.mark.django_db
def test_inviting_again_sends_the_same_link_again(django_capture_on_commit_callbacks):
    registrar, programme = make_registrar(), make_free()

    with django_capture_on_commit_callbacks(execute=True):
        first = invite(programme=programme, email="nell@example.org", by=registrar, at=NOON)
        again = invite(programme=programme, email="NELL@example.org", by=registrar, at=LATER)

    assert again == first
    assert len(mail.outbox) == 2
    assert Entry.objects.filter(verb="invitation.sent").count() == 1


@pytest.mark.django_db
def test_an_invitation_that_ran_out_is_followed_by_a_new_one():
    registrar, programme = make_registrar(), make_free()
    first = invite(programme=programme, email="nell@example.org", by=registrar, at=NOON)

    assert invite(programme=programme, email="nell@example.org", by=registrar, at=first.expires_at) != first


@pytest.mark.django_db
def test_who_is_on_the_programme_is_not_invited_to_it():
    enrolment = make_enrolment(programme=make_free())

    with pytest.raises(AlreadyEnrolled):
        invite(programme=enrolment.programme, email=enrolment.learner.email, by=make_registrar(), at=NOON)


@pytest.mark.django_db
def test_nobody_is_invited_to_what_is_not_published():
    programme = make_free()
    programme.unpublish()

    with pytest.raises(NotOffered):
        invite(programme=programme, email="nell@example.org", by=make_registrar(), at=NOON)


def make_invitation(email="nell@example.org", **fields):
    return invite(
        programme=make_programme(modules=0, access=Access.INVITATION, **fields),
        email=email,
        by=make_registrar(),
        at=NOON,
    )


@pytest.mark.django_db
def test_an_invitation_is_taken_by_whom_it_went_to():
    person, invitation = make_person(email="nell@example.org"), make_invitation()

    enrolment = accept_invitation(invitation=invitation, person=person, at=LATER)

    invitation.refresh_from_db()
    assert (enrolment.via, enrolment.learner) == (Via.INVITATION, person)
    assert (invitation.accepted_at, invitation.enrolment) == (LATER, enrolment)
    assert verbs_of(person) == ["enrolment.begun"]


@pytest.mark.django_db
def test_capitals_in_an_address_make_no_difference():
    person = make_person(email="nell@example.org")
    EmailAddress.objects.filter(user=person).update(email="Nell@Example.org")

    assert accept_invitation(invitation=make_invitation(), person=person, at=NOON).learner == person


@pytest.mark.django_db
def test_a_second_address_of_the_same_person_will_do():
    person = make_person()
    EmailAddress.objects.create(user=person, email="nell@example.org", verified=True)

    assert accept_invitation(invitation=make_invitation(), person=person, at=NOON).learner == person


@pytest.mark.django_db
def test_an_address_that_is_not_confirmed_takes_nothing():
    person = make_person()
    EmailAddress.objects.create(user=person, email="nell@example.org", verified=False)

    with pytest.raises(InvitationForAnother):
        accept_invitation(invitation=make_invitation(), person=person, at=NOON)


@pytest.mark.django_db
def test_somebody_else_with_the_link_takes_nothing_and_learns_no_address():
    invitation = make_invitation()

    with pytest.raises(InvitationForAnother) as refusal:
        accept_invitation(invitation=invitation, person=make_person(), at=NOON)

    assert "nell" not in str(refusal.value)
    assert not Enrolment.objects.exists()


@pytest.mark.django_db
def test_taking_the_place_twice_returns_the_same_enrolment():
    person, invitation = make_person(email="nell@example.org"), make_invitation()

    first = accept_invitation(invitation=invitation, person=person, at=NOON)
    again = accept_invitation(invitation=invitation, person=person, at=LATER)

    assert again == first
    assert verbs_of(person) == ["enrolment.begun"]


@pytest.mark.django_db
def test_a_used_invitation_brings_nobody_back():
    person, invitation = make_person(email="nell@example.org"), make_invitation()
    enrolment = accept_invitation(invitation=invitation, person=person, at=NOON)
    withdraw(enrolment=enrolment, by=person, at=NOON)

    with pytest.raises(InvitationUsed):
        accept_invitation(invitation=invitation, person=person, at=LATER)


@pytest.mark.django_db
def test_an_address_that_changed_hands_does_not_take_a_used_invitation():
    first, invitation = make_person(email="nell@example.org"), make_invitation()
    accept_invitation(invitation=invitation, person=first, at=NOON)
    EmailAddress.objects.filter(user=first).delete()
    second = make_person()
    EmailAddress.objects.create(user=second, email="nell@example.org", verified=True)

    with pytest.raises(InvitationUsed):
        accept_invitation(invitation=invitation, person=second, at=LATER)


@pytest.mark.django_db
def test_an_invitation_runs_out_after_21_days():
    person, invitation = make_person(email="nell@example.org"), make_invitation()

    with pytest.raises(InvitationExpired):
        accept_invitation(invitation=invitation, person=person, at=NOON + timedelta(days=21))

    accept_invitation(invitation=invitation, person=person, at=NOON + timedelta(days=21, seconds=-1))


@pytest.mark.django_db
def test_who_is_on_the_programme_already_keeps_that_enrolment_and_the_invitation_stays_open():
    person, invitation = make_person(email="nell@example.org"), make_invitation()
    already = make_enrolment(learner=person, programme=invitation.programme)

    assert accept_invitation(invitation=invitation, person=person, at=NOON) == already

    invitation.refresh_from_db()
    assert invitation.accepted_at is None


@pytest.mark.django_db
def test_an_invitation_to_what_is_no_longer_published_waits():
    person, invitation = make_person(email="nell@example.org"), make_invitation()
    invitation.programme.unpublish()

    with pytest.raises(NotOffered):
        accept_invitation(invitation=invitation, person=person, at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"accepted_at": NOON}, {"expires_at": NOON}])
def test_the_database_refuses_an_impossible_invitation(fields):
    invitation = make_invitation()

    with pytest.raises(IntegrityError):
        Invitation.objects.filter(pk=invitation.pk).update(**fields)


@pytest.mark.django_db
def test_the_database_keeps_one_open_enrolment_on_a_programme():
    enrolment = make_enrolment(programme=make_free())

    with pytest.raises(IntegrityError):
        make_enrolment(learner=enrolment.learner, programme=enrolment.programme)


# Leaving -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_withdrawing_is_a_date_and_repeating_changes_nothing():
    registrar, enrolment = make_registrar(), make_enrolment(programme=make_free())

    withdraw(enrolment=enrolment, by=registrar, at=NOON)
    again = withdraw(enrolment=enrolment, by=registrar, at=LATER)

    assert again.withdrawn_at == NOON
    assert verbs_of(enrolment.learner) == ["enrolment.withdrawn"]


@pytest.mark.django_db
def test_the_database_refuses_to_withdraw_before_enrolling():
    enrolment = make_enrolment(programme=make_free())

    with pytest.raises(IntegrityError):
        Enrolment.objects.filter(pk=enrolment.pk).update(withdrawn_at=NOON - timedelta(seconds=1))


# Races, each with a twin that has no locks ---------------------------------------------------------------------


def errors_in(answers):
    return [answer for answer in answers if isinstance(answer, Exception)]


def begin_chains(*people):
    Chain.objects.bulk_create(
        [Chain(name=name) for name in ("invitations", *(f"learner:{person.pk}" for person in people))],
        ignore_conflicts=True,
    )


def enrol_twice():
    person, programme = make_person(), make_free()
    begin_chains(person)
    return side_by_side(*[lambda: enrol_free(learner=person, programme=programme, at=NOON)] * 2)


@pytest.mark.django_db(transaction=True)
def test_enrolling_twice_at_once_answers_both_with_one_enrolment():
    assert enrol_twice() == [Enrolment.objects.get()] * 2


@pytest.mark.django_db(transaction=True)
def test_without_locks_enrolling_twice_at_once_meets_an_error(monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, enrolling, "_open_enrolment")

    [problem] = errors_in(enrol_twice())

    assert isinstance(problem, DatabaseError)
    assert Enrolment.objects.count() == 1


def invite_twice():
    registrars, programme = [make_registrar(), make_registrar()], make_free()
    begin_chains()
    return side_by_side(
        *(lambda by=by: invite(programme=programme, email="nell@example.org", by=by, at=NOON) for by in registrars)
    )


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_invite_one_person_at_once_send_one_link():
    assert invite_twice() == [Invitation.objects.get()] * 2


@pytest.mark.django_db(transaction=True)
def test_without_locks_two_registrars_who_invite_at_once_send_two_links_or_meet_an_error(monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, enrolling, "_open_invitation")

    answers = invite_twice()

    assert errors_in(answers) or Invitation.objects.count() == 2


def accept_twice():
    person, invitation = make_person(email="nell@example.org"), make_invitation()
    begin_chains(person)
    return side_by_side(*[lambda: accept_invitation(invitation=invitation, person=person, at=NOON)] * 2)


@pytest.mark.django_db(transaction=True)
def test_an_invitation_taken_twice_at_once_is_one_enrolment():
    assert accept_twice() == [Enrolment.objects.get()] * 2


@pytest.mark.django_db(transaction=True)
def test_without_locks_an_invitation_taken_twice_at_once_meets_an_error(monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, enrolling, "_open_enrolment")

    [problem] = errors_in(accept_twice())

    assert isinstance(problem, DatabaseError)
