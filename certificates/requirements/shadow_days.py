"""Have enough days been shadowed, in the right roles?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.counting import Counted, CountingRules, Reason, count
from assessments.models import Scene, ShiftRole

from ..models import RequirementKind
from .facts import BadTerms, Finding, Promise, Record, State, listed, some, take, whole
from .fields import Field, Number, Numbers, Ranges
from .roles import DOING, limits_in_words, limits_of


class ShadowDays:
    """Signed days on set, counted by `assessments.counting`, as the learner's own page counts them.

    Terms: `days`; `hours`; `roles` {ROLE: {"min": n, "max": n}}; `productions`; `mentors`; `scenes` {SCENE: days};
    `recency_days`; `days_per_production`. Productions, mentors and scenes are looked for in every signed day that is recent
    enough and in a role that counts, also in those over a maximum. Source of the shape: the example rule set that
    programmes of the field use, with a minimum and a maximum for a role.
    """

    NAMES: ClassVar = {
        ShiftRole.OBSERVE: lambda n: ngettext("%(n)d observed", "%(n)d observed", n) % {"n": n},
        ShiftRole.ASSIST: lambda n: ngettext("%(n)d assisted", "%(n)d assisted", n) % {"n": n},
        ShiftRole.LEAD: lambda n: ngettext("%(n)d led", "%(n)d led", n) % {"n": n},
        ShiftRole.COVER: lambda n: ngettext("%(n)d covered", "%(n)d covered", n) % {"n": n},
    }
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Number(name="days", label=gettext_lazy("Days"), least=1, needed=True),
        Number(
            name="hours", label=gettext_lazy("Hours on those days"), help=gettext_lazy("Together, breaks left out.")
        ),
        Ranges(
            name="roles",
            label=gettext_lazy("Days by role"),
            help=gettext_lazy("More than a maximum is recorded and does not count. A maximum of 0 rules the role out."),
            rows=lambda: ShiftRole.choices,
        ),
        Number(name="productions", label=gettext_lazy("Different productions")),
        Number(name="mentors", label=gettext_lazy("Different mentors")),
        Numbers(name="scenes", label=gettext_lazy("Days with a kind of scene"), rows=lambda: Scene.choices),
        Number(
            name="recency_days",
            label=gettext_lazy("Counted for so many days"),
            help=gettext_lazy("Older days no longer count. Empty: they always do."),
            least=1,
        ),
        Number(
            name="days_per_production",
            label=gettext_lazy("Most days on one production"),
            help=gettext_lazy("Empty: no limit."),
            least=1,
        ),
    )
    TERMS = tuple(field.name for field in FIELDS)

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, self.TERMS)
        self.days = whole(terms, "days", 1)
        self.hours = whole(terms, "hours", 0)
        self.productions = whole(terms, "productions", 0)
        self.mentors = whole(terms, "mentors", 0)
        self.scenes = _scenes(terms)
        self.least, self.most = limits_of(terms, total=self.days, of="days")
        self.rules = CountingRules(
            days=self.days,
            least=self.least,
            most=self.most,
            recency_days=some(terms, "recency_days"),
            days_per_production=some(terms, "days_per_production"),
        )

    def promise(self) -> Promise:
        parts = limits_in_words(self.least, self.most)
        if self.productions:
            parts.append(ngettext("%(n)d production", "%(n)d productions", self.productions) % {"n": self.productions})
        parts += [
            _("at least %(n)d with %(scene)s") % {"n": least, "scene": scene.label.lower()}
            for scene, least in self.scenes.items()
        ]
        if limit := self.rules.days_per_production:
            parts.append(_("at most %(n)d on one production") % {"n": limit})
        how_much = str(self.days) + (_(", of which ") + listed(parts) if parts else "")
        if self.hours:
            how_much += "; " + ngettext("%(n)d hour or more", "%(n)d hours or more", self.hours) % {"n": self.hours}
        if window := self.rules.recency_days:
            how_much += "; " + ngettext("within %(n)d day", "within %(n)d days", window) % {"n": window}
        vouches = (
            ngettext("At least %(n)d mentor", "At least %(n)d mentors", self.mentors) % {"n": self.mentors}
            if self.mentors
            else _("The mentors")
        )
        return Promise(title=_("Shadow days"), how_much=how_much, who_vouches=vouches)

    def count(self, record: Record) -> Counted:
        """What counts, and why the rest does not."""
        return count(record.days, self.rules, on=record.on)

    def finding(self, record: Record) -> Finding:
        counted = self.count(record)
        days, by_role = len(counted.days), counted.by_role
        productions = len({worked.production for worked in counted.allowed} - {None})
        mentors = len({worked.mentor for worked in counted.allowed} - {None})
        wants = self._wants(counted, productions=productions, mentors=mentors)
        met = days >= self.days and not wants
        if met:
            sentence = _("Met: %(have)d of %(need)d.") % {"have": days, "need": self.days}
        else:
            sentence = _("%(have)d of %(need)d days") % {"have": days, "need": self.days}
            sentence += "; " + listed(wants) + "." if wants else "."
        sentence = " ".join([sentence, *self._not_counted(counted)])
        if record.waiting_days and not met:
            sentence += " " + ngettext("%(n)d waits for a mentor.", "%(n)d wait for a mentor.", record.waiting_days) % {
                "n": record.waiting_days
            }
        of_mentors = ngettext("%(n)d mentor", "%(n)d mentors", mentors) % {"n": mentors}
        summary = ", ".join(
            [
                ngettext("%(n)d signed day", "%(n)d signed days", days) % {"n": days},
                of_mentors,
                ngettext("%(n)d production", "%(n)d productions", productions) % {"n": productions},
            ]
        )
        parts = [self.NAMES[role](n) for role, n in by_role.items() if n]
        return Finding(
            kind=RequirementKind.SHADOW_DAYS,
            title=_("Shadow days"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=summary + (": " + ", ".join(parts) if parts else ""),
            have=min(days, self.days),
            need=self.days,
            place=("assessments:totals",),
            action=_("See your days"),
            fact=(_("On set"), ngettext("%(n)d day", "%(n)d days", days) % {"n": days} + ", " + of_mentors),
        )

    def _wants(self, counted: Counted, *, productions: int, mentors: int) -> list[str]:
        """What is missing beside the number of days."""
        by_role = counted.by_role
        wants = [
            _("%(n)d more must be %(doing)s") % {"n": least - by_role[role], "doing": DOING[role]}
            for role, least in self.least.items()
            if by_role[role] < least
        ]
        if (minutes := counted.minutes) < self.hours * 60:
            wants.append(_("%(have)d of %(need)d hours") % {"have": minutes // 60, "need": self.hours})
        for scene, least in self.scenes.items():
            have = len({worked.on for worked in counted.allowed if scene.value in worked.scenes})
            if have < least:
                said = {"have": have, "need": least, "scene": scene.label.lower()}
                wants.append(_("%(have)d of %(need)d with %(scene)s") % said)
        if productions < self.productions:
            wants.append(_("%(have)d of %(need)d productions") % {"have": productions, "need": self.productions})
        if mentors < self.mentors:
            wants.append(_("%(have)d of %(need)d mentors") % {"have": mentors, "need": self.mentors})
        return wants

    def _not_counted(self, counted: Counted) -> list[str]:
        """A sentence for each reason why signed days do not count."""
        reasons = [left.reason for left in counted.lost.values()]
        over = reasons.count(Reason.OVER_ROLE) + reasons.count(Reason.ROLE)
        crowded, old = reasons.count(Reason.OVER_PRODUCTION), reasons.count(Reason.OLD)
        said = []
        if over:
            words = ngettext(
                "%(n)d recorded day is over a maximum and does not count.",
                "%(n)d recorded days are over a maximum and do not count.",
                over,
            )
            said.append(words % {"n": over})
        if crowded:
            words = ngettext(
                "%(n)d day more was on one production than counts.",
                "%(n)d days more were on one production than count.",
                crowded,
            )
            said.append(words % {"n": crowded})
        if old:
            words = ngettext("%(n)d day is too long ago to count.", "%(n)d days are too long ago to count.", old)
            said.append(words % {"n": old})
        return said


def _scenes(terms: Mapping[str, Any]) -> dict[Scene, int]:
    """Days asked for with a scene of a type."""
    scenes = terms.get("scenes", {})
    if not isinstance(scenes, dict) or set(scenes) - set(Scene.values):
        raise BadTerms(_("“scenes” names a kind of scene that does not exist."), term="scenes")
    return {Scene(name): whole(scenes, name, 0) for name in scenes if whole(scenes, name, 0)}
