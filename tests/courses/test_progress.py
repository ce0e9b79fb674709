from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError

from courses import progress
from courses.models import CompletedBy, ContentNote, Enrolment, LessonPage, ModulePage, UnitCompletion, UnitPage
from courses.progress import (
    Step,
    UnitLocked,
    WrongEvent,
    complete_unit,
    note_reading,
    outline_of,
    states_of,
    unit_is_open,
)
from tests.factories.courses import lessons_of, make_enrolment, make_lesson, make_module, make_programme
from tests.factories.people import NOON

from .races import meet_in, side_by_side, take_locks_away

READING = CompletedBy.READING


def read(enrolment, *units, at=NOON):
    for unit in units:
        complete_unit(enrolment=enrolment, unit=unit, event=READING, at=at)


# The rule of order ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waits", "done", "sequential", "expected"),
    [
        ("111", set(), True, ["open", "locked 0", "locked 1"]),
        ("111", {0}, True, ["done", "open", "locked 1"]),
        ("111", {0, 1, 2}, True, ["done", "done", "done"]),
        ("111", {2}, True, ["open", "locked 0", "done"]),  # finished is never locked
        ("111", {1}, True, ["open", "done", "locked 0"]),
        ("011", set(), True, ["open", "open", "locked 1"]),  # nothing waits for the first
        ("101", set(), True, ["open", "locked 0", "locked 0"]),
        ("111", set(), False, ["open", "open", "open"]),
        ("", set(), True, []),
    ],
)
def test_a_unit_waits_for_earlier_units_that_the_next_waits_for(waits, done, sequential, expected):
    steps = [Step(pk=place, opens_next=flag == "1") for place, flag in enumerate(waits)]

    states = states_of(steps, done=done, sequential=sequential)

    assert [f"{state} {waits_for}" if state == "locked" else state for state, waits_for in states.values()] == expected


# The outline ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_visitor_sees_every_unit_and_none_of_them_open():
    programme = make_programme(modules=2, lessons=2)

    outline = outline_of(programme=programme, enrolment=None)

    assert [line.state for line in outline.lines] == ["locked"] * 4
    assert {line.reason for line in outline.lines} == {"Opens once you are on the programme."}
    assert outline.next is None
    assert (outline.done, outline.total) == (0, 4)


@pytest.mark.django_db
def test_the_outline_numbers_units_within_their_module_and_leads_to_their_pages():
    programme = make_programme(modules=2, lessons=2)

    outline = outline_of(programme=programme, enrolment=make_enrolment(programme=programme))

    assert [(line.module.title, line.number) for line in outline.lines] == [
        ("Module 1", 1), ("Module 1", 2), ("Module 2", 1), ("Module 2", 2),
    ]  # fmt: skip
    assert [line.url for line in outline.lines] == [lesson.get_url() for lesson in lessons_of(programme)]
    assert outline.url == programme.get_url()
    assert [line.kind for line in outline.lines] == ["Lesson"] * 4
    assert [module.number for module in outline.modules] == [1, 2]


@pytest.mark.django_db
def test_the_outline_says_where_one_stands():
    programme = make_programme(modules=3, lessons=2)
    enrolment = make_enrolment(programme=programme)
    read(enrolment, *lessons_of(programme)[:3])

    outline = outline_of(programme=programme, enrolment=enrolment)

    assert [line.state for line in outline.lines] == ["done", "done", "done", "open", "locked", "locked"]
    assert [(module.state, module.done, module.total) for module in outline.modules] == [
        ("done", 2, 2), ("here", 1, 2), ("locked", 0, 2),
    ]  # fmt: skip
    assert (outline.done, outline.total) == (3, 6)
    assert outline.next == outline.lines[3]
    assert outline.modules[0].minutes == 60


