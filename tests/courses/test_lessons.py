from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cms.accounts.roles import Role
from courses.models import ContentNote, Enrolment, LessonPage, ModulePage, UnitCompletion, UnitPage
from courses.progress import complete_unit
from tests.factories.courses import lessons_of, make_enrolment, make_lesson, make_programme
from tests.factories.people import NOON, make_person

PAID_FOR = "Ask alone."
CHECK = {
    "question": "What do you do first?",
    "choices": [
        {"text": "Nothing.", "right": False, "feedback": "What is seen has changed."},
        {"text": "Ask.", "right": True, "feedback": "It is a new question."},
    ],
}


def read(enrolment, *units):
    for unit in units:
        complete_unit(enrolment=enrolment, unit=unit, event="READING", at=NOON)


@pytest.fixture
def enrolment(db):
    return make_enrolment(programme=make_programme(modules=2, lessons=2))


@pytest.fixture
def lessons(enrolment):
    return lessons_of(enrolment.programme)


@pytest.fixture
def learner(client, enrolment):
    """A browser in which the learner is signed in."""
    client.force_login(enrolment.learner)
    return client


# Who reads what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["visitor", "person on nothing", "learner of another programme", "who has left", "editor", "registrar"]
)
def test_who_is_not_on_the_programme_is_led_to_its_page(client, enrolment, lessons, who):
    people = {
        "person on nothing": make_person,
        "learner of another programme": lambda: make_enrolment().learner,
        "who has left": lambda: enrolment.learner,
        "editor": lambda: make_person(roles=(Role.EDITOR,)),
        "registrar": lambda: make_person(roles=(Role.REGISTRAR,)),
    }
    if who == "who has left":
        Enrolment.objects.filter(pk=enrolment.pk).update(withdrawn_at=NOON)
    if who != "visitor":
        client.force_login(people[who]())

    response = client.get(lessons[0].get_url(), follow=True)

    assert response.redirect_chain == [(enrolment.programme.get_url(), 302)]
    assert PAID_FOR not in response.content.decode()


def test_a_visitor_who_posts_an_answer_is_led_to_the_programme_too(client, enrolment, lessons):
    response = client.post(lessons[0].get_url(), {"check": "x", "choice": "0"})

    assert response.url == enrolment.programme.get_url()


def test_a_learner_reads_an_open_lesson(learner, enrolment, lessons):
    response = learner.get(lessons[0].get_url())

    page = response.content.decode()
    assert response.status_code == 200
    assert PAID_FOR in page
    assert "Unit 1 of 2, about 30 minutes" in page


def test_reading_is_remembered(learner, enrolment, lessons):
    before = timezone.now()

    learner.get(lessons[0].get_url())

    enrolment.refresh_from_db()
    assert enrolment.last_unit_id == lessons[0].pk
    assert enrolment.last_read_at - before < timedelta(minutes=1)


def test_a_lesson_stays_in_no_cache(learner, lessons):
    assert "no-store" in learner.get(lessons[0].get_url())["Cache-Control"]


def test_the_title_of_the_window_names_no_topic(learner, lessons):
    page = learner.get(lessons[0].get_url()).content.decode()

    assert "<title>Module 1, unit 1, Closed Set Academy</title>" in page


def test_leaving_goes_somewhere_neutral_without_saying_from_where(learner, lessons):
    page = learner.get(lessons[0].get_url()).content.decode()

    assert '<a class="button button-quiet" href="https://www.wikipedia.org/" rel="noreferrer">' in page


def test_a_locked_lesson_says_what_opens_it_and_nothing_of_itself(learner, enrolment, lessons):
    response = learner.get(lessons[1].get_url())

    page = response.content.decode()
    assert response.status_code == 200
    assert "Opens once unit 1 is done, “Lesson 1”." in page
    assert f'href="{lessons[0].get_url()}">Go to unit 1' in page
    assert PAID_FOR not in page
    enrolment.refresh_from_db()
    assert enrolment.last_unit is None


def test_a_locked_lesson_answers_no_question(learner, lessons):
    assert PAID_FOR not in learner.post(lessons[1].get_url(), {"check": "x", "choice": "0"}).content.decode()


def test_a_lesson_that_is_not_published_is_not_there(learner, lessons):
    lessons[0].unpublish()

    assert learner.get(lessons[0].get_url()).status_code == 404


def test_a_lesson_of_a_module_that_is_not_published_leads_to_the_programme(learner, enrolment, lessons):
    ModulePage.objects.get(path=lessons[0].module_path).unpublish()

    assert learner.get(lessons[0].get_url()).url == enrolment.programme.get_url()


