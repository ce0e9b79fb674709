"""Does a registrar look at outside documents, with dates as on the paper, and never at their own?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.documents import withdraw_document
from assessments.models import DocumentKind, DocumentState, EvidenceDocument
from cms.accounts import history
from tests.factories.certificates import make_certificate, make_request, make_signing_key
from tests.factories.courses import make_enrolment
from tests.factories.desk import at_the_desk, yesterday
from tests.factories.evidence import (
    a_pdf,
    a_picture,
    make_accepted_document,
    make_background_check,
    make_document,
    make_recommendation,
)
from tests.factories.people import make_person
from tests.factories.shifts import days_ago, make_mentorship

pytestmark = pytest.mark.django_db
SHOWN = {"issued_on": days_ago(30), "expires_on": days_ago(-700), "at": yesterday()}
PAPER = {
    "issuer": "Even Keel Training Ltd",
    "issued_on": days_ago(31).isoformat(),
    "expires_on": days_ago(-699).isoformat(),
}


def url(name: str, document: EvidenceDocument) -> str:
    return reverse(f"desk:document_{name}", args=[document.pk])


def test_what_waits_is_listed_oldest_first_and_leads_to_its_page(client):
    older = make_document(make_person("Ines"), **SHOWN | {"at": yesterday() - timedelta(days=3)})
    newer = make_document(make_person("Marlo"), **SHOWN)
    make_accepted_document(make_person("Robin"), **SHOWN)
    at_the_desk(client)

    page = client.get(reverse("desk:document_list"))

    assert list(page.context["page_obj"].object_list) == [older, newer]
    assert url("detail", older) in page.content.decode()
    assert "Robin" not in page.content.decode()


@pytest.mark.parametrize(
    ("state", "expected"),
    [("waiting", 1), ("accepted", 2), ("running_out", 1), ("returned", 0), ("withdrawn", 1), ("nonsense", 1)],
)
def test_each_way_to_look_at_the_list(client, state, expected):
    make_document(**SHOWN)
    make_accepted_document(**SHOWN)
    make_accepted_document(**SHOWN | {"expires_on": days_ago(-20)})
    gone = make_document(**SHOWN)
    withdraw_document(document=gone, by=gone.person, at=timezone.now())
    at_the_desk(client)

    page = client.get(reverse("desk:document_list"), {"state": state})

    assert len(page.context["page_obj"].object_list) == expected


def test_reading_a_document_and_its_file_is_written_down(client):
    document = make_document(content=a_picture(), **SHOWN)
    registrar = at_the_desk(client)

    page = client.get(url("detail", document)).content.decode()
    file = client.get(url("file", document))

    assert f'src="{url("file", document)}"' in page
    assert (file["Content-Type"], bool(file.getvalue())) == ("image/png", True)
    assert "sandbox" in file["Content-Security-Policy"]
    read = history.entries_about(document).filter(chain__name="audit")
    assert [(entry.verb, entry.actor) for entry in read] == [
        ("document.read", registrar),
        ("document.file_read", registrar),
    ]


def test_a_pdf_is_not_shown_inside_the_admin(client):
    document = make_document(content=a_pdf(), **SHOWN)
    at_the_desk(client)

    page = client.get(url("detail", document)).content.decode()

    assert "<img" not in page.split('id="d-file"')[1].split("</section>")[0]
    assert client.get(url("file", document))["Content-Disposition"].startswith("attachment")


def test_accepting_takes_what_the_paper_says(client):
    document = make_document(**SHOWN)
    registrar = at_the_desk(client)

    asked = client.get(url("accept", document)).content.decode()
    page = client.post(url("accept", document), PAPER, follow=True).content.decode()

    assert 'value="Even Keel Training"' in asked
    assert "Accepted. The learner was written to." in page
    document.refresh_from_db()
    assert (document.issuer, document.issued_on, document.accepted_by) == (
        "Even Keel Training Ltd",
        days_ago(31),
        registrar,
    )


def test_dates_that_cannot_be_come_back_with_a_sentence(client):
    document = make_document(**SHOWN)
    at_the_desk(client)

    page = client.post(url("accept", document), PAPER | {"expires_on": days_ago(40).isoformat()})

    assert page.status_code == 422
    assert "before the day it was issued" in page.content.decode()


def test_returning_needs_words(client):
    document = make_document(**SHOWN)
    at_the_desk(client)

    empty = client.post(url("return", document), {"words": " "})
    page = client.post(url("return", document), {"words": "The second page too."}, follow=True).content.decode()

    assert empty.status_code == 422
    assert "Returned. The learner was written to." in page
    assert "The second page too." in page
    document.refresh_from_db()
    assert document.state is DocumentState.RETURNED


@pytest.mark.parametrize("act", ["accept", "return"])
def test_an_answered_one_has_no_button(client, act):
    document = make_document(**SHOWN)
    at_the_desk(client)
    client.post(url("return", document), {"words": "The second page too."})

    page = client.get(url(act, document)).content.decode()

    assert "does not wait for an answer any more" in page
    assert '<button type="submit" class="button"' not in page


def test_taking_back_an_acceptance_names_the_certificate_that_rests_on_it(client):
    make_signing_key()
    learner = make_person()
    document = make_accepted_document(learner, **SHOWN)
    rules = [("modules", {}), ("documents", {"kinds": ["mental_health_first_aid"]})]
    certificate = make_certificate(learner=learner, requirements=rules, at=timezone.now())
    at_the_desk(client)

    asked = client.get(url("return", document)).content.decode()
    page = client.post(url("return", document), {"words": "It was not yours."}, follow=True).content.decode()

    assert f"Certificate {certificate.number} rests on it" in asked
    assert "was returned since. You decide" in page
    assert certificate.number in page
    certificate.refresh_from_db()
    assert certificate.revoked_at is None


@pytest.mark.parametrize("name", ["detail", "file", "accept", "return"])
def test_nobody_looks_at_their_own(client, name):
    registrar = at_the_desk(client)
    document = make_document(registrar, **SHOWN)

    listed = client.get(reverse("desk:document_list")).content.decode()

    assert client.get(url(name, document)).status_code == 404
    assert client.post(url(name, document), PAPER).status_code in {404, 405}
    assert url("detail", document) not in listed
    document.refresh_from_db()
    assert document.state is DocumentState.WAITING


def test_a_background_check_is_noted_without_a_file(client):
    enrolment = make_enrolment(at=yesterday())
    registrar = at_the_desk(client)
    address = reverse("desk:background_check", args=[enrolment.pk])

    asked = client.get(address).content.decode()
    page = client.post(address, PAPER, follow=True).content.decode()

    assert "no copy is made" in asked
    assert 'type="file"' not in asked
    seen = EvidenceDocument.objects.get()
    assert (seen.kind, seen.accepted_by, seen.file.name) == (DocumentKind.BACKGROUND_CHECK, registrar, "")
    assert "Background check" in page


def test_nobody_notes_their_own_background_check(client):
    registrar = at_the_desk(client)
    enrolment = make_enrolment(learner=registrar, at=yesterday())
    address = reverse("desk:background_check", args=[enrolment.pk])

    assert "This is you." in client.get(address).content.decode()
    assert client.post(address, PAPER).status_code == 422
    assert not EvidenceDocument.objects.exists()


def test_the_request_page_shows_what_others_vouch_for(client):
    asked = make_request(at=yesterday())
    learner = asked.enrolment.learner
    make_background_check(learner, **SHOWN)
    make_recommendation(make_mentorship(enrolment=asked.enrolment, at=yesterday()), at=yesterday())
    at_the_desk(client)

    page = client.get(reverse("desk:request_detail", args=[asked.pk])).content.decode()

    assert "Background check" in page
    assert "I recommend them for certification" in page
    assert "Steady hands, in confidence." in page


def test_a_registrar_who_learns_reads_nothing_said_of_them_in_confidence(client):
    registrar = at_the_desk(client)
    asked = make_request(learner=registrar, at=yesterday())
    make_recommendation(make_mentorship(enrolment=asked.enrolment, at=yesterday()), at=yesterday())

    for name, key in (("request_detail", asked.pk), ("learner_detail", asked.enrolment_id)):
        page = client.get(reverse(f"desk:{name}", args=[key])).content.decode()

        assert "I recommend them for certification" in page
        assert "in confidence." not in page
