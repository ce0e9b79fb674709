"""The desk with one of everything on it, and somebody to sit there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.apps import apps
from django.test import Client
from django.utils import timezone

from assessments.models import Mentor
from certificates.models import Certificate, CertificationRequest
from cms.accounts.models import User
from courses.enrolling import ask_for_invoice, invite
from courses.models import Access, Enrolment, Invitation, Invoice

from .certificates import make_certificate, make_request, make_signing_key
from .courses import make_programme
from .people import make_person, make_registrar
from .shifts import days_ago, make_mentor, make_mentorship, make_signed_shift


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One of each thing that the desk shows."""

    asked: CertificationRequest
    certificate: Certificate
    invoice: Invoice
    invitation: Invitation
    mentor: Mentor
    enrolment: Enrolment


def give_staff_their_rights() -> None:
    """What the migration gives the roles. It ran with the database, but a test that really commits is cleaned up by
    emptying the tables, and a database that is kept for the next run lacks them from then on."""
    import_module("cms.migrations.0002_staff_rights").give(apps, None)


def at_the_desk(client: Client, registrar: User | None = None) -> User:
    """Sign a registrar in."""
    give_staff_their_rights()
    registrar = registrar or make_registrar("Philippa")
    client.force_login(registrar)
    return registrar


def yesterday() -> datetime:
    return timezone.now() - timedelta(days=1)


def make_invoice(*, learner: User | None = None, at: datetime | None = None) -> Invoice:
    programme = make_programme(access=Access.INVOICE, fee_minor=340_000)
    return ask_for_invoice(learner=learner or make_person("Payer"), programme=programme, at=at or yesterday())


def make_invitation(*, email: str = "invited@example.org", at: datetime | None = None) -> Invitation:
    return invite(programme=make_programme(), email=email, by=make_registrar(), at=at or yesterday())


def make_desk() -> Desk:
    """One of everything, with a signed shift whose title and note no desk may show."""
    at = yesterday()
    make_signing_key()
    asked = make_request(at=at, learner=make_person("Asker"), name="Asker Printed")
    certificate = make_certificate(at=at, learner=make_person("Holder"), name="Holder Printed")
    mentor = make_mentor("Signer", at=at - timedelta(days=40))
    mentorship = make_mentorship(mentor=mentor, enrolment=asked.enrolment, at=at - timedelta(days=20))
    make_signed_shift(mentorship, on=days_ago(5), at=at)
    return Desk(
        asked=asked,
        certificate=certificate,
        invoice=make_invoice(),
        invitation=make_invitation(),
        mentor=mentor,
        enrolment=asked.enrolment,
    )
