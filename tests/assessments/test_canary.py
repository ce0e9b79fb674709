"""Is anything delicate ever kept, logged or indexed in plain? Marked words are written, and then looked for everywhere."""

import logging
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.answering import decline_shift, return_shift
from assessments.disputing import answer_dispute, decide_dispute, letter_of, open_dispute
from assessments.models import DeclineReason, JournalEntry, Outcome, Shift, TitleReading
from assessments.shifts import make_production, submit_shift
from cms.accounts.roles import Role
from cms.accounts.sealing import SealedTextField
from cms.desk.urls import pages as desk_pages
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar, restore_staff_rights
from tests.factories.shifts import make_mentorship, make_shift

# Words that nothing else says; an apostrophe and an accent, so that an escaped copy would be found by its beginning.
JOURNAL, NOTE, TITLE = "Quillfeather journal", "Brackenmoth note", "Thistledown title"
WORDS = ["Saltmarsh question", "Emberglass answer", "Foxglove no", "Hollowbell account", "Nightjar account"]
WORDS += ["Wintergreen reason", "Larkspur reading", "Cinderpath letter", "Marigold scope"]
SECRETS = [JOURNAL, NOTE, TITLE, *WORDS]
MARK = re.compile("|".join(re.escape(secret.split()[0]) for secret in SECRETS), re.IGNORECASE)
PLAIN = "Perpetua"  # a name, which is no secret here: the search itself is tried by it


def live_through_a_dispute() -> Shift:
    """One shift with everything that can be said about it, each in marked words."""
    learner = make_person(PLAIN)
    mentorship = make_mentorship(enrolment=make_enrolment(learner=learner), scope="Marigold scope")
    make_production(learner=learner, code="PRJ-7Q2", title=TITLE, at=NOON)
    shift = submit_shift(shift=make_shift(mentorship, learning_note=NOTE), at=NOON)
    JournalEntry.objects.create(learner=learner, record=shift.record, text=JOURNAL, written_at=NOON)
    return_shift(shift=shift, mentor=mentorship.mentor, question="Saltmarsh question", at=NOON)
    submit_shift(shift=shift, answer="Emberglass answer", at=NOON)
    decline_shift(shift=shift, mentor=mentorship.mentor, reason=DeclineReason.OTHER, words="Foxglove no", at=NOON)
    letter = letter_of(b"%PDF-1.7 Cinderpath letter")
    dispute = open_dispute(shift=shift, account="Hollowbell account", letter=letter, at=NOON)
    answer_dispute(dispute=dispute, account="Nightjar account", at=NOON)
    registrar = make_registrar()
    TitleReading.objects.create(production=shift.production, read_by=registrar, read_at=NOON, reason="Larkspur reading")
    decide_dispute(
        dispute=dispute, outcome=Outcome.COUNTS, reason="Wintergreen reason", by=registrar, authentication="password",
        at=NOON,
    )  # fmt: skip
    assert JournalEntry.objects.get().text == JOURNAL  # the product itself reads it
    return shift


def everything_kept() -> str:
    """What the database holds, as bytes on the disk where it is a file, and as the text of every row in any case."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if connection.vendor == "postgresql":
                cursor.execute(f'SELECT kept::text FROM "{table}" AS kept')  # noqa: S608
            else:
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            kept += [str(row) for row in cursor.fetchall()]
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        assert file.exists()
        for part in file.parent.glob(f"{file.name}*"):  # with its write-ahead log
            kept.append(part.read_bytes().decode("latin-1"))
    return "\n".join(kept)


@pytest.mark.django_db(transaction=True)
def test_the_database_and_its_logs_hold_nothing_delicate_in_plain(caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("django.db.backends"), "propagate", True)
    logging.getLogger("django.db.backends").setLevel(logging.DEBUG)
    try:
        with CaptureQueriesContext(connection) as asked:
            live_through_a_dispute()
    finally:
        logging.getLogger("django.db.backends").setLevel(logging.NOTSET)

    kept = everything_kept()
    asked_for = "\n".join(query["sql"] for query in asked.captured_queries)
    for where in (kept, asked_for, caplog.text):
        assert PLAIN in where
        assert MARK.findall(where) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_not_sealed_would_be_found():
    """The twin: the same search finds the same words where they are kept in plain."""
    make_person("Quillfeather")

    assert MARK.findall(everything_kept())


@pytest.mark.django_db
def test_nothing_sealed_is_indexed_to_be_searched_or_referred_to():
    live_through_a_dispute()
    models = {
        model for model in apps.get_models() for field in model._meta.fields if isinstance(field, SealedTextField)
    }
    kinds = [kind.pk for kind in ContentType.objects.get_for_models(*models).values()]

    for label, column in (("wagtailsearch.IndexEntry", "content_type"), ("wagtailcore.ReferenceIndex", "content_type")):
        index = apps.get_model(label)
        assert not index.objects.filter(**{f"{column}__in": kinds}).exists()
    assert not [model for model in models if hasattr(model, "search_fields")]


def crawl(client: Client, start: list[str], *, most: int = 120) -> dict[str, str]:
    """The pages of the admin that can be reached by its links from these, as text."""
    waiting, pages = list(start), {}
    while waiting and len(pages) < most:
        address = waiting.pop(0)
        if address in pages:
            continue
        answer = client.get(address, follow=True)
        pages[address] = answer.content.decode(errors="replace") if not answer.streaming else ""
        links = re.findall(r'href="(/admin/(?:desk|reports|settings|users)[^"#?]*)"', pages[address])
        waiting += [link for link in links if link not in pages]
    return pages


@pytest.mark.django_db
def test_no_page_of_the_admin_shows_a_superuser_what_is_between_two_people():
    restore_staff_rights()
    shift = live_through_a_dispute()
    client = Client()
    client.force_login(make_person("Root", roles=tuple(Role), is_superuser=True))

    lists = [reverse(f"desk:{page.name}") for page in desk_pages if not page.pattern.converters]
    pages = crawl(client, ["/admin/", *lists])

    assert any(PLAIN in page for page in pages.values())
    between = (JOURNAL, NOTE, TITLE, "Saltmarsh question", "Emberglass answer", "Marigold scope")
    assert {address: secret for address, page in pages.items() for secret in between if secret in page} == {}
    for secret in SECRETS:
        assert "there are no matches" in client.get("/admin/pages/search/", {"q": secret}).content.decode()
    assert client.get(reverse("assessments:shift_detail", args=[shift.pk])).status_code == 404


@pytest.mark.django_db
def test_nobody_who_reads_the_list_of_shifts_reads_the_journal():
    shift = live_through_a_dispute()
    mentor, learner = shift.mentorship.mentor.person, shift.learner

    for person in (mentor, learner):
        client = Client()
        client.force_login(person)
        for address in (
            reverse("assessments:shift_list"),
            reverse("assessments:shift_detail", args=[shift.pk]),
            "/mentoring/",
        ):
            assert "Quillfeather" not in client.get(address).content.decode()
