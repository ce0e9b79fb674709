"""Do the academy's own pages answer, at the same cost however much there is to show?"""

from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Page

from cms import demo_views
from cms.accounts.academy import AcademySettings
from cms.models import HomePage, StandardPage
from courses.models import Access, PlanKind, ProgrammePage
from tests.courses.buying import a_plan
from tests.factories.courses import make_programme, make_site
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("programmes", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/", 6),  # site, home, aliases, restrictions, academy, programmes
        ("/programmes/", 8),  # and home by its path, and the catalogue as itself
    ],
)
def test_a_page_that_lists_programmes_costs_the_same_for_one_and_three(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
    queries: int,
    programmes: int,
):
    for _ in range(programmes):
        make_programme(modules=0)
    client.get(path)  # the site's addresses are cached from here on

    with django_assert_num_queries(queries):
        response = client.get(path)

    assert response.content.decode().count('class="row"') == programmes


def test_the_first_page_says_what_a_programme_is_and_costs(client: Client):
    programme = make_programme(modules=0, title="Intimacy coordinator", access=Access.FEE)
    a_plan(PlanKind.INVOICE, programme=programme, total_minor=340_000)
    make_programme(modules=0, title="Foundations")

    html = client.get("/").content.decode()

    assert "<h1>A set</h1>" in html
    assert "<b>£3,400</b>" in html
    assert "<b>Free</b>" in html
    assert "Certification. Open to anyone, free of charge." in html


def test_the_first_page_without_programmes_says_so(client: Client):
    make_site()

    assert "No programme is open yet." in client.get("/").content.decode()
    assert "No programme is open yet" in client.get("/programmes/").content.decode()


def test_a_programme_that_is_not_published_is_on_no_list(client: Client):
    ProgrammePage.objects.filter(pk=make_programme(modules=0, title="Kept back").pk).update(live=False)

    assert "Kept back" not in client.get("/").content.decode()
    assert "Kept back" not in client.get("/programmes/").content.decode()


def test_a_standard_page_shows_its_words(client: Client):
    make_site()
    HomePage.objects.get().add_child(
        instance=StandardPage(
            title="Access", slug="access", intro="Tell us once.", body=[("text", "<p>We listen.</p>")]
        )
    )

    html = client.get("/access/").content.decode()

    assert "Tell us once." in html
    assert "We listen." in html


def test_the_foot_leads_to_the_ombud_and_names_the_academy(client: Client):
    make_site()
    AcademySettings.objects.update_or_create(pk=AcademySettings.load().pk, defaults={"name": "A Small School"})

    html = client.get("/").content.decode()

    assert '<a href="/complaints/">' in html
    assert "A Small School" in html


def test_the_foot_offers_the_way_in_or_the_way_out(client: Client):
    make_site()
    assert "Sign out" not in client.get("/").content.decode()

    client.force_login(make_person())

    assert "Sign out" in client.get("/").content.decode()


def test_an_address_that_is_not_there_answers_404_in_our_words(client: Client):
    make_site()

    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_the_page_for_when_we_broke_needs_no_request_and_no_database(django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(0):
        html = render_to_string("500.html")

    assert "Something broke on our side" in html


def test_a_form_from_another_site_is_refused_in_our_words():
    make_site()
    strict = Client(enforce_csrf_checks=True)

    response = strict.post("/accounts/login/", {"login": "a@example.org", "password": "x"})

    assert response.status_code == 403
    assert "That form was out of date" in response.content.decode()


def test_what_is_forbidden_is_said_in_our_words():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert "This is not open to you" in render_to_string("403.html", request=request)


def test_the_mail_of_the_demonstration_is_shown_newest_first_with_links(settings, tmp_path: Path):
    settings.DEMO_MAIL_DIR = tmp_path
    (tmp_path / "1.log").write_bytes(
        b"Subject: Older\nTo: a@example.org\n\nHello.\n" + b"-" * 79 + b"\n"
        b"Subject: Newer\nTo: b@example.org\n\nSee http://localhost:8000/x/ <b>.\n" + b"-" * 79 + b"\n"
    )
    request = RequestFactory().get("/demo/mail/")
    request.user = AnonymousUser()

    html = demo_views.mailbox(request).content.decode()

    assert html.index("Newer") < html.index("Older")
    assert '<a href="http://localhost:8000/x/"' in html
    assert "<b>." not in html


def test_an_empty_mailbox_says_what_would_fill_it(settings, tmp_path: Path):
    settings.DEMO_MAIL_DIR = tmp_path
    request = RequestFactory().get("/demo/mail/")
    request.user = AnonymousUser()

    assert "No mail yet" in demo_views.mailbox(request).content.decode()


def test_every_page_of_the_tree_has_a_title_with_the_academy(client: Client):
    make_programme(modules=0)

    for page in Page.objects.live().filter(depth__gt=1).specific():
        assert ", Closed Set Academy</title>" in client.get(page.url).content.decode()
