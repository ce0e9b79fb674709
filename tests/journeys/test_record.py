"""Can a learner show as much of their signed record as they mean to, and can its reader check it?"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.shifts import make_production
from cms.accounts.models import User
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person
from tests.factories.shifts import days_ago, make_mentorship, make_signed_shift

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def learner() -> User:
    at = timezone.now()
    learner = make_person("Wren", certificate_name="Wren Ana Núñez", time_zone="Europe/London")
    mentorship = make_mentorship(enrolment=make_enrolment(learner=learner, at=at), at=at)
    for days, code in ((3, "PRJ-ONE"), (5, "PRJ-TWO")):
        production = make_production(learner=learner, code=code, at=at)
        make_signed_shift(mentorship, production=production, on=days_ago(days), at=at)
    return learner


def sign_in(watched, learner: User) -> None:
    client = Client()
    client.force_login(learner)
    watched.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": watched.base}]
    )


def test_a_link_made_on_a_phone_shows_its_reader_what_was_ticked(people, learner):
    wren = people(width=320)
    sign_in(wren, learner)
    wren.goto(reverse("assessments:shift_list"))
    wren.follow("Your signed record")
    wren.follow("Make a link")
    wren.page.get_by_label("Who it is for").fill("The registry")
    roles = wren.page.get_by_role("button", name="Role", exact=True)
    roles.click()
    assert roles.get_attribute("aria-pressed") == "true"
    boxes = wren.page.get_by_role("checkbox")
    assert [boxes.nth(place).is_checked() for place in range(boxes.count())].count(True) == 2
    wren.page.get_by_label("Code").first.check()
    wren.click("Make the link")
    wren.heading("Wren Ana Núñez")
    link = wren.page.get_by_label("The link").input_value()

    reader = people(dark=True)
    reader.goto(link.replace("http://localhost:8000", reader.base))
    reader.heading("Wren Ana Núñez")
    reader.sees("Assisted")
    reader.sees("The seal holds")
    reader.sees("PRJ-TWO")
    shown = reader.page.content()
    assert "PRJ-ONE" not in shown
    assert "Only you see this note" not in shown

    wren.follow("Back to your record")
    wren.sees("Opened once, on")
    wren.click("End it now")
    wren.sees("Ended. The link opens nothing any more.")
    reader.page.reload()
    reader.heading("This link opens nothing")
    reader.look()


def test_a_link_is_made_without_a_script(people, learner):
    wren = people(scripts=False)
    sign_in(wren, learner)
    wren.goto(reverse("assessments:share_new"))
    assert not wren.page.get_by_text("Tick for every shift").is_visible()
    wren.page.get_by_label("Who it is for").fill("The registry")
    wren.page.get_by_role("checkbox").nth(1).check()

    wren.click("Make the link")

    wren.heading("Wren Ana Núñez")
    wren.sees("PRJ-TWO")
