"""Is it noted rightly who was at a live session? And does the unit open, lock and read as it should?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses.attending import (
    CannotNote,
    CannotPlanSession,
    cancel_session,
    dates_for,
    learners_of,
    note_all,
    note_attendance,
    plan_session,
    take_attendance_back,
    taken_by,
)
from courses.models import Attendance, Intake, LiveSession, UnitCompletion
from courses.pages import CompletedBy
from courses.progress import WrongEvent, complete_unit
from tests.courses.races import side_by_side
from tests.factories.courses import make_enrolment, make_live_session, make_programme
from tests.factories.people import NOON, make_person, make_registrar

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_noted(**facts):
    session = make_live_session()
    enrolment = make_enrolment(programme=session.page.get_parent().get_parent().specific)
    return note_attendance(session=session, enrolment=enrolment, by=make_registrar(), at=NOON + HOUR, **facts)


def test_being_there_finishes_the_unit() -> None:
    noted = make_noted()

    done = UnitCompletion.objects.get()
    assert (done.enrolment, done.unit_id, done.event) == (noted.enrolment, noted.session.page_id, CompletedBy.ATTENDED)
    assert [(taken.on, taken.made_up) for taken in taken_by(noted.enrolment)] == [(NOON.date(), False)]


def test_noting_twice_changes_nothing() -> None:
    noted = make_noted()

    again = note_attendance(
        session=noted.session, enrolment=noted.enrolment, by=make_registrar(), at=NOON + DAY, made_up_by="Later"
    )

    assert again == noted
    assert Attendance.objects.count() == 1


def test_what_was_done_instead_is_sealed_in_its_column() -> None:
    noted = make_noted(made_up_by="A written account.")

    row = Attendance.objects.filter(pk=noted.pk).extra(select={"raw": "made_up_by"}).values_list("raw", flat=True)
    assert noted.how == "MADE_UP"
    assert "written" not in row.get()


def test_what_is_taken_back_counts_no_more_and_the_unit_stays_done() -> None:
    noted = make_noted()

    take_attendance_back(attendance=noted, by=make_registrar(), at=NOON + DAY)
    take_attendance_back(attendance=noted, by=make_registrar(), at=NOON + 2 * DAY)

    assert [taken.on for taken in taken_by(noted.enrolment)] == [None]
    assert UnitCompletion.objects.count() == 1
    assert Attendance.objects.get().taken_back_at == NOON + DAY


def test_a_learner_does_not_finish_it_by_reading() -> None:
    session = make_live_session()
    enrolment = make_enrolment(programme=session.page.get_parent().get_parent().specific)

    with pytest.raises(WrongEvent):
        complete_unit(enrolment=enrolment, unit=session.page, event=CompletedBy.READING, at=NOON)


@pytest.mark.parametrize("why", ["before it begins", "cancelled", "another programme", "oneself", "withdrawn"])
def test_who_cannot_have_been_there_is_not_noted(why: str) -> None:
    session = make_live_session()
    programme = session.page.get_parent().get_parent().specific
    enrolment = make_enrolment(programme=make_programme() if why == "another programme" else programme)
    registrar, at = make_registrar(), NOON + HOUR
    if why == "before it begins":
        at = NOON - HOUR
    elif why == "cancelled":
        cancel_session(session=session, by=registrar, at=NOON - DAY)
    elif why == "oneself":
        registrar = enrolment.learner
    elif why == "withdrawn":
        enrolment.withdrawn_at = NOON
        enrolment.save()

    with pytest.raises(CannotNote):
        note_attendance(session=session, enrolment=enrolment, by=registrar, at=at)

    assert not Attendance.objects.exists()
    assert not UnitCompletion.objects.exists()


def test_a_register_with_one_who_cannot_be_noted_notes_nobody() -> None:
    session = make_live_session()
    programme = session.page.get_parent().get_parent().specific
    ours, theirs = make_enrolment(programme=programme), make_enrolment()

    with pytest.raises(CannotNote):
        note_all(session=session, enrolments=[ours, theirs], by=make_registrar(), at=NOON + HOUR)

    assert not Attendance.objects.exists()


def test_a_date_somebody_came_to_is_not_cancelled() -> None:
    noted = make_noted()

    with pytest.raises(CannotPlanSession):
        cancel_session(session=noted.session, by=make_registrar(), at=NOON + DAY)


def test_a_date_is_not_planned_for_an_intake_of_another_programme() -> None:
    elsewhere = Intake.objects.create(programme=make_programme(), name="Spring", starts_on=NOON.date(), places=3)
    page = make_live_session().page

    with pytest.raises(CannotPlanSession):
        plan_session(session=LiveSession(page=page, intake=elsewhere, starts_at=NOON, place="Room 4"), by=None, at=NOON)


def test_a_date_for_one_intake_is_not_shown_to_others() -> None:
    programme = make_programme()
    intake = Intake.objects.create(programme=programme, name="Spring", starts_on=NOON.date(), places=3)
    session = make_live_session(programme, starts_at=NOON + DAY, intake=intake)
    enrolment = make_enrolment(programme=programme)

    assert dates_for(session.page, enrolment, at=NOON) == []
    assert list(learners_of(session)) == []


@pytest.mark.parametrize(
    "impossible",
    [
        {"minutes": 5},
        {"minutes": 900},
        {"cancelled_at": NOON},
    ],
)
def test_a_session_that_cannot_be_is_refused(impossible: dict) -> None:
    session = make_live_session()

    with pytest.raises(IntegrityError), transaction.atomic():
        LiveSession.objects.filter(pk=session.pk).update(**impossible)


@pytest.mark.parametrize(
    "impossible",
    [{"taken_back_at": NOON + DAY}, {"taken_back_by": 1}],
)
def test_an_attendance_that_cannot_be_is_refused(impossible: dict) -> None:
    noted = make_noted()
    if "taken_back_by" in impossible:
        impossible = {"taken_back_by": noted.noted_by}

    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.filter(pk=noted.pk).update(**impossible)


def test_nobody_is_noted_twice_for_one_session() -> None:
    noted = make_noted()

    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(
            session=noted.session, enrolment=noted.enrolment, how="PRESENT", noted_at=NOON, noted_by=noted.noted_by
        )


@pytest.mark.django_db(transaction=True)
def test_two_registrars_who_take_the_register_at_once_note_one() -> None:
    session = make_live_session()
    enrolment = make_enrolment(programme=session.page.get_parent().get_parent().specific)
    first, second = make_registrar("First"), make_registrar("Second")

    answers = side_by_side(
        *(
            lambda by=by: note_attendance(session=session, enrolment=enrolment, by=by, at=NOON + HOUR)
            for by in (first, second)
        )
    )

    assert answers[0] == answers[1]
    assert Attendance.objects.count() == 1


# The unit's page ------------------------------------------------------------------------------------------


def test_the_unit_lists_its_dates_for_who_is_on_the_programme(client) -> None:
    session = make_live_session(make_programme(sequential=False), starts_at=timezone.now() + DAY)
    enrolment = make_enrolment(programme=session.page.get_parent().get_parent().specific)
    client.force_login(enrolment.learner)

    said = client.get(session.page.url).content.decode()

    assert "Room 4" in said
    assert '<button class="button button-main button-big">Done' not in said


@pytest.mark.parametrize("who", ["somebody on nothing", "nobody"])
def test_where_it_takes_place_is_told_to_nobody_else(client, who: str) -> None:
    session = make_live_session(make_programme(sequential=False), starts_at=timezone.now() + DAY)
    if who != "nobody":
        client.force_login(make_person("Jonah"))

    response = client.get(session.page.url, follow=True)

    assert "Room 4" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_unit_asks_as_often_for_three_dates_as_for_one(client, django_assert_num_queries, count: int) -> None:
    session = make_live_session(make_programme(sequential=False), starts_at=timezone.now() + DAY)
    for place in range(1, count):
        plan_session(
            session=LiveSession(page=session.page, starts_at=timezone.now() + (1 + place) * DAY, place="Room 5"),
            by=None,
            at=timezone.now(),
        )
    enrolment = make_enrolment(programme=session.page.get_parent().get_parent().specific)
    client.force_login(enrolment.learner)
    client.get(session.page.url)

    with django_assert_num_queries(18):
        response = client.get(session.page.url)

    assert len(response.context["dates"]) == count


# The desk --------------------------------------------------------------------------------------------------


@pytest.fixture
def registrar(client):
    from tests.factories.desk import at_the_desk

    return at_the_desk(client)


def test_a_registrar_plans_a_date_and_takes_the_register(client, registrar) -> None:
    page = make_live_session().page
    enrolment = make_enrolment(programme=page.get_parent().get_parent().specific)
    begun = timezone.localtime(timezone.now() - HOUR)

    planned = client.post(
        reverse("desk:session_new"),
        {"page": page.pk, "starts_at": f"{begun:%Y-%m-%dT%H:%M}", "minutes": 90, "place": "Room 9"},
    )
    client.post(planned.url, {"there": [enrolment.pk]})

    assert Attendance.objects.get().enrolment == enrolment
    assert "Was there" in client.get(planned.url).content.decode()


def test_a_date_with_something_missing_is_shown_back(client, registrar) -> None:
    response = client.post(reverse("desk:session_new"), {"minutes": 90, "place": "Room 9"})

    assert response.status_code == 422
    assert "Room 9" in response.content.decode()


def test_what_was_done_instead_is_noted_and_taken_back(client, registrar) -> None:
    session = make_live_session(starts_at=timezone.now() - HOUR)
    enrolment = make_enrolment(programme=session.page.get_parent().get_parent().specific)

    client.post(reverse("desk:session_made_up", args=[session.pk, enrolment.pk]), {"made_up_by": "A written account."})
    noted = Attendance.objects.get()
    client.post(reverse("desk:attendance_back", args=[noted.pk]))

    assert noted.made_up_by == "A written account."
    assert Attendance.objects.get().taken_back_by == registrar


@pytest.mark.parametrize("learners", [1, 3])
def test_the_register_asks_as_often_for_three_learners_as_for_one(
    client, registrar, django_assert_num_queries, learners: int
) -> None:
    session = make_live_session(starts_at=timezone.now() - HOUR)
    programme = session.page.get_parent().get_parent().specific
    for _each in range(learners):
        make_enrolment(programme=programme)
    client.get(reverse("desk:session_detail", args=[session.pk]))

    with django_assert_num_queries(13):
        response = client.get(reverse("desk:session_detail", args=[session.pk]))

    assert len(response.context["learners"]) == learners
