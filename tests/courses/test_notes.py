from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.urls import reverse
from wagtail.admin.viewsets import viewsets
from wagtail.search import index

from cms.accounts.models import Entry
from courses import notes
from courses.models import Enrolment, UnitNote
from courses.notes import NoteChanged, note_beside, save_note
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_person, make_registrar

from .races import meet_in, side_by_side, take_locks_away

LATER = NOON + timedelta(minutes=1)
WORDS = "Ask for the number, zebra."


@pytest.fixture
def enrolment(db):
    return make_enrolment(programme=make_programme(lessons=2))


@pytest.fixture
def lesson(enrolment):
    return lessons_of(enrolment.programme)[0]


def in_the_column():
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM courses_unitnote")
        return [text for (text,) in cursor.fetchall()]


# Keeping -------------------------------------------------------------------------------------------------------


def test_a_note_is_kept_and_read_back(enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)

    note = note_beside(enrolment=enrolment, unit=lesson)

    assert (note.text, note.saved_at) == (WORDS, NOON)


def test_the_column_of_a_note_does_not_hold_its_words(enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)

    [kept] = in_the_column()

    assert "zebra" not in kept
    assert kept != ""


def test_notes_are_in_no_history_no_admin_and_no_search(enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)

    assert viewsets.viewsets
    assert not Entry.objects.exists()
    assert UnitNote not in [getattr(viewset, "model", None) for viewset in viewsets.viewsets]
    assert UnitNote not in index.get_indexed_models()


def test_a_note_says_nothing_in_its_name(enrolment, lesson):
    note = save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)

    assert "zebra" not in f"{note} {note!r}"


def test_saving_the_same_words_again_changes_nothing(enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)

    again = save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=LATER)

    assert again.saved_at == NOON


def test_a_note_that_was_read_is_replaced(enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text="One.", seen=None, at=NOON)

    save_note(enrolment=enrolment, unit=lesson, text="Two.", seen=NOON, at=LATER)

    assert [(note.text, note.saved_at) for note in UnitNote.objects.all()] == [("Two.", LATER)]


@pytest.mark.parametrize("seen", [None, NOON - timedelta(days=1)])
def test_a_note_that_was_not_read_is_not_overwritten(enrolment, lesson, seen):
    save_note(enrolment=enrolment, unit=lesson, text="From the other window.", seen=None, at=NOON)

    with pytest.raises(NoteChanged) as refusal:
        save_note(enrolment=enrolment, unit=lesson, text="Mine.", seen=seen, at=LATER)

    assert refusal.value.note.text == "From the other window."
    assert UnitNote.objects.get().text == "From the other window."


def test_the_database_keeps_one_note_beside_a_unit(enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)

    with pytest.raises(IntegrityError):
        UnitNote.objects.create(enrolment=enrolment, unit=lesson, text="", saved_at=NOON)


