"""Is what was written around shifts as history tells: messages, other hours, disputes with their evidence, readings?"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from assessments.models import AuditDraw, HoursProposal, Outcome, Shift, ShiftDispute, TitleReading
from assessments.shift_history import digest_of_hours, marks_of_messages
from cms.accounts.models import Entry
from cms.accounts.sealing import CannotOpen

from .fault import CANNOT_BE_READ, GONE, UNKNOWN, Fault, Told, chunks, gone, readable, told_about

DECISIONS = {"shift.decided": Outcome.COUNTS, "shift.refused": Outcome.DOES_NOT}


def faults() -> Iterator[Fault]:
    yield from _messages()
    yield from _hours()
    yield from _disputes()
    yield from _readings()
    yield from gone(AuditDraw)


def _messages() -> Iterator[Fault]:
    """Each message by the mark that the last entry about its shift has of it."""
    for keys in chunks(Shift.objects.all()):
        told = told_about([f"shift:{key}" for key in keys])
        now = marks_of_messages(keys)
        for key in keys:
            noted = [entry.facts for entry in told[f"shift:{key}"] if "row" in entry.facts]
            said = noted[-1].get("messages", []) if noted else []
            marks = dict(_mark(mark) for mark in said) if isinstance(said, list) else {}
            for message, mark in now.get(key, {}).items():
                if message not in marks:
                    yield Fault(row=f"shiftmessage:{message}", reason=UNKNOWN)
                elif marks[message] != mark:
                    yield Fault(row=f"shiftmessage:{message}", reason="it is not what was written")
            for message in sorted(marks.keys() - now.get(key, {}).keys()):
                yield Fault(row=f"shiftmessage:{message}", reason=GONE)


def _mark(mark: object) -> tuple[int, str]:
    key, _colon, digest = str(mark).partition(":")
    return int(key) if key.isdecimal() else 0, digest


def _hours() -> Iterator[Fault]:
    said = _numbered("shift.hours_proposed", "proposal")
    for keys in chunks(HoursProposal.objects.all()):
        found, unreadable = readable(HoursProposal.objects.all(), keys)
        yield from (Fault(row=f"hoursproposal:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for proposal in found:
            if (known := said.get(proposal.pk)) is None:
                yield Fault(row=f"hoursproposal:{proposal.pk}", reason=UNKNOWN)
            elif known != (f"shift:{proposal.shift_id}", digest_of_hours(proposal)):
                yield Fault(row=f"hoursproposal:{proposal.pk}", reason="these are not the hours that were proposed")
        for key in keys:
            said.pop(key, None)
    yield from (Fault(row=f"hoursproposal:{key}", reason=GONE) for key in sorted(said))


def _disputes() -> Iterator[Fault]:
    said = _numbered("shift.disputed", "dispute")
    rows = ShiftDispute.objects.defer("account", "mentor_account", "letter", "reason")
    for keys in chunks(ShiftDispute.objects.all()):
        found, unreadable = readable(rows, keys)
        yield from (Fault(row=f"shiftdispute:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        told = told_about([f"shift:{dispute.shift_id}" for dispute in found])
        for dispute in found:
            about = [entry for entry in told[f"shift:{dispute.shift_id}"] if entry.facts.get("dispute") == dispute.pk]
            if reason := _what_is_wrong(dispute, about):
                yield Fault(row=f"shiftdispute:{dispute.pk}", reason=reason)
        for key in keys:
            said.pop(key, None)
    yield from (Fault(row=f"shiftdispute:{key}", reason=GONE) for key in sorted(said))


def _what_is_wrong(dispute: ShiftDispute, about: list[Told]) -> str:
    opened = next((entry for entry in about if entry.verb == "shift.disputed"), None)
    if opened is None:
        return UNKNOWN
    evidence = (opened.facts.get("letter"), opened.facts.get("call_sheet"))
    if evidence != (dispute.letter_digest, dispute.call_sheet) or opened.at != dispute.opened_at:
        return "its evidence is not what history recorded"
    try:
        letter = base64.b64decode(dispute.letter)
    except CannotOpen:
        return ""  # named already, with its column
    except ValueError:
        letter = b"?"
    if (hashlib.sha256(letter).hexdigest() if letter else "") != dispute.letter_digest:
        return "its letter is not the one that was handed in"
    answered = next((entry.at for entry in about if entry.verb == "dispute.answered"), None)
    if answered != dispute.mentor_answered_at:
        return "the mentor’s account is not as history recorded"
    decided = next((entry for entry in about if entry.verb in DECISIONS), None)
    told = (DECISIONS[decided.verb], decided.actor, decided.at) if decided else ("", None, None)
    if told != (dispute.outcome, dispute.decided_by_id, dispute.decided_at):
        return "its decision is not the one that history recorded"
    return ""


def _readings() -> Iterator[Fault]:
    """Whoever opened a sealed title did so with an entry about that very reading."""
    rows = TitleReading.objects.defer("reason")
    for keys in chunks(TitleReading.objects.all()):
        found, unreadable = readable(rows, keys)
        yield from (Fault(row=f"titlereading:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        told = told_about([f"titlereading:{key}" for key in keys])
        for reading in found:
            if reading.read_by_id not in {entry.actor for entry in told[f"titlereading:{reading.pk}"]}:
                yield Fault(row=f"titlereading:{reading.pk}", reason=UNKNOWN)
    yield from gone(TitleReading)


def _numbered(verb: str, name: str) -> dict[int, tuple[str, object]]:
    """By the number that such entries give in `name`: what they are about, and the hours they tell of."""
    told = Entry.objects.filter(verb=verb).values_list("subject", "facts")
    facts = [(subject, said) for subject, said in told if isinstance(said, dict)]
    return {said[name]: (subject, said.get("hours")) for subject, said in facts if isinstance(said.get(name), int)}
