"""Are terms, ledgers and renewals as history left them, and does every renewed certificate say what was counted?"""

from __future__ import annotations

from collections.abc import Iterator

from certificates.credits import in_credits
from certificates.ledger import digest_of_entry, digest_of_file
from certificates.models import Certificate, CreditEntry, Renewal, RenewalTerms
from certificates.renewal_terms import digest_of_terms
from certificates.renewing import digest_of_renewal
from certificates.snapshots import RENEWED
from cms.accounts.models import Entry

from .fault import CANNOT_BE_READ, UNKNOWN, UNREADABLE, Fault, Told, chunks, gone, readable, told_about

ALTERED = "it is not as history left it"


def faults() -> Iterator[Fault]:
    yield from _terms()
    yield from _entries()
    yield from _renewals()
    yield from _certificates()
    for model in (RenewalTerms, CreditEntry, Renewal):
        yield from gone(model)


def _terms() -> Iterator[Fault]:
    said = dict(Entry.objects.filter(verb="renewal_terms.published").values_list("subject", "facts__digest"))
    for terms in RenewalTerms.objects.prefetch_related("categories").order_by("pk"):
        name = f"renewalterms:{terms.pk}"
        if name not in said:
            yield Fault(row=name, reason=UNKNOWN)
        elif said[name] != digest_of_terms(terms, list(terms.categories.all())):
            yield Fault(row=name, reason=ALTERED)


def _entries() -> Iterator[Fault]:
    rows = CreditEntry.objects.defer("words")
    for keys in chunks(CreditEntry.objects.all()):
        found, unreadable = readable(rows, keys)
        told = told_about([f"creditentry:{key}" for key in keys])
        yield from (Fault(row=f"creditentry:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for entry in found:
            if reason := _wrong_with_entry(entry, told[f"creditentry:{entry.pk}"]):
                yield Fault(row=f"creditentry:{entry.pk}", reason=reason)


def _wrong_with_entry(entry: CreditEntry, told: list[Told]) -> str:
    """The first thing that is not as recorded, as a sentence; nothing when all is. Reads the paper, where there is one."""
    noted = [each.facts["row"] for each in told if "row" in each.facts]
    if not noted:
        return UNKNOWN
    try:
        if noted[-1] != digest_of_entry(entry):
            return ALTERED
    except UNREADABLE:
        return CANNOT_BE_READ
    if entry.withdrawn_at or not entry.file_digest:
        return ""
    kept = digest_of_file(entry)
    if not kept:
        return "its file is gone"
    return "" if kept == entry.file_digest else "its file is not the one that was handed in"


def _renewals() -> Iterator[Fault]:
    rows = Renewal.objects.defer("words")
    for keys in chunks(Renewal.objects.all()):
        found, unreadable = readable(rows, keys)
        told = told_about([f"renewal:{key}" for key in keys])
        yield from (Fault(row=f"renewal:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for renewal in found:
            noted = [each.facts["digest"] for each in told[f"renewal:{renewal.pk}"] if "digest" in each.facts]
            try:
                said = digest_of_renewal(renewal)
            except UNREADABLE:
                yield Fault(row=f"renewal:{renewal.pk}", reason=CANNOT_BE_READ)
                continue
            if not noted:
                yield Fault(row=f"renewal:{renewal.pk}", reason=UNKNOWN)
            elif noted[-1] != said:
                yield Fault(row=f"renewal:{renewal.pk}", reason=ALTERED)


def _certificates() -> Iterator[Fault]:
    """The last confirmed renewal of an award is what its certificate's basis and end say; without one, there is no such line."""
    last: dict[int, Renewal] = {}  # by enrolment
    confirmed = Renewal.objects.filter(to_until__isnull=False).select_related("certificate").defer("words")
    for renewal in confirmed.order_by("from_until", "pk"):
        last[renewal.certificate.enrolment_id] = renewal
    rows = Certificate.objects.filter(superseded_at=None).only("number", "basis", "valid_until", "enrolment")
    for certificate in rows.order_by("pk").iterator(chunk_size=500):
        row = f"certificate:{certificate.pk} ({certificate.number})"
        try:
            lines = [line for line in certificate.basis if line.get("state") == RENEWED]
        except UNREADABLE:
            yield Fault(row=row, reason=CANNOT_BE_READ)
            continue
        newest = last.get(certificate.enrolment_id)
        if newest is None:
            if lines:
                yield Fault(row=row, reason="its basis tells of a renewal that history does not know")
        elif certificate.valid_until != newest.to_until:
            yield Fault(row=row, reason="its end is not that of its last renewal")
        elif len(lines) != 1 or not _says(lines[0], newest.counted_quarters):
            yield Fault(row=row, reason="its basis does not say what its last renewal counted")


def _says(line: dict[str, str], quarters: int | None) -> bool:
    """The number, in whatever language it was written."""
    return not quarters or in_credits(quarters).split()[0] in line.get("summary", "").split()
