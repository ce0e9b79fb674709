"""What editors do: previews, deleting, addresses of pages, content notes."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail import hooks
from wagtail.models import Page

from courses.enrolling import invite
from courses.models import Access, ContentNote, LessonPage, ModulePage, PlanKind, ProgrammePage, UnitNote
from courses.notes import save_note
from courses.pages import UnitPage
from courses.progress import complete_unit, note_reading
from courses.wagtail_hooks import ContentNoteViewSet, is_evidence
from tests.factories.courses import lessons_of, make_enrolment, make_lesson, make_module, make_programme
from tests.factories.people import NOON, make_person, make_registrar

from .buying import a_plan, order_of

# Preview -------------------------------------------------------------------------------------------------------


def preview_of(page):
    return page.make_preview_request().content.decode()


@pytest.mark.django_db
def test_a_preview_shows_the_lesson_as_a_learner_sees_it():
    programme = make_programme(lessons=2)

    page = preview_of(lessons_of(programme)[1])

    assert "Ask alone." in page
    assert "Unit 2 of 2, about 30 minutes" in page
    assert "Your notes" in page


@pytest.mark.django_db
def test_nothing_in_a_preview_is_sent_anywhere():
    [lesson] = lessons_of(make_programme())

    page = preview_of(lesson)

    assert reverse("courses:unit_done", args=[lesson.pk]) not in page
    assert reverse("courses:note_save", args=[lesson.pk]) not in page
    assert page.count("<button") == page.count('type="button"') + page.count("Go on")


@pytest.mark.django_db
def test_a_preview_shows_what_is_typed_and_not_what_is_kept():
    lesson = LessonPage.objects.get(pk=lessons_of(make_programme())[0].pk)
    lesson.title = "Typed just now"
    lesson.content_notes = [ContentNote.objects.create(slug="grief", label="Grief, discussed")]

    page = preview_of(lesson)

    assert "Typed just now" in page
    assert "Grief, discussed" in page


@pytest.mark.django_db
def test_a_draft_of_a_draft_module_is_previewed_in_its_place():
    programme = make_programme(modules=1, lessons=1)
    module = make_module(programme, lessons=0, live=False, title="Draft module")
    lesson = make_lesson(module, live=False, title="Draft lesson")

    page = preview_of(lesson)

    assert "<title>Draft module, unit 1" in page
    assert "Unit 1 of 1" in page


@pytest.mark.django_db
def test_a_lesson_that_is_not_saved_yet_is_previewed_at_the_end():
    module = ModulePage.objects.get(path__startswith=make_programme(lessons=1).path)
    lesson = LessonPage(title="Not saved", slug="not-saved", body=[("key", "Ask again.")])
    lesson.depth, lesson.path = module.depth + 1, module.get_last_child()._inc_path()
    lesson.set_url_path(module)

    page = preview_of(lesson)

    assert "Unit 2 of 2" in page
    assert "Ask again." in page


@pytest.mark.django_db
def test_a_preview_notes_no_reading():
    enrolment = make_enrolment()

    preview_of(lessons_of(enrolment.programme)[0])

    enrolment.refresh_from_db()
    assert enrolment.last_unit is None


@pytest.mark.django_db
def test_programmes_and_modules_are_previewed_as_the_programme():
    programme = make_programme(lessons=1)
    module = ModulePage.objects.get(path__startswith=programme.path)

    assert "Outline, with content notes" in preview_of(programme)
    assert "Outline, with content notes" in preview_of(module)


# Addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_unit_is_found_by_its_whole_address_in_two_queries(rf, django_assert_num_queries):
    programme = make_programme()
    [lesson] = lessons_of(programme)
    catalogue = programme.get_parent().specific

    with django_assert_num_queries(2):
        page, _args, _kwargs = catalogue.route(rf.get("/"), [programme.slug, "module-1", "lesson-1"])

    assert page == lesson
    assert type(page) is LessonPage


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["{0}/module-1/none/", "{0}/none/lesson-1/", "none/module-1/lesson-1/", "{0}/a/b/c/"]
)
def test_addresses_that_lead_nowhere_are_not_there(client, address):
    programme = make_programme()

    assert client.get(f"/programmes/{address.format(programme.slug)}").status_code == 404


@pytest.mark.django_db
def test_two_programmes_may_have_units_of_one_name(client):
    first, second = make_programme(), make_programme()
    enrolment = make_enrolment(programme=second)
    client.force_login(enrolment.learner)

    assert client.get(lessons_of(second)[0].get_url()).status_code == 200
    assert client.get(lessons_of(first)[0].get_url()).url == first.get_url()


# Deleting ------------------------------------------------------------------------------------------------------


def enrolled(programme, lesson):
    make_enrolment(programme=programme)


def invited(programme, lesson):
    invite(programme=programme, email="nell@example.org", by=make_registrar(), at=NOON)


def priced(programme, lesson):
    a_plan(PlanKind.INVOICE, programme=programme)


def ordered(programme, lesson):
    ProgrammePage.objects.filter(pk=programme.pk).update(access=Access.FEE)
    programme.refresh_from_db()
    order_of(a_plan(PlanKind.INVOICE, programme=programme))


def finished(programme, lesson):
    complete_unit(enrolment=make_enrolment(programme=programme), unit=lesson, event="READING", at=NOON)


def opened(programme, lesson):
    note_reading(enrolment=make_enrolment(programme=programme), unit=lesson, at=NOON)


def noted(programme, lesson):
    save_note(enrolment=make_enrolment(programme=programme), unit=lesson, text="x", seen=None, at=NOON)


@pytest.mark.django_db
@pytest.mark.parametrize("evidence", [enrolled, invited, priced, ordered, finished, opened, noted])
def test_a_programme_with_what_people_did_is_not_deleted(client, evidence):
    programme = make_programme()
    evidence(programme, lessons_of(programme)[0])
    client.force_login(make_person(is_superuser=True))

    response = client.post(reverse("wagtailadmin_pages:delete", args=[programme.pk]))

    [message] = get_messages(response.wsgi_request)
    assert response.url == reverse("wagtailadmin_explore", args=[programme.get_parent().pk])
    assert "stays: people have studied, paid or been assessed here" in str(message)
    assert ProgrammePage.objects.filter(pk=programme.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("evidence", [finished, opened, noted])
def test_a_module_and_a_lesson_with_what_people_did_are_not_deleted(client, evidence):
    programme = make_programme()
    [lesson] = lessons_of(programme)
    evidence(programme, lesson)
    client.force_login(make_person(is_superuser=True))

    for page in (lesson, lesson.get_parent()):
        client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))

    assert UnitPage.objects.filter(pk=lesson.pk).exists()


@pytest.mark.django_db
def test_a_page_that_nobody_touched_is_deleted(client):
    programme = make_programme(lessons=2)
    first, second = lessons_of(programme)
    finished(programme, first)
    client.force_login(make_person(is_superuser=True))

    client.post(reverse("wagtailadmin_pages:delete", args=[second.pk]))

    assert [lesson.pk for lesson in lessons_of(programme)] == [first.pk]


@pytest.mark.django_db
def test_of_several_pages_none_is_deleted_when_one_must_stay(client):
    programme = make_programme(lessons=2)
    first, second = lessons_of(programme)
    finished(programme, first)
    client.force_login(make_person(is_superuser=True))

    client.post(
        reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"]) + f"?id={second.pk}&id={first.pk}",
        {"confirm": "yes"},
    )

    assert len(lessons_of(programme)) == 2


@pytest.mark.django_db
def test_several_pages_that_nobody_touched_are_deleted_together(client):
    programme = make_programme(lessons=2)
    client.force_login(make_person(is_superuser=True))

    ids = "&".join(f"id={lesson.pk}" for lesson in lessons_of(programme))
    client.post(reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"]) + f"?{ids}", {"confirm": "yes"})

    assert lessons_of(programme) == []


@pytest.mark.django_db
def test_a_note_in_another_programme_keeps_nothing_here():
    enrolment = make_enrolment()
    finished_elsewhere = lessons_of(enrolment.programme)[0]
    UnitNote.objects.create(enrolment=enrolment, unit=finished_elsewhere, text="x", saved_at=NOON)

    assert not is_evidence([make_programme()])
    assert is_evidence([Page.objects.get(pk=enrolment.programme.pk)])


# Content notes -------------------------------------------------------------------------------------------------


def test_content_notes_are_edited_in_the_admin():
    found = [
        made
        for made in (hook() for hook in hooks.get_hooks("register_admin_viewset"))
        if isinstance(made, ContentNoteViewSet)
    ]

    assert [viewset.model for viewset in found] == [ContentNote]
