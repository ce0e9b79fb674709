"""On which terms may a certificate be renewed? Nothing else writes RenewalTerms and CreditCategory.

Terms are versions, as rules are: published once, never edited. Those in force when the span of a certificate began hold
until its end; where there were none yet, the first that came.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from assessments.agreements import current_agreement
from cms.accounts import history
from cms.accounts.models import User
from courses.models import ProgrammePage

from .credits import Category
from .documents import unsafe_text
from .models import Certificate, CreditCategory, Renewal, RenewalTerms
from .snapshots import digest_of

MOST_CATEGORIES = 8
LONGEST_NAME = 60  # characters


class CannotPublishTerms(Exception):
    """These terms cannot be published. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class TermsSaid:
    """What terms say, apart from their categories. Days are calendar days; `cycle_years` None: as the rule set says."""

    credits: int
    cycle_years: int | None = None
    window_days: int = 180
    grace_days: int = 30
    reinstatement_days: int = 365
    reinstatement_credits: int = 0
    agreement_slug: str = ""


@transaction.atomic
def publish_terms(
    *,
    programme: ProgrammePage,
    version: str,
    said: TermsSaid,
    categories: Sequence[Category],
    is_example: bool,
    by: User | None,
    at: datetime,
) -> RenewalTerms:
    """Publish a new version, for every span that begins from now on. Slugs are made of names where they are empty.

    The same version with the same terms gives the one there is. Raises CannotPublishTerms.
    """
    programme = ProgrammePage.objects.select_for_update().get(pk=programme.pk)
    version = " ".join(version.split())
    categories = [_read(category, place) for place, category in enumerate(categories, start=1)]
    _refuse(programme, version, said, categories)
    terms = RenewalTerms(
        programme=programme,
        version=version,
        is_example=is_example,
        published_at=at,
        published_by=by,
        **{name: getattr(said, name) for name in TermsSaid.__dataclass_fields__},
    )
    rows = [
        CreditCategory(terms=terms, position=place, slug=each.slug, name=each.name, least=each.least, most=each.most)
        for place, each in enumerate(categories, start=1)
    ]
    if there := programme.renewal_terms.filter(version=version).prefetch_related("categories").first():
        if _said_in(there, list(there.categories.all())) == _said_in(terms, rows):
            return there
        raise CannotPublishTerms(_("Version %(version)s is published already.") % {"version": version}, field="version")
    if programme.renewal_terms.filter(published_at__gte=at).exists():
        raise CannotPublishTerms(_("A newer version was published a moment ago. Look at it first."))
    terms.save(force_insert=True)
    CreditCategory.objects.bulk_create(rows)
    history.record(
        chain="requirements",
        verb="renewal_terms.published",
        subject=history.name_of(terms),
        actor=by,
        at=at,
        facts={"programme": programme.pk, "version": version, "digest": digest_of_terms(terms, rows)},
    )
    return terms


def terms_for(certificate: Certificate, *, before: Renewal | None) -> RenewalTerms | None:
    """The terms that hold for the span a certificate is in, with their categories; `before` is its last renewal.

    Three queries at most; None where its programme never published any.
    """
    begun = before.asked_at if before else datetime.combine(certificate.awarded_on, time.max, tzinfo=UTC)
    rows = RenewalTerms.objects.filter(programme__enrolments=certificate.enrolment_id)
    held = rows.filter(published_at__lte=begun).order_by("-published_at")
    since = rows.filter(published_at__gt=begun).order_by("published_at")
    return held.prefetch_related("categories").first() or since.prefetch_related("categories").first()


def categories_of(terms: RenewalTerms) -> list[Category]:
    """In their order; no query where they were prefetched."""
    return [
        Category(slug=row.slug, name=row.name, least=row.least, most=row.most)
        for row in sorted(terms.categories.all(), key=lambda row: row.position)
    ]


def digest_of_terms(terms: RenewalTerms, categories: Sequence[CreditCategory]) -> str:
    """SHA-256 over all they say, in hexadecimal: what history holds them to."""
    return digest_of([terms.programme_id, terms.published_at.timestamp(), *_said_in(terms, categories)])


def _said_in(terms: RenewalTerms, categories: Sequence[CreditCategory]) -> list[object]:
    rows = sorted(categories, key=lambda row: row.position)
    return [
        terms.version, terms.is_example, terms.credits, terms.cycle_years, terms.window_days, terms.grace_days,
        terms.reinstatement_days, terms.reinstatement_credits, terms.agreement_slug,
        [[row.position, row.slug, row.name, row.least, row.most] for row in rows],
    ]  # fmt: skip


def _read(category: Category, place: int) -> Category:
    name = " ".join(unicodedata.normalize("NFC", category.name).split())
    if problem := unsafe_text(name, longest=LONGEST_NAME):
        raise CannotPublishTerms(problem, field=f"category_{place}_name")
    return Category(
        slug=category.slug or slugify(name)[:40] or f"category-{place}",
        name=name,
        least=category.least,
        most=category.most,
    )


def _refuse(programme: ProgrammePage, version: str, said: TermsSaid, categories: Sequence[Category]) -> None:
    """Raises CannotPublishTerms for terms that nobody could meet, or that say nothing."""
    if not version or len(version) > 20:
        raise CannotPublishTerms(_("Give the version a name of up to 20 letters, such as 2027.1."), field="version")
    if said.cycle_years is None and programme.valid_years is None:
        raise CannotPublishTerms(
            _("Certificates of this programme do not end, so there is nothing to renew."), field="cycle_years"
        )
    limits = {"cycle_years": (1, 20), "window_days": (1, 730), "grace_days": (0, 180), "reinstatement_days": (0, 3650),
              "credits": (0, 500), "reinstatement_credits": (0, 500)}  # fmt: skip
    for name, (low, high) in limits.items():
        value = getattr(said, name)
        if value is not None and not low <= value <= high:
            raise CannotPublishTerms(
                _("Write a number from %(low)d to %(high)d.") % {"low": low, "high": high}, field=name
            )
    if said.agreement_slug and current_agreement(said.agreement_slug) is None:
        raise CannotPublishTerms(_("There is no such agreement."), field="agreement_slug")
    _refuse_categories(said, categories)


def _refuse_categories(said: TermsSaid, categories: Sequence[Category]) -> None:
    if len(categories) > MOST_CATEGORIES:
        raise CannotPublishTerms(_("More than %(n)d categories are too many.") % {"n": MOST_CATEGORIES})
    if said.credits and not categories:
        raise CannotPublishTerms(_("Name one category at least; without one nothing counts."), field="category_1_name")
    for place, each in enumerate(categories, start=1):
        if each.slug in {other.slug for other in categories[: place - 1]}:
            raise CannotPublishTerms(_("There are two of this name."), field=f"category_{place}_name")
        if each.least < 0 or (each.most is not None and (each.most < 1 or each.most < each.least)):
            raise CannotPublishTerms(
                _("What counts at most is 1 or more, and no less than what is asked for."),
                field=f"category_{place}_most",
            )
    room = sum(each.most for each in categories if each.most is not None)
    if all(each.most is not None for each in categories) and room < said.credits + said.reinstatement_credits:
        raise CannotPublishTerms(
            _("The categories let %(room)d credits count at most, so that nobody could reach what is needed.")
            % {"room": room},
            field="credits",
        )