def save_two_at_once():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)
    return side_by_side(
        *(
            lambda text=text: save_note(enrolment=enrolment, unit=lesson, text=text, seen=None, at=NOON)
            for text in ("One.", "Two.")
        )
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_save_at_once_one_is_told():
    answers = save_two_at_once()

    assert {type(answer) for answer in answers} == {UnitNote, NoteChanged}


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_windows_meets_an_error(monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, notes, "note_beside")

    answers = save_two_at_once()

    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1


# The address ---------------------------------------------------------------------------------------------------


def save_at(client, lesson, **data):
    return client.post(reverse("courses:note_save", args=[lesson.pk]), {"text": WORDS} | data)


def test_without_a_script_saving_leads_back_to_the_lesson(client, enrolment, lesson):
    client.force_login(enrolment.learner)

    response = save_at(client, lesson)

    assert (response.status_code, response.url) == (302, f"{lesson.get_url()}#notes")
    assert note_beside(enrolment=enrolment, unit=lesson).text == WORDS
    assert "Your note is saved." in client.get(lesson.get_url()).content.decode()


def test_the_script_is_told_when_it_was_saved_in_the_persons_own_time(client, enrolment, lesson):
    enrolment.learner.time_zone = "Asia/Kathmandu"
    enrolment.learner.save()
    client.force_login(enrolment.learner)

    response = client.post(
        reverse("courses:note_save", args=[lesson.pk]), {"text": WORDS}, headers={"accept": "application/json"}
    )

    note = note_beside(enrolment=enrolment, unit=lesson)
    local = note.saved_at + timedelta(hours=5, minutes=45)
    assert response.json() == {"saved_at": note.saved_at.isoformat(), "words": f"Saved at {local:%H:%M}"}


def test_what_the_script_was_told_is_what_it_sends_back_as_seen(client, enrolment, lesson):
    client.force_login(enrolment.learner)
    address = reverse("courses:note_save", args=[lesson.pk])
    first = client.post(address, {"text": "One."}, headers={"accept": "application/json"}).json()

    second = client.post(address, {"text": "Two.", "seen": first["saved_at"]}, headers={"accept": "application/json"})

    assert second.status_code == 200
    assert note_beside(enrolment=enrolment, unit=lesson).text == "Two."


def test_a_clash_brings_both_versions_and_keeps_the_other(client, enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text="From the other window.", seen=None, at=NOON)
    client.force_login(enrolment.learner)

    response = save_at(client, lesson)

    page = response.content.decode()
    assert response.status_code == 422
    assert "This note was changed in another window. Both versions are below." in page
    assert "From the other window." in page
    assert WORDS in page
    assert note_beside(enrolment=enrolment, unit=lesson).text == "From the other window."
    assert response.context["note_form"]["seen"].value() == NOON.isoformat()


def test_a_clash_is_told_to_the_script(client, enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text="From the other window.", seen=None, at=NOON)
    client.force_login(enrolment.learner)

    response = client.post(
        reverse("courses:note_save", args=[lesson.pk]), {"text": WORDS}, headers={"accept": "application/json"}
    )

    assert response.status_code == 422
    assert response.json() == {"error": "This note was changed in another window. Both versions are below."}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"text": "x" * 20_001}, "A note holds 20,000 characters. Shorten this one to save it."),
        ({"seen": "yesterday"}, "This page is out of date. Copy your note, and open the unit again."),
        ({"seen": "2026-13-01T00:00:00+00:00"}, "This page is out of date. Copy your note, and open the unit again."),
    ],
)
def test_a_note_that_cannot_be_kept_comes_back_with_the_reason(client, enrolment, lesson, data, reason):
    client.force_login(enrolment.learner)

    response = save_at(client, lesson, **data)

    assert response.status_code == 422
    assert reason in response.content.decode()
    assert not UnitNote.objects.exists()


def test_lines_are_kept_as_lines(client, enrolment, lesson):
    client.force_login(enrolment.learner)

    save_at(client, lesson, text="One.\r\nTwo.")

    assert note_beside(enrolment=enrolment, unit=lesson).text == "One.\nTwo."


def test_a_locked_unit_takes_no_note(client, enrolment, lesson):
    client.force_login(enrolment.learner)
    locked = lessons_of(enrolment.programme)[1]

    response = save_at(client, locked)

    assert response.url == locked.get_url()
    assert not UnitNote.objects.exists()


def test_after_signing_in_again_one_is_led_to_the_lesson(client, enrolment, lesson):
    client.force_login(enrolment.learner)

    assert client.get(reverse("courses:note_save", args=[lesson.pk])).url == lesson.get_url()


# Who may -------------------------------------------------------------------------------------------------------


def test_nobody_else_reads_a_note(client, enrolment, lesson):
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)
    beside = make_enrolment(programme=enrolment.programme)
    readers = [beside.learner, make_registrar(), make_person(is_superuser=True), make_person()]

    for reader in readers:
        client.force_login(reader)
        assert "zebra" not in client.get(lesson.get_url(), follow=True).content.decode()


@pytest.mark.parametrize("who", ["stranger", "registrar", "learner of another programme", "who has left"])
def test_others_save_no_note(client, enrolment, lesson, who):
    people = {
        "stranger": make_person,
        "registrar": make_registrar,
        "learner of another programme": lambda: make_enrolment().learner,
        "who has left": lambda: enrolment.learner,
    }
    person = people[who]()
    Enrolment.objects.filter(learner=enrolment.learner).update(withdrawn_at=NOON)
    client.force_login(person)

    response = save_at(client, lesson)

    assert response.status_code == 404
    assert not UnitNote.objects.exists()


def test_a_visitor_is_asked_to_sign_in_and_saves_nothing(client, enrolment, lesson):
    response = save_at(client, lesson)

    assert response.url.startswith("/accounts/login/")
    assert not UnitNote.objects.exists()


def test_learners_of_one_programme_write_beside_the_same_lesson_unseen_by_each_other(client, enrolment, lesson):
    other = make_enrolment(programme=enrolment.programme)
    save_note(enrolment=enrolment, unit=lesson, text=WORDS, seen=None, at=NOON)
    client.force_login(other.learner)

    save_at(client, lesson, text="Other.")

    assert note_beside(enrolment=enrolment, unit=lesson).text == WORDS
    assert note_beside(enrolment=other, unit=lesson).text == "Other."
