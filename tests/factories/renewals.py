"""Terms, ledgers and renewals with boring defaults, made through the domain functions."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from certificates.credits import Category
from certificates.ledger import accept_credit, enter_credit
from certificates.models import Certificate, CreditEntry, Renewal, RenewalTerms
from certificates.renewal_terms import TermsSaid, publish_terms
from certificates.renewing import ask_to_renew
from courses.models import ProgrammePage

from .certificates import make_certificate
from .people import NOON, make_registrar

DAY = timedelta(days=1)
CATEGORIES = (
    Category(slug="ethics", name="Ethics", least=2),
    Category(slug="practice", name="Practice"),
    Category(slug="teaching", name="Teaching", most=5),
)
_numbers = count(1)


def make_terms(
    programme: ProgrammePage,
    *,
    version: str = "2026.R1",
    categories: tuple[Category, ...] = CATEGORIES,
    at: datetime = NOON - 2500 * DAY,
    is_example: bool = True,
    **said: Any,
) -> RenewalTerms:
    """Twenty credits a cycle, two of them in ethics, five of teaching at most."""
    return publish_terms(
        programme=programme,
        version=version,
        said=TermsSaid(**{"credits": 20, "reinstatement_credits": 5} | said),
        categories=categories,
        is_example=is_example,
        by=None,
        at=at,
    )


def make_renewable(
    *, ends_in: timedelta = 60 * DAY, now: datetime = NOON, terms: Any = None, **made: Any
) -> Certificate:
    """A certificate of three years that ends `ends_in` after `now`, under terms; `terms` go to them."""
    certificate = make_certificate(at=now + ends_in - timedelta(days=3 * 365 + 1), **made)
    make_terms(certificate.enrolment.programme, **terms or {})
    return fresh(certificate)


def fresh(certificate: Certificate) -> Certificate:
    rows = Certificate.objects.select_related("holder", "requirement_set", "enrolment__programme")
    return rows.get(pk=certificate.pk)


def make_credit(
    certificate: Certificate,
    *,
    category: str = "practice",
    credits: float = 4,  # noqa: A002 - what they are called
    on: date | None = None,
    accepted: bool = True,
    at: datetime = NOON,
    **fields: Any,
) -> CreditEntry:
    terms = RenewalTerms.objects.filter(programme=certificate.enrolment.programme).order_by("published_at").first()
    assert terms
    entry = enter_credit(
        certificate=certificate,
        category=terms.categories.get(slug=category),
        quarters=round(credits * 4),
        on=on or (at - 100 * DAY).date(),
        by=certificate.holder,
        at=at,
        **{"title": f"Listening, part {next(_numbers)}", "provider": "Even Keel Training"} | fields,
    )
    return accept_credit(entry=entry, by=make_registrar(), at=at) if accepted else entry


def make_learned(certificate: Certificate, *, more: float = 0, at: datetime = NOON) -> None:
    """Everything that make_terms asks for, and `more` credits of practice."""
    make_credit(certificate, category="ethics", credits=2, at=at)
    make_credit(certificate, credits=18 + more, at=at)


def make_asked(*, at: datetime = NOON, **made: Any) -> Renewal:
    """A renewal that waits for a registrar."""
    certificate = make_renewable(now=at, **made)
    make_learned(certificate, more=5, at=at)
    return ask_to_renew(certificate=certificate, by=certificate.holder, at=at)