@pytest.mark.django_db
def test_a_lock_says_what_opens_it():
    programme = make_programme(modules=2, lessons=2)

    outline = outline_of(programme=programme, enrolment=make_enrolment(programme=programme))

    assert [line.reason for line in outline.lines] == [
        "",
        "Opens once unit 1 is done, “Lesson 1”.",
        "Opens once unit 2 of Module 1 is done, “Lesson 2”.",
        "Opens once unit 1 is done, “Lesson 1”.",
    ]


@pytest.mark.django_db
def test_what_is_not_published_is_not_in_the_outline():
    programme = make_programme(modules=3, lessons=2)
    enrolment = make_enrolment(programme=programme)
    first = lessons_of(programme)[0]
    read(enrolment, first)
    first.unpublish()
    ModulePage.objects.get(slug="module-2", path__startswith=programme.path).unpublish()

    outline = outline_of(programme=programme, enrolment=enrolment)

    assert [(line.module.title, line.number, line.unit.title) for line in outline.lines] == [
        ("Module 1", 1, "Lesson 2"), ("Module 3", 1, "Lesson 1"), ("Module 3", 2, "Lesson 2"),
    ]  # fmt: skip
    assert (outline.done, outline.total) == (0, 3)
    assert outline.line_of(first) is None


@pytest.mark.django_db
def test_a_finished_unit_stays_open_when_an_earlier_one_is_added():
    programme = make_programme(modules=2, lessons=1)
    enrolment = make_enrolment(programme=programme)
    read(enrolment, *lessons_of(programme))

    make_lesson(ModulePage.objects.get(slug="module-1", path__startswith=programme.path), title="New")

    outline = outline_of(programme=programme, enrolment=enrolment)
    assert [(line.unit.title, line.state) for line in outline.lines] == [
        ("Lesson 1", "done"), ("New", "open"), ("Lesson 1", "done"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_another_learner_of_the_programme_changes_nothing():
    programme = make_programme(lessons=2)
    mine, theirs = make_enrolment(programme=programme), make_enrolment(programme=programme)
    read(theirs, *lessons_of(programme))

    assert outline_of(programme=programme, enrolment=mine).done == 0


@pytest.mark.django_db
def test_a_module_names_its_content_notes_once_in_the_order_met():
    programme = make_programme(lessons=2)
    first, second = lessons_of(programme)
    grief, nudity = (ContentNote.objects.create(slug=slug, label=slug) for slug in ("grief", "nudity"))
    for lesson, notes in ((first, [nudity]), (second, [grief, nudity])):
        lesson.content_notes = notes
        lesson.save()

    [module] = outline_of(programme=programme, enrolment=None).modules

    assert module.notes == [nudity, grief]
    assert [line.notes for line in module.units] == [[nudity], [grief, nudity]]


@pytest.mark.django_db
@pytest.mark.parametrize(("done", "waits"), [(0, False), (1, True), (2, False)])
def test_a_module_of_which_only_a_quiz_is_left_says_so(done, waits):
    enrolment = make_enrolment(programme=make_programme(lessons=2))
    lesson, quiz = lessons_of(enrolment.programme)
    UnitPage.objects.filter(pk=quiz.pk).update(completed_by=CompletedBy.QUIZ)
    for unit in [lesson, UnitPage.objects.get(pk=quiz.pk)][:done]:
        complete_unit(enrolment=enrolment, unit=unit, event=unit.completed_by, at=NOON)

    [module] = outline_of(programme=enrolment.programme, enrolment=enrolment).modules

    assert module.waits_for_quiz == waits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("left_off", "done", "expected"),
    [(None, [], 0), (2, [2], 3), (1, [], 1), (3, [3], 0), (0, [0, 1, 2, 3], None)],
)
def test_next_is_the_first_open_unit_from_where_one_left_off(left_off, done, expected):
    programme = make_programme(lessons=4, sequential=False)
    enrolment = make_enrolment(programme=programme)
    lessons = lessons_of(programme)
    read(enrolment, *(lessons[place] for place in done))
    enrolment.last_unit = lessons[left_off] if left_off is not None else None

    outline = outline_of(programme=programme, enrolment=enrolment)

    assert outline.next == (outline.lines[expected] if expected is not None else None)
    assert [line.is_next for line in outline.lines] == [place == expected for place in range(4)]


@pytest.mark.django_db
def test_before_and_after_lead_over_the_edge_of_a_module():
    programme = make_programme(modules=2, lessons=1)
    outline = outline_of(programme=programme, enrolment=None)
    first, last = outline.lines

    assert (outline.before(first), outline.after(first)) == (None, last)
    assert (outline.before(last), outline.after(last)) == (first, None)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_outline_query_count(count, django_assert_num_queries):
    programme = make_programme(modules=count, lessons=count)
    enrolment = make_enrolment(programme=programme)
    note = ContentNote.objects.create(slug="nudity", label="Nudity")
    for lesson in lessons_of(programme):
        lesson.content_notes = [note]
        lesson.save()
    outline_of(programme=programme, enrolment=enrolment)  # the site's address and the kinds of pages are known

    with django_assert_num_queries(4):  # units, what is done, modules, content notes
        outline_of(programme=programme, enrolment=enrolment)


# Completing ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_unit_is_completed_once_and_repeating_returns_the_first():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)

    first = complete_unit(enrolment=enrolment, unit=lesson, event=READING, at=NOON)
    again = complete_unit(enrolment=enrolment, unit=lesson, event=READING, at=NOON + timedelta(days=1))

    assert again == first
    assert again.completed_at == NOON
    assert UnitCompletion.objects.count() == 1


@pytest.mark.django_db
def test_completing_remembers_where_one_was():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)

    read(enrolment, lesson)

    enrolment.refresh_from_db()
    assert (enrolment.last_unit_id, enrolment.last_read_at) == (lesson.pk, NOON)


