"""Do mentors say that they are ready?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import RequirementKind
from .facts import BadTerms, Finding, Promise, Record, State, some, take, whole
from .fields import Field, Number


class RecommendedByMentors:
    """A recommendation that stands, by so many mentors. Terms: `count` (1, when not given); `within_days` of the day.

    A “not yet” takes nothing away from what others say; the registrar reads both.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Number(name="count", label=gettext_lazy("By so many mentors"), least=1),
        Number(name="within_days", label=gettext_lazy("Given within so many days"), least=1),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("count", "within_days"))
        self.count = whole(terms, "count", 1)
        if not self.count:
            raise BadTerms(_("“count” is one mentor or more."))
        self.within_days = some(terms, "within_days")

    def promise(self) -> Promise:
        how_much = ngettext("%(count)d mentor", "%(count)d mentors", self.count) % {"count": self.count}
        if self.within_days:
            how_much += ngettext(
                ", not more than %(days)d day ago", ", not more than %(days)d days ago", self.within_days
            ) % {"days": self.within_days}
        return Promise(title=_("Recommendation"), how_much=how_much, who_vouches=_("Your mentor"))

    def finding(self, record: Record) -> Finding:
        said = record.recommendations
        recommending = {word.mentor for word in said if word.recommends and self._recent(word.given_on, record)}
        have = len(recommending)
        met = have >= self.count
        if met:
            sentence = ngettext(
                "Met: %(count)d mentor recommends you.", "Met: %(count)d mentors recommend you.", have
            ) % {"count": have}
        else:
            sentence = ngettext(
                "%(have)d of %(count)d mentor recommends you.",
                "%(have)d of %(count)d mentors recommend you.",
                self.count,
            ) % {"have": have, "count": self.count}
            if any(not word.recommends for word in said):
                sentence += " " + _("A mentor says “not yet”: talk about what is missing.")
            elif any(word.recommends for word in said) and len({word.mentor for word in said}) > have:
                sentence += " " + _("An earlier word is too old now: ask for it again.")
            elif record.recommendations_asked:
                sentence += " " + _("Your mentor has been asked.")
        return Finding(
            kind=RequirementKind.RECOMMENDATION,
            title=_("Recommendation"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=ngettext("Recommended by %(count)d mentor", "Recommended by %(count)d mentors", have)
            % {"count": have},
            have=min(have, self.count),
            need=self.count,
            place=("assessments:recommendations",),
            action=_("Ask your mentor"),
        )

    def _recent(self, given_on: Any, record: Record) -> bool:
        return self.within_days is None or given_on >= record.on - timedelta(days=self.within_days)
