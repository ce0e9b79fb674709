"""Does a learner hand in, see, open and withdraw their own documents, and nobody else's?"""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.documents import return_document
from assessments.models import DocumentKind, DocumentState, EvidenceDocument
from cms.accounts import history
from cms.accounts.roles import Role
from tests.factories.evidence import (
    a_heic,
    a_pdf,
    a_picture,
    make_accepted_document,
    make_background_check,
    make_document,
)
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import days_ago, make_mentor

pytestmark = pytest.mark.django_db
LIST, NEW = "/certificates/evidence/", "/certificates/evidence/new/"
SHOWN = {"issued_on": days_ago(30), "expires_on": days_ago(-700), "at": timezone.now()}


def said(content: bytes | None = None, *, name: str = "wren-home-address.pdf", **others) -> dict:
    return {
        "kind": "mental_health_first_aid",
        "issuer": "Even Keel Training",
        "issued_on": days_ago(30).isoformat(),
        "expires_on": "",
        "upload": SimpleUploadedFile(name, content or a_pdf(), content_type="text/html"),
    } | others


def addresses(document: EvidenceDocument) -> list[str]:
    return [
        reverse(f"assessments:{name}", args=[document.pk])
        for name in ("evidence_file", "evidence_again", "evidence_withdraw")
    ]


def test_visitors_are_asked_to_sign_in(client):
    for address in (LIST, NEW, *addresses(make_document(**SHOWN))):
        response = client.get(address)

        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["another learner", "a mentor", "an editor", "a registrar"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_others_a_document_is_not_there(client, who, method):
    document = make_document(**SHOWN)
    person = {
        "another learner": make_person,
        "a mentor": lambda: make_mentor().person,
        "an editor": lambda: make_person(roles=(Role.EDITOR,)),
        "a registrar": make_registrar,  # who has the desk, where their reading is written down
    }[who]()
    client.force_login(person)

    for address in addresses(document):
        response = getattr(client, method)(address)

        assert response.status_code == 404 or (method == "post" and response.status_code == 405), address
        assert "Even Keel" not in response.content.decode()
    assert "Even Keel" not in client.get(LIST).content.decode()
    document.refresh_from_db()
    assert document.withdrawn_at is None


def test_handing_in_keeps_the_file_and_forgets_what_it_was_called(client):
    client.force_login(make_person())

    page = client.post(NEW, said(), follow=True)

    document = EvidenceDocument.objects.get()
    assert page.redirect_chain == [(LIST, 302)]
    assert "With the registrar" in page.content.decode()
    assert document.file_type == "application/pdf"
    for words in (page.content.decode(), document.file.name, str([e.facts for e in history.entries_about(document)])):
        assert "wren-home" not in words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": ""}, "Choose one of these."),
        ({"kind": "background_check"}, "Choose one of these."),
        ({"kind": "other"}, "Write what it is called"),
        ({"issued_on": days_ago(-2).isoformat()}, "still to come"),
        ({"expires_on": days_ago(31).isoformat()}, "before the day it was issued"),
        ({"upload": ""}, "Choose the file."),
        ({"upload": SimpleUploadedFile("a.pdf", b"")}, "This file is empty."),
        ({"upload": SimpleUploadedFile("a.pdf", b"<svg/>", "application/pdf")}, "neither a PDF"),
    ],
)
def test_what_cannot_be_comes_back_with_a_sentence_and_what_was_typed(client, change, words):
    client.force_login(make_person())

    page = client.post(NEW, said() | change)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert 'value="Even Keel Training"' in page.content.decode()
    assert not EvidenceDocument.objects.exists()


@pytest.mark.parametrize(
    ("content", "kind", "disposition"),
    [
        (a_pdf(), "application/pdf", 'attachment; filename="document.pdf"'),
        (a_heic(), "image/heic", 'attachment; filename="document.heic"'),
        (a_picture("JPEG"), "image/jpeg", 'inline; filename="document.jpg"'),
        (a_picture("PNG"), "image/png", 'inline; filename="document.png"'),
    ],
)
def test_the_file_is_given_to_its_learner_and_runs_nothing(client, content, kind, disposition):
    document = make_document(content=content, **SHOWN)
    client.force_login(document.person)

    answer = client.get(addresses(document)[0])

    assert answer.status_code == 200
    assert answer.getvalue()
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == disposition
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert "no-store" in answer["Cache-Control"]


def test_a_file_that_is_gone_is_not_there(client):
    document = make_document(**SHOWN)
    document.file.storage.delete(document.file.name)
    client.force_login(document.person)

    assert client.get(addresses(document)[0]).status_code == 404


def test_one_that_came_back_shows_the_words_and_is_handed_in_again(client):
    document = make_document(**SHOWN)
    return_document(document=document, words="The second page too.", by=make_registrar(), at=timezone.now())
    client.force_login(document.person)
    again = addresses(document)[1]

    listed, form = client.get(LIST).content.decode(), client.get(again).content.decode()
    page = client.post(again, said(), follow=True)

    assert "The second page too." in listed
    assert "The second page too." in form
    assert 'value="Even Keel Training"' in form
    assert "With the registrar" in page.content.decode()
    document.refresh_from_db()
    assert document.state is DocumentState.WITHDRAWN


def test_an_accepted_one_is_not_replaced(client):
    document = make_accepted_document(**SHOWN)
    client.force_login(document.person)

    assert client.get(addresses(document)[1]).url == LIST
    assert client.post(addresses(document)[1], said()).status_code == 422


def test_withdrawing_asks_first(client):
    document = make_accepted_document(**SHOWN)
    client.force_login(document.person)
    address = addresses(document)[2]

    asked = client.get(address).content.decode()
    page = client.post(address, follow=True).content.decode()

    assert "deleted for good" in asked
    assert "Withdrawn. It counts no more" in page
    assert client.get(address).url == LIST
    assert client.get(addresses(document)[0]).status_code == 404


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda person: make_accepted_document(person, **SHOWN), "Accepted"),
        (lambda person: make_accepted_document(person, **SHOWN | {"expires_on": days_ago(-20)}), "runs out soon"),
        (
            lambda person: make_accepted_document(
                person, issued_on=days_ago(30), expires_on=days_ago(2), at=timezone.now() - timedelta(days=9)
            ),
            "Ran out",
        ),
        (lambda person: make_background_check(person, by=make_registrar("Philippa"), **SHOWN), "by Philippa. No copy"),
        (
            lambda person: make_document(person, kind=DocumentKind.OTHER, title="Fight directing", **SHOWN),
            "Fight directing",
        ),
    ],
)
def test_the_list_says_how_each_stands(client, made, words):
    person = make_person()
    made(person)
    client.force_login(person)

    assert words in client.get(LIST).content.decode()


@pytest.mark.parametrize("shown", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, shown, django_assert_num_queries):
    person = make_person()
    for _number in range(shown):
        make_accepted_document(person, **SHOWN)
    client.force_login(person)
    client.get(LIST)

    with django_assert_num_queries(7):  # session, person, documents; academy, menu and rights
        assert len(client.get(LIST).context["lines"]) == shown
