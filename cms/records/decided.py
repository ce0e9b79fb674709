"""Are decisions, cases, revocations in twos and complaints as history tells?"""

from __future__ import annotations

from collections.abc import Iterator

from certificates.cases import mark_of_case
from certificates.complaints import mark_of_message
from certificates.decisions import digest_of_decision
from certificates.models import Case, Complaint, ComplaintMessage, Decision, RevocationProposal
from cms.accounts.models import Entry
from cms.accounts.sealing import CannotOpen

from .fault import CANNOT_BE_READ, GONE, UNKNOWN, UNREADABLE, Fault, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    yield from _decisions()
    yield from _cases()
    yield from _proposals()
    yield from _complaints()


def _decisions() -> Iterator[Fault]:
    """Each by its digest, which the entry of its act holds."""
    said: dict[int, object] = {}
    entries = Entry.objects.filter(chain__name="certificates", facts__has_key="decision")
    for facts in entries.values_list("facts", flat=True).iterator():
        said[facts["decision"]] = facts.get("decided")
    for keys in chunks(Decision.objects.all()):
        found, unreadable = readable(Decision.objects.all(), keys)
        yield from (Fault(row=f"decision:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for decision in found:
            if decision.pk not in said:
                yield Fault(row=f"decision:{decision.pk}", reason=UNKNOWN)
            elif said[decision.pk] != digest_of_decision(decision):
                yield Fault(row=f"decision:{decision.pk}", reason="it is not what was decided")
        for key in keys:
            said.pop(key, None)
    yield from (Fault(row=f"decision:{key}", reason=GONE) for key in sorted(said))


def _cases() -> Iterator[Fault]:
    """Each, with its appeal, by the mark that the last entry about it has."""
    rows = Case.objects.select_related("appeal")
    for keys in chunks(Case.objects.all()):
        told = told_about([f"case:{key}" for key in keys])
        found, unreadable = readable(rows, keys)
        yield from (Fault(row=f"case:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for case in found:
            marks = [entry.facts["row"] for entry in told[f"case:{case.pk}"] if "row" in entry.facts]
            if not marks:
                yield Fault(row=f"case:{case.pk}", reason=UNKNOWN)
            elif marks[-1] != mark_of_case(case):
                yield Fault(row=f"case:{case.pk}", reason="it is not as history recorded")
    yield from gone(Case)


def _proposals() -> Iterator[Fault]:
    """Who proposed and who answered, as the entries about the certificate tell; confirmed by another person."""
    verbs = {"revocation.confirmed": True, "revocation.rejected": False, "revocation.taken_back": False}
    proposed: dict[int, tuple[int | None, object]] = {}
    answered: dict[int, tuple[bool, int | None]] = {}
    entries = Entry.objects.filter(verb__in=["revocation.proposed", *verbs]).order_by("chain", "number")
    for verb, actor, facts in entries.values_list("verb", "actor", "facts"):
        key = facts.get("proposal", 0) if isinstance(facts, dict) else 0
        if verb == "revocation.proposed":
            proposed[key] = (actor, facts.get("reason"))
        else:
            answered[key] = (verbs[verb], actor)
    for proposal in RevocationProposal.objects.order_by("pk").iterator():
        row = f"revocationproposal:{proposal.pk}"
        told = answered.get(proposal.pk)
        now = None if proposal.confirmed is None else (proposal.confirmed, proposal.answered_by_id)
        if proposal.pk not in proposed:
            yield Fault(row=row, reason=UNKNOWN)
        elif proposed.pop(proposal.pk) != (proposal.proposed_by_id, proposal.reason):
            yield Fault(row=row, reason="it is not what was proposed")
        elif told != now:
            yield Fault(row=row, reason="its answer is not the one that history recorded")
    yield from (Fault(row=f"revocationproposal:{key}", reason=GONE) for key in sorted(proposed))


def _complaints() -> Iterator[Fault]:
    """What was written, by the marks in the entries about it. What it says is not told."""
    for keys in chunks(Complaint.objects.all()):
        told = told_about([f"complaint:{key}" for key in keys])
        found, unreadable = readable(Complaint.objects.all(), keys)
        yield from (Fault(row=f"complaint:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for complaint in found:
            facts = [entry.facts for entry in told[f"complaint:{complaint.pk}"] if "row" in entry.facts]
            if not facts:
                yield Fault(row=f"complaint:{complaint.pk}", reason=UNKNOWN)
            elif facts[-1].get("row") != mark_of_message(complaint) or facts[-1].get("closing") != complaint.closing:
                yield Fault(row=f"complaint:{complaint.pk}", reason="it is not as history recorded")
        marks = {
            entry.facts["message"]: entry.facts.get("written")
            for entries in told.values()
            for entry in entries
            if "message" in entry.facts
        }
        for key in ComplaintMessage.objects.filter(complaint__in=keys).order_by("pk").values_list("pk", flat=True):
            reason = _what_is_wrong(key, marks.pop(key, None))
            if reason:
                yield Fault(row=f"complaintmessage:{key}", reason=reason)
        yield from (Fault(row=f"complaintmessage:{key}", reason=GONE) for key in sorted(marks))
    yield from gone(Complaint)


def _what_is_wrong(key: int, mark: object) -> str:
    if mark is None:
        return UNKNOWN
    try:
        message = ComplaintMessage.objects.get(pk=key)
    except CannotOpen:
        return ""  # named already, with its column
    except UNREADABLE:
        return CANNOT_BE_READ
    return "" if mark == mark_of_message(message) else "it is not what was written"
