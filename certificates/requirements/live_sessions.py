"""Was the learner at the live sessions?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import RequirementKind
from .facts import Finding, Promise, Record, State, some, take, whole
from .fields import Field, Number


class LiveSessionsAttended:
    """The programme's live sessions: all of them, or `count`. `made_up` is how many of those may be made up for.

    One that was made up for beyond that number does not count.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Number(name="count", label=gettext_lazy("So many of them"), help=gettext_lazy("Empty for all."), least=1),
        Number(
            name="made_up",
            label=gettext_lazy("Of which may be made up for"),
            help=gettext_lazy("Empty where any may be. 0 where none may."),
        ),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("count", "made_up"))
        self.count = some(terms, "count")
        self.most_made_up = whole(terms, "made_up", 0) if "made_up" in terms else None

    def promise(self) -> Promise:
        how_much = (
            ngettext("%(n)d session", "%(n)d sessions", self.count) % {"n": self.count}
            if self.count
            else _("all of them")
        )
        if self.most_made_up is not None:
            how_much += "; " + _("at most %(n)d made up for") % {"n": self.most_made_up}
        return Promise(title=_("Live sessions"), how_much=how_much, who_vouches=_("The registrar"))

    def finding(self, record: Record) -> Finding:
        there = [session for session in record.sessions if session.on is not None and not session.made_up]
        made_up = [session for session in record.sessions if session.made_up]
        counted = len(made_up) if self.most_made_up is None else min(len(made_up), self.most_made_up)
        have, need = len(there) + counted, self.count or len(record.sessions)
        met = need > 0 and have >= need
        if met:
            sentence = _("Met: %(have)d of %(need)d.") % {"have": min(have, need), "need": need}
        elif not need:
            sentence = _("The programme has no live sessions yet.")
        else:
            sentence = _("%(have)d of %(need)d live sessions attended.") % {"have": have, "need": need}
            if (over := len(made_up) - counted) > 0:
                sentence += " " + ngettext(
                    "%(n)d was made up for, which is more than counts.",
                    "%(n)d were made up for, which is more than counts.",
                    over,
                ) % {"n": over}  # fmt: skip
        return Finding(
            kind=RequirementKind.LIVE_SESSIONS,
            title=_("Live sessions"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=ngettext("%(n)d session attended", "%(n)d sessions attended", have) % {"n": have},
            have=min(have, need),
            need=need,
            action=_("See the dates"),
        )
