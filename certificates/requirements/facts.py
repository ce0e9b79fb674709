"""What do rules look at, and what do they say? The record, the finding, and how terms are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.counting import Worked
from assessments.models import DocumentKind, DocumentState

from ..models import RequirementKind
from .fields import Field


class BadTerms(ValueError):
    """The terms of a requirement cannot be read; the message says which and why. `term` is its name, where it is one."""

    def __init__(self, message: str, *, term: str = "") -> None:
        super().__init__(message)
        self.term = term


class State(StrEnum):
    """How one requirement stands. The first two are the evidence's own; the others a registrar's act (certificates.allowing)."""

    MET = "met"
    NOT_YET = "not_yet"
    WAIVED = "waived"  # not asked of this learner, for a reason
    KEPT = "kept"  # it was met under the rules they had before


@dataclass(frozen=True, kw_only=True)
class ModuleFacts:
    title: str
    done: int  # units that are read
    total: int
    hours: int = 0  # of study, as the editors reckon them
    minutes: int = 0  # of the units that are done, whatever completes them
    finished: bool = False  # every unit is done


@dataclass(frozen=True, kw_only=True)
class QuizFacts:
    title: str
    pass_mark: int  # per cent
    best: Decimal | None  # per cent
    passed: bool


@dataclass(frozen=True, kw_only=True)
class AgreementFacts:
    title: str
    version: int  # the current one
    signed_version: int | None
    signed_on: date | None


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    on: date | None  # when they took part; None when they have not
    made_up: bool = False


@dataclass(frozen=True, kw_only=True)
class DocumentFacts:
    kind: DocumentKind
    state: DocumentState
    issued_on: date
    expires_on: date | None  # its last day

    def in_date(self, on: date) -> bool:
        lasts = self.expires_on is None or on <= self.expires_on
        return self.state is DocumentState.ACCEPTED and self.issued_on <= on and lasts


@dataclass(frozen=True, kw_only=True)
class RecommendationFacts:
    mentor: int
    recommends: bool  # else "not yet"
    given_on: date


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything that rules may look at, for one learner on one programme."""

    modules: tuple[ModuleFacts, ...] = ()
    quizzes: tuple[QuizFacts, ...] = ()
    days: tuple[Worked, ...] = ()  # signed shifts whose seal holds
    waiting_days: int = 0
    on: date = date.min  # the day it is looked at, from which the age of days is reckoned
    agreements: Mapping[str, AgreementFacts] = field(default_factory=dict)
    sessions: tuple[SessionFacts, ...] = ()
    attested: Mapping[str, date] = field(default_factory=dict)  # by name, the day
    documents: tuple[DocumentFacts, ...] = ()  # shown and not withdrawn
    recommendations: tuple[RecommendationFacts, ...] = ()  # that stand, and whose seal holds
    recommendations_asked: bool = False  # a mentor has been asked and has not answered


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
        """Whether nothing is missing here: by evidence, or because a registrar said so."""
        return self.state is not State.NOT_YET

    @property
    def shown_as(self) -> str:
        """The state as lists of requirements draw it: "met", "waived" or "not_yet"."""
        return State.MET if self.state is State.KEPT else self.state


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A registrar lets one requirement count for one learner: waived, or kept from the rules they had before."""

    state: State  # WAIVED or KEPT
    on: date
    reason: str = ""  # in public words, for a waiver
    version: str = ""  # of the rules under which it was met


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One requirement as a visitor reads it, before joining."""

    title: str
    how_much: str
    who_vouches: str


class Kind(Protocol):
    """What each kind is: `FIELDS` is how its terms are typed (requirements/fields.py), the rest how they are read."""

    FIELDS: ClassVar[tuple[Field, ...]]

    def __init__(self, terms: Mapping[str, Any]) -> None: ...
    def promise(self) -> Promise: ...
    def finding(self, record: Record) -> Finding: ...


def settled(finding: Finding, allowed: Allowed | None) -> Finding:
    """The finding with what a registrar allowed. Evidence that meets a requirement says so by itself."""
    if allowed is None or finding.met:
        return finding
    said = {"day": date_format(allowed.on, "j F Y"), "reason": allowed.reason.rstrip("."), "version": allowed.version}
    if allowed.state is State.WAIVED:
        return replace(
            finding,
            state=State.WAIVED,
            sentence=_("Waived by the registrar on %(day)s: %(reason)s.") % said,
            summary=_("Waived on %(day)s: %(reason)s") % said,
            fact=None,
        )
    return replace(
        finding,
        state=State.KEPT,
        sentence=_("Met under rule set %(version)s, and kept by the registrar on %(day)s.") % said,
        summary=_("Met under rule set %(version)s; kept on %(day)s") % said,
        fact=None,
    )


def take(terms: Mapping[str, Any], allowed: Iterable[str]) -> None:
    if unknown := sorted(set(terms) - set(allowed)):
        raise BadTerms(_("Unknown terms: %(names)s.") % {"names": ", ".join(unknown)})


def whole(terms: Mapping[str, Any], name: str, default: int) -> int:
    value = terms.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadTerms(_("“%(name)s” is a whole number, nought or more.") % {"name": name}, term=name)
    return value


def some(terms: Mapping[str, Any], name: str) -> int | None:
    """A limit that may be missing: None then, and a whole number from one otherwise."""
    if name not in terms:
        return None
    if not (value := whole(terms, name, 0)):
        raise BadTerms(_("“%(name)s” is a whole number, one or more.") % {"name": name}, term=name)
    return value


def needed(terms: Mapping[str, Any], name: str) -> int:
    """A number that must be there: whole, and from one."""
    return some({name: 0} | dict(terms), name) or 0


def listed(parts: list[str]) -> str:
    return (
        parts[0] if len(parts) == 1 else _("%(most)s and %(last)s") % {"most": ", ".join(parts[:-1]), "last": parts[-1]}
    )
