"""Have enough hours been shadowed, in the right roles?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import ShiftRole

from ..models import RequirementKind
from .facts import Finding, Promise, Record, State, listed, needed, some, take
from .fields import Field, Number, Ranges
from .roles import DOING, limits_in_words, limits_of


class ShadowHours:
    """Signed hours on set, breaks left out, each in the role it was worked in. For schools that ask for no days.

    Terms: `hours`; `roles` {ROLE: {"min": n, "max": n}} in hours; `recency_days`. Minutes are added up first and made
    hours of last, so that ten halves are five. Hours over a role's maximum are recorded and do not count.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Number(name="hours", label=gettext_lazy("Hours"), least=1, needed=True),
        Ranges(
            name="roles",
            label=gettext_lazy("Hours by role"),
            help=gettext_lazy("More than a maximum is recorded and does not count. A maximum of 0 rules the role out."),
            rows=lambda: ShiftRole.choices,
        ),
        Number(
            name="recency_days",
            label=gettext_lazy("Counted for so many days"),
            help=gettext_lazy("Hours of older days no longer count. Empty: they always do."),
            least=1,
        ),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("hours", "roles", "recency_days"))
        self.hours = needed(terms, "hours")
        self.least, self.most = limits_of(terms, total=self.hours, of="hours")
        self.recency_days = some(terms, "recency_days")

    def promise(self) -> Promise:
        how_much = ngettext("%(n)d hour", "%(n)d hours", self.hours) % {"n": self.hours}
        if parts := limits_in_words(self.least, self.most):
            how_much += _(", of which ") + listed(parts)
        if window := self.recency_days:
            how_much += "; " + ngettext("within %(n)d day", "within %(n)d days", window) % {"n": window}
        return Promise(title=_("Shadow hours"), how_much=how_much, who_vouches=_("The mentors"))

    def finding(self, record: Record) -> Finding:
        recent = [
            worked
            for worked in record.days
            if self.recency_days is None or (record.on - worked.on).days <= self.recency_days
        ]
        signed = {role: sum(worked.minutes for worked in recent if worked.role is role) for role in ShiftRole}
        counted = {role: min(n, self.most[role] * 60) if role in self.most else n for role, n in signed.items()}
        have = sum(counted.values()) // 60
        wants = [
            _("%(n)d more must be %(doing)s") % {"n": least - counted[role] // 60, "doing": DOING[role]}
            for role, least in self.least.items()
            if counted[role] < least * 60
        ]
        met = have >= self.hours and not wants
        said = {"have": have, "need": self.hours}
        if met:
            sentence = _("Met: %(have)d of %(need)d hours.") % said
        else:
            sentence = _("%(have)d of %(need)d hours") % said + ("; " + listed(wants) if wants else "") + "."
        if over := (sum(signed.values()) - sum(counted.values())) // 60:
            words = ngettext(
                "%(n)d recorded hour is over a maximum and does not count.",
                "%(n)d recorded hours are over a maximum and do not count.",
                over,
            )
            sentence += " " + words % {"n": over}
        if old := (sum(worked.minutes for worked in record.days) - sum(signed.values())) // 60:
            words = ngettext("%(n)d hour is too long ago to count.", "%(n)d hours are too long ago to count.", old)
            sentence += " " + words % {"n": old}
        hours = ngettext("%(n)d signed hour", "%(n)d signed hours", have) % {"n": have}
        parts = [f"{n // 60} {DOING[role]}" for role, n in counted.items() if n >= 60]
        return Finding(
            kind=RequirementKind.SHADOW_HOURS,
            title=_("Shadow hours"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=hours + (": " + ", ".join(parts) if parts else ""),
            have=min(have, self.hours),
            need=self.hours,
            place=("assessments:totals",),
            action=_("See your days"),
            fact=(_("On set"), hours),
        )
