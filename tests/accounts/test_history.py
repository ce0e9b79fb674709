"""Can what happened be changed, removed or invented without anyone noticing?"""

from collections.abc import Iterator
from datetime import timedelta, timezone
from functools import partial
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from cms.accounts import history
from cms.accounts.models import Chain, Entry
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON, make_person

CHAIN = "tests"


@pytest.fixture
def _guarded(db: None) -> Iterator[None]:
    """With the guards that the migration puts on, whatever tests of this run took off."""
    _run(history.UNGUARDS)
    _run(history.GUARDS)
    yield


@pytest.fixture
def _unguarded(db: None) -> Iterator[None]:
    """Somebody with the keys to the database takes the guards off first."""
    _run(history.UNGUARDS)
    yield


def _run(statements: dict[str, tuple[str, ...]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)


def record(number: int = 1, *, chain: str = CHAIN, **fields: object) -> Entry:
    values = {"verb": "thing.done", "subject": f"thing:{number}", "actor": None, "at": NOON} | fields
    return history.record(chain=chain, **values)


def make_chain(length: int = 4) -> list[Entry]:
    actor = make_person()
    return [
        record(number, actor=actor, at=NOON + timedelta(minutes=number), facts={"number": number})
        for number in range(1, length + 1)
    ]


def found(chain: str | None = None) -> list[tuple[int, int | None, str]]:
    return [(broken.number, broken.row, broken.reason) for broken in history.breaks(chain=chain)]


MISSING = "an entry is missing here"
FOLLOWS = "it does not follow the entry before it"
CHANGED = "its words were changed"
HEAD = "the chain ends before or after its head"


@pytest.mark.django_db
def test_a_chain_made_by_the_product_holds() -> None:
    entries = make_chain()

    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert [entry.previous for entry in entries] == ["", *(entry.digest for entry in entries[:-1])]
    assert found() == []


@pytest.mark.django_db
def test_a_chain_holds_after_a_round_trip_through_every_kind_of_fact() -> None:
    record(facts={"ü": "ż’“", "n": -(2**40), "yes": True, "none": None, "list": ["b", "a"], "by": {"x": 1, "a": 2}})
    record(2, at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30))).replace(microsecond=1))
    record(3, facts={})

    assert found() == []


@pytest.mark.django_db
def test_an_empty_history_holds() -> None:
    history.lock(CHAIN)

    assert found() == []
    assert found("no such chain") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_guarded")
