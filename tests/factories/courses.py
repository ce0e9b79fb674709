"""Programmes, units and enrolments with boring defaults."""

from datetime import datetime, timedelta
from itertools import count

from wagtail.models import Collection, Locale, Page, Site

from cms.accounts.models import User
from cms.models import HomePage
from courses.attending import plan_session
from courses.models import (
    Access,
    CredentialKind,
    Enrolment,
    Grant,
    Intake,
    LessonPage,
    LiveSession,
    LiveSessionPage,
    ModulePage,
    ProgrammeIndexPage,
    ProgrammePage,
    Via,
)

from .people import NOON, make_person

_numbers = count(1)
WEEK = timedelta(days=7)


def make_site() -> ProgrammeIndexPage:
    """Root, locale, home page and catalogue, made or found. Live-server tests flush what migrations made."""
    Locale.objects.get_or_create(language_code="en-gb")
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root")
    home = HomePage.objects.first()
    if home is None:
        Page.objects.filter(depth=2).delete()
        root = Page.objects.get(pk=root.pk)
        home = root.add_child(instance=HomePage(title="Home", slug="home", headline="A set", lead="Somebody’s job."))
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home}
        )
    catalogue = ProgrammeIndexPage.objects.first()
    if catalogue is None:
        catalogue = home.add_child(instance=ProgrammeIndexPage(title="Programmes", slug="programmes"))
    return catalogue


def make_programme(*, modules: int = 1, lessons: int = 1, **fields: object) -> ProgrammePage:
    """A live programme, free by default, with `lessons` in each of its modules."""
    number = next(_numbers)
    values = {
        "title": f"Programme {number}",
        "slug": f"programme-{number}",
        "summary": "What it is.",
        "kind": CredentialKind.CERTIFICATION,
        "credential_title": "Certified Intimacy Coordinator",
        "valid_years": 3,
        "access": Access.FREE,
    } | fields
    programme = make_site().add_child(instance=ProgrammePage(**values))
    for place in range(1, modules + 1):
        make_module(programme, lessons=lessons, title=f"Module {place}", slug=f"module-{place}")
    return programme


def make_module(programme: ProgrammePage, *, lessons: int = 1, **fields: object) -> ModulePage:
    number = next(_numbers)
    values = {"title": f"Module {number}", "slug": f"module-{number}", "summary": "About.", "hours": 10} | fields
    module = ProgrammePage.objects.get(pk=programme.pk).add_child(instance=ModulePage(**values))
    for place in range(1, lessons + 1):
        make_lesson(module, title=f"Lesson {place}", slug=f"lesson-{place}")
    return module


def make_lesson(module: ModulePage, **fields: object) -> LessonPage:
    number = next(_numbers)
    values = {
        "title": f"Lesson {number}",
        "slug": f"lesson-{number}",
        "summary": "A lesson.",
        "body": [("text", "<p>Ask alone.</p>"), ("key", "Ask again.")],
    } | fields
    return ModulePage.objects.get(pk=module.pk).add_child(instance=LessonPage(**values))


def make_live_session(
    programme: ProgrammePage | None = None,
    *,
    starts_at: datetime = NOON,
    intake: Intake | None = None,
    **fields: object,
) -> LiveSession:
    """A date of a live session, on a unit of its own at the end of the programme's first module."""
    programme = programme or make_programme()
    number = next(_numbers)
    module = ModulePage.objects.descendant_of(programme).order_by("path")[0]
    values = {"title": f"Live session {number}", "slug": f"live-{number}", "opens_next": False} | fields
    page = module.add_child(instance=LiveSessionPage(**values))
    return plan_session(
        session=LiveSession(page=page, intake=intake, starts_at=starts_at, place="Room 4"), by=None, at=starts_at - WEEK
    )


def lessons_of(programme: ProgrammePage) -> list[LessonPage]:
    return list(LessonPage.objects.descendant_of(programme).order_by("path"))


def make_enrolment(
    *, learner: User | None = None, programme: ProgrammePage | None = None, at: datetime = NOON, bought: bool = False
) -> Enrolment:
    """On a free programme or, where `bought`, for a reason that the test itself gives."""
    enrolment = Enrolment.objects.create(
        learner=learner or make_person(), programme=programme or make_programme(), via=Via.FREE, enrolled_at=at
    )
    if not bought:
        Grant.objects.create(enrolment=enrolment, via=Via.FREE, given_at=at)
    return enrolment
