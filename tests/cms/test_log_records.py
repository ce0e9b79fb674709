"""Is a line of the transparency log that was dropped, moved, changed or dated back found, and named?"""

import json
from datetime import timedelta

import pytest

from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.log.appending import Leaf, append
from certificates.log.publishing import publish_checkpoint
from certificates.log.tree import leaf_hash
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
from cms.accounts import history
from cms.accounts.models import Chain, Entry
from cms.records import counts, faults
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.unguarded import lift_guards

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def found() -> dict[str, str]:
    """What is wrong with the log, and with history where it tells of certificates: row and reason."""
    return {fault.row.split(" (")[0]: fault.reason for fault in faults()}


@pytest.fixture
def busy() -> Certificate:
    """A certificate with a past: issued, suspended, reinstated, renewed; and a checkpoint of that. The guards are lifted."""
    certificate, registrar = make_certificate(at=NOON), make_registrar()
    suspend_certificate(certificate=certificate, reason="A case", by=registrar, at=NOON + HOUR)
    reinstate_certificate(certificate=certificate, by=registrar, at=NOON + 2 * HOUR)
    new_edition(certificate=certificate, because=EditionReason.RENEWAL, by=None, at=NOON + 3 * HOUR)
    publish_checkpoint(at=NOON + 4 * HOUR)
    assert found() == {}
    lift_guards()
    return Certificate.objects.get()


def entry_of(verb: str) -> Entry:
    return Entry.objects.get(verb=f"certificate.{verb}")


def rebuild(entries: list[LogEntry]) -> None:
    """Whoever has the database writes the log anew from these entries, so that it is whole in itself."""
    LogEntry.objects.all().delete()
    LogNode.objects.all().delete()
    LogHead.objects.all().delete()
    append([Leaf(text=old.leaf, certificate_id=old.certificate_id, entry_id=old.entry_id) for old in entries])


def test_a_log_of_everything_that_can_happen_is_as_it_was_recorded() -> None:
    certificate, registrar = make_certificate(at=NOON), make_registrar()
    new_edition(
        certificate=certificate, because=EditionReason.CONSENT, by=certificate.holder, at=NOON + HOUR, shows_name=False
    )
    suspend_certificate(certificate=certificate, reason="A case", by=registrar, at=NOON + HOUR)
    publish_checkpoint(at=NOON + HOUR)
    newer = replace_certificate(certificate=certificate, holder_name="Ana Prosser", by=registrar, at=NOON + DAY)
    new_edition(certificate=newer, because=EditionReason.KEY, by=None, at=NOON + 2 * DAY)
    revoke_certificate(certificate=newer, reason=RevocationReason.ERROR, by=registrar, at=NOON + 3 * DAY)
    publish_checkpoint(at=NOON + 3 * DAY)

    assert found() == {}
    assert counts()["log entries"] == 7
    assert counts()["log checkpoints"] == 2


def test_before_anything_happened_the_log_is_as_it_was_recorded() -> None:
    publish_checkpoint(at=NOON)

    assert found() == {}


def test_a_dropped_line_is_named(busy) -> None:
    LogEntry.objects.filter(index=1).delete()

    assert found() == {
        "logentry:1": "it was logged, and is gone",
        f"entry:{entry_of('suspended').pk}": "the log does not have it",
        f"checkpoint:{Checkpoint.objects.get().pk}": "the log does not begin with what it signed",
    }


def test_dropped_last_lines_are_named(busy) -> None:
    LogEntry.objects.filter(index__gte=2).delete()

    assert {row for row, reason in found().items() if reason == "it was logged, and is gone"} == {
        "logentry:2",
        "logentry:3",
    }


def test_a_line_that_was_dropped_with_the_log_written_anew_is_found(busy) -> None:
    rebuild(list(LogEntry.objects.exclude(index=1).order_by("index")))

    said = found()
    assert said[f"entry:{entry_of('suspended').pk}"] == "the log does not have it"
    assert said["logentry:3"] == "it was logged, and is gone"
    assert said[f"checkpoint:{Checkpoint.objects.get().pk}"] == "the log does not begin with what it signed"


def test_lines_that_changed_places_are_named(busy) -> None:
    one, two = LogEntry.objects.filter(index__in=(1, 2)).order_by("index")
    for row, other in ((one, two), (two, one)):
        LogEntry.objects.filter(index=row.index).update(leaf=other.leaf, leaf_hash=other.leaf_hash)

    said = found()

    assert said["logentry:1"] == said["logentry:2"] == "it does not say what history recorded"
    assert said[f"checkpoint:{Checkpoint.objects.get().pk}"] == "the log does not begin with what it signed"
    assert "it is not the hash of its leaves" in said.values()


def test_lines_in_another_order_with_the_log_written_anew_are_named(busy) -> None:
    first, one, two, last = LogEntry.objects.order_by("index")
    rebuild([first, two, one, last])

    assert found() == {
        "logentry:1": "it stands before what happened earlier",
        f"checkpoint:{Checkpoint.objects.get().pk}": "the log does not begin with what it signed",
    }


def test_a_changed_line_is_named_by_its_own_hash(busy) -> None:
    leaf = LogEntry.objects.get(index=1).leaf.replace("suspended", "reinstated")
    LogEntry.objects.filter(index=1).update(leaf=leaf)

    said = found()

    # History speaks last of a line, and says what is wrong with it.
    assert said["logentry:1"] == "it does not say what history recorded"
    assert [fault.reason for fault in faults()][0] == "its words are not those that were hashed"


