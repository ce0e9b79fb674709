"""Does a pause close what is read, keep what is done, and end as it came?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Attempt
from assessments.sitting import CannotSit, start_attempt
from courses.enrolling import give_access, hold_access
from courses.models import (
    CompletedBy,
    Enrolment,
    Held,
    LessonPage,
    Order,
    PlanKind,
    ProgrammePage,
    UnitCompletion,
    UnitNote,
)
from courses.pausing import late_parts, pause_of
from courses.progress import UnitLocked, complete_unit, outline_of, unit_is_open
from tests.courses.buying import a_plan
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_person
from tests.factories.quizzes import make_attempt, make_quiz, sit

pytestmark = pytest.mark.django_db

PAID_FOR = "Ask alone."


def make_order(enrolment: Enrolment, **fields: object) -> Order:
    """An order of the learner's own that gives access, its balance of £300 due ten days ago."""
    plan = a_plan(PlanKind.DEPOSIT, programme=enrolment.programme)
    values = {
        "buyer": enrolment.learner,
        "programme": enrolment.programme,
        "plan": plan,
        "kind": plan.kind,
        "description": enrolment.programme.title,
        "currency": "GBP",
        "list_minor": 40_000,
        "total_minor": 40_000,
        "placed_at": timezone.now() - timedelta(days=40),
        "fulfilled_at": timezone.now() - timedelta(days=40),
    } | fields
    order = Order.objects.create(**values)
    order.instalments.create(number=1, amount_minor=10_000, due_at=order.placed_at, paid_at=order.placed_at)
    order.instalments.create(number=2, amount_minor=30_000, due_at=timezone.now() - timedelta(days=10))
    return order


@pytest.fixture
def enrolment():
    return make_enrolment(bought=True, programme=make_programme(lessons=3))


@pytest.fixture
def order(enrolment):
    order = make_order(enrolment)
    give_access(learner=enrolment.learner, order=order, by=enrolment.learner, at=timezone.now())
    return order


@pytest.fixture
def lessons(enrolment):
    return lessons_of(enrolment.programme)


@pytest.fixture
def learner(client, enrolment):
    client.force_login(enrolment.learner)
    return client


def hold(order, because=Held.UNPAID):
    hold_access(order=order, because=because, at=timezone.now())


def seen_at(learner, lesson):
    return learner.get(lesson.get_url()).content.decode()


# What is closed ------------------------------------------------------------------------------------------------


def test_a_paused_learner_reads_nothing_and_is_told_why_and_what_to_do(learner, enrolment, order, lessons):
    complete_unit(enrolment=enrolment, unit=lessons[0], event=CompletedBy.READING, at=NOON)
    hold(order)

    for lesson in lessons:
        page = seen_at(learner, lesson)
        assert PAID_FOR not in page
        assert "Your access is paused" in page
        assert "A payment was due and has not arrived." in page
        assert f'href="{reverse("courses:order", args=[order.reference])}">See what is to pay' in page


def test_a_dispute_is_settled_with_the_registrar_and_leads_to_its_order(learner, order, lessons):
    hold(order, Held.DISPUTE)

    page = seen_at(learner, lessons[0])

    assert "A bank has asked about a payment for your place" in page
    assert f'href="{reverse("courses:order", args=[order.reference])}">See the order' in page
    assert "See what is to pay" not in page


def test_what_somebody_else_pays_for_is_not_the_learners_to_settle(enrolment):
    order = make_order(enrolment, buyer=make_person("Jonah"))
    give_access(learner=enrolment.learner, order=order, by=enrolment.learner, at=timezone.now())
    hold(order)
    enrolment.refresh_from_db()

    pause = pause_of(enrolment)

    assert (pause.because, pause.order, pause.url) == (Held.UNPAID, None, "")


def test_reading_while_paused_is_not_remembered(learner, enrolment, order, lessons):
    hold(order)

    seen_at(learner, lessons[0])

    enrolment.refresh_from_db()
    assert (enrolment.last_unit, enrolment.last_read_at) == (None, None)


def test_every_unit_says_that_it_is_paused_and_what_is_done_stays_done(enrolment, order, lessons):
    complete_unit(enrolment=enrolment, unit=lessons[0], event=CompletedBy.READING, at=NOON)
    hold(order)
    enrolment.refresh_from_db()

    outline = outline_of(programme=enrolment.programme, enrolment=enrolment)

    assert [line.state for line in outline.lines] == ["done", "locked", "locked"]
    assert {line.reason for line in outline.lines[1:]} == {
        "Your access is paused. Your own page says why, and what to do."
    }
    assert (outline.done, outline.next, outline.paused) == (1, None, True)


def test_a_finished_unit_is_not_open_in_a_pause(enrolment, order, lessons):
    complete_unit(enrolment=enrolment, unit=lessons[0], event=CompletedBy.READING, at=NOON)
    hold(order)
    enrolment.refresh_from_db()

    assert unit_is_open(enrolment=enrolment, unit=lessons[0]).startswith("Your access is paused.")


def test_nothing_is_finished_by_reading_in_a_pause(learner, enrolment, order, lessons):
    hold(order)

    response = learner.post(reverse("courses:unit_done", args=[lessons[0].pk]), follow=True)

    assert "Your access is paused. Your own page says why" in response.content.decode()
    assert not UnitCompletion.objects.exists()
    with pytest.raises(UnitLocked, match="Your access is paused"):  # also for who fetched the enrolment before
        complete_unit(enrolment=enrolment, unit=lessons[0], event=CompletedBy.READING, at=NOON)


