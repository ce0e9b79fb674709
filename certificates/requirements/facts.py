"""What do rules look at, and what do they say? The record, the finding, and how terms are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext as _

from assessments.models import ShiftRole

from ..models import RequirementKind


class BadTerms(ValueError):
    """The terms of a requirement cannot be read; the message says which and why."""


class State(StrEnum):
    MET = "met"
    NOT_YET = "not_yet"


@dataclass(frozen=True, kw_only=True)
class ModuleFacts:
    title: str
    done: int  # units that are read
    total: int
    hours: int = 0  # of study, as the editors reckon them


@dataclass(frozen=True, kw_only=True)
class QuizFacts:
    title: str
    pass_mark: int  # per cent
    best: Decimal | None  # per cent
    passed: bool


@dataclass(frozen=True, kw_only=True)
class DayFacts:
    """One signed day: a date and a role on it. A date may appear once for each role."""

    on: date
    role: ShiftRole


@dataclass(frozen=True, kw_only=True)
class AgreementFacts:
    title: str
    version: int  # the current one
    signed_version: int | None
    signed_on: date | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything that rules may look at, for one learner on one programme."""

    modules: tuple[ModuleFacts, ...] = ()
    quizzes: tuple[QuizFacts, ...] = ()
    days: tuple[DayFacts, ...] = ()
    waiting_days: int = 0
    mentors: int = 0
    productions: int = 0
    agreements: Mapping[str, AgreementFacts] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One requirement held against the record: the verdict, the sentence that says it, and the way to the next step."""

    kind: RequirementKind
    title: str
    state: State
    sentence: str  # for the learner
    summary: str  # for the public, once met
    have: int
    need: int
    place: tuple[str, ...] = ("cms:learn",)  # URL name and arguments of the next step
    action: str = ""
    fact: tuple[str, str] | None = None  # label and words for the printed sheet, where it has room

    @property
    def met(self) -> bool:
        return self.state is State.MET


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One requirement as a visitor reads it, before joining."""

    title: str
    how_much: str
    who_vouches: str


class Kind(Protocol):
    def __init__(self, terms: Mapping[str, Any]) -> None: ...
    def promise(self) -> Promise: ...
    def finding(self, record: Record) -> Finding: ...


def take(terms: Mapping[str, Any], allowed: Iterable[str]) -> None:
    if unknown := sorted(set(terms) - set(allowed)):
        raise BadTerms(_("Unknown terms: %(names)s.") % {"names": ", ".join(unknown)})


def whole(terms: Mapping[str, Any], name: str, default: int) -> int:
    value = terms.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadTerms(_("“%(name)s” is a whole number, nought or more.") % {"name": name})
    return value


def listed(parts: list[str]) -> str:
    return (
        parts[0] if len(parts) == 1 else _("%(most)s and %(last)s") % {"most": ", ".join(parts[:-1]), "last": parts[-1]}
    )