@pytest.mark.django_db
def test_a_locked_unit_is_not_completed_and_says_why():
    enrolment = make_enrolment(programme=make_programme(lessons=2))

    with pytest.raises(UnitLocked, match="Opens once unit 1 is done, “Lesson 1”"):
        read(enrolment, lessons_of(enrolment.programme)[1])

    assert not UnitCompletion.objects.exists()


@pytest.mark.django_db
def test_a_unit_is_completed_by_its_own_event_only():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)

    with pytest.raises(WrongEvent):
        complete_unit(enrolment=enrolment, unit=lesson, event=CompletedBy.QUIZ, at=NOON)

    assert not UnitCompletion.objects.exists()


@pytest.mark.django_db
def test_an_event_of_a_higher_layer_counts_whatever_an_editor_put_in_front_meanwhile():
    enrolment = make_enrolment(programme=make_programme(lessons=2))
    quiz = lessons_of(enrolment.programme)[1]
    UnitPage.objects.filter(pk=quiz.pk).update(completed_by=CompletedBy.QUIZ)
    quiz = UnitPage.objects.get(pk=quiz.pk)

    done = complete_unit(enrolment=enrolment, unit=quiz, event=CompletedBy.QUIZ, at=NOON)

    assert done.event == CompletedBy.QUIZ
    assert unit_is_open(enrolment=enrolment, unit=quiz) == ""


@pytest.mark.django_db
def test_a_unit_of_another_programme_is_not_completed():
    enrolment = make_enrolment()
    [stranger] = lessons_of(make_programme())

    with pytest.raises(UnitLocked, match="not part of your programme"):
        read(enrolment, stranger)


@pytest.mark.django_db
def test_a_programme_holds_its_own_units_only():
    catalogue = [make_programme() for _ in range(3)]
    enrolment = make_enrolment(programme=catalogue[0])

    outline = outline_of(programme=catalogue[0], enrolment=enrolment)

    assert [line.unit.pk for line in outline.lines] == [lesson.pk for lesson in lessons_of(catalogue[0])]


