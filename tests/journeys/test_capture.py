"""Is a day kept on set in a minute, with a signal or without? On a telephone, with one thumb."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.models import Shift, ShiftState
from cms.accounts.models import User
from tests.factories.courses import make_enrolment, make_site
from tests.factories.people import make_person, restore_staff_rights
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_signed_shift

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/shifts/today/"
KEPT = "Not sent yet. It is on this device."


def let_in(person: Watched, account: User) -> None:
    client = Client()
    client.force_login(account)
    person.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}])


@pytest.fixture
def mentorship():
    make_site()
    restore_staff_rights()
    now = timezone.now()
    learner = make_person("Wren", time_zone="UTC")
    mentor = make_mentor("Tomasz", at=now)
    own = make_mentorship(mentor=mentor, enrolment=make_enrolment(learner=learner, at=now), at=now)
    make_signed_shift(own, on=days_ago(4), at=now)
    return own


@pytest.fixture
def learner(people, mentorship) -> Watched:
    person = people(width=360)
    let_in(person, mentorship.learner)
    return person


class Thumb:
    """Counts what a person does: a tap, or a field filled in."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, role: str, name: str | re.Pattern[str], *, exact: bool = False) -> None:
        self.taps += 1
        self.page.get_by_role(role, name=name, exact=exact).first.click()

    def fill(self, label: str, value: str) -> None:
        self.taps += 1
        self.page.get_by_label(label, exact=True).fill(value)


def a_day(page: Page, *, days: int = 1, wrap: str = "18:00") -> None:
    page.get_by_label("Date").fill(days_ago(days).isoformat())
    page.get_by_label("Call", exact=True).fill("08:00")
    page.get_by_label("Wrap", exact=True).fill(wrap)
    page.get_by_label("Assist: you did").check()


def ready(page: Page) -> None:
    """Once the device keeps the page, and the worker stands between it and the network."""
    page.evaluate(
        """async () => {
          while (!navigator.serviceWorker.controller || !(await caches.match("/shifts/today/shell/")))
            await new Promise((resolve) => setTimeout(resolve, 50));
        }"""
    )


def test_a_day_is_kept_in_few_taps(learner):
    learner.goto("/shifts/")
    thumb = Thumb(learner.page)

    thumb.tap("link", "Today on set")
    thumb.fill("Date", days_ago(1).isoformat())
    thumb.fill("Call", "07:30")
    thumb.fill("Wrap", "18:00")
    thumb.fill("Breaks, in minutes", "60")
    thumb.tap("radio", "Assist: you did parts of the work")
    thumb.tap("button", "One more: Kiss")
    thumb.tap("button", "One more: Kiss")
    thumb.tap("button", "One more: Partial nudity")
    learner.look()
    with learner.page.expect_navigation():
        thumb.tap("button", "Keep today")

    learner.sees("Draft")
    new = Shift.objects.order_by("-pk")[0]
    assert (new.state, new.minutes, new.scenes) == (ShiftState.DRAFT, 570, {"KISS": 2, "PARTIAL_NUDITY": 1})
    assert thumb.taps < 15


def test_a_day_like_the_last_takes_two_taps_and_a_date(learner):
    learner.goto(PAGE)
    thumb = Thumb(learner.page)

    thumb.tap("link", "Same as last time")
    learner.page.wait_for_url("**/?same=1")
    thumb.fill("Date", days_ago(1).isoformat())
    with learner.page.expect_navigation():
        thumb.tap("button", "Keep today")

    new, last = Shift.objects.order_by("-pk")[:2]
    assert (new.minutes, new.role, new.duties) == (last.minutes, last.role, last.duties)
    assert thumb.taps == 3


