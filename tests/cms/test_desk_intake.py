"""Do invoices, invitations and mentors work at the desk?"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from assessments.models import Mentor
from courses.enrolling import enrol_free
from courses.models import Access, Concern, ConcernKind, Enrolment, Invitation
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.desk import at_the_desk, make_invitation, make_invoice, yesterday
from tests.factories.people import make_person
from tests.factories.shifts import FAR, make_mentor, make_mentorship

pytestmark = pytest.mark.django_db


# Invoices --------------------------------------------------------------------------------------------------


def invoice_page(invoice, name="detail"):
    return reverse(f"desk:invoice_{name}", args=[invoice.pk])


def test_a_payment_puts_the_learner_on_the_programme_once(client, django_capture_on_commit_callbacks):
    invoice = make_invoice()
    at_the_desk(client)

    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post(invoice_page(invoice, "confirm")) for _ in range(2)]

    assert [answer.url for answer in answers] == [invoice_page(invoice)] * 2
    assert Enrolment.objects.get().learner == invoice.payer
    assert sorted(message.subject for message in mail.outbox) == ["Your place is confirmed", "Your receipt RCT-00001"]
    assert {address for message in mail.outbox for address in message.to} == {invoice.payer.email}


def test_looking_at_the_confirmation_confirms_nothing(client):
    invoice = make_invoice()
    at_the_desk(client)

    page = client.get(invoice_page(invoice, "confirm")).content.decode()

    assert "£3,400" in page
    assert not Enrolment.objects.exists()


def test_a_payment_for_a_place_one_has_already_is_taken_and_needs_a_person(client):
    invoice = make_invoice()
    make_enrolment(learner=invoice.payer, programme=invoice.order.programme)
    at_the_desk(client)

    client.post(invoice_page(invoice, "confirm"))

    assert Enrolment.objects.count() == 1
    assert Concern.objects.get().kind == ConcernKind.PAID_TWICE


def test_an_invoice_is_cancelled_once_and_then_not_confirmed(client):
    invoice = make_invoice()
    at_the_desk(client)

    answers = [client.post(invoice_page(invoice, "cancel")) for _ in range(2)]
    refused = client.post(invoice_page(invoice, "confirm"))

    assert [answer.status_code for answer in answers] == [302, 302]
    assert refused.status_code == 422
    assert "was cancelled" in refused.content.decode()
    assert not Enrolment.objects.exists()


def test_a_confirmed_invoice_is_not_cancelled(client):
    invoice = make_invoice()
    at_the_desk(client)
    client.post(invoice_page(invoice, "confirm"))

    refused = client.post(invoice_page(invoice, "cancel"))

    assert refused.status_code == 422
    assert client.get(invoice_page(invoice, "cancel")).url == invoice_page(invoice)


# Invitations -----------------------------------------------------------------------------------------------


def test_an_invitation_is_sent_to_an_address(client, django_capture_on_commit_callbacks):
    programme = make_programme(access=Access.INVITATION)
    registrar = at_the_desk(client)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            reverse("desk:invitation_new"), {"programme": programme.pk, "email": "Wren@Example.org"}, follow=True
        )

    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.invited_by) == ("wren@example.org", registrar)
    assert [message.to for message in mail.outbox] == [["wren@example.org"]]
    assert "wren@example.org" in response.content.decode()


def test_inviting_again_sends_the_same_link(client, django_capture_on_commit_callbacks):
    programme = make_programme()
    at_the_desk(client)

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            client.post(reverse("desk:invitation_new"), {"programme": programme.pk, "email": "wren@example.org"})

    assert Invitation.objects.count() == 1
    assert len(mail.outbox) == 2


def test_who_is_on_the_programme_is_not_invited(client):
    programme = make_programme()
    learner = make_person("Wren")
    enrol_free(learner=learner, programme=programme, at=yesterday())
    at_the_desk(client)

    refused = client.post(reverse("desk:invitation_new"), {"programme": programme.pk, "email": learner.email})

    assert refused.status_code == 422
    assert "on the programme already" in refused.content.decode()
    assert f'value="{learner.email}"' in refused.content.decode()


def test_invitations_are_open_or_expired(client):
    make_invitation(email="open@example.org")
    make_invitation(email="expired@example.org", at=timezone.now() - timedelta(days=30))
    at_the_desk(client)

    page = client.get(reverse("desk:invitation_list"), {"state": "expired"}).content.decode()

    assert "expired@example.org" in page
    assert "open@example.org" not in page


# Mentors ---------------------------------------------------------------------------------------------------


def mentor_page(mentor, name="detail"):
    return reverse(f"desk:mentor_{name}", args=[mentor.pk])


def test_a_mentor_is_approved_by_their_exact_address(client):
    person = make_person("Tomasz", email="tomasz@example.org")
    registrar = at_the_desk(client)
    said = {"email": "Tomasz@example.org", "credential_number": "EX-2041", "credential_expires_on": FAR.isoformat()}

    response = client.post(reverse("desk:mentor_new"), said)

    mentor = Mentor.objects.get()
    assert response.url == mentor_page(mentor)
    assert (mentor.person, mentor.approved_by, mentor.credential_expires_on) == (person, registrar, FAR)


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
    typed = {"email": "tomasz@example.org", "credential_number": "EX-2041", "credential_expires_on": FAR.isoformat()}

    refused = client.post(reverse("desk:mentor_new"), typed | said)

    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert "example.org" in refused.content.decode()
    assert not Mentor.objects.exists()


def test_an_address_nobody_confirmed_makes_no_mentor(client):
    person = make_person("Tomasz", email="tomasz@example.org")
    person.emailaddress_set.update(verified=False)
    at_the_desk(client)
    said = {"email": person.email, "credential_number": "EX-2041", "credential_expires_on": FAR.isoformat()}

    assert client.post(reverse("desk:mentor_new"), said).status_code == 422


def test_nobody_approves_themselves(client):
    registrar = at_the_desk(client)
    said = {"email": registrar.email, "credential_number": "EX-1", "credential_expires_on": FAR.isoformat()}

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
