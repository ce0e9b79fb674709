"""Does the database refuse what cannot be true of a person, a chain or an entry?"""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from cms.accounts.academy import AcademySettings
from cms.accounts.models import Chain, Entry, User
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db
DIGEST = "a" * 64


def make_entry(chain: Chain | None = None, **fields: object) -> Entry:
    chain = chain or Chain.objects.get_or_create(name="tests")[0]
    values = {"number": 1, "at": NOON, "verb": "thing.done", "subject": "thing:1", "previous": "", "digest": DIGEST}
    return Entry.objects.create(chain=chain, **(values | fields))


def constraint_names(model: type[models.Model]) -> set[str]:
    return {constraint.name for constraint in model._meta.constraints}


def test_an_address_belongs_to_one_person() -> None:
    make_person(email="wren@example.org")

    with pytest.raises(IntegrityError):
        make_person(email="wren@example.org")


def test_addresses_are_one_however_they_are_typed() -> None:
    person = User.objects.create_user(email="Wren.Adeyemi@Example.ORG", display_name="Wren")

    assert person.email == "wren.adeyemi@example.org"
    assert User.objects.get_by_natural_key("WREN.adeyemi@example.org") == person
    with pytest.raises(IntegrityError):
        User.objects.create_user(email="wren.ADEYEMI@example.org", display_name="Another")


def test_capitals_in_an_address_are_refused_by_the_database() -> None:
    person = make_person()

    with pytest.raises(IntegrityError, match="user_email_in_small_letters"):
        User.objects.filter(pk=person.pk).update(email="Wren@example.org")


def test_a_form_writes_addresses_in_small_letters() -> None:
    person = User(email="Wren@Example.org", display_name="Wren", password="x")

    person.full_clean()

    assert person.email == "wren@example.org"


def test_a_person_without_a_name_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="user_has_a_display_name"):
        make_person(name="Wren", email="nameless@example.org").__class__.objects.create_user(
            email="other@example.org", display_name=""
        )


def test_every_constraint_on_people_has_a_test() -> None:
    assert constraint_names(User) == {"user_email_in_small_letters", "user_has_a_display_name"}


def test_an_unknown_time_zone_is_refused_kindly() -> None:
    person = User(email="wren@example.org", display_name="Wren", time_zone="Mars/Olympus", password="x")

    with pytest.raises(ValidationError) as refused:
        person.full_clean()

    assert list(refused.value.message_dict) == ["time_zone"]


def test_a_person_in_history_is_never_deleted() -> None:
    person = make_person()
    make_entry(actor=person)

    with pytest.raises(models.ProtectedError):
        person.delete()


@pytest.mark.parametrize(
    ("length", "head"),
    [(0, DIGEST), (1, ""), (-1, "")],
    ids=["a head before it began", "no head although it began", "fewer than none"],
)
def test_a_chain_that_cannot_be_is_refused(length: int, head: str) -> None:
    with pytest.raises(IntegrityError):
        Chain.objects.create(name="tests", length=length, head=head)


def test_a_chain_has_its_name_to_itself() -> None:
    Chain.objects.create(name="tests")

    with pytest.raises(IntegrityError):
        Chain.objects.create(name="tests")


@pytest.mark.parametrize(
    ("impossible", "constraint"),
    [
        ({"number": 0}, "entry_"),
        ({"number": 1, "previous": "b" * 64}, "entry_first_has_none_before_it"),
        ({"number": 2, "previous": ""}, "entry_first_has_none_before_it"),
        ({"number": 2, "previous": DIGEST}, "entry_digest_is_a_digest"),
        ({"digest": "short"}, "entry_digest_is_a_digest"),
        ({"digest": ""}, "entry_digest_is_a_digest"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(impossible: dict, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        make_entry(**impossible)


def test_two_entries_at_one_place_are_refused() -> None:
    make_entry(number=2, previous="b" * 64)

    with pytest.raises(IntegrityError):
        make_entry(number=2, previous="c" * 64, digest="d" * 64)


def test_two_entries_after_the_same_one_are_refused() -> None:
    make_entry(number=2, previous="b" * 64)

    with pytest.raises(IntegrityError):
        make_entry(number=3, previous="b" * 64, digest="d" * 64)


def test_the_same_place_in_two_chains_is_fine() -> None:
    make_entry()
    make_entry(Chain.objects.create(name="others"), digest="b" * 64)

    assert Entry.objects.count() == 2


def test_a_chain_with_entries_is_never_deleted() -> None:
    entry = make_entry()

    with pytest.raises(models.ProtectedError):
        entry.chain.delete()


def test_every_constraint_on_history_has_a_test() -> None:
    assert constraint_names(Chain) == {"chain_head_once_begun"}
    assert constraint_names(Entry) == {
        "entry_one_at_each_place",
        "entry_one_after_each_other",
        "entry_numbers_begin_at_one",
        "entry_first_has_none_before_it",
        "entry_digest_is_a_digest",
    }


def test_rows_say_what_they_are_without_a_query(django_assert_num_queries) -> None:
    person, entry = make_person("Wren"), make_entry()

    with django_assert_num_queries(0):
        said = [str(person), person.get_full_name(), person.get_short_name(), str(entry), str(entry.chain)]

    assert said == ["Wren", "Wren", "Wren", f"Entry {entry.chain_id}/1", "Chain tests"]


def test_a_superuser_is_a_person_who_may_do_everything() -> None:
    person = User.objects.create_superuser(email="root@example.org", password="x", display_name="Root")

    assert person.is_superuser
    assert person.has_perm("anything.at_all")


def test_there_is_one_academy() -> None:
    AcademySettings.load()
    AcademySettings.load()

    assert AcademySettings.objects.count() == 1


def test_a_refused_row_leaves_nothing_behind() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(digest="short")

    assert Entry.objects.count() == 0
