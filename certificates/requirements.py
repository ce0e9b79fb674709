"""What does each kind of requirement ask, and is it met? Facts in, sentences out; no database here.

Each kind is one small class. `terms` come from the requirement set as plain JSON and are read once, strictly: a rule
that cannot be read is refused when it is published, not when somebody asks for a certificate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import ShiftRole

from .models import RequirementKind

# The heavier role of a day is the one it counts as, in this order.
WEIGHT = [ShiftRole.OBSERVE, ShiftRole.ASSIST, ShiftRole.COVER, ShiftRole.LEAD]


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


def _take(terms: Mapping[str, Any], allowed: Iterable[str]) -> None:
    if unknown := sorted(set(terms) - set(allowed)):
        raise BadTerms(_("Unknown terms: %(names)s.") % {"names": ", ".join(unknown)})


def _whole(terms: Mapping[str, Any], name: str, default: int) -> int:
    value = terms.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadTerms(_("“%(name)s” is a whole number, nought or more.") % {"name": name})
    return value


class ModulesComplete:
    """Every unit that is read, in every module."""

    def __init__(self, terms: Mapping[str, Any]) -> None:
        _take(terms, ())

    def promise(self) -> Promise:
        return Promise(title=_("Modules complete"), how_much=_("every unit"), who_vouches=_("The record"))

    def finding(self, record: Record) -> Finding:
        total = len(record.modules)
        done = sum(module.done >= module.total for module in record.modules)
        left = sum(max(module.total - module.done, 0) for module in record.modules)
        units = sum(module.total for module in record.modules)
        met = units > 0 and left == 0
        modules = ngettext("%(count)d module", "%(count)d modules", total) % {"count": total}
        spent = sum(module.hours for module in record.modules)
        hours = ngettext("%(count)d hour", "%(count)d hours", spent) % {"count": spent} if spent else ""
        if met:
            sentence = ngettext("Met: %(count)d unit.", "Met: all %(count)d units.", units) % {"count": units}
        elif not units:
            sentence = _("The programme has nothing to read yet.")
        else:
            sentence = _("%(done)d of %(total)d modules; %(left)s.") % {
                "done": done,
                "total": total,
                "left": ngettext("%(count)d unit left", "%(count)d units left", left) % {"count": left},
            }
        return Finding(
            kind=RequirementKind.MODULES,
            title=_("Study"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=", ".join(
                part for part in (modules, ngettext("%(count)d unit", "%(count)d units", units) % {"count": units}, hours) if part
            ),
            have=units - left,
            need=units,
            action=_("Go on"),
            fact=(_("Study"), modules + (", " + hours if hours else "")),
        )


class QuizzesPassed:
    """Every quiz of the programme, each at its own pass mark; `mark` (per cent) raises them all."""

    def __init__(self, terms: Mapping[str, Any]) -> None:
        _take(terms, ("mark",))
        self.mark = _whole(terms, "mark", 0)
        if self.mark > 100:
            raise BadTerms(_("“mark” is a percentage, 0 to 100."))

    def promise(self) -> Promise:
        how_much = _("%(mark)d %% or more in each") % {"mark": self.mark} if self.mark else _("all of them")
        return Promise(title=_("Quizzes passed"), how_much=how_much, who_vouches=_("The record"))

    def finding(self, record: Record) -> Finding:
        total = len(record.quizzes)
        missing = [quiz for quiz in record.quizzes if not self._enough(quiz)]
        met = total > 0 and not missing
        if met:
            sentence = _("Met: %(count)d of %(count)d.") % {"count": total}
        elif not total:
            sentence = _("The programme has no quizzes yet.")
        else:
            first = missing[0]
            needed = max(self.mark, first.pass_mark)
            if first.best is None:
                left = _("%(title)s is not taken yet") % {"title": first.title}
            else:
                left = _("%(title)s stands at %(best)s %% of %(needed)d %%") % {
                    "title": first.title,
                    "best": int(first.best),
                    "needed": needed,
                }
            sentence = _("%(passed)d of %(total)d passed; %(left)s.") % {
                "passed": total - len(missing),
                "total": total,
                "left": left,
            }
        mark = min((max(self.mark, quiz.pass_mark) for quiz in record.quizzes), default=self.mark)
        return Finding(
            kind=RequirementKind.QUIZZES,
            title=_("Quizzes"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=ngettext(
                "%(count)d quiz passed at %(mark)d %% or more", "%(count)d quizzes passed at %(mark)d %% or more", total
            )
            % {"count": total, "mark": mark},
            have=total - len(missing),
            need=total,
            action=_("Sit it"),
        )

    def _enough(self, quiz: QuizFacts) -> bool:
        return quiz.passed and quiz.best is not None and quiz.best >= self.mark


class ShadowDays:
    """Signed days on set. A day is a date; it counts once, as the heaviest role the learner had on it.

    Where that would leave a minimum open or go over a maximum, it counts as another role they had that day: more
    evidence never undoes what was met. Terms: `days`; `roles` {ROLE: {"min": n, "max": n}}; `productions`; `mentors`. Days beyond a role's maximum are
    recorded and do not count. Source of the shape: the example rule set in the field notes (minimum and maximum a role).
    """

    NAMES: ClassVar = {
        ShiftRole.OBSERVE: lambda n: ngettext("%(n)d observed", "%(n)d observed", n) % {"n": n},
        ShiftRole.ASSIST: lambda n: ngettext("%(n)d assisted", "%(n)d assisted", n) % {"n": n},
        ShiftRole.LEAD: lambda n: ngettext("%(n)d led", "%(n)d led", n) % {"n": n},
        ShiftRole.COVER: lambda n: ngettext("%(n)d covered", "%(n)d covered", n) % {"n": n},
    }
    DOING: ClassVar = {
        ShiftRole.OBSERVE: gettext_lazy("observing"),
        ShiftRole.ASSIST: gettext_lazy("assisting"),
        ShiftRole.LEAD: gettext_lazy("leading"),
        ShiftRole.COVER: gettext_lazy("covering"),
    }

    def __init__(self, terms: Mapping[str, Any]) -> None:
        _take(terms, ("days", "roles", "productions", "mentors"))
        self.days = _whole(terms, "days", 1)
        self.productions = _whole(terms, "productions", 0)
        self.mentors = _whole(terms, "mentors", 0)
        roles = terms.get("roles", {})
        if not isinstance(roles, dict) or set(roles) - set(ShiftRole.values):
            raise BadTerms(_("“roles” names a role that does not exist."))
        for limits in roles.values():
            if not isinstance(limits, dict):
                raise BadTerms(_("Each role has its limits: “min”, “max” or both."))
            _take(limits, ("min", "max"))
        self.least = {ShiftRole(name): _whole(limits, "min", 0) for name, limits in roles.items()}
        self.most = {ShiftRole(name): _whole(limits, "max", 0) for name, limits in roles.items() if "max" in limits}
        for role, most in self.most.items():
            if most < self.least[role]:
                raise BadTerms(_("A role’s maximum is below its minimum."))
        if sum(self.least.values()) > self.days:
            raise BadTerms(_("The minimums of the roles add up to more than “days”."))
        if set(self.most) == set(ShiftRole) and sum(self.most.values()) < self.days:
            raise BadTerms(_("The maximums of the roles add up to less than “days”."))

    def promise(self) -> Promise:
        parts = [
            _("at least %(n)d %(doing)s") % {"n": least, "doing": self.DOING[role]}
            for role, least in self.least.items()
            if least
        ]
        parts += [_("at most %(n)d %(doing)s") % {"n": most, "doing": self.DOING[role]} for role, most in self.most.items()]
        if self.productions:
            parts.append(ngettext("%(n)d production", "%(n)d productions", self.productions) % {"n": self.productions})
        how_much = str(self.days) + (_(", of which ") + _listed(parts) if parts else "")
        vouches = (
            ngettext("At least %(n)d mentor", "At least %(n)d mentors", self.mentors) % {"n": self.mentors}
            if self.mentors
            else _("The mentors")
        )
        return Promise(title=_("Shadow days"), how_much=how_much, who_vouches=vouches)

    def count(self, record: Record) -> dict[ShiftRole, int]:
        """Dates by the role that each counts as, before any maximum."""
        held: dict[date, set[ShiftRole]] = {}
        for day in record.days:
            held.setdefault(day.on, set()).add(day.role)
        counts_as = {on: max(roles, key=WEIGHT.index) for on, roles in held.items()}
        while moves := self._better(counts_as, held):
            counts_as.update(moves)
        return {role: list(counts_as.values()).count(role) for role in WEIGHT}

    def _better(self, counts_as: dict[date, ShiftRole], held: dict[date, set[ShiftRole]]) -> dict[date, ShiftRole]:
        """Dates to count differently: one more for a role that lacks, or one fewer for a role over its maximum.

        A chain of dates, each going to where the one before it left, so that only the chain's two ends change in number.
        """
        number = {role: list(counts_as.values()).count(role) for role in WEIGHT}
        lacks = {role for role in WEIGHT if number[role] < self.least.get(role, 0)}
        room = {role for role in WEIGHT if number[role] < self.most.get(role, len(held) + 1)}
        spare = {role for role in WEIGHT if number[role] > self.least.get(role, 0)}
        over = {role for role in WEIGHT if number[role] > self.most.get(role, len(held))}
        for sources, goals in ((over, lacks), (spare, lacks), (over, room)):
            for source in sorted(sources, key=WEIGHT.index):
                reached: dict[ShiftRole, dict[date, ShiftRole]] = {source: {}}
                queue = [source]
                while queue:
                    role = queue.pop(0)
                    for on in sorted(held):
                        for other in sorted(held[on], key=WEIGHT.index, reverse=True):
                            if counts_as[on] is role and other not in reached:
                                reached[other] = reached[role] | {on: other}
                                queue.append(other)
                for goal in sorted(goals & set(reached), key=WEIGHT.index, reverse=True):
                    if goal is not source:
                        return reached[goal]
        return {}

    def countable(self, record: Record) -> dict[ShiftRole, int]:
        """The same after each role's maximum."""
        return {role: min(n, self.most.get(role, n)) for role, n in self.count(record).items()}

    def finding(self, record: Record) -> Finding:
        by_role = self.countable(record)
        counted = sum(by_role.values())
        lacking = {role: least - by_role[role] for role, least in self.least.items() if by_role[role] < least}
        wants = []
        if lacking:
            wants += [
                _("%(n)d more must be %(doing)s") % {"n": n, "doing": self.DOING[role]} for role, n in lacking.items()
            ]
        if record.productions < self.productions:
            wants.append(
                _("%(have)d of %(need)d productions") % {"have": record.productions, "need": self.productions}
            )
        if record.mentors < self.mentors:
            wants.append(_("%(have)d of %(need)d mentors") % {"have": record.mentors, "need": self.mentors})
        met = counted >= self.days and not wants
        over = sum(self.count(record).values()) - counted
        if met:
            sentence = _("Met: %(have)d of %(need)d.") % {"have": counted, "need": self.days}
        else:
            sentence = _("%(have)d of %(need)d days") % {"have": counted, "need": self.days}
            sentence += "; " + _listed(wants) + "." if wants else "."
        if over:
            sentence += " " + ngettext(
                "%(n)d recorded day is over a maximum and does not count.",
                "%(n)d recorded days are over a maximum and do not count.",
                over,
            ) % {"n": over}
        if record.waiting_days and not met:
            sentence += " " + ngettext(
                "%(n)d waits for a mentor.", "%(n)d wait for a mentor.", record.waiting_days
            ) % {"n": record.waiting_days}
        summary = ", ".join(
            [
                ngettext("%(n)d signed day", "%(n)d signed days", counted) % {"n": counted},
                ngettext("%(n)d mentor", "%(n)d mentors", record.mentors) % {"n": record.mentors},
                ngettext("%(n)d production", "%(n)d productions", record.productions) % {"n": record.productions},
            ]
        )
        parts = [self.NAMES[role](n) for role, n in by_role.items() if n]
        return Finding(
            kind=RequirementKind.SHADOW_DAYS,
            title=_("Shadow days"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=summary + (": " + ", ".join(parts) if parts else ""),
            have=min(counted, self.days),
            need=self.days,
            place=("assessments:shift_list",),
            action=_("See your shifts"),
            fact=(
                _("On set"),
                ngettext("%(n)d day", "%(n)d days", counted) % {"n": counted}
                + ", "
                + ngettext("%(n)d mentor", "%(n)d mentors", record.mentors) % {"n": record.mentors},
            ),
        )


class AgreementSigned:
    """The current version of one agreement. Terms: `slug`."""

    def __init__(self, terms: Mapping[str, Any]) -> None:
        _take(terms, ("slug",))
        slug = terms.get("slug")
        if not isinstance(slug, str) or not slug:
            raise BadTerms(_("“slug” names the agreement."))
        self.slug = slug

    def promise(self) -> Promise:
        return Promise(
            title=_("Agreement: %(name)s") % {"name": self.slug.replace("-", " ")},
            how_much=_("the current version, signed"),
            who_vouches=_("You"),
        )

    def finding(self, record: Record) -> Finding:
        facts = record.agreements.get(self.slug)
        met = facts is not None and facts.signed_version == facts.version
        title = facts.title if facts else self.slug.replace("-", " ").capitalize()
        if facts is None:
            sentence = _("The academy has not published it yet.")
        elif met:
            sentence = _("Met: version %(version)d signed.") % {"version": facts.version}
        elif facts.signed_version is not None:
            sentence = _("You signed version %(old)d; version %(new)d is the current one.") % {
                "old": facts.signed_version,
                "new": facts.version,
            }
        else:
            sentence = _("Version %(version)d is not signed yet.") % {"version": facts.version}
        return Finding(
            kind=RequirementKind.AGREEMENT,
            title=title,
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=_("Signed, version %(version)d") % {"version": facts.version if facts else 0},
            have=int(met),
            need=1,
            place=("assessments:agreement", self.slug),
            action=_("Read and sign"),
        )


KINDS: dict[RequirementKind, type[Kind]] = {
    RequirementKind.MODULES: ModulesComplete,
    RequirementKind.QUIZZES: QuizzesPassed,
    RequirementKind.SHADOW_DAYS: ShadowDays,
    RequirementKind.AGREEMENT: AgreementSigned,
}


def rule_of(kind: str, terms: Mapping[str, Any]) -> Kind:
    """The rule that a requirement's row describes. Raises BadTerms when it cannot be read."""
    try:
        return KINDS[RequirementKind(kind)](terms)
    except ValueError as problem:
        raise problem if isinstance(problem, BadTerms) else BadTerms(
            _("There is no requirement of the kind “%(kind)s”.") % {"kind": kind}
        ) from None


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else _("%(most)s and %(last)s") % {"most": ", ".join(parts[:-1]), "last": parts[-1]}