def test_a_lesson_of_a_programme_that_is_not_published_is_not_there_for_strangers(client, enrolment, lessons):
    enrolment.programme.unpublish()

    assert client.get(lessons[0].get_url()).status_code == 404


def test_a_module_leads_to_its_place_in_the_outline(client, enrolment):
    module = ModulePage.objects.get(slug="module-2", path__startswith=enrolment.programme.path)

    assert client.get(module.get_url()).url == f"{enrolment.programme.get_url()}#module-module-2"


def test_content_notes_come_before_the_lesson(learner, lessons):
    lessons[0].content_notes = [ContentNote.objects.create(slug="grief", label="Grief, discussed")]
    lessons[0].note_text = "Grief is discussed."
    lessons[0].save()

    page = learner.get(lessons[0].get_url()).content.decode()

    assert 0 < page.index("Grief is discussed.") < page.index("Grief, discussed") < page.index(PAID_FOR)


# The way on ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "label"),
    [(0, "Done, on to unit 2"), (1, "Done, on to Module 2"), (2, "Done, on to unit 2"), (3, "Done")],
)
def test_the_main_button_finishes_the_lesson_and_says_where_it_leads(learner, enrolment, lessons, place, label):
    read(enrolment, *lessons[:place])

    page = learner.get(lessons[place].get_url()).content.decode()

    assert f'action="{reverse("courses:unit_done", args=[lessons[place].pk])}"' in page
    assert f'<button class="button button-main button-big">{label}<' in page


@pytest.mark.parametrize(
    ("place", "label"), [(0, "On to unit 2"), (1, "On to Module 2"), (2, "On to unit 2"), (3, "To your day")]
)
def test_a_finished_lesson_has_a_link_on(learner, enrolment, lessons, place, label):
    read(enrolment, *lessons)

    page = learner.get(lessons[place].get_url()).content.decode()

    following = lessons[place + 1].get_url() if place < 3 else reverse("cms:learn")
    assert f'<a class="button button-main button-big" href="{following}">{label}<' in page
    assert "You have done it." in page
    assert reverse("courses:unit_done", args=[lessons[place].pk]) not in page


def test_done_finishes_the_unit_and_leads_to_the_next(learner, enrolment, lessons):
    response = learner.post(reverse("courses:unit_done", args=[lessons[0].pk]))

    assert response.url == lessons[1].get_url()
    assert UnitCompletion.objects.get().unit_id == lessons[0].pk


def test_done_on_the_last_unit_leads_to_the_first_screen(learner, enrolment, lessons):
    read(enrolment, *lessons[:3])

    assert learner.post(reverse("courses:unit_done", args=[lessons[3].pk])).url == reverse("cms:learn")


def test_done_leads_to_what_is_open_when_the_next_unit_is_not(learner, enrolment, lessons):
    read(enrolment, *lessons[:3])
    added = make_lesson(ModulePage.objects.get(path=lessons[0].module_path), title="New", slug="new")

    response = learner.post(reverse("courses:unit_done", args=[lessons[2].pk]))

    assert response.url == added.get_url()


def test_done_twice_is_calm(learner, lessons):
    for _ in range(2):
        assert learner.post(reverse("courses:unit_done", args=[lessons[0].pk])).url == lessons[1].get_url()

    assert UnitCompletion.objects.count() == 1


def test_a_locked_unit_is_not_done(learner, lessons):
    response = learner.post(reverse("courses:unit_done", args=[lessons[1].pk]), follow=True)

    assert response.redirect_chain == [(lessons[1].get_url(), 302)]
    assert response.content.decode().count("Opens once unit 1 is done, “Lesson 1”.") == 2  # the message, and the page
    assert not UnitCompletion.objects.exists()


def test_a_quiz_is_not_done_by_pressing(learner, lessons):
    UnitPage.objects.filter(pk=lessons[0].pk).update(completed_by="QUIZ")

    learner.post(reverse("courses:unit_done", args=[lessons[0].pk]))

    assert not UnitCompletion.objects.exists()


def test_after_signing_in_again_done_leads_to_the_unit(learner, lessons):
    assert learner.get(reverse("courses:unit_done", args=[lessons[0].pk])).url == lessons[0].get_url()


@pytest.mark.parametrize("who", ["on nothing", "on another programme", "who has left"])
def test_strangers_finish_nothing(client, enrolment, lessons, who):
    person = {"on nothing": make_person, "on another programme": lambda: make_enrolment().learner}.get(
        who, lambda: enrolment.learner
    )()
    if who == "who has left":
        Enrolment.objects.update(withdrawn_at=NOON)
    client.force_login(person)

    assert client.post(reverse("courses:unit_done", args=[lessons[0].pk])).status_code == 404
    assert not UnitCompletion.objects.exists()


