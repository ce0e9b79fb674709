"""Is the journal its writer's alone? Not a mentor's, not a registrar's, not a log's, not the database file's."""

import logging
from datetime import timedelta

import pytest
from django.contrib.messages.api import MessageFailure
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter
from wagtail.models import ReferenceIndex

from assessments.journal import CannotWrite, JournalChanged, journal_of, write_journal
from assessments.models import JournalEntry, Shift
from assessments.shifts import amend_shift
from cms.accounts import history
from cms.accounts.models import Entry
from cms.accounts.roles import Role
from tests.factories.people import NOON, make_person
from tests.factories.shifts import days_ago, make_mentorship, make_shift, make_signed_shift, make_waiting_shift

pytestmark = pytest.mark.django_db

CANARY = "Kanarienvogel"


def write(shift: Shift, text: str = CANARY, *, seen=None, at=NOON) -> JournalEntry | None:
    return write_journal(shift=shift, by=shift.learner, text=text, seen=seen, at=at)


def test_a_page_is_kept_and_the_same_again_is_no_change():
    shift = make_shift()

    first = write(shift)
    again = write(shift, at=NOON + timedelta(hours=1))

    assert (again, again.written_at) == (first, NOON)
    assert journal_of(shift=shift, reader=shift.learner).text == CANARY


def test_an_empty_page_is_not_begun_and_a_begun_one_may_be_emptied():
    shift = make_shift()

    assert write(shift, "  \n") is None
    entry = write(shift)
    write(shift, "", seen=entry.written_at, at=NOON + timedelta(hours=1))

    assert journal_of(shift=shift, reader=shift.learner).text == ""


def test_what_was_written_in_another_window_is_not_overwritten_unread():
    shift = make_shift()
    write(shift, "First.")

    with pytest.raises(JournalChanged) as refusal:
        write(shift, "Second.", seen=None)

    assert refusal.value.entry.text == "First."
    assert JournalEntry.objects.get().text == "First."


def test_a_page_has_its_length():
    with pytest.raises(CannotWrite, match="20,000"):
        write(make_shift(), "a" * 20_001)


def test_nobody_writes_into_anothers_journal_or_reads_it():
    shift = make_waiting_shift()
    write(shift)

    for person in (shift.mentorship.mentor.person, make_person(roles=(Role.REGISTRAR,))):
        with pytest.raises(CannotWrite):
            write_journal(shift=shift, by=person, text="Mine.", seen=None, at=NOON)
        assert journal_of(shift=shift, reader=person) is None


def test_all_versions_of_a_shift_have_one_page():
    signed = make_signed_shift()
    write(signed)

    assert journal_of(shift=amend_shift(shift=signed, at=NOON), reader=signed.learner).text == CANARY


def test_the_database_keeps_one_page_a_shift():
    shift = make_shift()
    write(shift)

    with pytest.raises(IntegrityError), transaction.atomic():
        JournalEntry.objects.create(learner=shift.learner, record=shift.record, text="Two.", written_at=NOON)


# Nowhere in plain ------------------------------------------------------------------------------------------


def everything_stored() -> str:
    """Each row of each table, as the database has it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names from the database
            found.extend(repr(row) for row in cursor.fetchall())
    return "\n".join(found)


def test_its_words_are_in_no_column_no_query_no_log_and_no_history(client, caplog):
    caplog.set_level(logging.DEBUG)
    mentorship = make_mentorship(at=timezone.now())
    shift = make_waiting_shift(mentorship, on=days_ago(3), at=timezone.now())
    client.force_login(shift.learner)
    entries = Entry.objects.count()

    with CaptureQueriesContext(connection) as queries:
        kept = client.post(reverse("assessments:journal", args=[shift.pk]), {"text": CANARY})
        read = client.get(reverse("assessments:journal", args=[shift.pk]))

    assert kept.status_code == 302
    assert CANARY in read.text
    assert CANARY not in everything_stored()
    assert not [query for query in queries.captured_queries if CANARY in query["sql"]]
    assert CANARY not in caplog.text
    assert Entry.objects.count() == entries
    assert list(history.breaks()) == []
    assert not ReferenceIndex.model_is_indexable(JournalEntry)


def test_its_words_are_left_out_of_error_reports(client):
    shift = make_shift()
    request = HttpRequest()
    request.method = "POST"
    request.POST = {"text": CANARY}
    request.user = shift.learner
    view = resolve(reverse("assessments:journal", args=[shift.pk])).func

    with pytest.raises(MessageFailure):  # no middleware: an error in the middle of it
        view(request, shift_id=shift.pk)

    reported = SafeExceptionReporterFilter()
    reported.is_active = lambda request: True
    assert reported.get_post_parameters(request)["text"] == reported.cleansed_substitute


# The page --------------------------------------------------------------------------------------------------


def test_the_page_says_what_it_is_and_what_it_is_not(client):
    shift = make_shift()
    client.force_login(shift.learner)

    page = client.get(reverse("assessments:journal", args=[shift.pk]))
    way = client.get(reverse("assessments:shift_detail", args=[shift.pk]))

    assert "not legally privileged" in page.text
    assert "incident form" in page.text
    assert "Only you can open" in page.text
    assert "no-store" in page["Cache-Control"]
    assert reverse("assessments:journal", args=[shift.pk]) in way.text


def test_a_page_is_kept_changed_and_kept_again(client):
    shift = make_shift()
    client.force_login(shift.learner)
    url = reverse("assessments:journal", args=[shift.pk])

    client.post(url, {"text": "One."})
    form = client.get(url).context["form"]
    page = client.post(url, {"text": "Two.", "seen": form["seen"].value()}, follow=True)

    assert "Kept, for you alone." in page.text
    assert page.context["form"]["text"].value() == "Two."


def test_two_windows_show_both_texts_and_lose_neither(client):
    shift = make_shift()
    client.force_login(shift.learner)
    url = reverse("assessments:journal", args=[shift.pk])
    client.post(url, {"text": "From the first window."})

    page = client.post(url, {"text": "From the second.", "seen": "rubbish"})
    kept = client.post(url, {"text": "Both.", "seen": page.context["form"]["seen"].value()})

    assert page.status_code == 422
    assert "From the first window." in page.text
    assert "From the second." in page.text
    assert kept.status_code == 302
    assert JournalEntry.objects.get().text == "Both."


@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_else_opens_it_whatever_their_role(client, role):
    shift = make_waiting_shift()
    write(shift)
    person = make_person(roles=(role,)) if role else shift.mentorship.mentor.person
    client.force_login(person)

    for answer in (
        client.get(reverse("assessments:journal", args=[shift.pk])),
        client.post(reverse("assessments:journal", args=[shift.pk]), {"text": "Mine."}),
    ):
        assert answer.status_code == 404
        assert CANARY not in answer.text
    assert JournalEntry.objects.get().text == CANARY


def test_a_superuser_finds_it_in_no_list_of_the_admin(client):
    shift = make_shift()
    write(shift)
    boss = make_person(is_superuser=True)
    client.force_login(boss)

    home = client.get("/admin/", follow=True)

    assert "journal" not in home.text.lower()
    assert client.get(reverse("assessments:journal", args=[shift.pk])).status_code == 404


@pytest.mark.parametrize("written", [0, 1])
def test_the_page_takes_the_same_queries_with_and_without_a_text(client, written, django_assert_num_queries):
    shift = make_shift()
    if written:
        write(shift)
    client.force_login(shift.learner)
    url = reverse("assessments:journal", args=[shift.pk])
    client.get(url)

    with django_assert_num_queries(8):  # session, person, shift, page, academy, is a mentor, two of permissions
        client.get(url)