@pytest.mark.parametrize("change", ["update", "delete", "save", "delete one"])
def test_the_database_refuses_to_change_an_entry_through_the_orm(change: str) -> None:
    entry = record()

    with pytest.raises(DatabaseError, match="history is never"), transaction.atomic():
        match change:
            case "update":
                Entry.objects.filter(pk=entry.pk).update(verb="thing.undone")
            case "delete":
                Entry.objects.all().delete()
            case "save":
                entry.facts = {"changed": True}
                entry.save()
            case _:
                entry.delete()

    assert Entry.objects.get().verb == "thing.done"
    assert found() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_guarded")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_entry SET verb = 'thing.undone'",
        "UPDATE accounts_entry SET facts = '{}' WHERE number = 1",
        "DELETE FROM accounts_entry",
    ],
)
def test_the_database_refuses_to_change_an_entry_through_sql(statement: str) -> None:
    record(facts={"kept": True})

    with pytest.raises(DatabaseError, match="history is never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Entry.objects.get().facts == {"kept": True}


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_the_guards_are_put_on_by_a_migration_and_go_with_it() -> None:
    (operation,) = import_module("cms.accounts.migrations.0002_history_is_append_only").Migration.operations
    record()

    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        operation.code(None, editor)
        with pytest.raises(DatabaseError, match="history is never"), transaction.atomic():
            Entry.objects.all().delete()
        operation.reverse_code(None, editor)
        Entry.objects.all().delete()

    assert Entry.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
@pytest.mark.parametrize(
    "change",
    [
        {"verb": "thing.undone"},
        {"subject": "thing:9"},
        {"at": NOON},
        {"facts": {"number": 3}},
        {"actor": None},
        {"digest": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_field_is_found_and_named_to_the_row(change: dict) -> None:
    entries = make_chain()

    Entry.objects.filter(pk=entries[1].pk).update(**change)

    assert (2, entries[1].pk, CHANGED) in found()
    assert {number for number, _row, _reason in found()} <= {2, 3}


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_an_entry_rewritten_with_a_fitting_digest_is_found_at_the_one_after() -> None:
    entries = make_chain()
    forged = Entry.objects.get(pk=entries[1].pk)
    forged.verb = "thing.undone"

    Entry.objects.filter(pk=forged.pk).update(verb=forged.verb, digest=history.digest_of(forged, chain_name=CHAIN))

    assert found() == [(3, entries[2].pk, FOLLOWS)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_a_last_entry_rewritten_with_a_fitting_digest_is_found_at_the_head() -> None:
    entries = make_chain()
    forged = Entry.objects.get(pk=entries[3].pk)
    forged.verb = "thing.undone"

    Entry.objects.filter(pk=forged.pk).update(verb=forged.verb, digest=history.digest_of(forged, chain_name=CHAIN))

    assert found() == [(4, None, HEAD)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_removed_entry_is_found(place: int) -> None:
    entries = make_chain()

    Entry.objects.filter(pk=entries[place - 1].pk).delete()

    assert found() == [(place, None, MISSING)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_a_removed_last_entry_is_found() -> None:
    entries = make_chain()

    Entry.objects.filter(pk=entries[3].pk).delete()

    assert found() == [(4, None, HEAD)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_a_chain_emptied_is_found() -> None:
    make_chain(2)

    Entry.objects.all().delete()

    assert found() == [(2, None, HEAD)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_an_entry_added_at_the_end_is_found() -> None:
    entries = make_chain()
    added = Entry(
        chain=entries[0].chain, number=5, at=NOON, verb="thing.forged", subject="thing:5", previous=entries[3].digest
    )
    added.digest = history.digest_of(added, chain_name=CHAIN)

    added.save()

    assert found() == [(4, None, HEAD)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_an_entry_put_between_two_others_is_found() -> None:
    entries = make_chain()
    for entry in reversed(entries[2:]):  # make room
        Entry.objects.filter(pk=entry.pk).update(number=entry.number + 1)
    added = Entry(chain=entries[0].chain, number=3, at=NOON, verb="thing.forged", subject="thing:9", previous="e" * 64)
    added.digest = history.digest_of(added, chain_name=CHAIN)
    added.save()

    assert {row for _number, row, _reason in found()} == {added.pk, entries[2].pk, entries[3].pk, None}


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_two_entries_changing_places_are_found() -> None:
    entries = make_chain()
    for entry, number in ((entries[1], 9), (entries[2], 2), (entries[1], 3)):
        Entry.objects.filter(pk=entry.pk).update(number=number)

    assert {row for _number, row, reason in found() if reason == CHANGED} == {entries[1].pk, entries[2].pk}


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_an_entry_moved_to_another_chain_is_found_in_both() -> None:
    entries = make_chain()
    record(chain="others")
    other = Chain.objects.get(name="others")

    Entry.objects.filter(pk=entries[3].pk).update(chain=other, number=2)

    assert [broken.chain for broken in history.breaks(chain=CHAIN)] == [CHAIN]
    assert {broken.row for broken in history.breaks(chain="others")} == {entries[3].pk, None}


@pytest.mark.django_db
def test_a_chain_whose_head_was_moved_is_found() -> None:
    make_chain()

    Chain.objects.filter(name=CHAIN).update(length=3)

    assert found(CHAIN) == [(3, None, HEAD)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_unguarded")
def test_a_break_in_one_chain_does_not_blame_another() -> None:
    make_chain(2)
    record(chain="others")

    Entry.objects.filter(chain__name="others").update(verb="thing.undone")

    assert {broken.chain for broken in history.breaks()} == {"others"}
    assert found(CHAIN) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_the_transaction_of_its_change() -> None:
    with pytest.raises(history.NotInTransaction):
        record()

    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_takes_its_history_with_it() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record()
        _ = 1 / 0

    assert list(Chain.objects.all()) == []


@pytest.mark.django_db
def test_what_happened_to_a_row_is_read_in_one_query(django_assert_num_queries) -> None:
    person = make_person("Wren")
    for verb in ("thing.begun", "thing.ended"):
        record(verb=verb, subject=history.name_of(person), actor=person)
    record(2, verb="thing.elsewhere")

    with django_assert_num_queries(1):
        said = [(entry.verb, entry.actor.display_name) for entry in history.entries_about(person) if entry.actor]

    assert said == [("thing.begun", "Wren"), ("thing.ended", "Wren")]


@pytest.mark.django_db
def test_an_audit_needs_no_change_of_its_own() -> None:
    entry = history.audit(verb="title.read", subject="production:1", actor=make_person())

    assert (entry.chain.name, entry.verb, entry.facts) == ("audit", "title.read", {})


def add_one(number: int) -> Entry:
    with transaction.atomic():
        return record(number)


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_unbroken_chain() -> None:
    answers = side_by_side(*(partial(add_one, number) for number in range(8)))

    assert {type(answer) for answer in answers} == {Entry}
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 9))
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_the_chain_a_writer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    add_one(0)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, history, "lock")

    answers = side_by_side(partial(add_one, 1), partial(add_one, 2))

    # The constraint kept the chain true; the lock would have kept both callers calm.
    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1
    assert Entry.objects.count() == 2
    assert found() == []
