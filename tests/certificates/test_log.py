"""Is every change in the log, once, in digests only, and can nobody take it out again?"""

import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.log import guards, publishing
from certificates.log.appending import Event, Leaf, append, leaf_of, log_change
from certificates.log.keys import CannotPublish, change_log_key, key_in_use, log_origin, verifier_key_of
from certificates.log.notes import read_note
from certificates.log.publishing import LogForked, newest_checkpoint, publish_checkpoint, served_checkpoint
from certificates.log.reading import NoSuchTree, consistency_path, inclusion_path, root_at, tree_now
from certificates.log.tree import inclusion_holds
from certificates.models import (
    Certificate,
    Checkpoint,
    EditionReason,
    LogEntry,
    LogHead,
    LogKey,
    LogNode,
    RevocationReason,
)
from certificates.status import reinstate_certificate, revoke_certificate, suspend_certificate
from certificates.tasks import publish_log_checkpoint
from cms.accounts import history
from cms.accounts.history import NotInTransaction
from cms.accounts.models import Chain, Entry
from tests.certificates.logs import assert_the_log_is_sound, events, said_in_log
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def add(count: int, *, certificate: Certificate | None = None) -> None:
    """That many entries more, about one certificate, each with an entry of history of its own."""
    certificate = certificate or make_certificate()
    for number in range(count):
        entry = history.record(
            chain="certificates",
            verb="certificate.suspended",
            subject=history.name_of(certificate),
            actor=None,
            at=NOON + timedelta(minutes=number),
        )
        log_change(certificate=certificate, entry=entry)


# What is logged ----------------------------------------------------------------------------------------------


def test_every_change_is_logged_in_order_with_its_time() -> None:
    certificate, registrar = make_certificate(at=NOON), make_registrar()
    suspend_certificate(certificate=certificate, reason="A case", by=registrar, at=NOON + DAY)
    reinstate_certificate(certificate=certificate, by=registrar, at=NOON + 2 * DAY)
    new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=NOON + 3 * DAY)
    new_edition(certificate=certificate, because=EditionReason.KEY, by=None, at=NOON + 4 * DAY)
    new_edition(certificate=certificate, because=EditionReason.CONSENT, by=None, at=NOON + 5 * DAY, shows_scores=True)
    newer = replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=registrar, at=NOON + 6 * DAY)
    revoke_certificate(certificate=newer, reason=RevocationReason.ERROR, by=registrar, at=NOON + 7 * DAY)

    assert events() == [
        "issued",
        "suspended",
        "reinstated",
        "renewed",
        "re-signed",
        "re-signed",
        "superseded",
        "issued",
        "revoked",
    ]
    days = [0, 1, 2, 3, 4, 5, 6, 6, 7]
    assert [datetime.fromisoformat(said["at"]) for said in said_in_log()] == [NOON + day * DAY for day in days]
    assert_the_log_is_sound()


def test_a_repeat_that_changes_nothing_logs_nothing() -> None:
    certificate, registrar = make_certificate(), make_registrar()

    for _ in range(2):
        suspend_certificate(certificate=certificate, reason="A case", by=registrar, at=NOON + DAY)

    assert events() == ["issued", "suspended"]


def test_a_leaf_holds_the_digests_of_the_credentials_id_and_of_its_file() -> None:
    certificate = make_certificate()

    (said,) = said_in_log()

    assert said == {
        "at": f"{NOON:%Y-%m-%dT%H:%M:%S.%fZ}",
        "certificate": hashlib.sha256(json.loads(certificate.credential)["id"].encode()).hexdigest(),
        "credential": hashlib.sha256(certificate.credential.encode()).hexdigest(),
        "event": "issued",
    }


def test_a_leaf_is_canonical_json_to_the_byte() -> None:
    at = datetime(2026, 3, 2, 13, tzinfo=timezone(timedelta(hours=1)))
    leaf = leaf_of(event=Event.ISSUED, at=at, credential_id="urn:uuid:1", credential_digest="ab")

    hashed = "b362f50874c702023872705f034758322195d8cd3f92239f41fa315fb94ca7ba"
    assert leaf == (
        '{"at":"2026-03-02T12:00:00.000000Z","certificate":"' + hashed + '","credential":"ab","event":"issued"}'
    )


