"""Does the first screen say what is next, and how far somebody is, in the same few queries for little and for much?"""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.mentorships import end_mentorship, open_mentorships
from assessments.models import ShiftRole
from certificates.eligibility import publish_requirements
from cms.accounts.models import AcademySettings
from courses.models import CompletedBy
from courses.progress import complete_unit
from tests.factories.courses import lessons_of, make_enrolment, make_programme
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, make_signed_shift, make_waiting_shift

pytestmark = pytest.mark.django_db

DAYS = ("shadow_days", {"days": 4, "roles": {"OBSERVE": {"max": 1}, "ASSIST": {"min": 2}}})


def make_learner(*, modules: int = 1, shifts: int = 1, **programme):
    """Somebody on a programme with so many modules of two lessons, and so many signed shifts and waiting ones."""
    made = make_programme(modules=modules, lessons=2, **programme)
    publish_requirements(
        programme=made, version="2026.1", requirements=[("modules", {}), DAYS], by=None, at=NOON - timedelta(days=99)
    )
    enrolment = make_enrolment(programme=made, at=NOON - timedelta(days=90))
    mentorship = make_mentorship(enrolment=enrolment)
    for ago in range(shifts):
        make_signed_shift(mentorship, on=(NOON - timedelta(days=3 + ago)).date(), role=ShiftRole.ASSIST)
        make_waiting_shift(mentorship, on=(NOON - timedelta(days=33 + ago)).date(), role=ShiftRole.OBSERVE)
    return enrolment


def seen_by(client, person):
    client.force_login(person)
    return client.get(reverse("cms:learn"))


@pytest.mark.parametrize("much", [1, 3])
def test_the_first_screen_costs_the_same_for_little_and_for_much(client, much, django_assert_num_queries):
    enrolment = make_learner(modules=much, shifts=much)
    AcademySettings.load()
    client.force_login(enrolment.learner)

    with django_assert_num_queries(23):
        answer = client.get(reverse("cms:learn"))

    assert answer.status_code == 200


def test_it_says_what_is_next_and_what_is_missing(client):
    enrolment = make_learner(shifts=1)
    first = lessons_of(enrolment.programme)[0]
    complete_unit(enrolment=enrolment, unit=first, event=CompletedBy.READING, at=NOON)

    today = seen_by(client, enrolment.learner).context["today"]

    assert today.outline.next.unit.title == "Lesson 2"
    assert [finding.sentence for finding in today.verdict.findings] == [
        "0 of 1 modules; 1 unit left.",
        "1 of 4 days; 1 more must be assisting. 1 waits for a mentor.",
    ]
    assert [(line.role, line.signed, line.required, line.stands) for line in today.roles] == [
        (ShiftRole.OBSERVE, 0, "up to 1", "1 with your mentor"),
        (ShiftRole.ASSIST, 1, "2 or more", "1 more"),
    ]


def test_a_programme_is_chosen_by_its_name_and_only_from_ones_own(client):
    enrolment = make_learner()
    other = make_enrolment(learner=enrolment.learner, at=NOON)
    stranger = make_enrolment()
    client.force_login(enrolment.learner)

    assert client.get("/learn/").context["today"].enrolment == other
    chosen = client.get("/learn/", {"programme": enrolment.programme.slug}).context["today"]
    assert (chosen.enrolment, chosen.others) == (enrolment, [other])
    assert client.get("/learn/", {"programme": stranger.programme.slug}).context["today"].enrolment == other


def test_somebody_new_is_shown_the_programmes(client):
    answer = seen_by(client, make_person())

    assert answer.context["today"] is None
    assert "You are not on a programme yet" in answer.content.decode()


def test_a_mentor_lands_on_their_queue_and_a_registrar_at_the_desk(client):
    assert seen_by(client, make_mentor().person).headers["location"] == reverse("assessments:queue")
    assert seen_by(client, make_registrar()).headers["location"] == reverse("cms_desk")


@pytest.mark.parametrize(
    ("make", "labels"),
    [
        (make_person, ["Today", "Shifts", "Certificates", "Account"]),
        (lambda: make_mentor().person, ["Mentoring", "Account"]),
        (make_registrar, ["Desk", "Programmes", "Verify", "Account"]),
    ],
    ids=["learner", "mentor", "registrar"],
)
def test_the_menu_holds_what_the_person_does_here(client, make, labels):
    client.force_login(make())

    menu = client.get(reverse("cms:account")).context["navigation"]

    assert [item.label for item in menu] == labels


def test_today_on_set_is_offered_once_a_mentor_has_agreed(client):
    enrolment = make_learner(shifts=1)

    offered = 'href="/shifts/today/"' in seen_by(client, enrolment.learner).content.decode()
    for mentorship in open_mentorships(enrolment.learner):
        end_mentorship(mentorship=mentorship, by=enrolment.learner, at=NOON)
    afterwards = 'href="/shifts/today/"' in seen_by(client, enrolment.learner).content.decode()

    assert (offered, afterwards) == (True, False)
