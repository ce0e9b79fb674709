"""Does the registrar answer who asks for another name, in two steps, and never about themselves?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from certificates.models import Certificate, NameRequest, SigningKey
from certificates.renaming import withdraw_name_request
from cms.accounts.models import Entry
from cms.accounts.roles import Role, grant_role
from tests.factories.desk import at_the_desk, make_name_request, yesterday

pytestmark = pytest.mark.django_db
CHECKED = {"checked": "on", "checked_on": timezone.localdate().isoformat()}


def page_of(asked: NameRequest, name: str = "detail") -> str:
    return reverse(f"desk:name_{name}", args=[asked.pk])


def test_from_request_to_the_new_certificate(client) -> None:
    asked = make_name_request()
    at_the_desk(client)

    first = client.post(page_of(asked, "accept"), CHECKED)
    before = Certificate.objects.count()
    done = client.post(page_of(asked, "accept"), CHECKED | {"sure": "yes"})

    new = Certificate.objects.get(replaces=asked.certificate)
    assert first.status_code == 200
    assert "The former name is shown nowhere." in first.content.decode()
    assert before == 1
    assert done.url == reverse("desk:certificate_detail", args=[new.pk])
    assert new.holder_name == "Noor Prosser"
    asked.refresh_from_db()
    assert asked.checked_on == timezone.localdate()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"checked_on": "2026-01-01"}, "a name is not changed on somebody else’s word"),
        ({"checked": "on"}, "Say on which day."),
    ],
)
def test_nothing_is_replaced_before_one_has_made_sure(client, said: dict, sentence: str) -> None:
    asked = make_name_request()
    at_the_desk(client)

    response = client.post(page_of(asked, "accept"), said | {"sure": "yes"})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Certificate.objects.count() == 1


def test_a_day_to_come_is_refused_at_its_field(client) -> None:
    asked = make_name_request()
    at_the_desk(client)
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()

    response = client.post(page_of(asked, "accept"), CHECKED | {"checked_on": tomorrow, "sure": "yes"})

    assert response.status_code == 422
    assert "still to come" in response.content.decode()


def test_returned_with_words(client) -> None:
    asked = make_name_request()
    at_the_desk(client)

    empty = client.post(page_of(asked, "return"), {"because": ""})
    done = client.post(page_of(asked, "return"), {"because": "Please call us."})

    assert empty.status_code == 422
    assert done.url == reverse("desk:name_list")
    asked.refresh_from_db()
    assert asked.returned_because == "Please call us."


def test_nobody_answers_their_own(client) -> None:
    asked = make_name_request()
    grant_role(person=asked.asked_by, role=Role.REGISTRAR, by=None, at=yesterday())
    at_the_desk(client, asked.asked_by)

    page = client.get(page_of(asked)).content.decode()
    response = client.post(page_of(asked, "accept"), CHECKED | {"sure": "yes"})

    assert "Somebody else answers it." in page
    assert page_of(asked, "accept") not in page
    assert response.status_code == 422
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("name", ["accept", "return"])
def test_what_was_taken_back_needs_no_answer(client, name: str) -> None:
    asked = make_name_request()
    withdraw_name_request(request=asked, by=asked.asked_by, at=timezone.now())
    at_the_desk(client)

    response = client.post(page_of(asked, name), CHECKED | {"sure": "yes", "because": "No."})

    assert response.url == page_of(asked)
    assert Certificate.objects.count() == 1


def test_reading_private_words_is_written_down(client) -> None:
    with_words = make_name_request(words="Only for you.")
    at_the_desk(client)

    page = client.get(page_of(with_words)).content.decode()

    assert "Only for you." in page
    assert Entry.objects.get(chain__name="audit", verb="name.read").subject == f"namerequest:{with_words.pk}"


def test_the_list_says_no_name(client) -> None:
    asked = make_name_request()
    at_the_desk(client)

    page = client.get(reverse("desk:name_list")).content.decode()

    assert asked.certificate.number in page
    assert "Prosser" not in page
    assert "Ana" not in page
    assert client.get(reverse("desk:name_list") + "?state=answered").status_code == 200


def test_while_nothing_can_be_signed_nothing_changes(client) -> None:
    asked = make_name_request()
    SigningKey.objects.update(retired_at=timezone.now())
    at_the_desk(client)

    response = client.post(page_of(asked, "accept"), CHECKED | {"sure": "yes"})

    assert response.url == page_of(asked)
    asked.refresh_from_db()
    assert asked.answered_at is None
