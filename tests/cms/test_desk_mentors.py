"""How does a registrar approve, invite, answer, suspend and list mentors?"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from assessments.inviting import invite_mentor
from assessments.mentor_profile import announce_stop
from assessments.models import Mentor, MentorApplication, MentorInvitation, Mentorship
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.mentoring import make_application, make_outside_application, make_outside_mentorship
from tests.factories.people import make_person
from tests.factories.shifts import FAR, make_mentor, make_mentorship

pytestmark = pytest.mark.django_db
TYPED = {"credential_number": "EX-2041", "credential_expires_on": FAR.isoformat(), "capacity": 4}


def mentor_page(mentor, name="detail"):
    return reverse(f"desk:mentor_{name}", args=[mentor.pk])


def test_a_mentor_is_approved_by_their_exact_address(client):
    person = make_person("Tomasz", email="tomasz@example.org")
    registrar = at_the_desk(client)
    said = {"email": "Tomasz@example.org", "credential_number": "EX-2041", "credential_expires_on": FAR.isoformat()}
    said |= {"regions": ["EUROPE"], "capacity": 2, "conflicts": "An agency."}

    response = client.post(reverse("desk:mentor_new"), said)

    mentor = Mentor.objects.get()
    assert response.url == mentor_page(mentor)
    assert (mentor.person, mentor.approved_by, mentor.credential_expires_on) == (person, registrar, FAR)
    assert (mentor.regions, mentor.capacity, mentor.conflicts) == (["EUROPE"], 2, "An agency.")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"email": "tomas@example.org"}, "Nobody here has confirmed this address."),
        ({"credential_expires_on": "2020-01-01"}, "has run out already"),
        ({"credential_number": " "}, "This field is required."),
    ],
)
def test_who_cannot_be_approved_is_said_and_nothing_typed_is_lost(client, said, sentence):
    make_person("Tomasz", email="tomasz@example.org")
    at_the_desk(client)
    typed = {"email": "tomasz@example.org"} | TYPED

    refused = client.post(reverse("desk:mentor_new"), typed | said)

    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert "example.org" in refused.content.decode()
    assert not Mentor.objects.exists()


def test_an_address_nobody_confirmed_makes_no_mentor(client):
    person = make_person("Tomasz", email="tomasz@example.org")
    person.emailaddress_set.update(verified=False)
    at_the_desk(client)
    said = {"email": person.email} | TYPED

    assert client.post(reverse("desk:mentor_new"), said).status_code == 422


def test_nobody_approves_themselves(client):
    registrar = at_the_desk(client)
    said = {"email": registrar.email} | TYPED

    refused = client.post(reverse("desk:mentor_new"), said)

    assert refused.status_code == 422
    assert "Nobody approves themselves." in refused.content.decode()


def test_a_credential_is_renewed(client):
    mentor = make_mentor(expires_on=date(2030, 1, 1))
    at_the_desk(client)

    client.post(mentor_page(mentor, "renew"), {"credential_number": "EX-9", "credential_expires_on": FAR.isoformat()})

    mentor.refresh_from_db()
    assert (mentor.credential_number, mentor.credential_expires_on) == ("EX-9", FAR)


def test_a_mentor_is_suspended_and_reinstated_calmly(client):
    mentor = make_mentor()
    at_the_desk(client)

    for name, suspended in (("suspend", True), ("suspend", True), ("reinstate", False), ("reinstate", False)):
        client.get(mentor_page(mentor, name))
        response = client.post(mentor_page(mentor, name))

        mentor.refresh_from_db()
        assert response.url == mentor_page(mentor)
        assert (mentor.suspended_at is not None) is suspended


def test_mentors_are_listed_with_their_open_mentorships(client):
    mentor = make_mentor(at=yesterday())
    for begun in (True, True, False):
        make_mentorship(mentor=mentor, begun=begun, at=yesterday())
    make_mentor("Delphine", expires_on=timezone.localdate() + timedelta(days=30), at=yesterday())
    at_the_desk(client)

    everyone = client.get(reverse("desk:mentor_list"))
    running_out = client.get(reverse("desk:mentor_list"), {"state": "running_out"})

    assert [row.open for row in everyone.context["page_obj"].object_list] == [0, 2]
    assert [str(row.person) for row in running_out.context["page_obj"].object_list] == ["Delphine"]


def test_outside_coordinators_and_those_who_stop_are_listed_and_found(client):
    outside = make_outside_mentorship(email="ines@example.org", at=yesterday()).mentor
    stopping = announce_stop(
        mentor=make_mentor("Tomasz", at=yesterday()),
        last_day=timezone.localdate() + timedelta(days=20),
        at=timezone.now(),
    )
    at_the_desk(client)

    def found(**asked):
        return list(client.get(reverse("desk:mentor_list"), asked).context["page_obj"].object_list)

    assert found(state="outside") == [outside]
    assert found(state="stopping") == [stopping]
    assert found(q="marlow") == [outside]
    assert found(q="ines@") == [outside]
    assert "signs by links in mails" in client.get(mentor_page(outside)).content.decode()


def test_the_credential_of_one_from_outside_is_renewed(client):
    mentor = make_outside_mentorship(at=yesterday()).mentor
    at_the_desk(client)

    client.post(mentor_page(mentor, "renew"), TYPED)

    mentor.refresh_from_db()
    assert mentor.credential_number == "EX-2041"


def test_a_mentor_who_stopped_begins_again(client):
    at = timezone.now() - timedelta(days=30)
    mentor = make_mentor(at=at)
    announce_stop(mentor=mentor, last_day=timezone.localdate() - timedelta(days=10), at=at)
    at_the_desk(client)

    assert "Stopped" in client.get(mentor_page(mentor)).content.decode()
    client.get(mentor_page(mentor, "resume"))
    for _time in range(2):
        assert client.post(mentor_page(mentor, "resume")).url == mentor_page(mentor)

    mentor.refresh_from_db()
    assert mentor.stops_on is None


# Applications ----------------------------------------------------------------------------------------------


def application_page(application, name="detail"):
    return reverse(f"desk:application_{name}", args=[application.pk])


def test_an_application_is_read_and_accepted(client, django_capture_on_commit_callbacks):
    application = make_application(conflicts="An agency.", at=yesterday())
    at_the_desk(client)

    page = client.get(application_page(application)).content.decode()
    question = client.get(application_page(application, "accept")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post(application_page(application, "accept")) for _time in range(2)]

    for words in ("Delphine", "Elsewhere in Europe", "An agency.", "Twelve years on set."):
        assert words in page
    assert "Learners can ask them" in question
    assert [answer.url for answer in answers] == [application_page(application)] * 2
    assert Mentor.objects.get().person == application.person
    assert len(mail.outbox) == 1
    assert "See the mentor" in client.get(application_page(application)).content.decode()


def test_one_from_outside_is_accepted_for_their_learner(client):
    application = make_outside_application(at=yesterday())
    at_the_desk(client)

    page = client.get(application_page(application)).content.decode()
    question = client.get(application_page(application, "accept")).content.decode()
    client.post(application_page(application, "accept"))

    assert "Ines Marlow" in page
    assert "Named by" in page
    assert "whoever reads it can sign" in question
    assert Mentorship.objects.get().learner == application.for_enrolment.learner


def test_a_newer_credential_says_so(client):
    application = make_application(make_mentor(at=yesterday()).person, at=yesterday())
    at_the_desk(client)

    assert "Newer credential" in client.get(application_page(application)).content.decode()
    assert "newer credential counts" in client.get(application_page(application, "accept")).content.decode()


def test_a_no_asks_for_its_reason_and_shows_it(client):
    application = make_application(at=yesterday())
    at_the_desk(client)

    empty = client.post(application_page(application, "decline"), {"reason": " "})
    client.post(application_page(application, "decline"), {"reason": "The number is not on the list."})
    late = client.post(application_page(application, "accept"))

    assert empty.status_code == 422
    assert late.status_code == 422
    assert "answered already" in late.content.decode()
    assert "not on the list" in client.get(application_page(application)).content.decode()
    assert not Mentor.objects.exists()


def test_what_was_accepted_is_not_declined(client):
    application = make_application(at=yesterday())
    at_the_desk(client)
    client.post(application_page(application, "accept"))

    refused = client.post(application_page(application, "decline"), {"reason": "No."})

    assert refused.status_code == 422
    assert "answered already" in refused.content.decode()


def test_ones_own_application_is_for_another_registrar(client):
    registrar = at_the_desk(client)
    application = make_application(registrar, at=yesterday())

    page = client.get(application_page(application)).content.decode()
    refused = client.post(application_page(application, "accept"))

    assert "Another registrar answers it" in page
    assert refused.status_code == 422
    assert MentorApplication.objects.get().answered_at is None


def test_applications_are_listed_by_their_answer(client):
    waiting, accepted, declined = (make_application(at=yesterday()) for _number in range(3))
    at_the_desk(client)
    client.post(application_page(accepted, "accept"))
    client.post(application_page(declined, "decline"), {"reason": "No."})

    for state, application in (("waiting", waiting), ("accepted", accepted), ("declined", declined)):
        page = client.get(reverse("desk:application_list"), {"state": state})
        assert list(page.context["page_obj"].object_list) == [application]


# Invitations -----------------------------------------------------------------------------------------------


def test_a_mentor_is_invited_by_an_address(client, django_capture_on_commit_callbacks):
    registrar = at_the_desk(client)

    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(reverse("desk:mentor_invite"), {"email": "Ines@Example.org"}, follow=True)

    invitation = MentorInvitation.objects.get()
    assert (invitation.email, invitation.invited_by) == ("ines@example.org", registrar)
    assert [message.to for message in mail.outbox] == [["ines@example.org"]]
    assert "ines@example.org" in page.content.decode()


def test_an_approved_mentor_is_not_invited_and_nothing_typed_is_lost(client):
    mentor = make_mentor(person=make_person("Tomasz", email="tomasz@example.org"), at=yesterday())
    at_the_desk(client)

    refused = client.post(reverse("desk:mentor_invite"), {"email": mentor.person.email})

    assert refused.status_code == 422
    assert "approved mentor" in refused.content.decode()
    assert 'value="tomasz@example.org"' in refused.content.decode()


@pytest.mark.parametrize(("state", "days"), [("open", 1), ("expired", 30)])
def test_invitations_to_mentor_are_open_or_expired(client, state, days):
    registrar = at_the_desk(client)
    invite_mentor(email="ines@example.org", by=registrar, at=timezone.now() - timedelta(days=days))

    for shown in ("open", "expired"):
        page = client.get(reverse("desk:mentor_invitation_list"), {"state": shown}).content.decode()
        assert ("ines@example.org" in page) is (shown == state)
