"""What does the demo show of renewing? Example terms, and a ledger half full of whose certificate ends soon."""

from datetime import datetime, timedelta

from certificates.credits import Category
from certificates.ledger import accept_credit, enter_credit
from certificates.models import Certificate
from certificates.renewal_terms import TermsSaid, publish_terms
from cms.accounts.models import User
from courses.models import ProgrammePage

DAY = timedelta(days=1)
# Modelled on what comparable bodies ask: a cycle of three years, twenty credits, caps by method. An example all the same.
CATEGORIES = (
    Category(slug="consent-and-ethics", name="Consent and ethics", least=4),
    Category(slug="craft", name="Craft: movement, choreography, protocol"),
    Category(slug="care", name="Mental health and care", least=2),
    Category(slug="teaching", name="Teaching and mentoring", most=5),
)
# (category, credits, days ago, what, with whom, accepted)
LEDGER = (
    ("craft", 6, 700, "Movement for closed sets", "Lantern Row Guild (invented)", True),
    ("teaching", 8, 420, "Guest tutor, second-year seminar", "Calder Works (invented)", True),
    ("consent-and-ethics", 3, 260, "Asking twice: consent in rehearsal", "Even Keel Training (invented)", True),
    ("care", 2.5, 9, "After a hard day: aftercare in practice", "Even Keel Training (invented)", False),
)


def make_renewals(programme: ProgrammePage, *, registrar: User, now: datetime) -> None:
    terms = publish_terms(
        programme=programme,
        version=f"{(now - 1380 * DAY).year}.R1",
        said=TermsSaid(credits=20, reinstatement_credits=5, agreement_slug="ethics-code"),
        categories=CATEGORIES,
        is_example=True,
        by=registrar,
        at=now - 1380 * DAY,
    )
    kinds = {row.slug: row for row in terms.categories.all()}
    certificate = Certificate.objects.select_related("holder", "enrolment", "requirement_set").get(
        enrolment__programme=programme, revoked_at=None, superseded_at=None, suspended_at=None,
        valid_until__gt=now, valid_until__lte=now + 90 * DAY,
    )  # fmt: skip
    for category, credits, days, title, provider, accepted in LEDGER:  # noqa: A001 - what they are called
        done = now - days * DAY
        entry = enter_credit(
            certificate=certificate,
            category=kinds[category],
            quarters=round(credits * 4),
            on=done.date(),
            title=title,
            provider=provider,
            by=certificate.holder,
            at=done + DAY,
        )
        if accepted:
            accept_credit(entry=entry, by=registrar, at=done + 4 * DAY)
