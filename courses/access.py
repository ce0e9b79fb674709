"""Who may do what in courses? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .models import Enrolment, Invoice, UnitPage


@rule("unit.read")
def reads_unit(person: User, unit: UnitPage) -> bool:
    """A unit is read by those on its programme. (Whether it is unlocked yet is progress, not access.)"""
    return Enrolment.objects.open().filter(learner=person, programme__path=unit.programme_path).exists()


@rule("enrolment.study")
def studies(person: User, enrolment: Enrolment) -> bool:
    return enrolment.learner_id == person.pk and enrolment.withdrawn_at is None


@rule("invoice.read")
def reads_invoice(person: User, invoice: Invoice) -> bool:
    return invoice.learner_id == person.pk or Role.REGISTRAR in person.roles


rule("invitation.send")(holders_of(Role.REGISTRAR))
rule("invoice.confirm")(holders_of(Role.REGISTRAR))
