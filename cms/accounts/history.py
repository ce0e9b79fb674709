"""What was done, by whom, when, and can anyone have changed it since? Nothing else writes Chain and Entry.

Every entry's digest covers the one before it, so a change, a removal or an insertion behind the product's back shows.
`record` is called inside the transaction of the change it tells of: both are kept, or neither.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, models, transaction
from django.utils import timezone

from .models import Chain, Entry, User

Facts = dict[str, str | int | bool | None | list[str] | list[int] | dict[str, int]]


class NotInTransaction(Exception):
    """`record` was called outside a transaction: the change and its history could part ways."""


def name_of(thing: models.Model) -> str:
    """How history names a row: its model and key, such as "shift:17"."""
    return f"{thing._meta.model_name}:{thing.pk}"


def record(
    *, chain: str, verb: str, subject: str, actor: User | None, at: datetime, facts: Facts | None = None
) -> Entry:
    """Add one entry to the chain, beginning it where need be. Repeating adds another: callers decide what is news.

    `facts` hold codes, numbers and digests; never a name, a title or a reflection, as an entry is kept for ever.
    Raises NotInTransaction outside a transaction.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{verb} must be recorded in the transaction of the change itself.")
    locked = lock(chain)  # entries are added one after the other
    entry = Entry(
        chain=locked,
        number=locked.length + 1,
        at=at,
        actor=actor,
        verb=verb,
        subject=subject,
        facts=facts or {},
        previous=locked.head,
    )
    entry.digest = digest_of(entry, chain_name=chain)
    entry.save(force_insert=True)
    locked.length, locked.head = entry.number, entry.digest
    locked.save(update_fields=["length", "head"])
    return entry


def lock(chain: str) -> Chain:
    """The chain's row, begun where need be, which nobody else may add to until the transaction ends.

    For what must happen one after the other although no row of its own says so yet, such as giving out numbers.
    """
    Chain.objects.bulk_create([Chain(name=chain)], ignore_conflicts=True)
    return Chain.objects.select_for_update().get(name=chain)


def digest_of(entry: Entry, *, chain_name: str) -> str:
    """SHA-256 over the entry's own words and the digest before it, in hexadecimal."""
    said = [
        chain_name,
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.verb,
        entry.subject,
        entry.facts,
        entry.previous,
    ]
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Break:
    """A place where a chain no longer tells the truth."""

    chain: str
    number: int
    row: int | None  # primary key of the entry, where there is one
    reason: str


def breaks(*, chain: str | None = None) -> Iterator[Break]:
    """Every place where an entry was changed, removed, added or moved behind `record`; nothing when all is well."""
    chains = Chain.objects.order_by("pk") if chain is None else Chain.objects.filter(name=chain)
    for line in chains.iterator():
        previous, number = "", 0
        for entry in line.entries.order_by("number").iterator():
            number += 1
            if entry.number != number:
                yield Break(chain=line.name, number=number, row=None, reason="an entry is missing here")
                number = entry.number
            elif entry.previous != previous:
                yield Break(
                    chain=line.name, number=number, row=entry.pk, reason="it does not follow the entry before it"
                )
            if entry.digest != digest_of(entry, chain_name=line.name):
                yield Break(chain=line.name, number=number, row=entry.pk, reason="its words were changed")
            previous = entry.digest
        if (number, previous) != (line.length, line.head):
            yield Break(chain=line.name, number=line.length, row=None, reason="the chain ends before or after its head")


def entries_about(*things: models.Model) -> models.QuerySet[Entry]:
    """What happened to this row, or to any of several, oldest first, with who did it: one query."""
    subjects = [name_of(thing) for thing in things]
    return Entry.objects.filter(subject__in=subjects).select_related("actor").order_by("pk")


@transaction.atomic
def audit(*, verb: str, subject: str, actor: User | None, facts: Facts | None = None) -> Entry:
    """Write to the audit trail that something delicate was read or done now, when nothing else changes with it."""
    return record(chain="audit", verb=verb, subject=subject, actor=actor, at=timezone.now(), facts=facts)


# The database refuses to change or delete an entry. Written here once for the migration and for the tests' cleaning up.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER entry_never_changes BEFORE UPDATE ON accounts_entry "
        "BEGIN SELECT RAISE(ABORT, 'history is never changed'); END",
        "CREATE TRIGGER entry_never_goes BEFORE DELETE ON accounts_entry "
        "BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION entry_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is never changed or deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER entry_never_changes BEFORE UPDATE OR DELETE ON accounts_entry "
        "FOR EACH ROW EXECUTE FUNCTION entry_stays()",
    ),
}
UNGUARDS = {
    "sqlite": ("DROP TRIGGER IF EXISTS entry_never_changes", "DROP TRIGGER IF EXISTS entry_never_goes"),
    "postgresql": (
        "DROP TRIGGER IF EXISTS entry_never_changes ON accounts_entry",
        "DROP FUNCTION IF EXISTS entry_stays()",
    ),
}
