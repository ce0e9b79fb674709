"""How does a change get into the log? Nothing else writes LogEntry, LogNode and LogHead.

`log_change` is called inside the transaction of the change, right after its history: all three are kept, or none. Locks are
taken in one order everywhere: enrolment, the chain "certificates", the certificate, the log's head, a status list.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db import connection

from cms.accounts.history import NotInTransaction
from cms.accounts.models import Entry

from ..models import Certificate, EditionReason, LogEntry, LogHead, LogNode
from .tree import grown, leaf_hash

HEAD = 1  # the one row


class Event(StrEnum):
    """What happened, as the public log says it. The holder's change of consent is no one's business: it is re-signed."""

    ISSUED = "issued"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    RENEWED = "renewed"
    RESIGNED = "re-signed"


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """What is to be logged: the public text, and which rows of ours it is about."""

    text: str
    certificate_id: int
    entry_id: int


def log_change(*, certificate: Certificate, entry: Entry) -> list[LogEntry]:
    """Log the change of `certificate` that history has just recorded as `entry`. A replacement makes two log entries.

    Raises KeyError for a verb of which nobody has said what the public reads of it.
    """
    return append([_leaf(row, event, entry) for row, event in what_happened(certificate, entry)])


def what_happened(certificate: Certificate, entry: Entry) -> list[tuple[Certificate, Event]]:
    """What the public log says of an entry of history about a certificate, in the order in which it says it."""
    if entry.verb == "certificate.replaced":
        before = certificate.replaces
        if before is None:
            raise LookupError(f"{certificate} replaces nothing.")
        return [(before, Event.SUPERSEDED), (certificate, Event.ISSUED)]
    if entry.verb == "certificate.edition":
        renewed = entry.facts["because"] == EditionReason.RENEWAL
        return [(certificate, Event.RENEWED if renewed else Event.RESIGNED)]
    return [(certificate, EVENTS[entry.verb])]


EVENTS = {
    "certificate.issued": Event.ISSUED,
    "certificate.suspended": Event.SUSPENDED,
    "certificate.reinstated": Event.REINSTATED,
    "certificate.revoked": Event.REVOKED,
}
LOGGED = frozenset({*EVENTS, "certificate.replaced", "certificate.edition"})  # verbs of history


def _leaf(certificate: Certificate, event: Event, entry: Entry) -> Leaf:
    text = leaf_of(
        event=event,
        at=entry.at,
        credential_id=json.loads(certificate.credential)["id"],
        credential_digest=certificate.credential_digest,
    )
    return Leaf(text=text, certificate_id=certificate.pk, entry_id=entry.pk)


def leaf_of(*, event: Event, at: datetime, credential_id: str, credential_digest: str) -> str:
    """The bytes that are hashed, as text: canonical JSON (RFC 8785) of two digests, a word and a moment in UTC.

    `certificate` is the SHA-256 of the credential's id, which holds 122 random bits. The certificate's number is in no
    leaf, not even hashed: it has 50 random bits, and 2^50 hashes are a day's work for one machine.
    """
    said = {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "certificate": hashlib.sha256(credential_id.encode()).hexdigest(),
        "credential": credential_digest,
        "event": str(event),
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def append(leaves: Sequence[Leaf]) -> list[LogEntry]:
    """Add these leaves in this order. Repeating adds them again, which the database refuses: a change is logged once.

    Costs four queries, however many they are and however long the log is. Raises NotInTransaction outside a transaction.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("A change is logged in the transaction of the change itself.")
    head = _lock_head()
    peaks = [bytes.fromhex(peak) for peak in head.peaks]
    entries, nodes = [], []
    for index, leaf in enumerate(leaves, start=head.size):
        hashed = leaf_hash(leaf.text.encode())
        peaks, completed = grown(index, peaks, hashed)
        entries.append(
            LogEntry(
                index=index,
                leaf=leaf.text,
                leaf_hash=hashed.hex(),
                certificate_id=leaf.certificate_id,
                entry_id=leaf.entry_id,
            )
        )
        nodes += [LogNode(level=level, number=number, hash=node.hex()) for (level, number), node in completed]
    LogEntry.objects.bulk_create(entries)
    LogNode.objects.bulk_create(nodes)
    head.size, head.peaks = head.size + len(entries), [peak.hex() for peak in peaks]
    head.save(update_fields=["size", "peaks"])
    return entries


def _lock_head() -> LogHead:
    """The head, begun where need be, to which nobody else may add until the transaction ends."""
    head = LogHead.objects.select_for_update().filter(pk=HEAD).first()
    if head is None:
        LogHead.objects.bulk_create([LogHead(pk=HEAD)], ignore_conflicts=True)
        head = LogHead.objects.select_for_update().get(pk=HEAD)
    return head
