"""Who may do what in courses? The rules of this layer."""

from cms.accounts.models import User
from cms.accounts.policy import holders_of, rule
from cms.accounts.roles import Role

from .models import Enrolment, MoneyPaper, Order, Seat, UnitPage


@rule("unit.read")
def reads_unit(person: User, unit: UnitPage) -> bool:
    """A unit is read by those on its programme. (Whether it is unlocked yet is progress, not access.)"""
    return Enrolment.objects.open().filter(learner=person, programme__path=unit.programme_path).exists()


@rule("enrolment.study")
def studies(person: User, enrolment: Enrolment) -> bool:
    return enrolment.learner_id == person.pk and enrolment.withdrawn_at is None


@rule("order.read")
def reads_order(person: User, order: Order) -> bool:
    return order.buyer_id == person.pk


@rule("paper.read")
def reads_paper(person: User, paper: MoneyPaper) -> bool:
    """Who paid reads what was written about it, for ever; registrars do too."""
    return paper.payer_id == person.pk or Role.REGISTRAR in person.roles


@rule("seat.give")
def gives_seat(person: User, seat: Seat) -> bool:
    return seat.order.buyer_id == person.pk


rule("invitation.send")(holders_of(Role.REGISTRAR))
rule("money.see")(holders_of(Role.REGISTRAR))  # orders, payments, the ledger, and what needs a person
rule("money.keep")(holders_of(Role.REGISTRAR))  # transfers, refunds, plans, coupons, scholarships
rule("session.keep")(holders_of(Role.REGISTRAR))  # dates of live sessions, and who was there
