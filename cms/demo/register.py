"""Who is on the demo's register, and who watches? Invented holders, of what they agreed to."""

from datetime import datetime, timedelta

from assessments.models import Medium, Region
from certificates.deciding import ask_for_certificate
from certificates.models import Availability, Certificate, Facet, Language, Speciality
from certificates.register import Said
from certificates.registering import put_on_register
from certificates.relay import confirm_message, write_message
from certificates.watching import begin_watch
from cms.accounts.models import User
from courses.attending import note_attendance
from courses.enrolling import accept_invitation, invite
from courses.models import CompletedBy, LiveSession, ProgrammePage
from courses.progress import complete_unit, units_of

from . import people

DAY = timedelta(days=1)
CREW = (
    people.Someone(email="movement@demo.example", name="Imogen Achterberg"),
    people.Someone(email="stage@demo.example", name="Kofi Brandvold"),
)


def make_register(programme: ProgrammePage, *, employer: User, registrar: User, now: datetime) -> None:
    """Five people on the register, a message to one of them, and the employer's watch on her certificate."""
    holders = {
        each.holder.email.split("@")[0]: each
        for each in Certificate.objects.filter(revoked_at=None, superseded_at=None).select_related("holder")
    }
    graduate = holders["graduate"]
    entry = put_on_register(
        holder=graduate.holder,
        certificate=graduate,
        said=Said(
            marks={
                Facet.REGION: (Region.UK_IRELAND, Region.EUROPE),
                Facet.MEDIUM: (Medium.SERIES, Medium.FEATURE),
                Facet.LANGUAGE: (Language.EN, Language.ES, Language.BFI),
                Facet.SPECIALITY: (Speciality.MOVEMENT, Speciality.ACCESS),
            },
            about="I come early, stay late, and like to talk to wardrobe before anybody else does.",
            availability=Availability.OPEN,
            may_be_indexed=True,
        ),
        at=now - 40 * DAY,
    )
    _join(holders["expiring"], now, regions=(Region.UK_IRELAND,), media=(Medium.THEATRE, Medium.SERIES))
    _join(
        holders["renamed"], now, regions=(Region.EUROPE,), media=(Medium.FEATURE,), languages=(Language.EN, Language.FR)
    )
    for place, someone in enumerate(CREW):
        certificate = _completed(programme, people.make(someone), registrar=registrar, at=now - (18 - place) * DAY)
        _join(certificate, now, regions=(Region.UK_IRELAND,), media=(Medium.SHORT,))
    message = write_message(
        entry=entry,
        name="Jonah Prewitt",
        email="production@lantern-row.example",
        company="Lantern Row Pictures",
        text="Hello, we shoot in Leeds for nine weeks from March, and four days of it would be yours. Are you free to talk?",
        at=now - 3 * DAY,
    )
    confirm_message(message=message, at=now - 3 * DAY + timedelta(minutes=9))
    begin_watch(
        watcher=employer,
        certificate=graduate,
        until=(now + 240 * DAY).date(),
        shown_as="Lantern Row Pictures",
        purpose="Booked for a series in spring",
        at=now - 30 * DAY,
    )


def _join(
    certificate: Certificate,
    now: datetime,
    *,
    regions: tuple[str, ...],
    media: tuple[str, ...],
    languages: tuple[str, ...] = (Language.EN,),
) -> None:
    said = Said(marks={Facet.REGION: regions, Facet.MEDIUM: media, Facet.LANGUAGE: languages})
    put_on_register(holder=certificate.holder, certificate=certificate, said=said, at=now - 10 * DAY)


def _completed(programme: ProgrammePage, learner: User, *, registrar: User, at: datetime) -> Certificate:
    """A certificate of completion, earned on a place that was given by reading, and by being there."""
    invitation = invite(programme=programme, email=learner.email, by=registrar, at=at - 31 * DAY)
    enrolment = accept_invitation(invitation=invitation, person=learner, at=at - 30 * DAY)
    for place, unit in enumerate(units_of(programme)):
        if unit.completed_by == CompletedBy.READING:
            complete_unit(enrolment=enrolment, unit=unit, event=CompletedBy.READING, at=at - 20 * DAY + place * DAY / 2)
        else:
            session = LiveSession.objects.filter(page=unit.pk, starts_at__lt=at).order_by("starts_at").first()
            assert session is not None  # noqa: S101 - one of its dates has been
            note_attendance(session=session, enrolment=enrolment, by=registrar, at=at - DAY / 4)
    made = ask_for_certificate(enrolment=enrolment, certificate_name=learner.certificate_name, at=at)
    assert isinstance(made, Certificate)  # noqa: S101 - nobody confirms a completion
    return made
