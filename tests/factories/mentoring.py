"""Applications, outside coordinators and invitations with boring defaults, made through the domain functions."""

from datetime import datetime
from itertools import count
from typing import Any

from assessments.applying import accept_application, apply_as_mentor, ask_for_outside_mentor
from assessments.models import MentorApplication, Mentorship, Region
from cms.accounts.models import User
from courses.models import Enrolment

from .courses import make_enrolment
from .people import NOON, make_person, make_registrar
from .shifts import FAR

_numbers = count(1)


def credential() -> dict[str, Any]:
    return {"credential_number": f"AP-{next(_numbers)}", "credential_expires_on": FAR}


def make_application(person: User | None = None, *, at: datetime = NOON, **said: Any) -> MentorApplication:
    """Somebody's own, which waits."""
    given = credential() | {"regions": [Region.EUROPE], "words": "Twelve years on set."} | said
    return apply_as_mentor(person=person or make_person("Delphine"), at=at, **given)


def make_outside_application(
    enrolment: Enrolment | None = None, *, email: str = "", at: datetime = NOON, **said: Any
) -> MentorApplication:
    """A learner's, about somebody who has no account; it waits."""
    given = credential() | {"name": "Ines Marlow", "words": "We met on a short."} | said
    email = email or f"ines{next(_numbers)}@example.org"
    return ask_for_outside_mentor(enrolment=enrolment or make_enrolment(at=at), email=email, at=at, **given)


def make_outside_mentorship(enrolment: Enrolment | None = None, *, email: str = "", at: datetime = NOON) -> Mentorship:
    """With an outside coordinator whom a registrar has accepted."""
    application = make_outside_application(enrolment, email=email, at=at)
    accepted = accept_application(application=application, by=make_registrar(), at=at)
    return accepted.mentor.mentorships.get(enrolment=application.for_enrolment)
