"""What does the registrar answer to who asks to be certified?"""

import pytest
from django.core import mail
from django.urls import reverse

from certificates.models import Certificate, CertificationRequest, RevocationProposal, SigningKey
from certificates.status import revoke_certificate
from courses.models import UnitCompletion
from tests.factories.certificates import make_request, make_signing_key
from tests.factories.desk import at_the_desk, make_desk, yesterday
from tests.factories.people import make_person, make_registrar

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_key")]


@pytest.fixture
def signing_key(db):
    return make_signing_key()


def page_of(asked, name="detail"):
    return reverse(f"desk:request_{name}", args=[asked.pk])


def test_from_request_to_certificate_to_revocation(client):
    """The whole way, as the registrar and an employer go it."""
    asked = make_request(at=yesterday(), name="Ana Núñez")
    at_the_desk(client)

    confirmed = client.post(page_of(asked, "confirm"), follow=True)

    certificate = Certificate.objects.get()
    public = reverse("certificates:verify_number", args=[certificate.number])
    assert confirmed.redirect_chain[-1][0] == reverse("desk:certificate_detail", args=[certificate.pk])
    assert client.get(public, headers={"accept": "application/json"}).json()["status"] == "active"

    said = {"reason": "EVIDENCE", "private_reason": "The letter was not by the mentor."}
    propose = reverse("desk:certificate_revoke", args=[certificate.pk])
    client.post(propose, said)
    client.post(propose, said | {"sure": "yes"})
    confirm = reverse("desk:revocation_confirm", args=[RevocationProposal.objects.get().pk])
    alone = client.post(confirm, {"sure": "yes"})
    assert alone.status_code == 422
    assert "Another registrar confirms it." in alone.text
    assert client.get(public, headers={"accept": "application/json"}).json()["status"] == "active"

    at_the_desk(client, make_registrar("Second"))
    first = client.get(confirm)
    assert "It is final." in first.text
    client.post(confirm, {"sure": "yes"})

    answer = client.get(public, headers={"accept": "application/json"}).json()
    assert (answer["status"], answer["reason"]) == ("revoked", "Evidence withdrawn")


def test_the_request_shows_its_whole_basis(client):
    desk = make_desk()
    at_the_desk(client)

    response = client.get(page_of(desk.asked))

    page = response.content.decode()
    assert response.context["evidence"].totals.signed.days == 1
    assert [line.signed.days for line in response.context["evidence"].signers] == [1]
    assert "Met: 1 unit." in page
    assert "What mentors saw" in page
    assert "Signer" in page


def test_a_name_that_differs_from_the_profile_is_pointed_out(client):
    learner = make_person("Ana", certificate_name="Ana Núñez")
    same = make_request(learner=learner, name="Ana Núñez", at=yesterday())
    other = make_request(learner=make_person("Robin"), name="Robyn Hale", at=yesterday())
    at_the_desk(client)

    assert client.get(page_of(same)).context["name_differs"] is False
    assert "the profile says “Robin”" in client.get(page_of(other)).content.decode()


def test_confirming_is_asked_for_once_more_and_changes_nothing_by_being_looked_at(client):
    asked = make_request(at=yesterday())
    at_the_desk(client)

    page = client.get(page_of(asked, "confirm")).content.decode()

    assert "Confirm and issue the certificate" in page
    assert not Certificate.objects.exists()


def test_confirming_twice_leads_to_the_one_certificate(client, django_capture_on_commit_callbacks):
    asked = make_request(at=yesterday())
    at_the_desk(client)

    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post(page_of(asked, "confirm")) for _ in range(2)]

    certificate = Certificate.objects.get()
    assert [answer.url for answer in answers] == [reverse("desk:certificate_detail", args=[certificate.pk])] * 2
    assert [message.to for message in mail.outbox] == [[certificate.holder.email]]


def test_what_has_fallen_away_since_is_said_and_nothing_is_issued(client):
    asked = make_request(at=yesterday())
    UnitCompletion.objects.all().delete()
    at_the_desk(client)

    seen = client.get(page_of(asked, "confirm"))
    refused = client.post(page_of(asked, "confirm"))

    assert "Confirm and issue" not in seen.content.decode()
    assert refused.status_code == 422
    assert "Not every requirement is met yet." in refused.content.decode()
    assert not Certificate.objects.exists()
    assert CertificationRequest.objects.get().answered_at is None


def test_without_a_key_nothing_is_issued_and_the_request_still_waits(client):
    asked = make_request(at=yesterday())
    SigningKey.objects.update(activated_at=None)
    at_the_desk(client)

    refused = client.post(page_of(asked, "confirm"))

    assert refused.status_code == 422
    assert "No signing key is active." in refused.content.decode()
    assert CertificationRequest.objects.get().answered_at is None


def test_nobody_decides_about_their_own_request(client):
    asked = make_request(at=yesterday())
    registrar = at_the_desk(client)
    asked.enrolment.learner = registrar
    asked.enrolment.save()

    seen = client.get(page_of(asked))
    refused = [client.post(page_of(asked, "confirm")), client.post(page_of(asked, "decline"), {"reason": "No."})]

    assert "Another registrar decides it." in seen.content.decode()
    assert [answer.status_code for answer in refused] == [422, 422]
    assert CertificationRequest.objects.get().answered_at is None


def test_declining_needs_a_reason_and_keeps_what_was_typed(client):
    asked = make_request(at=yesterday())
    at_the_desk(client)

    refused = client.post(page_of(asked, "decline"), {"reason": "  "})

    assert refused.status_code == 422
    assert "the learner will read it" in refused.content.decode()
    assert CertificationRequest.objects.get().answered_at is None


def test_declining_tells_the_learner_once(client, django_capture_on_commit_callbacks):
    asked = make_request(at=yesterday())
    registrar = at_the_desk(client)

    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post(page_of(asked, "decline"), {"reason": "One day was on no set."}) for _ in range(2)]

    asked.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (asked.declined_because, asked.answered_by) == ("One day was on no set.", registrar)
    assert len(mail.outbox) == 1
    assert "One day" not in mail.outbox[0].body


def test_an_answered_request_is_not_answered_again(client):
    asked = make_request(at=yesterday())
    at_the_desk(client)
    client.post(page_of(asked, "decline"), {"reason": "Later."})

    confirmed = client.post(page_of(asked, "confirm"))

    assert confirmed.status_code == 422
    assert "This request was declined." in confirmed.content.decode()
    assert client.get(page_of(asked, "confirm")).url == page_of(asked)
    assert not Certificate.objects.exists()


def test_confirming_again_after_a_revocation_says_why_not(client):
    asked = make_request(at=yesterday())
    registrar = at_the_desk(client)
    client.post(page_of(asked, "confirm"))
    certificate = Certificate.objects.get()
    revoke_certificate(certificate=certificate, reason="ERROR", by=make_person("Other"), at=certificate.issued_at)

    again = client.post(page_of(asked, "confirm"))

    assert registrar.pk != certificate.holder_id
    assert again.status_code == 422
    assert "was revoked" in again.content.decode()


def test_requests_are_listed_waiting_or_answered(client):
    waiting = make_request(at=yesterday(), learner=make_person("Waits"))
    answered = make_request(at=yesterday(), learner=make_person("Answered"))
    at_the_desk(client)
    client.post(page_of(answered, "decline"), {"reason": "Later."})

    first = client.get(reverse("desk:request_list"))
    second = client.get(reverse("desk:request_list"), {"state": "answered"})

    assert list(first.context["page_obj"].object_list) == [waiting]
    assert list(second.context["page_obj"].object_list) == [answered]