def test_a_day_kept_without_a_signal_is_sent_once_when_it_is_back(learner):
    learner.goto(PAGE)
    page = learner.page
    ready(page)
    before = Shift.objects.count()

    learner.context.set_offline(True)
    page.reload()
    learner.sees("This is the page as this device keeps it.")
    a_day(page)
    page.get_by_role("button", name="Keep today").click()
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_visible()
    expect(page.get_by_role("heading", name="Kept on this device")).to_be_visible()
    learner.seen.clear()
    learner.look()
    assert Shift.objects.count() == before
    learner.context.set_offline(False)

    expect(page.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    assert Shift.objects.count() == before + 1
    learner.faults = [fault for fault in learner.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_two_tabs_that_come_back_at_once_send_one_shift(learner):
    learner.goto(PAGE)
    page = learner.page
    ready(page)
    other = learner.context.new_page()
    other.goto(learner.base + PAGE)
    before = Shift.objects.count()

    learner.context.set_offline(True)
    a_day(page)
    page.get_by_role("button", name="Keep today").click()
    for tab in (page, other):
        expect(tab.get_by_role("heading", name="Kept on this device")).to_be_visible()
    learner.context.set_offline(False)

    for tab in (page, other):
        expect(tab.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    assert Shift.objects.count() == before + 1
    learner.faults = [fault for fault in learner.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_when_the_answer_is_lost_the_day_is_sent_again_and_is_one(learner):
    learner.goto(PAGE)
    page = learner.page
    ready(page)
    before = Shift.objects.count()
    lost = []

    def lose(route):
        lost.append(route.fetch())
        route.abort()

    learner.context.route("**/shifts/today/send/", lose, times=1)
    a_day(page)
    page.get_by_role("button", name="Keep today").click()
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_visible()
    page.reload()

    expect(page.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    assert lost[0].json()["answers"][0]["outcome"] == "kept"
    assert Shift.objects.count() == before + 1
    learner.faults = [fault for fault in learner.faults if "ERR_FAILED" not in fault]


def test_a_refused_draft_stays_with_its_sentence_and_is_mended(learner):
    learner.goto(PAGE)
    page = learner.page
    ready(page)
    before = Shift.objects.count()

    learner.context.set_offline(True)
    a_day(page, days=4)  # the day that is in the log already
    page.get_by_role("button", name="Keep today").click()
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_visible()
    learner.context.set_offline(False)
    expect(page.get_by_text("You were on another shift then")).to_be_visible()
    page.get_by_role("button", name="Mend it").click()
    expect(page.get_by_label("Call", exact=True)).to_have_value("08:00")
    page.get_by_label("Date").fill(days_ago(2).isoformat())
    with page.expect_navigation():
        page.get_by_role("button", name="Keep today").click()

    assert Shift.objects.count() == before + 1
    page.goto(learner.base + PAGE)
    expect(page.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    learner.faults = [fault for fault in learner.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_a_refusal_with_a_signal_stands_at_its_field(learner):
    learner.goto(PAGE)
    page = learner.page
    a_day(page, wrap="08:00")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep today").click()

    learner.seen.clear()
    learner.look()
    learner.sees("Wrap: The wrap is the same as the call.")
    expect(page.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    page.get_by_label("Wrap", exact=True).fill("17:00")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep today").click()
    assert Shift.objects.order_by("-pk")[0].wrap_at - Shift.objects.order_by("-pk")[0].call_at == timedelta(hours=9)


def test_a_draft_is_thrown_away_only_after_it_was_asked(learner):
    learner.goto(PAGE)
    page = learner.page
    ready(page)
    learner.context.set_offline(True)
    a_day(page)
    page.get_by_role("button", name="Keep today").click()

    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("button", name="Let it be").click()
    expect(page.get_by_role("heading", name="Kept on this device")).to_be_visible()
    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("button", name="Throw it away").click()

    expect(page.get_by_role("heading", name="Kept on this device")).to_be_hidden()
    learner.faults = [fault for fault in learner.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_when_the_session_has_ended_nothing_is_lost(learner, mentorship):
    learner.goto(PAGE)
    page = learner.page
    ready(page)
    before = Shift.objects.count()
    learner.context.clear_cookies(name="sessionid")
    a_day(page)
    page.get_by_role("button", name="Keep today").click()
    learner.sees("Sign in again, and it is sent. It is on this device.")
    assert Shift.objects.count() == before

    let_in(learner, mentorship.learner)
    page.goto(learner.base + PAGE)

    learner.sees("Sent. It is in your log, as a draft.")
    assert Shift.objects.count() == before + 1


def test_signing_out_takes_the_page_off_the_device(learner):
    learner.goto(PAGE)
    page = learner.page
    ready(page)

    learner.click("Sign out")

    page.evaluate(
        """async () => {
          while ((await caches.keys()).some((name) => name.startsWith("capture-")))
            await new Promise((resolve) => setTimeout(resolve, 50));
        }"""
    )


def test_without_scripts_the_form_keeps_the_day(people, mentorship):
    learner = people(width=360, scripts=False)
    let_in(learner, mentorship.learner)
    before = Shift.objects.count()

    learner.goto(PAGE)
    a_day(learner.page)
    learner.page.get_by_label("Kiss", exact=True).fill("2")
    learner.click("Keep today")

    learner.sees("Kept. Add what you learnt")
    assert Shift.objects.count() == before + 1
