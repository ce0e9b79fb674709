"""What have people put their name to, and in which version?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from assessments.agreements import (
    CannotSignAgreement,
    current_agreement,
    digest_of_words,
    publish_agreement,
    sign_agreement,
    signature_for,
)
from assessments.models import Agreement, AgreementSignature
from cms.accounts import history
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


def publish(text: str = "Ask first.\n\nAsk again.", title: str = "Ethics code") -> Agreement:
    return publish_agreement(slug="ethics", title=title, text=text, at=NOON)


def test_publishing_the_same_words_again_gives_the_version_there_is():
    first = publish()

    assert publish("Ask first.\r\n\r\nAsk again.\n") == first
    assert current_agreement("ethics") == first
    assert current_agreement("other") is None


@pytest.mark.parametrize("changes", [{"text": "Ask first."}, {"title": "Code of ethics"}])
def test_changed_words_are_a_new_version_and_the_old_one_stays(changes):
    first = publish()

    second = publish(**changes)

    assert (first.version, second.version) == (1, 2)
    assert Agreement.objects.get(pk=first.pk).text == "Ask first.\n\nAsk again."
    assert current_agreement("ethics") == second


def test_signing_is_calm_and_keeps_a_digest_of_the_words():
    agreement, person = publish(), make_person()

    first = sign_agreement(agreement=agreement, person=person, at=NOON)
    again = sign_agreement(agreement=agreement, person=person, at=NOON + timedelta(days=1))

    assert (again, again.signed_at) == (first, NOON)
    assert first.text_digest == digest_of_words(agreement)
    assert [entry.verb for entry in history.entries_about(agreement)] == ["agreement.published", "agreement.signed"]


def test_a_new_version_asks_to_be_signed_again():
    person, other = make_person(), make_person()
    old = publish()
    sign_agreement(agreement=old, person=person, at=NOON)
    new = publish("Ask first, always.")

    assert signature_for(person, "ethics").agreement == old
    with pytest.raises(CannotSignAgreement, match="newer version"):
        sign_agreement(agreement=old, person=other, at=NOON)
    sign_agreement(agreement=new, person=person, at=NOON)

    assert signature_for(person, "ethics").agreement == new
    assert signature_for(other, "ethics") is None


def test_the_database_refuses_a_version_twice_and_a_signature_twice():
    agreement, person = publish(), make_person()
    sign_agreement(agreement=agreement, person=person, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(slug="ethics", version=1, title="T", text="T", published_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementSignature.objects.create(agreement=agreement, person=person, signed_at=NOON, text_digest="a")


# The page --------------------------------------------------------------------------------------------------

URL = "/agreements/ethics/"


def test_the_page_asks_for_the_tick_then_signs(client):
    publish()
    person = make_person()
    client.force_login(person)

    unread = client.post(URL, {"version": "1"})
    signed = client.post(URL, {"version": "1", "agree": "on"}, follow=True)

    assert unread.status_code == 422
    assert "Tick the box" in unread.text
    assert signature_for(person, "ethics").agreement.version == 1
    assert "You signed version 1" in signed.text
    assert "Ask again." in signed.text


def test_the_page_signs_only_the_version_that_was_read(client):
    person = make_person()
    client.force_login(person)
    sign_agreement(agreement=publish(), person=person, at=NOON)
    publish("Ask first, always.")

    page = client.get(URL)
    stale = client.post(URL, {"version": "1", "agree": "on"})

    assert "The words have changed since" in page.text
    assert stale.status_code == 422
    assert "newer version now" in stale.text
    assert signature_for(person, "ethics").agreement.version == 1


def test_strangers_are_asked_to_sign_in_and_unknown_agreements_are_not_there(client):
    publish()

    assert client.get(URL).url == f"{reverse('account_login')}?next={URL}"
    client.force_login(make_person())
    assert client.get("/agreements/other/").status_code == 404
