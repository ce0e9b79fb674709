"""Does the ombud, and nobody else, read what people tell them?"""

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.menu import admin_menu

from certificates.models import Case, Complaint
from cms.accounts import history
from cms.accounts.roles import Role
from cms.desk import decision_urls
from tests.factories.cases import make_complaint, make_ombud
from tests.factories.certificates import make_completion
from tests.factories.desk import give_staff_their_rights, yesterday
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff_have_their_rights(db):
    give_staff_their_rights()


@pytest.fixture
def complaint() -> Complaint:
    return make_complaint(at=yesterday(), number="CS-7K3M9-QX2TB-4").complaint


@pytest.fixture
def ombud(client):
    ombud = make_ombud()
    client.force_login(ombud)
    return ombud


def url(name, *args):
    return reverse(f"ombud:complaint_{name}", args=args)


def do(client, address, said):
    first = client.post(address, said)
    return first, client.post(address, said | {"sure": "yes"})


@pytest.mark.parametrize(
    "roles", [(), (Role.REGISTRAR,), (Role.EDITOR,), (Role.OMBUD, Role.REGISTRAR)], ids=lambda roles: "+".join(roles)
)
def test_to_others_no_complaint_is_there(client, complaint, roles):
    client.force_login(make_person("Somebody", roles=roles))

    for page in decision_urls.ombud_pages:
        address = reverse(f"ombud:{page.name}", args=[complaint.pk] if page.pattern.converters else [])
        for method in (client.get, client.post):
            answer = method(address, {"sure": "yes"})
            assert answer.status_code == 404 or (method == client.post and answer.status_code == 405), address
            assert "laughed" not in answer.text
    if roles:
        admin = client.get("/admin/").text
        assert "omplaints" not in admin


def test_whoever_signs_in_first_is_asked_to(client, complaint):
    assert client.get(url("detail", complaint.pk)).status_code == 302


def test_the_menu_shows_complaints_to_the_ombud_and_the_desk_to_registrars():
    shown = {}
    for role in (Role.OMBUD, Role.REGISTRAR, Role.EDITOR):
        request = RequestFactory().get("/admin/")
        request.user = make_person("Staff", roles=(role,))
        names = {item.name for item in admin_menu.menu_items_for_request(request)}
        shown[role] = (names & {"complaints", "desk"}, names & {"reports", "help"})

    assert shown[Role.OMBUD] == ({"complaints"}, set())
    assert shown[Role.REGISTRAR] == ({"desk"}, set())
    assert shown[Role.EDITOR][0] == set()


def test_the_ombud_lands_on_what_waits_and_finds_no_desk(client, complaint):
    ombud = make_person("Judith", roles=(Role.OMBUD,), password="a quiet corner")

    landed = client.post("/accounts/login/", {"login": ombud.email, "password": "a quiet corner"}, follow=True)

    assert landed.redirect_chain[-1][0] == url("list")
    assert reverse("ombud:complaint_list") in client.get(reverse("certificates:verify")).text
    assert client.get("/admin/").status_code == 200
    assert client.get(reverse("cms_desk")).status_code == 404
    assert client.get(reverse("desk:case_list")).status_code == 404


def test_reading_is_written_down(client, ombud, complaint):
    page = client.get(url("detail", complaint.pk)).text

    assert "They laughed at me." in page
    assert "CS-7K3M9-QX2TB-4" in page
    assert history.entries_about(complaint).filter(chain__name="audit").get().actor == ombud


def test_it_is_answered_in_two_steps(client, ombud, complaint):
    page = url("answer", complaint.pk)

    refused = client.post(page, {"words": " "})
    first, _second = do(client, page, {"words": "Thank you for telling me."})

    assert refused.status_code == 422
    assert "They left no address" in first.text
    assert complaint.messages.get().words == "Thank you for telling me."
    assert "Thank you for telling me." in client.get(url("detail", complaint.pk)).text


def test_it_is_passed_on_in_other_words(client, ombud, complaint):
    certificate = make_completion(at=yesterday())
    page = url("pass_on", complaint.pk)

    asked = client.get(page)
    unknown = client.post(page, {"number": "CS-7K3M9-QX2TB-4", "concern": "A day is in doubt."})
    mistyped = client.post(page, {"number": "CS-1", "concern": "A day is in doubt."})
    first, _second = do(client, page, {"number": certificate.number.lower(), "concern": "A day is in doubt."})

    assert 'value="CS-7K3M9-QX2TB-4"' in asked.text
    assert (unknown.status_code, mistyped.status_code) == (422, 422)
    assert "not the complaint, not who sent it" in first.text
    assert Case.objects.get().concern == "A day is in doubt."
    shown = client.get(url("detail", complaint.pk)).text
    assert "Opened, no notice yet" in shown
    assert page not in shown

    client.force_login(make_registrar())
    case = client.get(reverse("desk:case_detail", args=[Case.objects.get().pk])).text
    assert "Passed on by the ombud" in case
    assert "laughed" not in case


def test_it_is_closed_with_last_words(client, ombud, complaint):
    page = url("close", complaint.pk)

    _first, early = do(client, page, {"closing": "PASSED_ON", "words": "We spoke."})
    do(client, page, {"closing": "SETTLED", "words": "We spoke."})
    again = client.post(page, {"closing": "NOTHING", "words": "Or not.", "sure": "yes"})

    complaint.refresh_from_db()
    assert early.status_code == 422
    assert (complaint.closing, complaint.closed_by) == ("SETTLED", ombud)
    assert again.status_code == 422
    assert list(client.get(url("list"), {"state": "closed"}).context["page_obj"].object_list) == [complaint]
    assert list(client.get(url("list")).context["page_obj"].object_list) == []


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_the_same_and_opens_nothing(client, ombud, django_assert_num_queries, many):
    for number in range(many):
        make_complaint(words=f"Number {number}.", at=timezone.now())
    client.get(url("list"))

    with django_assert_num_queries(11):
        page = client.get(url("list"))

    assert len(page.context["page_obj"].object_list) == many
    assert "Number" not in page.text


def test_the_first_page_tells_the_ombud_what_waits(client, ombud, complaint):
    page = client.get("/admin/").text

    assert "At the desk" in page
    assert "Complaints" in page
    assert "Certification requests" not in page
