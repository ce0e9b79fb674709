"""Terms are versions: published once, never edited, and such that somebody could meet them."""

import pytest
from django.db import IntegrityError, transaction

from certificates.credits import Category
from certificates.models import CreditCategory, RenewalTerms
from certificates.renewal_terms import CannotPublishTerms
from tests.factories.courses import make_programme
from tests.factories.people import NOON
from tests.factories.renewals import DAY, make_terms

pytestmark = pytest.mark.django_db


def test_the_same_again_gives_the_version_there_is_and_another_is_refused() -> None:
    programme = make_programme()
    terms = make_terms(programme)

    assert make_terms(programme) == terms
    with pytest.raises(CannotPublishTerms, match="published already") as refusal:
        make_terms(programme, credits=30)
    assert refusal.value.field == "version"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"version": " "}, "version"),
        ({"window_days": 0}, "window_days"),
        ({"grace_days": 181}, "grace_days"),
        ({"agreement_slug": "nothing"}, "agreement_slug"),
        ({"categories": ()}, "category_1_name"),
        ({"categories": (Category(slug="a", name="A", most=5),)}, "credits"),
        ({"categories": (Category(slug="", name="A"), Category(slug="", name="A"))}, "category_2_name"),
        ({"categories": (Category(slug="a", name="A", least=3, most=2),)}, "category_1_most"),
        ({"categories": (Category(slug="a", name="A\u202e"),)}, "category_1_name"),
        ({"categories": tuple(Category(slug="", name=f"A{n}") for n in range(9))}, None),
    ],
)
def test_what_nobody_could_meet_is_refused_at_its_field(said: dict, field: str | None) -> None:
    with pytest.raises(CannotPublishTerms) as refusal:
        make_terms(make_programme(), **said)

    assert refusal.value.field == field
    assert not RenewalTerms.objects.exists()


def test_what_never_ends_has_no_terms_unless_they_say_for_how_long() -> None:
    programme = make_programme(valid_years=None)

    with pytest.raises(CannotPublishTerms, match="do not end"):
        make_terms(programme)
    assert make_terms(programme, cycle_years=2).cycle_years == 2


def test_no_version_comes_before_another() -> None:
    programme = make_programme()
    make_terms(programme, at=NOON)

    with pytest.raises(CannotPublishTerms, match="newer version"):
        make_terms(programme, version="2025.R1", at=NOON - DAY)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"cycle_years": 0}, "renewalterms_cycle_of_1_to_20_years"),
        ({"window_days": 0}, "renewalterms_window_of_1_to_730_days"),
        ({"grace_days": 181}, "renewalterms_grace_of_180_days_at_most"),
        ({"credits": 501}, "renewalterms_500_credits_at_most"),
    ],
)
def test_the_database_refuses_impossible_terms(changes: dict, constraint: str) -> None:
    make_terms(make_programme())

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RenewalTerms.objects.update(**changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"name": ""}, "creditcategory_has_a_name"),
        ({"least": 9, "most": 5}, "creditcategory_counts_as_many_as_it_asks"),
        ({"least": 0, "most": 0}, "creditcategory_counts_as_many_as_it_asks"),
    ],
)
def test_the_database_refuses_an_impossible_category(changes: dict, constraint: str) -> None:
    make_terms(make_programme())

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CreditCategory.objects.filter(slug="teaching").update(**changes)
