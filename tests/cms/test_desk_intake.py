"""Do invoices, invitations and mentors work at the desk?"""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from courses.enrolling import enrol_free
from courses.models import Access, Concern, ConcernKind, Enrolment, Invitation
from tests.factories.courses import make_enrolment, make_programme
from tests.factories.desk import at_the_desk, make_invitation, make_invoice, yesterday
from tests.factories.people import make_person

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
