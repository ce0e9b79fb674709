"""What may a registrar change about a certificate, and do they know it before?"""

import pytest
from django.core import mail
from django.urls import reverse

from certificates.models import Certificate, Decision, DecisionKind, Status
from cms.accounts import history
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def page_of(certificate, name="detail"):
    return reverse(f"desk:certificate_{name}", args=[certificate.pk])


def public_answer(client, certificate):
    address = reverse("certificates:verify_number", args=[certificate.number])
    return client.get(address, headers={"accept": "application/json"}).json()


def found(client, sought):
    response = client.get(reverse("desk:certificate_list"), {"q": sought})
    return list(response.context["page_obj"].object_list)


def test_a_certificate_is_found_by_number_name_or_address(client):
    certificate = make_certificate(
        name="Ana Núñez", learner=make_person("Ana", email="ana@example.org"), at=yesterday()
    )
    make_certificate(name="Robin Hale", at=yesterday())
    at_the_desk(client)

    assert found(client, certificate.number) == [certificate]
    assert found(client, certificate.number.lower().replace("-", " ")) == [certificate]
    assert found(client, "núñez") in ([certificate], [])  # SQLite folds the case of ASCII letters only
    assert found(client, "Núñez") == [certificate]
    assert found(client, "ana@example.org") == [certificate]
    assert found(client, "nobody at all") == []


def test_a_mistyped_number_is_said_to_be_one(client):
    certificate = make_certificate(at=yesterday())
    at_the_desk(client)
    wrong = certificate.number[:-1] + ("2" if certificate.number[-1] != "2" else "3")

    response = client.get(reverse("desk:certificate_list"), {"q": wrong})

    assert "typing mistake" in response.content.decode()


def test_typing_in_the_search_field_answers_with_the_rows_alone(client):
    make_certificate(name="Ana Núñez", at=yesterday())
    at_the_desk(client)

    response = client.get(
        reverse("desk:certificate_list"), {"q": "Ana"}, headers={"x-requested-with": "XMLHttpRequest"}
    )

    assert "<html" not in response.content.decode()
    assert "Ana Núñez" in response.content.decode()


@pytest.mark.parametrize("status", list(Status))
def test_each_certificate_is_shown_with_its_status_and_its_history(client, status):
    certificate = make_certificate_that_is(status)
    at_the_desk(client)

    page = client.get(page_of(certificate)).content.decode()

    assert str(status.label) in page
    assert "Issued" in page
    assert reverse("certificates:verify_number", args=[certificate.number]) in page


def test_suspending_shows_first_what_the_public_will_read(client):
    certificate = make_certificate(at=yesterday())
    at_the_desk(client)

    said = {"reason": "CASE", "because": "A letter from Tern Street."}

    first = client.post(page_of(certificate, "suspend"), said)

    page = first.content.decode()
    assert "The reason it gives is: “A case is being looked into”" in page
    assert 'type="hidden" name="reason" value="CASE"' in page
    assert public_answer(client, certificate)["status"] == "active"

    client.post(page_of(certificate, "suspend"), said | {"sure": "yes"})

    answer = public_answer(client, certificate)
    assert (answer["status"], answer["reason"]) == ("suspended", "A case is being looked into")
    assert Decision.objects.get(kind=DecisionKind.SUSPEND).reason == "A letter from Tern Street."
    public = client.get(reverse("certificates:verify_number", args=[certificate.number])).text
    assert "Tern Street" not in public


@pytest.mark.parametrize("said", [{"reason": "SPITE", "because": "Why not"}, {"reason": "CASE", "because": " "}])
def test_suspending_in_other_words_or_without_a_reason_is_refused_even_by_who_is_sure(client, said):
    certificate = make_certificate(at=yesterday())
    at_the_desk(client)

    refused = client.post(page_of(certificate, "suspend"), said | {"sure": "yes"})

    assert refused.status_code == 422
    assert Certificate.objects.get().suspended_at is None


def test_reinstating_begins_with_what_will_happen(client):
    certificate = make_certificate_that_is(Status.SUSPENDED)
    at_the_desk(client)

    seen = client.get(page_of(certificate, "reinstate")).content.decode()
    assert "shows no trace of the suspension" in seen
    assert public_answer(client, certificate)["status"] == "suspended"

    client.post(page_of(certificate, "reinstate"), {"sure": "yes"})

    assert public_answer(client, certificate)["status"] == "active"


@pytest.mark.parametrize("name", ["suspend", "reinstate", "replace"])
def test_doing_it_twice_is_calm(client, name):
    certificate = make_certificate_that_is(Status.SUSPENDED if name == "reinstate" else Status.ACTIVE)
    at_the_desk(client)
    said = {"reason": "CASE", "because": "A letter.", "holder_name": "Ana Prosser", "sure": "yes"}

    answers = [client.post(page_of(certificate, name), said) for _ in range(2)]

    verb = {"replace": "replaced", "suspend": "suspended", "reinstate": "reinstated"}[name]
    newest = Certificate.objects.order_by("-pk").first()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [answer.url for answer in answers] == [page_of(newest)] * 2
    assert history.entries_about(newest).filter(verb=f"certificate.{verb}").count() == 1


def test_replacing_keeps_the_award_and_hides_the_former_name(client, django_capture_on_commit_callbacks):
    certificate = make_certificate(name="Robin Hale", at=yesterday())
    at_the_desk(client)

    seen = client.post(page_of(certificate, "replace"), {"holder_name": "Rowan Okonjo-Hale"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(certificate, "replace"), {"holder_name": "Rowan Okonjo-Hale", "sure": "yes"})

    newer = Certificate.objects.get(replaces=certificate)
    assert "Award date, basis and last day stay as they are" in seen
    assert (newer.holder_name, newer.awarded_on) == ("Rowan Okonjo-Hale", certificate.awarded_on)
    assert "holder" not in public_answer(client, certificate)
    assert public_answer(client, certificate)["replaced_by"] == newer.number
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("name", ["", "Robin Hale", "Robin\u202eHale", "x" * 90])
def test_a_name_that_cannot_be_printed_or_is_no_other_is_refused(client, name):
    certificate = make_certificate(name="Robin Hale", at=yesterday())
    at_the_desk(client)

    refused = client.post(page_of(certificate, "replace"), {"holder_name": name, "sure": "yes"})

    assert refused.status_code == 422
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("name", ["suspend", "replace"])
def test_nobody_changes_their_own_certificate(client, name):
    registrar = at_the_desk(client)
    certificate = make_certificate(learner=registrar, name="Philippa Grange", at=yesterday())

    refused = client.post(
        page_of(certificate, name),
        {"reason": "CASE", "because": "Mine.", "holder_name": "Pip Grange", "sure": "yes"},
        follow=True,
    )

    assert "your own certificate" in refused.content.decode()
    assert public_answer(client, certificate)["status"] == "active"


def test_a_replaced_certificate_is_not_changed_any_more(client):
    certificate = make_certificate_that_is(Status.SUPERSEDED)
    at_the_desk(client)

    refused = client.post(
        page_of(certificate, "suspend"), {"reason": "CASE", "because": "A letter.", "sure": "yes"}, follow=True
    )

    assert "was replaced by a newer one" in refused.content.decode()
    assert "Propose to revoke …" not in refused.content.decode()


def test_a_certificate_altered_in_the_database_is_pointed_out(client):
    certificate = make_certificate(at=yesterday())
    Certificate.objects.update(holder_name="Somebody Else")
    at_the_desk(client)

    assert "What is stored is not what was signed." in client.get(page_of(certificate)).content.decode()
