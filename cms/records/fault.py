"""What is a fault in the records, and how is a row read that may hold anything?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from cms.accounts.models import Entry

CHUNK = 500  # rows read at a time
# What reading a row raises that was written behind the product's back: SQLite keeps any text in any column.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
CANNOT_BE_READ = "it cannot be read"
UNKNOWN = "history does not know it"
GONE = "it was recorded, and is gone"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that no longer says what was recorded, named to the row."""

    row: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """One entry of history about a row, as far as it can be read: `facts` is empty when they are none."""

    verb: str
    facts: dict[str, Any]
    actor: int | None
    at: datetime


def told_about(subjects: list[str]) -> dict[str, list[Told]]:
    """What history says of these subjects, oldest first: one query."""
    told: dict[str, list[Told]] = {subject: [] for subject in subjects}
    entries = Entry.objects.filter(subject__in=subjects).order_by("chain", "number")
    for subject, verb, facts, actor, at in entries.values_list("subject", "verb", "facts", "actor", "at"):
        told[subject].append(Told(verb=verb, facts=facts if isinstance(facts, dict) else {}, actor=actor, at=at))
    return told


def chunks(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """The keys of these rows in order, as many at a time as are read together."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def readable[Row: Model](rows: QuerySet[Row], keys: list[int]) -> tuple[list[Row], list[int]]:
    """These rows, and the keys of those that cannot even be read. One query, unless there are such."""
    try:
        return list(rows.filter(pk__in=keys).order_by("pk")), []
    except UNREADABLE:
        found: list[Row] = []
        unreadable = []
        for key in keys:
            try:
                found.extend(rows.filter(pk=key))
            except UNREADABLE:
                unreadable.append(key)
        return found, unreadable


def gone(model: type[Model]) -> Iterator[Fault]:
    """What history tells of, by its name, that has no row any more. Two queries."""
    kind = model._meta.model_name
    told = Entry.objects.filter(subject__startswith=f"{kind}:").order_by("subject")
    there = {f"{kind}:{key}" for key in model._default_manager.values_list("pk", flat=True)}
    for subject in told.values_list("subject", flat=True).distinct():
        if subject not in there:
            yield Fault(row=subject, reason=GONE)
