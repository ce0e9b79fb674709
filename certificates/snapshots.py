"""On which facts was a certificate decided, and do they still say so? The record, kept beside it without a name.

What is kept is everything that rules look at: numbers and dates. Productions, mentors and shifts are numbered anew, in the
order in which they appear, so that they can be told apart and not found; what names anybody is left out. Nobody is shown
any of it: it is there so that the rules can be asked again, years later, by `verify_records`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from assessments.counting import Worked

from .eligibility import Verdict
from .models import Certificate, Requirement
from .requirements import AgreementFacts, Allowed, RecommendationFacts, Record, rule_of, settled

# Keys of rows, by the dataclass and field they are in: kept as 1, 2, 3.
NUMBERED: set[tuple[type, str]] = {
    (Worked, "production"),
    (Worked, "mentor"),
    (Worked, "shift"),
    (RecommendationFacts, "mentor"),
}
RENEWED = "renewed"  # the `state` of the line of a basis that a renewal wrote
# What is not kept at all, and read back as the field's default, or as empty words.
LEFT_OUT: set[tuple[type, str]] = {(AgreementFacts, "title"), (Record, "waiting_days")}


def kept(verdict: Verdict) -> dict[str, Any]:
    """The facts of a verdict as plain JSON: the record, and what a registrar allowed at each place."""
    numbers: dict[tuple[type, str], dict[Any, int]] = {place: {} for place in NUMBERED}
    return {
        "record": _plain(verdict.record, numbers),
        "allowed": [_plain(allowed, numbers) if allowed else None for allowed in verdict.allowed],
    }


def digest_of(evaluated: Any) -> str:
    """SHA-256 over what is kept, in hexadecimal: what history holds it to."""
    return hashlib.sha256(json.dumps(evaluated, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def still_met(certificate: Certificate, rows: Sequence[Requirement] | None = None) -> bool:
    """Whether every rule of its set is met by the facts it was decided on, and its basis has a line for each.

    True for one that was issued before facts were kept. `rows` are the lines of its set in order; one query without them.
    Never raises for what is stored: what cannot be read meets nothing.
    """
    if certificate.evaluated is None:
        return True
    if rows is None:
        rows = list(certificate.requirement_set.requirements.order_by("position"))
    try:
        record = _read(Record, certificate.evaluated["record"])
        allowed = [_read(Allowed, each) if each else None for each in certificate.evaluated["allowed"]]
        findings = [
            settled(rule_of(row.kind, row.terms).finding(record), each) for row, each in zip(rows, allowed, strict=True)
        ]
        # What a renewal rests on has a line of its own, and no rule; `cms.records.renewals` looks at it.
        lines = [line for line in certificate.basis if line.get("state") != RENEWED]
        return bool(findings) and len(lines) == len(findings) and all(finding.met for finding in findings)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return False


def _plain(value: Any, numbers: dict[tuple[type, str], dict[Any, int]]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        said = {}
        for each in fields(value):
            place, found = (type(value), each.name), getattr(value, each.name)
            if place in NUMBERED:
                known = numbers[place]
                said[each.name] = None if found is None else known.setdefault(found, len(known) + 1)
            elif place not in LEFT_OUT:
                said[each.name] = _plain(found, numbers)
        return said
    if isinstance(value, Mapping):
        return {str(key): _plain(each, numbers) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each, numbers) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read(wanted: Any, value: Any) -> Any:
    """The value as its type says: the reverse of `_plain` for everything a record is made of."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in {Union, UnionType}:
        if value is None:
            return None
        [wanted] = [each for each in inner if each is not NoneType]
        return _read(wanted, value)
    if is_dataclass(wanted) and isinstance(wanted, type):
        types = get_type_hints(wanted)
        given = {each.name: _read(types[each.name], value[each.name]) for each in fields(wanted) if each.name in value}
        for each in fields(wanted):
            if each.name not in given and each.default is MISSING and each.default_factory is MISSING:
                given[each.name] = types[each.name]()  # left out: empty words
        return wanted(**given)
    if origin is tuple:
        return tuple(_read(inner[0], each) for each in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(inner[1], each) for key, each in value.items()}
    if wanted in {date, datetime}:
        return wanted.fromisoformat(value)
    if isinstance(wanted, type) and issubclass(wanted, (Enum, Decimal)):
        return wanted(value)
    return value
