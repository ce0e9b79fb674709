"""Have enough hours been studied?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import RequirementKind
from .facts import Finding, ModuleFacts, Promise, Record, State, needed, take
from .fields import Field, Number


class LearningHours:
    """Hours of study, as the editors reckon them. Terms: `hours`.

    A finished module counts the hours it is reckoned at, meetings and practice with it; of an unfinished one the minutes
    of its finished units count, and no more than the whole. Nobody's reading is timed.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Number(
            name="hours",
            label=gettext_lazy("Hours of study"),
            help=gettext_lazy("As the modules are reckoned by their editors. Nobody’s reading is timed."),
            least=1,
            needed=True,
        ),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("hours",))
        self.hours = needed(terms, "hours")

    def promise(self) -> Promise:
        how_much = ngettext("%(n)d hour or more", "%(n)d hours or more", self.hours) % {"n": self.hours}
        return Promise(title=_("Learning hours"), how_much=how_much, who_vouches=_("The record"))

    def finding(self, record: Record) -> Finding:
        have = sum(_minutes(module) for module in record.modules) // 60
        met = have >= self.hours
        said = {"have": have, "need": self.hours}
        return Finding(
            kind=RequirementKind.LEARNING_HOURS,
            title=_("Learning hours"),
            state=State.MET if met else State.NOT_YET,
            sentence=_("Met: %(have)d of %(need)d hours.") % said if met else _("%(have)d of %(need)d hours.") % said,
            summary=ngettext("%(n)d hour of study", "%(n)d hours of study", have) % {"n": have},
            have=min(have, self.hours),
            need=self.hours,
            action=_("Go on"),
        )


def _minutes(module: ModuleFacts) -> int:
    whole = module.hours * 60
    return whole if module.finished else min(module.minutes, whole)