@pytest.mark.django_db
def test_who_has_left_completes_nothing_more():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)
    Enrolment.objects.update(withdrawn_at=NOON)

    with pytest.raises(UnitLocked, match="no longer on this programme"):
        read(enrolment, lesson)

    enrolment.refresh_from_db()
    assert unit_is_open(enrolment=enrolment, unit=lesson) == "You are no longer on this programme."


@pytest.mark.django_db
def test_a_lesson_that_is_not_published_is_not_completed():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)
    lesson.unpublish()

    with pytest.raises(UnitLocked, match="not part of the programme at present"):
        read(enrolment, lesson)


@pytest.mark.django_db
def test_the_database_keeps_one_completion_of_a_unit():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)
    read(enrolment, lesson)

    with pytest.raises(IntegrityError):
        UnitCompletion.objects.create(enrolment=enrolment, unit=lesson, event=READING, completed_at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("half", ["last_unit", "last_read_at"])
def test_the_database_refuses_a_place_without_its_time(half):
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)

    with pytest.raises(IntegrityError):
        Enrolment.objects.filter(pk=enrolment.pk).update(**{half: lesson.pk if half == "last_unit" else NOON})


@pytest.mark.django_db
def test_reading_the_same_unit_again_soon_writes_nothing(django_assert_num_queries):
    enrolment = make_enrolment(programme=make_programme(lessons=2))
    first, second = lessons_of(enrolment.programme)
    note_reading(enrolment=enrolment, unit=first, at=NOON)
    enrolment.refresh_from_db()

    with django_assert_num_queries(0):
        note_reading(enrolment=enrolment, unit=first, at=NOON + timedelta(minutes=4))
    note_reading(enrolment=enrolment, unit=second, at=NOON + timedelta(minutes=4))

    enrolment.refresh_from_db()
    assert enrolment.last_unit_id == second.pk


@pytest.mark.django_db
def test_reading_leaves_no_trace_once_somebody_has_left():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)
    Enrolment.objects.update(withdrawn_at=NOON)

    note_reading(enrolment=enrolment, unit=lesson, at=NOON)

    enrolment.refresh_from_db()
    assert enrolment.last_unit is None


# Races ---------------------------------------------------------------------------------------------------------


def finish_twice():
    enrolment = make_enrolment()
    [lesson] = lessons_of(enrolment.programme)

    def finish():
        return complete_unit(enrolment=enrolment, unit=LessonPage.objects.get(pk=lesson.pk), event=READING, at=NOON)

    return side_by_side(finish, finish)


@pytest.mark.django_db(transaction=True)
def test_finishing_twice_at_once_answers_both_with_one_completion():
    answers = finish_twice()

    assert answers == [UnitCompletion.objects.get()] * 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_who_finish_at_once_meets_an_error(monkeypatch):
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, progress, "unit_is_open")

    answers = finish_twice()

    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1
    assert UnitCompletion.objects.count() == 1  # the constraint keeps the data true all the same


@pytest.mark.django_db(transaction=True)
def test_two_learners_who_finish_at_once_each_get_their_own():
    programme = make_programme()
    [lesson] = lessons_of(programme)
    enrolments = [make_enrolment(programme=programme) for _ in range(2)]

    side_by_side(
        *(lambda mine=mine: complete_unit(enrolment=mine, unit=lesson, event=READING, at=NOON) for mine in enrolments)
    )

    assert UnitCompletion.objects.count() == 2


@pytest.mark.django_db
def test_a_programme_without_units_has_nothing_next():
    enrolment = make_enrolment(programme=make_programme(modules=0))
    make_module(enrolment.programme, lessons=0)

    outline = outline_of(programme=enrolment.programme, enrolment=enrolment)

    assert (outline.next, outline.done, outline.total) == (None, 0, 0)
    assert [module.state for module in outline.modules] == ["open"]
