"""Have enough days been shadowed, in the right roles?"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import ShiftRole

from ..models import RequirementKind
from .facts import BadTerms, Finding, Promise, Record, State, listed, take, whole

# The heavier role of a day is the one it counts as, in this order.
WEIGHT = [ShiftRole.OBSERVE, ShiftRole.ASSIST, ShiftRole.COVER, ShiftRole.LEAD]


class ShadowDays:
    """Signed days on set. A day is a date; it counts once, as the heaviest role the learner had on it.

    Where that would leave a minimum open or go over a maximum, it counts as another role they had that day: more
    evidence never undoes what was met. Days beyond a role's maximum are recorded and do not count.

    Terms: `days`; `roles` {ROLE: {"min": n, "max": n}}; `productions`; `mentors`. Source of the shape: the example rule
    set that programmes of the field use, with a minimum and a maximum for a role.
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
        take(terms, ("days", "roles", "productions", "mentors"))
        self.days = whole(terms, "days", 1)
        self.productions = whole(terms, "productions", 0)
        self.mentors = whole(terms, "mentors", 0)
        roles = terms.get("roles", {})
        if not isinstance(roles, dict) or set(roles) - set(ShiftRole.values):
            raise BadTerms(_("“roles” names a role that does not exist."))
        for limits in roles.values():
            if not isinstance(limits, dict):
                raise BadTerms(_("Each role has its limits: “min”, “max” or both."))
            take(limits, ("min", "max"))
        self.least = {ShiftRole(name): whole(limits, "min", 0) for name, limits in roles.items()}
        self.most = {ShiftRole(name): whole(limits, "max", 0) for name, limits in roles.items() if "max" in limits}
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
        parts += [
            _("at most %(n)d %(doing)s") % {"n": most, "doing": self.DOING[role]} for role, most in self.most.items()
        ]
        if self.productions:
            parts.append(ngettext("%(n)d production", "%(n)d productions", self.productions) % {"n": self.productions})
        how_much = str(self.days) + (_(", of which ") + listed(parts) if parts else "")
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
            wants.append(_("%(have)d of %(need)d productions") % {"have": record.productions, "need": self.productions})
        if record.mentors < self.mentors:
            wants.append(_("%(have)d of %(need)d mentors") % {"have": record.mentors, "need": self.mentors})
        met = counted >= self.days and not wants
        over = sum(self.count(record).values()) - counted
        if met:
            sentence = _("Met: %(have)d of %(need)d.") % {"have": counted, "need": self.days}
        else:
            sentence = _("%(have)d of %(need)d days") % {"have": counted, "need": self.days}
            sentence += "; " + listed(wants) + "." if wants else "."
        if over:
            sentence += " " + ngettext(
                "%(n)d recorded day is over a maximum and does not count.",
                "%(n)d recorded days are over a maximum and do not count.",
                over,
            ) % {"n": over}
        if record.waiting_days and not met:
            sentence += " " + ngettext("%(n)d waits for a mentor.", "%(n)d wait for a mentor.", record.waiting_days) % {
                "n": record.waiting_days
            }
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
