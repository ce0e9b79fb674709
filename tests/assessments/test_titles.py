"""Who opened a sealed title, and does its learner hear of it?"""

import pytest
from django.db import connection
from django.utils import timezone

from assessments.models import Production, TitleReading
from assessments.shifts import make_production
from assessments.titles import CannotRead, read_title, readings_for
from cms.accounts import history, policy
from cms.accounts.models import Entry
from cms.accounts.roles import Role
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentorship, make_shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def production() -> Production:
    return make_shift().production


def test_a_title_is_opened_for_a_reason_and_the_learner_is_told_in_neutral_words(
    production, mailoutbox, django_capture_on_commit_callbacks
):
    registrar = make_registrar("Philippa")
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        reading = read_title(production=production, by=registrar, reason=" To answer a court. ", at=NOON)

    assert reading.production.title == "Low Tide"
    assert (reading.read_by, reading.read_at, reading.reason) == (registrar, NOON, "To answer a court.")
    [mail] = mailoutbox
    assert mail.to == [production.learner.email]
    for word in ("Low Tide", "court", "Philippa", production.code):
        assert word not in mail.subject + mail.body
    assert "/shifts/" in mail.body


def test_each_reading_is_in_the_audit_trail_without_the_title_or_the_reason(production):
    registrar = make_registrar()
    for _twice in range(2):
        read_title(production=production, by=registrar, reason="To answer a court.", at=timezone.now())

    entries = Entry.objects.filter(chain__name="audit", verb="title.read").order_by("number")
    told = [(entry.subject, entry.actor, entry.facts) for entry in entries]

    assert told == [
        (f"titlereading:{reading.pk}", registrar, {"production": production.pk})
        for reading in TitleReading.objects.order_by("pk")
    ]
    assert "court" not in str(list(Entry.objects.values_list("facts", flat=True)))
    assert "Low Tide" not in str(list(Entry.objects.values_list("facts", flat=True)))
    assert not list(history.breaks())


@pytest.mark.parametrize(("reason", "words"), [("", "Say why"), ("  ", "Say why"), ("x" * 501, "under 500 characters")])
def test_without_a_fitting_reason_it_stays_sealed(production, reason, words):
    with pytest.raises(CannotRead, match=words):
        read_title(production=production, by=make_registrar(), reason=reason, at=NOON)

    assert not TitleReading.objects.exists()
    assert not Entry.objects.filter(verb="title.read").exists()


def test_where_no_title_was_kept_there_is_none_to_read():
    production = make_production(learner=make_person(), at=NOON)

    with pytest.raises(CannotRead, match="No title was kept"):
        read_title(production=production, by=make_registrar(), reason="Why not.", at=NOON)


def test_nobody_breaks_their_own_glass():
    registrar = make_registrar()
    production = make_production(learner=registrar, title="Low Tide", at=NOON)

    with pytest.raises(CannotRead, match="your own"):
        read_title(production=production, by=registrar, reason="Why not.", at=NOON)
    assert not policy.may(registrar, "title.read", production)


def test_the_reason_is_sealed_in_its_column(production):
    read_title(production=production, by=make_registrar(), reason="To answer a court.", at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM assessments_titlereading")
        [(kept,)] = cursor.fetchall()
    assert "court" not in kept


@pytest.mark.parametrize(
    ("who", "may"),
    [("registrar", True), ("editor", False), ("mentor", False), ("another mentor", False), ("learner", False)],
)
def test_only_registrars_break_the_glass(production, who, may):
    shift = production.shifts.select_related("mentorship__mentor__person", "learner").get()
    person = {
        "registrar": make_registrar,
        "editor": lambda: make_person("Mina", roles=(Role.EDITOR,)),
        "mentor": lambda: shift.mentorship.mentor.person,
        "another mentor": lambda: make_mentorship().mentor.person,
        "learner": lambda: shift.learner,
    }[who]()

    assert policy.may(person, "title.read", production) is may


@pytest.mark.parametrize("readings", [1, 3])
def test_a_learner_reads_who_when_and_why_in_one_query(client, production, readings, django_assert_num_queries):
    for _each in range(readings):
        read_title(production=production, by=make_registrar("Philippa"), reason="A court asked.", at=timezone.now())
    read_title(production=make_shift().production, by=make_registrar("Olga"), reason="Another’s.", at=NOON)

    with django_assert_num_queries(1):
        found = readings_for(production.learner)

    assert len(found) == readings
    client.force_login(production.learner)
    page = client.get("/shifts/").text
    assert page.count("A court asked.") == readings
    assert f"{production.code}, by Philippa" in page
    assert "Olga" not in page
    assert "Another’s." not in page
