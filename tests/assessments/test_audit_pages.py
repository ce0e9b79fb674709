"""Does a learner answer a random check, and nobody else?"""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.auditing import close_audit
from assessments.models import AuditDraw, AuditOutcome
from assessments.shifts import make_production
from cms.accounts.roles import Role
from tests.factories.desk import make_audit
from tests.factories.people import make_person, make_registrar
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_signed_shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw() -> AuditDraw:
    return make_audit(answered=False)


def url_of(draw: AuditDraw) -> str:
    return reverse("assessments:audit_answer", args=[draw.pk])


def a_file(content: bytes = b"%PDF-1.7 They were there.") -> SimpleUploadedFile:
    return SimpleUploadedFile("whatever.pdf", content)


def test_a_learner_finds_the_check_with_their_shifts_and_consents(client, draw):
    client.force_login(draw.shift.learner)
    assert url_of(draw) in client.get("/shifts/").text

    page = client.get(url_of(draw))
    answer = client.post(url_of(draw), {"answer": "TITLE"})

    assert "<title>A random check" in page.text
    assert "Low Tide" not in page.text
    assert answer.url == url_of(draw)
    draw.refresh_from_db()
    assert draw.answer == "TITLE"
    assert "You have answered" in client.get(url_of(draw)).text
    assert "You have answered" in client.get("/shifts/").text


def test_a_letter_is_kept_sealed(client, draw):
    client.force_login(draw.shift.learner)

    client.post(url_of(draw), {"answer": "LETTER", "letter": a_file()})

    draw.refresh_from_db()
    assert (draw.answer, draw.letter_type) == ("LETTER", "application/pdf")


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "Choose one of the two."),
        ({"answer": "LETTER"}, "Choose the letter"),
        ({"answer": "LETTER", "letter": b"MZ a program"}, "A letter is a PDF"),
        ({"answer": "LETTER", "letter": b"%PDF-" + b"x" * 2_100_000}, "larger than 2 MB"),
        ({"answer": "NONSENSE"}, "NONSENSE"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field(client, draw, posted, words):
    client.force_login(draw.shift.learner)
    if "letter" in posted:
        posted = posted | {"letter": a_file(posted["letter"])}

    answer = client.post(url_of(draw), posted)

    assert answer.status_code == 422
    assert words in answer.text
    draw.refresh_from_db()
    assert draw.answered_at is None


def test_where_no_title_was_kept_only_a_letter_is_offered(client):
    at = timezone.now() - timedelta(days=1)
    mentorship = make_mentorship(at=at)
    production = make_production(learner=mentorship.learner, at=at)
    draw = make_audit(make_signed_shift(mentorship, production=production, on=days_ago(5), at=at), answered=False)
    client.force_login(mentorship.learner)

    page = client.get(url_of(draw))
    answer = client.post(url_of(draw), {"answer": "TITLE"})

    assert 'value="TITLE"' not in page.text
    assert answer.status_code == 422


def test_the_outcome_and_its_note_are_read_there(client):
    draw = make_audit()
    close_audit(
        draw=draw, outcome=AuditOutcome.FAILED, note="The letter is of another day.", by=make_registrar(),
        at=timezone.now(),
    )  # fmt: skip
    client.force_login(draw.shift.learner)

    page = client.get(url_of(draw))
    again = client.post(url_of(draw), {"answer": "TITLE"})

    assert "It does not stand" in page.text
    assert "The letter is of another day." in page.text
    assert again.status_code == 422
    assert url_of(draw) not in client.get("/shifts/").text


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["its mentor", "another mentor", "another learner", "editor", "registrar"])
def test_to_anybody_else_there_is_no_such_check(client, draw, who, method):
    person = {
        "its mentor": lambda: draw.shift.mentorship.mentor.person,
        "another mentor": lambda: make_mentor().person,
        "another learner": lambda: make_audit(answered=False).shift.learner,
        "editor": lambda: make_person("Mina", roles=(Role.EDITOR,)),
        "registrar": make_registrar,
    }[who]()
    client.force_login(person)

    answer = getattr(client, method)(url_of(draw), {"answer": "TITLE"})

    assert answer.status_code == 404
    assert "PRJ-" not in answer.text
    draw.refresh_from_db()
    assert draw.answered_at is None