# Check your understanding --------------------------------------------------------------------------------------


@pytest.fixture
def asked(enrolment):
    """A lesson with two questions, and the ids of their blocks."""
    lesson = LessonPage.objects.get(pk=lessons_of(enrolment.programme)[0].pk)
    lesson.body = [("check", CHECK), ("check", CHECK | {"question": "And then?"})]
    lesson.save()
    lesson = LessonPage.objects.get(pk=lesson.pk)
    return lesson, [block.id for block in lesson.body]


def test_an_answer_comes_back_with_what_it_says_beside_its_own_question(learner, asked):
    lesson, [_first, second] = asked

    page = learner.post(lesson.get_url(), {"check": second, "choice": "1"}).content.decode()

    before, after = page.split(f'id="check-{second}"')
    assert "It is a new question." not in before
    assert '<p class="notice-title">Yes.</p><p>It is a new question.</p>' in after
    assert 'value="1" required checked>' in after


def test_an_answer_that_is_not_right_says_why(learner, asked):
    lesson, [first, _second] = asked

    page = learner.post(lesson.get_url(), {"check": first, "choice": "0"}).content.decode()

    assert '<p class="notice-title">Not this one.</p><p>What is seen has changed.</p>' in page


def test_the_feedback_is_not_on_the_page_before_an_answer(learner, asked):
    lesson, _ids = asked

    page = learner.get(lesson.get_url()).content.decode()

    assert "What do you do first?" in page
    assert "It is a new question." not in page
    assert "What is seen has changed." not in page


@pytest.mark.parametrize("choice", ["", "2", "-1", "x", "²", "99999999999999999999"])
def test_an_answer_that_is_none_changes_nothing(learner, asked, choice):
    lesson, [first, _second] = asked

    response = learner.post(lesson.get_url(), {"check": first, "choice": choice})

    assert response.status_code == 200
    assert "notice-title" not in response.content.decode()


def test_an_answer_is_not_kept(learner, asked):
    lesson, [first, _second] = asked
    learner.post(lesson.get_url(), {"check": first, "choice": "1"})

    assert "It is a new question." not in learner.get(lesson.get_url()).content.decode()
    assert not UnitCompletion.objects.exists()


# Every block ---------------------------------------------------------------------------------------------------


def test_every_kind_of_block_is_rendered_by_its_own_template(learner, enrolment, lessons):
    blocks = LessonPage.body.field.stream_block.child_blocks
    body = [(name, block.get_preview_value()) for name, block in blocks.items() if name != "picture"]
    lesson = LessonPage.objects.get(pk=lessons[0].pk)
    lesson.body = body
    lesson.save()

    page = learner.get(lesson.get_url()).content.decode()

    for words in (
        "shot on a Friday",  # text
        "A closed set, seen from above",  # drawing
        'hidden-visually">Keep:',  # key
        "Whose rule is it?",  # callout
        "How a coordinator worked it",  # case
        '<ol class="in-order">',  # steps
        '<td data-label="B">two</td>',  # comparison
        "What do you do first?",  # check
        "make it easy for you to say no?",  # reflection
        "<blockquote><p>Ask for the number.</p></blockquote>",  # quote
        "<dt>Rider</dt>",  # terms
        "Quick guide",  # reading
    ):
        assert words in page
    assert "block-" not in page  # no block fell back to Wagtail's own rendering


# Pause ---------------------------------------------------------------------------------------------------------


def test_pausing_shows_a_neutral_page_and_the_way_back(learner, lessons):
    page = learner.get(reverse("courses:pause"), {"back": lessons[0].get_url()}).content.decode()

    assert "<title>Paused, Closed Set Academy</title>" in page
    assert f'href="{lessons[0].get_url()}">Go on</a>' in page


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_the_way_back_leads_nowhere_else(learner, back):
    page = learner.get(reverse("courses:pause"), {"back": back}).content.decode()

    assert f'href="{reverse("cms:learn")}">Go on</a>' in page


# Cost ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_lesson_query_count(client, count, django_assert_num_queries):
    enrolment = make_enrolment(programme=make_programme(modules=count, lessons=count))
    client.force_login(enrolment.learner)
    address = lessons_of(enrolment.programme)[0].get_url()
    client.get(address)  # kinds of pages, sites and the academy are known; the visit is noted

    # session, person; site, home, catalogue (2), unit, lesson; who may see the page (2); enrolment; units, what is
    # done, modules, content notes; the note; the academy
    with django_assert_num_queries(17):
        client.get(address)