def test_no_leaf_says_who_it_is_about_or_can_be_guessed_from_a_number() -> None:
    certificate = make_certificate(name="Ana Núñez")
    suspend_certificate(certificate=certificate, reason="Somebody complained", by=make_registrar(), at=NOON + DAY)
    number = certificate.number
    hashed = {hashlib.sha256(form.encode()).hexdigest() for form in (number, number.replace("-", ""), number[3:])}

    for leaf in LogEntry.objects.values_list("leaf", flat=True):
        said = json.loads(leaf)
        assert set(said) == {"at", "certificate", "credential", "event"}
        assert number not in leaf
        assert "Ana" not in leaf
        assert "complained" not in leaf
        assert not hashed & {said["certificate"], said["credential"]}


def test_a_new_edition_is_logged_with_its_own_file_under_the_same_id() -> None:
    certificate = make_certificate()

    renewed = new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=NOON + DAY)

    before, after = said_in_log()
    assert before["certificate"] == after["certificate"]
    assert (before["credential"], after["credential"]) == (certificate.credential_digest, renewed.credential_digest)


def test_what_fails_later_is_not_logged() -> None:
    certificate = make_certificate()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON)
        raise ZeroDivisionError

    assert events() == ["issued"]
    assert_the_log_is_sound()


def test_a_verb_that_nobody_has_put_into_public_words_is_refused() -> None:
    certificate = make_certificate()
    entry = history.record(chain="certificates", verb="certificate.praised", subject="x", actor=None, at=NOON)

    with pytest.raises(KeyError):
        log_change(certificate=certificate, entry=entry)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_logged() -> None:
    with pytest.raises(NotInTransaction):
        append([])


@pytest.mark.parametrize("there", [1, 40])
def test_adding_costs_the_same_however_long_the_log_is(django_assert_num_queries, there: int) -> None:
    certificate = make_certificate()
    add(there, certificate=certificate)
    entry = history.record(
        chain="certificates", verb="certificate.revoked", subject=history.name_of(certificate), actor=None, at=NOON
    )

    with django_assert_num_queries(3 if tree_now().size % 2 == 0 else 4):  # head, entry, nodes where some close, head
        log_change(certificate=certificate, entry=entry)


# What the database refuses -----------------------------------------------------------------------------------


@pytest.fixture
def guarded(db: None) -> None:
    """A test that really commits may have left the database without its guards."""
    guards.set_guards()


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(("model", "column"), [(LogEntry, "leaf"), (LogNode, "hash"), (Checkpoint, "note")])
def test_what_was_logged_is_neither_changed_nor_deleted(model: type, column: str) -> None:
    add(3)
    publish_checkpoint(at=NOON)
    row = model.objects.first()

    with pytest.raises(DatabaseError, match="never_changes"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**{column: "1"})
    with pytest.raises(DatabaseError, match="never_goes"), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()


@pytest.mark.usefixtures("guarded")
def test_the_log_never_becomes_shorter() -> None:
    add(3)

    with pytest.raises(DatabaseError, match="loghead_never_shrinks"), transaction.atomic():
        LogHead.objects.update(size=2)
    with pytest.raises(DatabaseError, match="loghead_never_goes"), transaction.atomic():
        LogHead.objects.all().delete()


@pytest.mark.usefixtures("guarded")
def test_an_entry_follows_the_one_before_it() -> None:
    certificate = make_certificate()
    other = history.record(chain="certificates", verb="x", subject="y", actor=None, at=NOON)

    with pytest.raises(DatabaseError, match="logentry_follows_the_one_before"), transaction.atomic():
        LogEntry.objects.create(index=2, leaf="{}", leaf_hash="0" * 64, certificate=certificate, entry=other)


def test_a_change_of_a_certificate_is_logged_once() -> None:
    certificate = make_certificate()
    entry = Entry.objects.get(verb="certificate.issued")

    with pytest.raises(IntegrityError, match="logentry_one_for_a_change|entry_id"), transaction.atomic():
        log_change(certificate=certificate, entry=entry)
    with pytest.raises(IntegrityError, match="logentry_says_something"), transaction.atomic():
        other = history.record(chain="certificates", verb="x", subject="y", actor=None, at=NOON)
        LogEntry.objects.create(index=1, leaf="", leaf_hash="0" * 64, certificate=certificate, entry=other)