def test_a_line_that_was_dated_back_is_named(busy) -> None:
    old = LogEntry.objects.get(index=1)
    leaf = json.dumps(json.loads(old.leaf) | {"at": "2020-01-01T00:00:00.000000Z"}, separators=(",", ":"))
    LogEntry.objects.filter(index=1).update(leaf=leaf, leaf_hash=leaf_hash(leaf.encode()).hex())
    rebuild(list(LogEntry.objects.order_by("index")))

    assert found() == {
        "logentry:1": "it does not say what history recorded",
        f"checkpoint:{Checkpoint.objects.get().pk}": "the log does not begin with what it signed",
    }


def test_a_certificate_that_was_truly_issued_with_an_earlier_date_is_named(busy) -> None:
    """History agrees, every hash and signature holds; only the checkpoint before it tells."""
    make_certificate(name="Robin Hale", at=NOON - 100 * DAY)

    assert found() == {"logentry:4": "it is dated before a checkpoint that does not have it"}


def test_what_began_before_a_checkpoint_and_ended_after_it_is_no_fault(busy) -> None:
    revoke_certificate(
        certificate=busy, reason=RevocationReason.ERROR, by=make_registrar(), at=NOON + 3 * HOUR + timedelta(minutes=30)
    )

    assert found() == {}


def test_history_and_log_rewritten_together_are_found_by_the_checkpoint(busy) -> None:
    """Whoever has the database takes the suspension out of history and log and mends every hash, but what was published."""
    entry_of_suspension = entry_of("suspended")
    kept = list(LogEntry.objects.exclude(index=1).order_by("index"))
    LogEntry.objects.all().delete()
    Entry.objects.filter(pk=entry_of_suspension.pk).delete()
    chain, previous = Chain.objects.get(name="certificates"), ""
    for number, entry in enumerate(chain.entries.order_by("number"), start=1):
        entry.number, entry.previous = number, previous
        entry.digest = previous = history.digest_of(entry, chain_name="certificates")
        entry.save()
    chain.length, chain.head = chain.entries.count(), previous
    chain.save()
    rebuild(kept)

    said = found()

    assert said[f"checkpoint:{Checkpoint.objects.get().pk}"] == "the log does not begin with what it signed"


def test_a_line_that_history_does_not_know_is_named(busy) -> None:
    other = history.record(chain="other", verb="x", subject="y", actor=None, at=NOON)
    append([Leaf(text='{"event":"issued"}', certificate_id=busy.pk, entry_id=other.pk)])

    assert found() == {"logentry:4": "history does not know it"}


def test_a_change_that_was_never_logged_is_named(busy) -> None:
    entry = history.record(
        chain="certificates", verb="certificate.reinstated", subject=history.name_of(busy), actor=None, at=NOON + DAY
    )
    lost = history.record(
        chain="certificates", verb="certificate.revoked", subject="certificate:0", actor=None, at=NOON
    )

    assert found() == {
        f"entry:{entry.pk}": "the log does not have it",
        f"entry:{lost.pk}": "the log cannot be held against it",
    }


@pytest.mark.parametrize("leaf", ["not json", "[]", '{"at": 7}', "{}"])
def test_a_line_that_cannot_be_read_is_named_and_breaks_nothing(busy, leaf: str) -> None:
    publish_checkpoint(at=NOON + DAY)
    LogEntry.objects.filter(index=3).update(leaf=leaf, leaf_hash=leaf_hash(leaf.encode()).hex())

    assert found()["logentry:3"] == "it does not say what history recorded"


def test_a_changed_or_missing_node_and_a_changed_head_are_named(busy) -> None:
    first, second = LogNode.objects.filter(level=1).order_by("number")
    LogNode.objects.filter(pk=first.pk).update(hash="0" * 64)
    LogNode.objects.filter(pk=second.pk).delete()
    LogHead.objects.update(peaks=["0" * 64])

    assert found() == {
        f"lognode:{first.pk}": "it is not the hash of its leaves",
        "lognode at level 1, number 1": "it is gone",
        "loghead:1": "it is not the head of the log’s entries",
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"note": "nothing"}, "its signature does not hold"),
        ({"size": 3}, "it is not what was signed"),
        ({"root": "0" * 64}, "it is not what was signed"),
    ],
)
def test_a_changed_checkpoint_is_named(busy, change: dict, reason: str) -> None:
    made = Checkpoint.objects.get()
    Checkpoint.objects.update(**change)

    assert found() == {f"checkpoint:{made.pk}": reason}


def test_a_swapped_key_is_named_with_what_it_signed(busy) -> None:
    LogKey.objects.update(public="1" * 64)

    assert found() == {
        f"checkpoint:{Checkpoint.objects.get().pk}": "its signature does not hold",
        f"logkey:{LogKey.objects.get().pk}": "it is not the key that history recorded",
    }


@pytest.mark.parametrize("count", [1, 3])
def test_how_many_certificates_there_are_changes_nothing_about_how_often_is_asked(
    count: int, django_assert_num_queries
) -> None:
    from cms.records import log

    for _ in range(count):
        make_certificate()
    publish_checkpoint(at=NOON)

    with django_assert_num_queries(11):
        assert list(log.faults()) == []
