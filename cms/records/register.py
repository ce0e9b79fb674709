"""Are the register's entries and the watches as history tells: who agreed to what, who left, who was removed, who watched?"""

from __future__ import annotations

from collections.abc import Iterator

from certificates.models import RegisterEntry, Watch
from certificates.register import said_in
from certificates.registering import digest_of

from .fault import UNKNOWN, Fault, Told, chunks, gone, told_about

SAID = {"register.joined", "register.changed"}


def faults() -> Iterator[Fault]:
    yield from _entries()
    yield from gone(RegisterEntry)
    yield from _watches()
    yield from gone(Watch)


def _entries() -> Iterator[Fault]:
    for keys in chunks(RegisterEntry.objects.all()):
        told = told_about([f"registerentry:{key}" for key in keys])
        rows = RegisterEntry.objects.filter(pk__in=keys).select_related("certificate").prefetch_related("marks")
        for entry in rows.order_by("pk"):
            if reason := _wrong_with(entry, told[f"registerentry:{entry.pk}"]):
                yield Fault(row=f"registerentry:{entry.pk}", reason=reason)


def _wrong_with(entry: RegisterEntry, told: list[Told]) -> str:
    said = [entry_told for entry_told in told if entry_told.verb in SAID]
    if not said or said[0].verb != "register.joined" or said[0].actor != entry.holder_id:
        return UNKNOWN
    if said[0].facts.get("number") != entry.certificate.number or said[0].at != entry.joined_at:
        return "it is not the certificate, or the day, that its holder agreed to"
    ends = [each for each in told if each.verb in {"register.left", "register.removed"}]
    if entry.left_at != (ends[-1].at if ends else None):
        return "whether it was left is not as history recorded"
    removed_by = ends[-1].actor if ends and ends[-1].verb == "register.removed" else None
    let_back_at = next((each.at for each in told if each.verb == "register.let_back"), None)
    if (entry.removed_by_id, entry.let_back_at) != (removed_by, let_back_at):
        return "its removal is not the one that history recorded"
    if entry.left_at is None and said[-1].facts.get("digest") != digest_of(said_in(entry)):
        return "it does not say what its holder agreed to"
    return ""


def _watches() -> Iterator[Fault]:
    for keys in chunks(Watch.objects.all()):
        told = told_about([f"watch:{key}" for key in keys])
        for watch in Watch.objects.filter(pk__in=keys).select_related("certificate").defer("purpose").order_by("pk"):
            about = told[f"watch:{watch.pk}"]
            numbers = [each.facts["number"] for each in about if "number" in each.facts]
            days = [each.facts["until"] for each in about if "until" in each.facts]
            ended = next((each.at for each in about if each.verb == "watch.ended"), None)
            if not about or about[0].verb != "watch.begun" or about[0].actor != watch.watcher_id:
                yield Fault(row=f"watch:{watch.pk}", reason=UNKNOWN)
            elif (numbers[-1], days[-1], ended) != (watch.certificate.number, watch.until.isoformat(), watch.ended_at):
                yield Fault(row=f"watch:{watch.pk}", reason="it is not the watch that history recorded")
