"""Do published rules, moves and allowances say what was recorded, and does every certificate's basis still meet its rules?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from certificates.allowing import digest_of_allowance
from certificates.eligibility import digest_of_set
from certificates.models import Allowance, Certificate, Requirement, RequirementSet, RulesMove
from certificates.moving import digest_of_move
from certificates.snapshots import digest_of, still_met
from cms.accounts.models import Entry

from .fault import CANNOT_BE_READ, UNKNOWN, UNREADABLE, Fault, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    yield from _as_told(RequirementSet, "requirements.published", digest_of_set)
    yield from _as_told(RulesMove, "rules.moved", digest_of_move)
    yield from _as_told(Allowance, "allowance.made", digest_of_allowance)
    yield from _withdrawals()
    yield from _evaluations()
    for model in (RequirementSet, RulesMove, Allowance):
        yield from gone(model)


def _as_told(model: type[Any], verb: str, digest: Callable[[Any], str]) -> Iterator[Fault]:
    """Rows of which history holds a digest from the moment they came to be."""
    name = model._meta.model_name
    for keys in chunks(model.objects.all()):
        told = told_about([f"{name}:{key}" for key in keys])
        found, unreadable = readable(model.objects.all(), keys)
        yield from (Fault(row=f"{name}:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for row in found:
            begun = [entry.facts for entry in told[f"{name}:{row.pk}"] if entry.verb == verb]
            try:
                said = digest(row)
            except UNREADABLE:
                yield Fault(row=f"{name}:{row.pk}", reason=CANNOT_BE_READ)
                continue
            if len(begun) != 1:
                yield Fault(row=f"{name}:{row.pk}", reason=UNKNOWN)
            elif begun[0].get("digest", said) != said:  # published before digests were recorded
                yield Fault(row=f"{name}:{row.pk}", reason="it is not what history recorded")


def _withdrawals() -> Iterator[Fault]:
    told = set(Entry.objects.filter(verb="allowance.withdrawn").values_list("subject", flat=True))
    for key, at in Allowance.objects.order_by("pk").values_list("pk", "withdrawn_at"):
        if bool(at) != (f"allowance:{key}" in told):
            yield Fault(row=f"allowance:{key}", reason="whether it was withdrawn is not as history recorded")


def _evaluations() -> Iterator[Fault]:
    """The rules asked again over the facts that were kept, years later."""
    lines: dict[int, list[Requirement]] = {}
    for row in Requirement.objects.order_by("requirement_set", "position"):
        lines.setdefault(row.requirement_set_id, []).append(row)
    for keys in chunks(Certificate.objects.all()):
        told = told_about([f"certificate:{key}" for key in keys])
        rows = Certificate.objects.only("number", "evaluated", "basis", "requirement_set").filter(pk__in=keys)
        for certificate in rows.order_by("pk"):
            name = f"certificate:{certificate.pk} ({certificate.number})"
            facts = [entry.facts for entry in told[f"certificate:{certificate.pk}"] if "evaluated" in entry.facts]
            if any(each["evaluated"] != digest_of(certificate.evaluated) for each in facts):
                yield Fault(row=name, reason="the facts it was decided on are not those that history recorded")
            elif certificate.evaluated is not None and not facts:
                yield Fault(row=name, reason="the facts it was decided on were added later")
            elif not still_met(certificate, lines.get(certificate.requirement_set_id, [])):
                yield Fault(row=name, reason="the facts it was decided on do not meet its rules")
