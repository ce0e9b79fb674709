"""Does the log stay one line when many write to it at once?

The long one adds 10,000 events in four processes while it publishes; it takes some ten seconds on two idle cores.
"""

import os
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.log import appending
from certificates.log.appending import Leaf, append
from certificates.log.keys import key_in_use
from certificates.log.publishing import publish_checkpoint
from certificates.log.reading import inclusion_path, root_at, tree_now
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
from certificates.status import revoke_certificate, suspend_certificate
from cms.accounts import history
from cms.accounts.models import Chain, Entry
from tests.certificates.logs import assert_the_log_is_sound, events
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate
from tests.factories.people import NOON, make_registrar
from tests.unguarded import lift_guards, set_guards

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
PROCESSES, EVENTS = 4, 10_000


def make_entries(count: int) -> int:
    """That many entries of history with nothing in them, in a row. The key of the first."""
    chain = Chain.objects.create(name="race")
    made = Entry.objects.bulk_create(
        [
            Entry(
                chain=chain,
                number=number,
                at=NOON,
                verb="x",
                subject="x",
                facts={},
                previous=f"{number - 1:064x}" if number > 1 else "",
                digest=f"{number:064x}",
            )
            for number in range(1, count + 1)
        ],
        batch_size=1_000,
    )
    return made[0].pk


def database_url() -> str:
    """Where the tests' own database is, for a process of its own."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{said['NAME']}"
    who = said["USER"] + (f":{said['PASSWORD']}" if said["PASSWORD"] else "")
    return f"postgres://{who}@{said['HOST']}:{said['PORT']}/{said['NAME']}"


def test_ten_thousand_events_of_four_processes_are_one_consistent_log() -> None:
    certificate = make_certificate()
    first, share = make_entries(EVENTS), EVENTS // PROCESSES
    publish_checkpoint(at=NOON)
    environment = os.environ | {"DATABASE_URL": database_url()}

    adding = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.certificates.append_events",
            *map(str, (certificate.pk, first, share, PROCESSES)),
        ],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    while adding.poll() is None:
        publish_checkpoint(at=NOON)
        time.sleep(0.1)  # seconds: the writers are to have their turn
    _out, said = adding.communicate()
    publish_checkpoint(at=NOON)

    assert (adding.returncode, said) == (0, "")
    assert tree_now().size == EVENTS + 1
    assert Checkpoint.objects.count() > PROCESSES
    assert_the_log_is_sound()
    # Each process's events are in the order in which it logged them, and all are provably there.
    order = list(LogEntry.objects.filter(index__gte=1).order_by("index").values_list("entry", flat=True))
    for start in range(first, first + EVENTS, share):
        assert [entry for entry in order if start <= entry < start + share] == list(range(start, start + share))
    root = root_at(EVENTS + 1)
    for entry in LogEntry.objects.filter(index__in=range(0, EVENTS, 997)):
        assert inclusion_holds(
            index=entry.index,
            size=EVENTS + 1,
            leaf=bytes.fromhex(entry.leaf_hash),
            path=inclusion_path(index=entry.index, size=EVENTS + 1),
            root=root,
        )


def add_one(certificate: Certificate, entry: int) -> Any:
    with transaction.atomic():
        return append([Leaf(text=f"{entry}", certificate_id=certificate.pk, entry_id=entry)])


def test_eight_who_add_at_once_are_all_in_the_log() -> None:
    certificate, first = make_certificate(), make_entries(8)

    answers = side_by_side(*(partial(add_one, certificate, first + place) for place in range(8)))

    assert sorted(entry.index for (entry,) in answers) == list(range(1, 9))
    assert_the_log_is_sound()


def test_without_the_lock_somebody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, first = make_certificate(), make_entries(2)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, appending, "_lock_head")

    answers = side_by_side(*(partial(add_one, certificate, first + place) for place in range(2)))

    # The constraints kept the log true; the lock would have kept both callers calm.
    assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1
    assert tree_now().size == 2
    assert_the_log_is_sound()


def test_without_the_lock_and_the_constraints_two_leaves_would_stand_in_one_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificate, first = make_certificate(), make_entries(2)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, appending, "_lock_head")
    seen: list[int] = []
    monkeypatch.setattr(
        LogEntry.objects, "bulk_create", lambda entries: seen.extend(entry.index for entry in entries) or entries
    )
    monkeypatch.setattr(LogNode.objects, "bulk_create", lambda nodes: nodes)

    side_by_side(*(partial(add_one, certificate, first + place) for place in range(2)))

    assert seen == [1, 1]


def test_the_first_two_ever_begin_one_log() -> None:
    certificate = make_certificate()
    first = make_entries(2)
    lift_guards()  # the log as new
    for model in (LogEntry, LogNode, LogHead):
        model.objects.all().delete()
    set_guards()

    answers = side_by_side(*(partial(add_one, certificate, first + place) for place in range(2)))

    assert sorted(entry.index for (entry,) in answers) == [0, 1]
    assert_the_log_is_sound()


def test_two_who_ask_first_make_one_key_and_one_checkpoint() -> None:
    make_certificate()

    keys = side_by_side(*(partial(key_in_use, at=NOON) for _ in range(4)))
    notes = side_by_side(*(partial(publish_checkpoint, at=NOON) for _ in range(4)))

    assert {key.pk for key in keys} == {LogKey.objects.get().pk}
    assert {note.pk for note in notes} == {Checkpoint.objects.get().pk}


def test_changes_of_one_certificate_at_once_wait_for_each_other_in_one_order() -> None:
    certificate, registrar = make_certificate(), make_registrar()
    said = {"certificate": certificate, "by": registrar, "at": NOON + DAY}

    answers = side_by_side(
        partial(suspend_certificate, reason="A case", **said),
        *(partial(new_edition, because=EditionReason.RENEWAL, **said) for _ in range(3)),
        *(partial(new_edition, because=EditionReason.CONSENT, shows_name=False, **said) for _ in range(2)),
    )

    assert [type(answer).__name__ for answer in answers] == ["Certificate"] * 6
    assert sorted(events()) == ["issued", "re-signed", "re-signed", "renewed", "renewed", "renewed", "suspended"]
    assert_the_log_is_sound()
    assert list(history.breaks()) == []


def test_an_end_and_a_new_edition_at_once_do_not_wait_for_ever() -> None:
    certificates, registrar = [make_certificate() for _ in range(2)], make_registrar()
    calls = []
    for certificate in certificates:
        said = {"certificate": certificate, "by": registrar, "at": NOON + DAY}
        calls += [
            partial(revoke_certificate, reason=RevocationReason.ERROR, **said),
            partial(new_edition, because=EditionReason.KEY, **said),
            partial(replace_certificate, holder_name="Ana Prosser", **said),
        ]

    answers = side_by_side(*calls)

    refused = {"Certificate", "CannotIssue", "CannotChangeStatus"}
    assert {type(answer).__name__ for answer in answers} <= refused
    assert not any(isinstance(answer, (DatabaseError, IntegrityError)) for answer in answers)
    assert_the_log_is_sound()
