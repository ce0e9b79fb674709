"""Does a registrar publish a new version with open eyes, and is whoever signed the old one asked again?"""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from assessments.agreements import (
    CannotPublishAgreement,
    agreements_to_sign_again,
    current_agreement,
    people_to_sign_again,
    publish_agreement,
    sign_agreement,
    signature_for,
)
from assessments.models import Agreement, AgreementSignature
from cms.accounts import history
from courses.enrolling import withdraw
from tests.factories.courses import make_enrolment
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db
PUBLISH = "/admin/desk/agreements/ethics-code/publish/"
NEWER = {"title": "Ethics code", "text": "I ask first.\n\nI ask <b>again</b>."}


def publish(text: str = "I ask.", *, slug: str = "ethics-code") -> Agreement:
    return publish_agreement(slug=slug, title="Ethics code", text=text, at=yesterday())


@pytest.fixture
def signer():
    enrolment = make_enrolment(at=yesterday())
    sign_agreement(agreement=publish(), person=enrolment.learner, at=yesterday())
    return enrolment.learner


def test_a_new_version_is_read_before_it_is_published(client, signer, django_capture_on_commit_callbacks):
    registrar = at_the_desk(client)

    preview = client.post(PUBLISH, NEWER).content.decode()
    assert current_agreement("ethics-code").version == 1
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(PUBLISH, NEWER | {"sure": "yes"}, follow=True).content.decode()

    assert "1 person who signed an earlier version is asked to sign again" in preview
    assert "<p>I ask first.</p>" in preview
    assert "&lt;b&gt;again&lt;/b&gt;" in preview
    assert "Published: version 2." in page
    assert "1 person on a programme signed an earlier version" in page
    entry = history.entries_about(current_agreement("ethics-code")).get()
    assert (entry.verb, entry.actor, entry.facts["version"]) == ("agreement.published", registrar, 2)
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([signer.email], "Something to read and sign again")
    assert "Ethics" not in sent.subject + sent.body


def test_published_twice_it_is_one_version_and_one_mail(signer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = publish("I ask first."), publish("I ask first.")

    assert first == second
    assert len(mail.outbox) == 1


def test_the_same_words_are_no_new_version(client, signer):
    at_the_desk(client)

    page = client.post(PUBLISH, {"title": "Ethics code", "text": "I ask.\r\n"})

    assert page.status_code == 422
    assert "the words of the current version" in page.content.decode()


def test_old_signatures_stay_and_the_first_screen_asks_for_the_new_one(client, signer):
    publish("I ask first.")
    client.force_login(signer)

    asked = client.get("/learn/").content.decode()
    sign_agreement(agreement=current_agreement("ethics-code"), person=signer, at=timezone.now())
    after = client.get("/learn/").content.decode()

    assert "The words have changed since you signed them" in asked
    assert reverse("assessments:agreement", args=["ethics-code"]) in asked
    assert "The words have changed" not in after
    assert AgreementSignature.objects.filter(person=signer).count() == 2
    assert signature_for(signer, "ethics-code").agreement.version == 2


def test_only_who_signed_before_is_on_a_programme_and_has_not_signed_is_asked(signer):
    left = make_enrolment(at=yesterday())
    closed = make_enrolment(learner=make_person(is_active=False), at=yesterday())
    never = make_enrolment(at=yesterday()).learner
    for enrolment in (left, closed):
        sign_agreement(agreement=current_agreement("ethics-code"), person=enrolment.learner, at=yesterday())
    withdraw(enrolment=left, by=left.learner, at=timezone.now())
    new = publish("I ask first.")

    assert list(people_to_sign_again(new)) == [signer]
    assert agreements_to_sign_again(signer) == [new]
    assert agreements_to_sign_again(never) == []
    sign_agreement(agreement=new, person=signer, at=timezone.now())
    assert list(people_to_sign_again(new)) == []
    assert agreements_to_sign_again(signer) == []


def test_another_agreement_asks_nobody_who_signed_this_one(signer):
    publish("Other.", slug="other")
    newer = publish("Otherwise.", slug="other")

    assert list(people_to_sign_again(newer)) == []
    assert agreements_to_sign_again(signer) == []


def test_a_new_agreement_has_a_name_of_its_own(client, signer):
    at_the_desk(client)
    new = reverse("desk:agreement_new")

    taken = client.post(new, NEWER | {"slug": "ethics-code"})
    reserved = client.post(new, NEWER | {"slug": "new"})
    preview = client.post(new, NEWER | {"slug": "set-rules"}).content.decode()
    page = client.post(new, NEWER | {"slug": "set-rules", "sure": "yes"}, follow=True)

    assert (taken.status_code, reserved.status_code) == (422, 422)
    assert "Nobody is asked to sign it until" in preview
    assert page.redirect_chain == [("/admin/desk/agreements/set-rules/", 302)]
    assert current_agreement("set-rules").version == 1


def test_the_text_around_mentorships_says_that_terms_stay(client):
    publish("We keep to this.", slug="mentorship")
    at_the_desk(client)

    preview = client.post("/admin/desk/agreements/mentorship/publish/", NEWER).content.decode()

    assert "Mentorships keep the terms that both have signed" in preview


@pytest.mark.parametrize(("title", "text"), [("", "I ask."), ("Code", " \r\n"), ("x" * 121, "I ask.")])
def test_without_a_title_or_a_text_nothing_is_published(title, text):
    with pytest.raises(CannotPublishAgreement):
        publish_agreement(slug="ethics-code", title=title, text=text, at=NOON)


def test_an_agreement_that_is_not_there_is_not_there(client):
    at_the_desk(client)

    assert client.get("/admin/desk/agreements/none/").status_code == 404
    assert client.get("/admin/desk/agreements/none/publish/").status_code == 404
