"""Is every shift as its history left it, its seal whole, and no shift without history or history without its shift?"""

from __future__ import annotations

from collections.abc import Iterator

from assessments.models import Shift
from assessments.sealing import seal_holds
from assessments.shift_history import OutOfStep, replay, row_digest

from .fault import CANNOT_BE_READ, UNKNOWN, UNREADABLE, Fault, Told, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    # What is sealed in its column is opened elsewhere: one text that does not open would hide all that is wrong here.
    rows = Shift.objects.select_related("production").defer("learning_note", "production__title")
    for keys in chunks(Shift.objects.all()):
        found, unreadable = readable(rows, keys)
        told = told_about([f"shift:{key}" for key in keys])
        yield from (Fault(row=f"shift:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for shift in found:
            try:
                reason = _what_is_wrong(shift, told[f"shift:{shift.pk}"])
            except UNREADABLE:
                reason = CANNOT_BE_READ
            if reason:
                yield Fault(row=f"shift:{shift.pk}", reason=reason)
    yield from gone(Shift)


def _what_is_wrong(shift: Shift, told: list[Told]) -> str:
    """The first thing that is not as recorded, as a sentence; nothing when all is. No query."""
    noted = [entry.facts for entry in told if "row" in entry.facts]
    if not noted:
        return UNKNOWN
    if shift.signed_at and not seal_holds(shift):
        return "its seal is broken: a sealed field or the seal was changed"
    if shift.signed_at and noted[-1].get("seal") != shift.seal:
        return "its seal is not the one that history recorded"
    if noted[-1]["row"] != row_digest(shift):
        return "it is not as history left it"
    try:
        state = replay((entry.verb, "") for entry in told)
    except OutOfStep:
        return "its history tells of a step that cannot follow the one before"
    if state is not shift.state:
        return "its state is not the one that history comes to"
    if shift.assertion and not _passkey_signed(shift):
        return "the signature of the passkey does not hold"
    return ""


def _passkey_signed(shift: Shift) -> bool:
    # Here, as most academies' verification never needs it, and it brings a library of its own.
    from assessments.passkeys import assertion_holds  # type: ignore[import-not-found]

    return bool(assertion_holds(shift))
