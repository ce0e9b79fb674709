"""Does a learner find from their first screen what counts and why, down to the one shift that does not?"""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import ShiftRole
from assessments.shifts import make_production
from certificates.eligibility import publish_requirements
from cms.accounts.models import User
from tests.factories.courses import make_enrolment, make_programme, make_site
from tests.factories.people import make_person, restore_staff_rights
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
)

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)
TERMS = {
    "days": 6,
    "roles": {"OBSERVE": {"max": 2}, "ASSIST": {"min": 2}},
    "recency_days": 90,
    "days_per_production": 4,
}
HOURS = {"call": time(8), "wrap": time(18), "break_minutes": 60}


def a_learner_with_days_of_every_kind() -> User:
    now = timezone.now()
    make_site()
    restore_staff_rights()
    programme = make_programme(title="Intimacy coordinator")
    publish_requirements(
        programme=programme, version="2026.1", requirements=[("modules", {}), ("shadow_days", TERMS)], by=None,
        at=now - timedelta(days=200),
    )  # fmt: skip
    enrolment = make_enrolment(learner=make_person("Wren Okafor"), programme=programme, at=now - timedelta(days=150))
    first, second = (
        make_mentorship(mentor=make_mentor(name, at=now), enrolment=enrolment, at=now) for name in ("Tomasz", "Ines")
    )
    for ago in (58, 57, 56):
        make_signed_shift(first, on=days_ago(ago), role=ShiftRole.OBSERVE, at=now, **HOURS)
    other = make_production(learner=enrolment.learner, code="PRJ-M9X", at=now)
    for ago in (40, 39, 38, 37, 36):
        make_signed_shift(second, on=days_ago(ago), production=other, at=now, **HOURS)
    make_waiting_shift(first, on=days_ago(9), role=ShiftRole.LEAD, at=now, **HOURS)
    make_shift(first, on=days_ago(8), role=ShiftRole.LEAD, at=now, **HOURS)
    return enrolment.learner


def let_in(person: Watched, user: User) -> None:
    client = Client()
    client.force_login(user)
    person.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}])


@pytest.mark.parametrize("look", [{"width": 320, "dark": True}, {"width": 1280, "dark": False}])
def test_a_learner_finds_what_counts_and_which_shift_does_not(people, look):
    learner = people(**look)
    let_in(learner, a_learner_with_days_of_every_kind())

    learner.goto("/learn/")
    learner.sees("8 signed; 6 of 6 count.")
    learner.sees("grow too old by")
    learner.follow("What counts, and why")
    learner.heading("Totals")
    learner.sees("At most 2 days count in this role: observe.")
    learner.sees("At most 4 days on one production count, and PRJ-M9X has more.")
    learner.page.get_by_text("Which shift", exact=True).last.focus()
    learner.page.keyboard.press("Enter")
    learner.look()
    learner.page.locator("details[open] a").first.click()
    learner.heading("")

    learner.goto("/shifts/")
    learner.follow("6, and why")
    learner.heading("Totals")


def test_who_has_recorded_nothing_reads_what_to_do(people):
    learner = people(width=320)
    make_site()
    restore_staff_rights()
    let_in(learner, make_person("Robin"))

    learner.goto("/shifts/totals/")

    learner.sees("Nothing to add up yet")