def test_a_note_begun_before_is_kept_and_shows_nothing_of_the_lesson(learner, enrolment, order, lessons):
    hold(order)
    address = reverse("courses:note_save", args=[lessons[0].pk])

    response = learner.post(address, {"text": "Ask twice.", "seen": ""}, follow=True)

    assert UnitNote.objects.get().text == "Ask twice."
    assert PAID_FOR not in response.content.decode()


def test_a_note_that_is_refused_in_a_pause_comes_back_without_the_lesson(learner, order, lessons):
    hold(order)
    address = reverse("courses:note_save", args=[lessons[0].pk])

    response = learner.post(address, {"text": "x" * 20_001, "seen": ""})

    page = response.content.decode()
    assert response.status_code == 422
    assert "A note holds 20,000 characters." in page
    assert "x" * 20_001 in page
    assert PAID_FOR not in page


# Quizzes -------------------------------------------------------------------------------------------------------


def sitting():
    """Somebody at a quiz of a programme they bought."""
    quiz = make_quiz()
    enrolment = make_enrolment(bought=True, programme=ProgrammePage.objects.get(path=quiz.programme_path))
    order = make_order(enrolment)
    give_access(learner=enrolment.learner, order=order, by=enrolment.learner, at=timezone.now())
    return quiz, enrolment, order


def test_no_quiz_is_begun_in_a_pause():
    quiz, enrolment, order = sitting()
    hold(order)
    enrolment.refresh_from_db()

    with pytest.raises(CannotSit, match="Your access is paused"):
        start_attempt(enrolment=enrolment, quiz=quiz, at=timezone.now())
    assert not Attempt.objects.exists()


def test_an_attempt_begun_before_goes_on_and_finishes_its_unit():
    quiz, enrolment, order = sitting()
    attempt = make_attempt(quiz=quiz, enrolment=enrolment)
    hold(order)

    attempt = sit(attempt, right=4)

    assert attempt.passed
    assert UnitCompletion.objects.get().unit_id == quiz.pk


def test_the_quiz_itself_says_that_it_is_paused(client):
    quiz, enrolment, order = sitting()
    hold(order)
    client.force_login(enrolment.learner)

    page = client.get(quiz.get_url()).content.decode()

    assert "Your access is paused" in page
    assert reverse("assessments:quiz_start", args=[quiz.pk]) not in page


# How it ends ---------------------------------------------------------------------------------------------------


def test_everything_comes_back_when_it_ends(learner, enrolment, order, lessons):
    complete_unit(enrolment=enrolment, unit=lessons[0], event=CompletedBy.READING, at=NOON)
    before = [line.state for line in outline_of(programme=enrolment.programme, enrolment=enrolment).lines]
    hold(order)

    hold(order, because=None)

    enrolment.refresh_from_db()
    assert enrolment.paused_at is None
    assert [line.state for line in outline_of(programme=enrolment.programme, enrolment=enrolment).lines] == before
    assert PAID_FOR in seen_at(learner, lessons[0])
    assert PAID_FOR in seen_at(learner, lessons[1])


def test_who_is_there_for_another_reason_too_is_not_paused(learner, enrolment, order, lessons):
    enrolment.grants.create(via="FREE", given_at=NOON)

    hold(order)

    assert PAID_FOR in seen_at(learner, lessons[0])


# Said before, and where it is looked for -----------------------------------------------------------------------


def test_the_first_screen_and_the_programme_say_why_and_lead_to_paying(learner, enrolment, order):
    hold(order)
    address = reverse("courses:order", args=[order.reference])

    for page in (learner.get(reverse("cms:learn")), learner.get(enrolment.programme.get_url())):
        words = page.content.decode()
        assert "Your access is paused" in words
        assert f'href="{address}">See what is to pay</a>' in words
        assert "Go on reading" not in words


def test_a_late_payment_is_said_before_anything_is_paused(learner, enrolment, order):
    part = order.instalments.get(number=2)
    part.due_at = timezone.now() - timedelta(days=2)
    part.save()

    [late] = late_parts(enrolment.learner, at=timezone.now())

    assert (late.part, late.pauses_on) == (part, part.due_at + timedelta(days=7))
    for page in (learner.get(reverse("cms:learn")), learner.get(enrolment.programme.get_url())):
        assert "£300" in page.content.decode()
        assert late.url in page.content.decode()


def test_what_is_given_back_or_paused_or_not_due_is_not_late(enrolment, order):
    part = order.instalments.get(number=2)

    def late(**changes):
        return late_parts(enrolment.learner, at=timezone.now())

    assert len(late()) == 1
    assert late_parts(make_person(), at=timezone.now()) == []
    hold(order)
    assert late() == []
    hold(order, because=None)
    part.due_at = timezone.now() + timedelta(days=1)
    part.save()
    assert late() == []


@pytest.mark.parametrize("lessons_each", [1, 3])
def test_a_paused_lesson_costs_the_same_for_little_and_for_much(client, lessons_each, django_assert_num_queries):
    enrolment = make_enrolment(bought=True, programme=make_programme(modules=lessons_each, lessons=lessons_each))
    order = make_order(enrolment)
    give_access(learner=enrolment.learner, order=order, by=enrolment.learner, at=timezone.now())
    hold(order)
    client.force_login(enrolment.learner)
    lesson = LessonPage.objects.get(pk=lessons_of(enrolment.programme)[0].pk)
    seen_at(client, lesson)

    # as for an open lesson: what is held stands for the note
    with django_assert_num_queries(17):
        seen_at(client, lesson)
