"""Is the transparency log what history tells, and has it only grown from every checkpoint that was published?

The tree is built anew from the leaves. A leaf that was dropped, moved, changed or dated back is named by what it no longer
agrees with: its neighbours, its own hash, history, the kept nodes, or a checkpoint that others may hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from certificates.log.appending import LOGGED, leaf_of, what_happened
from certificates.log.notes import BadNote, read_note
from certificates.log.tree import Place, grown, leaf_hash, root_of
from certificates.models import Certificate, Checkpoint, LogEntry, LogHead, LogKey, LogNode
from cms.accounts.models import Entry

from .fault import CHUNK, UNREADABLE, Fault

# A change is dated when it begins and logged when it is done; a checkpoint may be made in between.
SLACK = timedelta(hours=1)


@dataclass
class Built:
    """The tree, as its leaves make it."""

    peaks: list[bytes] = field(default_factory=list)
    size: int = 0
    nodes: dict[Place, str] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)  # at the sizes of checkpoints
    whole: bool = True  # no leaf is gone

    def add(self, leaf: bytes, wanted: set[int]) -> None:
        self.peaks, completed = grown(self.size, self.peaks, leaf)
        self.size += 1
        self.nodes |= {place: node.hex() for place, node in completed}
        if self.size in wanted:
            self.roots[self.size] = root_of(self.peaks).hex()


def faults() -> Iterator[Fault]:
    checkpoints = list(Checkpoint.objects.select_related("key").order_by("size", "pk"))
    head = LogHead.objects.first() or LogHead()
    built = Built()
    if any(checkpoint.size == 0 for checkpoint in checkpoints):
        built.roots[0] = root_of([]).hex()
    yield from _leaves(built, checkpoints, head)
    yield from _history()
    if built.whole:  # else no tree can be made of them, and what is gone is named
        yield from _nodes(built, head)
    yield from _checkpoints(built, checkpoints)
    yield from _keys()


def _leaves(built: Built, checkpoints: list[Checkpoint], head: LogHead) -> Iterator[Fault]:
    """Every leaf against its own hash and the checkpoints before it; the tree of them all on the way."""
    wanted = {checkpoint.size for checkpoint in checkpoints}
    earlier = iter(checkpoints)
    following = next(earlier, None)
    published: datetime | None = None  # when the newest checkpoint was made that does not have the leaf yet
    expected = 0
    leaves = LogEntry.objects.order_by("index").values_list("index", "leaf", "leaf_hash")
    for index, leaf, hashed in leaves.iterator():
        while following and following.size <= index:
            published = max(published or following.made_at, following.made_at)
            following = next(earlier, None)
        yield from _gone(built, expected, index)
        expected = index + 1
        computed = leaf_hash(leaf.encode())
        built.add(computed, wanted)
        if computed.hex() != hashed:
            yield Fault(row=f"logentry:{index}", reason="its words are not those that were hashed")
        elif published and (at := _moment_of(leaf)) and at + SLACK < published:
            yield Fault(row=f"logentry:{index}", reason="it is dated before a checkpoint that does not have it")
    yield from _gone(built, expected, max([head.size, *wanted]))


def _gone(built: Built, expected: int, index: int) -> Iterator[Fault]:
    for missing in range(expected, index):
        built.whole = False
        yield Fault(row=f"logentry:{missing}", reason="it was logged, and is gone")


def _history() -> Iterator[Fault]:
    """What history says of certificates and what the log says of them are the same, in the same order."""
    logged = _logged()
    digests: dict[int, str] = {}
    newest = -1
    told = Entry.objects.filter(chain__name="certificates", verb__in=LOGGED)
    for keys in batched(told.order_by("number").values_list("pk", flat=True), CHUNK):
        entries = list(told.filter(pk__in=keys).order_by("number"))
        certificates = _certificates(entries)
        for entry in entries:
            try:
                certificate = certificates[entry.subject]
                happened = what_happened(certificate, entry)
                digests[certificate.pk] = str(entry.facts.get("digest") or digests[certificate.pk])
            except UNREADABLE:
                yield Fault(row=f"entry:{entry.pk}", reason="the log cannot be held against it")
                continue
            for row, event in happened:
                index, leaf = logged.pop((entry.pk, row.pk), (None, ""))
                if index is None:
                    name = f"entry:{entry.pk} (certificate:{row.pk}, {event})"
                    yield Fault(row=name, reason="the log does not have it")
                    continue
                digest = digests.get(row.pk, "")
                said = {
                    leaf_of(event=event, at=entry.at, credential_id=known, credential_digest=digest)
                    for known in _ids(row)
                }
                if leaf not in said:
                    yield Fault(row=f"logentry:{index}", reason="it does not say what history recorded")
                elif index < newest:
                    yield Fault(row=f"logentry:{index}", reason="it stands before what happened earlier")
                newest = max(newest, index)
    for index, _leaf in sorted(logged.values()):
        yield Fault(row=f"logentry:{index}", reason="history does not know it")


def _certificates(entries: list[Entry]) -> dict[str, Certificate]:
    """The certificates that these entries are about, by the name that history gives them. Three queries."""
    numbers = {entry.subject.removeprefix("certificate:") for entry in entries}
    found = Certificate.objects.filter(pk__in=[number for number in numbers if number.isdecimal()])
    rows = found.select_related("replaces").prefetch_related("past_editions", "replaces__past_editions")
    return {f"certificate:{certificate.pk}": certificate for certificate in rows}


def _nodes(built: Built, head: LogHead) -> Iterator[Fault]:
    """The kept nodes and the head are those of the leaves."""
    kept = {}
    for pk, level, number, node in LogNode.objects.values_list("pk", "level", "number", "hash").iterator():
        kept[level, number] = node
        if built.nodes.get((level, number)) != node:
            yield Fault(row=f"lognode:{pk} (level {level}, number {number})", reason="it is not the hash of its leaves")
    for level, number in sorted(built.nodes.keys() - kept.keys()):
        yield Fault(row=f"lognode at level {level}, number {number}", reason="it is gone")
    if (head.size, head.peaks) != (built.size, [peak.hex() for peak in built.peaks]):
        yield Fault(row="loghead:1", reason="it is not the head of the log’s entries")


def _checkpoints(built: Built, checkpoints: list[Checkpoint]) -> Iterator[Fault]:
    for checkpoint in checkpoints:
        row = f"checkpoint:{checkpoint.pk} ({checkpoint.size} entries)"
        key = checkpoint.key
        try:
            head = read_note(checkpoint.note, name=key.name, public=bytes.fromhex(key.public))
        except BadNote:
            yield Fault(row=row, reason="its signature does not hold")
            continue
        if (head.origin, head.size, head.root.hex()) != (key.name, checkpoint.size, checkpoint.root):
            yield Fault(row=row, reason="it is not what was signed")
        elif built.roots.get(checkpoint.size) != checkpoint.root:
            yield Fault(row=row, reason="the log does not begin with what it signed")


def _keys() -> Iterator[Fault]:
    made = Entry.objects.filter(chain__name="keys", verb="logkey.made").values_list("subject", "facts")
    said = {subject: facts.get("public") for subject, facts in made}
    for key in LogKey.objects.order_by("pk"):
        if said.get(f"logkey:{key.pk}") != key.public:
            yield Fault(row=f"logkey:{key.pk}", reason="it is not the key that history recorded")


def _logged() -> dict[tuple[int, int], tuple[int, str]]:
    """Index and leaf of every entry of the log, by the entry of history and the certificate that it is about."""
    rows = LogEntry.objects.order_by("index").values_list("entry", "certificate", "index", "leaf")
    return {(entry, certificate): (index, leaf) for entry, certificate, index, leaf in rows.iterator()}


def _ids(certificate: Certificate) -> set[str]:
    """The ids that its editions have, which is one unless the academy has moved to another address."""
    files = [certificate.credential, *(past.credential for past in certificate.past_editions.all())]
    found = set()
    for file in files:
        try:
            found.add(json.loads(file)["id"])
        except UNREADABLE:
            continue
    return found


def _moment_of(leaf: str) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(leaf)["at"])
    except UNREADABLE:
        return None
