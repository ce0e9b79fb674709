"""Is every outside document as history left it, and is its file the one that was handed in and accepted?"""

from __future__ import annotations

from collections.abc import Iterator

from assessments.documents import digest_of_file, row_digest
from assessments.models import DocumentState, EvidenceDocument

from .fault import CANNOT_BE_READ, UNKNOWN, UNREADABLE, Fault, Told, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    rows = EvidenceDocument.objects.defer("words")
    for keys in chunks(EvidenceDocument.objects.all()):
        found, unreadable = readable(rows, keys)
        told = told_about([f"evidencedocument:{key}" for key in keys])
        yield from (Fault(row=f"evidencedocument:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for document in found:
            try:
                reason = _what_is_wrong(document, told[f"evidencedocument:{document.pk}"])
            except UNREADABLE:
                reason = CANNOT_BE_READ
            if reason:
                yield Fault(row=f"evidencedocument:{document.pk}", reason=reason)
    yield from gone(EvidenceDocument)


def _what_is_wrong(document: EvidenceDocument, told: list[Told]) -> str:
    """The first thing that is not as recorded, as a sentence; nothing when all is. Reads the file, where there is one."""
    noted = [entry.facts for entry in told if "row" in entry.facts]
    if not noted:
        return UNKNOWN
    if noted[-1]["row"] != row_digest(document):
        return "it is not as history left it"
    if document.state is DocumentState.WITHDRAWN or not noted[-1].get("file"):
        return ""
    kept = digest_of_file(document)
    if not kept:
        return "its file is gone"
    # That of the acceptance, where there was one: the last entry about the row repeats it.
    return "" if kept == noted[-1]["file"] else "its file is not the one that history recorded"