def test_there_is_one_head_and_one_node_at_each_place_above_the_leaves() -> None:
    add(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        LogHead.objects.create(pk=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        LogNode.objects.create(level=1, number=0, hash="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        LogNode.objects.create(level=0, number=9, hash="0" * 64)


def test_a_log_has_one_key_in_use_which_is_retired_after_it_was_made() -> None:
    key = key_in_use(at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        LogKey.objects.create(name=key.name, public="1" * 64, wrapped_private=b"", made_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        LogKey.objects.filter(pk=key.pk).update(retired_at=NOON - DAY)


def test_a_key_signs_one_checkpoint_of_a_size() -> None:
    add(1)
    made = publish_checkpoint(at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.create(key=made.key, size=made.size, root="0" * 64, note="x", made_at=NOON)


@pytest.mark.usefixtures("guarded")
def test_missing_guards_are_named_and_set_again() -> None:
    assert guards.missing_guards() == []

    lift_guards()
    assert guards.missing_guards() == sorted(guards.NAMES)

    guards.set_guards()
    assert guards.missing_guards() == []


# Proofs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 13])
def test_every_entry_is_proved_in_every_tree(size: int) -> None:
    add(size - 1)
    leaves = [bytes.fromhex(row) for row in LogEntry.objects.order_by("index").values_list("leaf_hash", flat=True)]

    for index in range(size):
        path = inclusion_path(index=index, size=size)
        assert inclusion_holds(index=index, size=size, leaf=leaves[index], path=path, root=root_at(size))


def test_a_proof_costs_as_much_in_a_long_log_as_in_a_short_one(django_assert_num_queries) -> None:
    certificate = make_certificate()
    for size in (4, 29):
        add(size - tree_now().size, certificate=certificate)

        with django_assert_num_queries(3):  # head, leaves, nodes
            inclusion_path(index=0, size=size)
        with django_assert_num_queries(3):
            consistency_path(first=3, second=size)


def test_what_is_not_in_the_log_has_no_proof() -> None:
    add(2)

    for ask in (
        lambda: root_at(4),
        lambda: inclusion_path(index=3, size=3),
        lambda: inclusion_path(index=0, size=4),
        lambda: inclusion_path(index=-1, size=3),
        lambda: consistency_path(first=3, second=2),
        lambda: consistency_path(first=1, second=4),
    ):
        with pytest.raises(NoSuchTree):
            ask()


# Checkpoints -------------------------------------------------------------------------------------------------


def test_an_empty_log_has_a_checkpoint_too() -> None:
    made = publish_checkpoint(at=NOON)

    assert (made.size, made.root) == (0, hashlib.sha256().hexdigest())


def test_a_checkpoint_is_made_once_for_each_size_and_signed() -> None:
    add(2)
    first = publish_checkpoint(at=NOON)
    again = publish_checkpoint(at=NOON + DAY)
    add(1, certificate=Certificate.objects.get())
    second = publish_checkpoint(at=NOON + DAY)

    assert again == first
    assert [(made.size, made.made_at) for made in (first, second)] == [(3, NOON), (4, NOON + DAY)]
    head = read_note(second.note, name=second.key.name, public=bytes.fromhex(second.key.public))
    assert (head.origin, head.size, head.root) == ("localhost:8000/log", 4, tree_now().root)
    assert_the_log_is_sound()


def test_one_is_made_by_the_clock() -> None:
    add(1)

    publish_log_checkpoint.enqueue()

    assert newest_checkpoint().size == 2


def test_a_fresh_checkpoint_costs_three_queries(django_assert_num_queries) -> None:
    add(5)
    publish_checkpoint(at=NOON)

    with django_assert_num_queries(3):  # key, head, newest
        served_checkpoint(at=NOON)


def test_nothing_is_signed_about_a_log_that_was_rewritten_or_cut_short() -> None:
    add(4)
    publish_checkpoint(at=NOON)
    lift_guards()

    LogHead.objects.update(size=3, peaks=["0" * 64, "1" * 64])
    with pytest.raises(LogForked):
        publish_checkpoint(at=NOON)

    LogHead.objects.update(size=6, peaks=["0" * 64, "1" * 64])
    with pytest.raises(LogForked):
        served_checkpoint(at=NOON)

    assert Checkpoint.objects.count() == 1


def test_one_that_was_rewritten_together_with_its_nodes_is_not_signed_either() -> None:
    add(4)
    publish_checkpoint(at=NOON)
    certificate, entries = Certificate.objects.get(), list(LogEntry.objects.order_by("index"))
    lift_guards()
    LogEntry.objects.all().delete()
    LogNode.objects.all().delete()
    LogHead.objects.all().delete()

    append([Leaf(text=old.leaf, certificate_id=certificate.pk, entry_id=old.entry_id) for old in reversed(entries)])

    with pytest.raises(LogForked):
        publish_checkpoint(at=NOON)


def test_while_we_cannot_sign_the_last_checkpoint_is_served(settings) -> None:
    certificate = make_certificate()
    made = publish_checkpoint(at=NOON)
    add(1, certificate=certificate)
    settings.CREDENTIAL_KEY_SECRET = "another one"

    assert served_checkpoint(at=NOON) == made
    with pytest.raises(CannotPublish):
        publish_checkpoint(at=NOON)


def test_before_the_first_checkpoint_it_is_said_that_none_can_be_signed(settings, monkeypatch) -> None:
    key_in_use(at=NOON)
    settings.CREDENTIAL_KEY_SECRET = "another one"

    with pytest.raises(CannotPublish, match="CREDENTIAL_KEY_SECRET"):
        served_checkpoint(at=NOON)


def test_two_who_ask_at_once_keep_one(monkeypatch: pytest.MonkeyPatch) -> None:
    add(1)
    first = publish_checkpoint(at=NOON)
    monkeypatch.setattr(publishing, "newest_checkpoint", lambda: None)  # as the second saw it

    assert publish_checkpoint(at=NOON + DAY) == first


# Keys --------------------------------------------------------------------------------------------------------


def test_the_first_key_is_made_once_and_written_down() -> None:
    key = key_in_use(at=NOON)

    assert key_in_use(at=NOON + DAY) == key
    entry = Entry.objects.get(verb="logkey.made")
    assert entry.facts == {"name": "localhost:8000/log", "public": key.public}
    assert verifier_key_of(key).startswith("localhost:8000/log+")
    assert bytes.fromhex(key.public) not in bytes(key.wrapped_private)


def test_a_changed_key_signs_from_now_on_and_the_old_checkpoints_stay() -> None:
    add(1)
    before = publish_checkpoint(at=NOON)
    registrar = make_registrar()

    key = change_log_key(by=registrar, at=NOON + DAY)
    after = publish_checkpoint(at=NOON + DAY)

    assert (after.key, after.size, after.root) == (key, before.size, before.root)
    assert Checkpoint.objects.count() == 2
    assert LogKey.objects.get(pk=before.key_id).retired_at == NOON + DAY
    verbs = Entry.objects.filter(chain=Chain.objects.get(name="keys"), verb__startswith="logkey").order_by("number")
    assert list(verbs.values_list("verb", flat=True)) == ["logkey.made", "logkey.retired", "logkey.made"]


def test_under_another_address_it_is_another_log_with_a_key_of_its_own(settings) -> None:
    add(1)
    publish_checkpoint(at=NOON)
    settings.BASE_URL = "https://certs.example"

    made = publish_checkpoint(at=NOON + DAY)

    assert log_origin() == "certs.example/log"
    assert made.note.startswith("certs.example/log\n2\n")
    assert LogKey.objects.filter(retired_at=None).count() == 2


def test_the_command_publishes_and_changes_the_key(capsys) -> None:
    add(1)

    call_command("log", "checkpoint")
    first = capsys.readouterr().out
    call_command("log", "change_key")
    second = capsys.readouterr().out

    assert first == Checkpoint.objects.order_by("pk")[0].note
    assert second.endswith(Checkpoint.objects.order_by("pk")[1].note)
    assert verifier_key_of(key_in_use(at=NOON)) in second


def test_the_command_says_why_it_cannot_publish(settings) -> None:
    key_in_use(at=NOON)
    settings.CREDENTIAL_KEY_SECRET = "another one"

    with pytest.raises(CommandError, match="CREDENTIAL_KEY_SECRET"):
        call_command("log", "checkpoint")
