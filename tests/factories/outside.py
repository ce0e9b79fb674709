"""An outside coordinator, whom staff accepted and who has no account."""

from datetime import datetime

from assessments.models import Mentor, Mentorship, Region
from cms.accounts.models import User

from .courses import make_enrolment
from .people import NOON, make_registrar
from .shifts import FAR


def make_outside_mentorship(
    *, learner: User | None = None, at: datetime = NOON, number: str = "SAG-77 41"
) -> Mentorship:
    enrolment = make_enrolment(at=at, **({"learner": learner} if learner else {}))
    mentor = Mentor.objects.create(
        outside_name="Ines Okafor",
        outside_email="ines@example.net",
        credential_number=number,
        credential_expires_on=FAR,
        regions=[Region.UK_IRELAND],
        approved_at=at,
        approved_by=make_registrar(),
    )
    return Mentorship.objects.create(
        mentor=mentor, enrolment=enrolment, learner=enrolment.learner, asked_at=at, begun_at=at
    )
