"""Can delicate text be read in the database, or without the keys?"""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection

from assessments.models import Production
from cms.accounts import sealing
from cms.accounts.sealing import CannotOpen, open_text, seal_text
from tests.factories.people import NOON, make_person

FIRST, SECOND = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def make_production(title: str = "The Long Weekend") -> Production:
    return Production.objects.create(learner=make_person(), code="PRJ-7Q2", title=title, made_at=NOON)


def stored(production: Production) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM assessments_production WHERE id = %s", [production.pk])
        return cursor.fetchone()[0]


def test_text_comes_back_as_it_was() -> None:
    for text in ("a", "Siân Ŵyn ’“ 李小龍", "x" * 100_000, " ", "\n"):
        assert open_text(seal_text(text)) == text


def test_the_same_text_never_looks_the_same() -> None:
    assert seal_text("a title") != seal_text("a title")


def test_one_changed_letter_closes_it_for_good() -> None:
    sealed = seal_text("a title")

    for changed in (sealed[:-3] + "AAA", "A" + sealed[1:], sealed[:20], "", "a title"):
        with pytest.raises(CannotOpen):
            open_text(changed)


def test_a_new_key_seals_and_the_old_one_still_opens(settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [FIRST]
    before = seal_text("a title")

    settings.FIELD_ENCRYPTION_KEYS = [SECOND, FIRST]
    after = seal_text("a title")

    assert open_text(before) == "a title"
    settings.FIELD_ENCRYPTION_KEYS = [SECOND]
    assert open_text(after) == "a title"
    with pytest.raises(CannotOpen):
        open_text(before)


@pytest.mark.parametrize("keys", [[], ["short"], [FIRST, "not a key"], ["!" * 44], [FIRST[:-1]]])
def test_a_malformed_key_is_found_and_never_repeated(settings, keys: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS") as refused:
        sealing.check_keys()

    assert not any(key in str(refused.value) for key in keys)


@pytest.mark.django_db
def test_a_sealed_column_is_plain_in_python_and_closed_in_the_database() -> None:
    production = make_production()

    assert Production.objects.get().title == "The Long Weekend"
    assert "Weekend" not in stored(production)
    assert open_text(stored(production)) == "The Long Weekend"


@pytest.mark.django_db
def test_no_text_is_kept_as_no_text() -> None:
    production = make_production(title="")

    assert stored(production) == ""
    assert Production.objects.get().title == ""


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["title", "title__contains", "title__in", "title__startswith"])
def test_a_sealed_column_cannot_be_searched(lookup: str) -> None:
    make_production()

    with pytest.raises(FieldError):
        list(Production.objects.filter(**{lookup: "The"}))


@pytest.mark.django_db
def test_a_sealed_column_says_whether_it_is_null() -> None:
    make_production()

    assert Production.objects.filter(title__isnull=False).count() == 1


@pytest.mark.django_db
def test_a_column_altered_in_the_database_is_not_read_as_anything() -> None:
    production = make_production()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_production SET title = 'Another' WHERE id = %s", [production.pk])

    with pytest.raises(CannotOpen):
        Production.objects.get()
