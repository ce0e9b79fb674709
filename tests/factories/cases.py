"""Cases, proposals, appeals and complaints with boring defaults, made through the domain functions."""

from datetime import datetime, timedelta
from typing import Any

from certificates.appeals import lodge_appeal
from certificates.cases import decide_case, give_notice, open_case, respond
from certificates.complaints import Sent, complain
from certificates.models import (
    Appeal,
    Case,
    CaseSettings,
    Certificate,
    Outcome,
    RevocationProposal,
    RevocationReason,
    Subject,
)
from certificates.revoking import confirm_revocation, propose_revocation
from cms.accounts.models import User
from cms.accounts.roles import Role

from .certificates import make_completion
from .people import NOON, make_person, make_registrar

DAY = timedelta(days=1)


def make_ombud(name: str = "Judith") -> User:
    return make_person(name, roles=(Role.OMBUD,))


def make_contact(name: str = "Ines") -> User:
    """Somebody without a role, named as the academy's independent contact."""
    contact = make_person(name)
    settings = CaseSettings.load()
    settings.contact_email = contact.email
    settings.save()
    return contact


def make_case(
    certificate: Certificate | None = None, *, by: User | None = None, at: datetime = NOON + DAY, **given: Any
) -> Case:
    """A case that a registrar opened by hand, about a certificate of completion."""
    certificate = certificate or make_completion(name="Ana Núñez", at=NOON)
    return open_case(
        certificate=certificate, by=by or make_registrar(), at=at, **{"concern": "Two days are in doubt."} | given
    )


def make_noticed_case(*, by: User | None = None, at: datetime = NOON + DAY, **made: Any) -> Case:
    by = by or make_registrar()
    return give_notice(case=make_case(by=by, at=at, **made), notice="Two of your days are in doubt.", by=by, at=at)


def make_answered_case(*, at: datetime = NOON + DAY, **made: Any) -> Case:
    case = make_noticed_case(at=at, **made)
    return respond(case=case, response="I was there.", at=at + DAY)


def make_held_case(*, by: User | None = None, at: datetime = NOON + DAY, **made: Any) -> Case:
    """Decided: suspended for thirty days from `at`."""
    by = by or make_registrar()
    case = make_answered_case(by=by, at=at, **made)
    until = (at + 30 * DAY).date()
    return decide_case(case=case, outcome=Outcome.HOLD, until=until, reason="Both days fall.", by=by, at=at + 2 * DAY)


def make_proposal(
    certificate: Certificate | None = None, *, by: User | None = None, at: datetime = NOON + DAY, **given: Any
) -> RevocationProposal:
    values = {"reason": RevocationReason.EVIDENCE, "private_reason": "The letter was not theirs."} | given
    return propose_revocation(
        certificate=certificate or make_completion(name="Ana Núñez", at=NOON),
        by=by or make_registrar("First"),
        at=at,
        **values,
    )


def make_revoked(certificate: Certificate | None = None, *, at: datetime = NOON + DAY) -> Certificate:
    """Revoked by two registrars."""
    proposal = make_proposal(certificate, at=at)
    return confirm_revocation(proposal=proposal, by=make_registrar("Second"), at=at)


def make_appeal(case: Case | None = None, *, at: datetime = NOON + 4 * DAY) -> Appeal:
    return lodge_appeal(case=case or make_held_case(), words="They were pick-ups.", at=at)


def make_complaint(*, words: str = "They laughed at me.", at: datetime = NOON, **given: Any) -> Sent:
    return complain(**{"about": Subject.MENTOR, "words": words, "once": words, "at": at} | given)
