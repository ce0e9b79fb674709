"""Every screen of the demo academy, on a telephone in the dark and on a desk by day: no violation, nothing too wide."""

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Mentorship, Shift
from certificates.complaints import complain
from certificates.models import Case, Certificate, Subject
from cms.accounts.models import User
from cms.demo.facts import demo_facts
from cms.demo.seed import seed
from courses.models import Order
from tests.factories.courses import make_site
from tests.factories.people import restore_staff_rights

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)

COURSE = "/programmes/intimacy-coordinator"


def let_in(person: Watched, email: str) -> None:
    """Signed in by a cookie: signing in itself has its own journey."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    person.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}])


def screens() -> dict[str, list[str]]:
    """Addresses by who looks at them; "" is a visitor."""
    numbers = demo_facts()["certificates"]
    active = Certificate.objects.get(number=numbers["active"])
    shifts = Shift.objects.filter(learner__email="learner@demo.example").order_by("pk")
    by_state = {shift.state: shift.pk for shift in shifts}
    pair = Mentorship.objects.get(learner__email="learner@demo.example", mentor__person__email="mentor@demo.example")
    places = Order.objects.get(buyer__email="employer@demo.example")
    receipt = places.papers.get(kind="RCT")
    case = Case.objects.get(certificate__number=numbers["suspended"])
    told = complain(about=Subject.OTHER, words="A screen to look at.", once="screens", at=timezone.now())
    return {
        "": [
            "/", "/programmes/", f"{COURSE}/", "/programmes/foundations-of-consent/", "/programmes/closed-set-practice/",
            "/access/", "/privacy/", "/verify/", *(f"/verify/{number}/" for number in numbers.values()),
            "/verify/CS-00000-00000-0/", "/verify/CS-00000-00000-1/", f"/credentials/{active.public_id}",
            "/verify/spot-a-fake/", *(f"/verify/examples/{which}/" for which in ("active", "revoked", "altered")),
            "/api/v1/docs",
            "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing-here/",
            "/complaints/", "/complaints/find/", f"/complaints/{told.code}/",
        ],
        "learner@demo.example": [
            "/learn/", f"{COURSE}/", f"{COURSE}/consent/the-boundary-check-in/", f"{COURSE}/consent/a-short-history/",
            f"{COURSE}/human-sexuality/separate-dials/", f"{COURSE}/human-sexuality/quiz/",
            f"{COURSE}/set-protocol/after-the-scene/", f"{COURSE}/consent/quiz/",
            "/shifts/", "/shifts/totals/", "/shifts/new/", "/shifts/mentors/", "/shifts/mentors/outside/",
            *(f"/mentorships/{pair.pk}/{page}/" for page in ("terms", "terms/new", "check-ins/new", "end")),
            *(f"/shifts/{pk}/" for pk in by_state.values()),
            "/certificates/", "/agreements/ethics-code/", "/learn/pause/", "/accounts/", "/accounts/profile/",
            "/accounts/email/", "/accounts/2fa/",
        ],
        "newcomer@demo.example": [
            "/learn/", "/shifts/", "/shifts/totals/", "/certificates/", "/payments/", "/mentoring/apply/",
            "/programmes/foundations-of-consent/enrol/",
        ],
        "employer@demo.example": [
            "/payments/places/", "/payments/", "/programmes/foundations-of-consent/places/",
            f"/payments/orders/{places.reference}/", f"/payments/papers/main/RCT-{receipt.number}/",
            "/verify/bulk/", "/accounts/tokens/",
        ],
        "paid@demo.example": ["/learn/", "/payments/", f"/shifts/mentors/{pair.mentor_id}/ask/"],
        "graduate@demo.example": ["/learn/", "/certificates/", f"/certificates/give-up/{active.public_id}/"],
        "suspended@demo.example": ["/certificates/", f"/certificates/cases/{case.pk}/"],
        "appeals@demo.example": ["/certificates/appeals/"],
        "ready@demo.example": ["/learn/", "/certificates/"],
        "mentor@demo.example": [
            "/mentoring/profile/", "/mentoring/profile/stop/", "/mentoring/apply/", f"/mentorships/{pair.pk}/terms/",
            "/mentoring/", f"/mentoring/{by_state['waiting']}/ask/",
        ],
        "editor@demo.example": ["/styleguide/"],
    }  # fmt: skip


def test_every_screen_of_the_demo_is_sound(people):
    make_site()
    restore_staff_rights()
    from cms.models import HomePage

    HomePage.objects.all().delete()
    seed(now=timezone.now())
    for look in ({"width": 320, "dark": True}, {"width": 1280, "dark": False}):
        for email, addresses in screens().items():
            person = people(**look)
            if email:
                let_in(person, email)
            for address in addresses:
                person.seen.clear()
                person.goto(address)
            person.context.close()
