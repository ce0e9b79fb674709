"""Are the outside documents there, in date, and recent enough?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import DocumentKind, DocumentState

from ..models import RequirementKind
from .facts import BadTerms, DocumentFacts, Finding, Promise, Record, State, listed, some, take
from .fields import Field, Numbers, PickSome


def askable() -> list[tuple[str, Any]]:
    return [choice for choice in DocumentKind.choices if choice[0] != DocumentKind.OTHER]


class DocumentsInDate:
    """One accepted document of each kind, in date on the day. Terms: `kinds` [KIND, …]; `recency_days` {KIND: n}.

    `recency_days` is how long ago it may have been issued, however long it is good for.
    """

    FIELDS: ClassVar[tuple[Field, ...]] = (
        PickSome(name="kinds", label=gettext_lazy("Which documents"), choices=askable, needed=True),
        Numbers(
            name="recency_days",
            label=gettext_lazy("Issued within so many days"),
            help=gettext_lazy("Leave it empty where any document in date will do."),
            rows=askable,
        ),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("kinds", "recency_days"))
        kinds = terms.get("kinds")
        if not isinstance(kinds, list) or not kinds:
            raise BadTerms(_("“kinds” names one document or more."), term="kinds")
        for name in kinds:
            # Of another kind there are many, and a rule could not say which.
            if name not in DocumentKind.values or name == DocumentKind.OTHER:
                raise BadTerms(
                    _("There is no document of the kind “%(kind)s” to ask for.") % {"kind": name}, term="kinds"
                )
        limits = terms.get("recency_days", {})
        if not isinstance(limits, Mapping) or set(limits) - set(kinds):
            raise BadTerms(_("“recency_days” is for documents that are asked for."), term="recency_days")
        # In the order of the kinds: PostgreSQL keeps JSON in an order of its own.
        self.recency = {kind: some(limits, kind) for kind in DocumentKind if kind in kinds}

    def promise(self) -> Promise:
        return Promise(
            title=_("Outside documents"),
            how_much=listed([self._asked(kind, days) for kind, days in self.recency.items()]),
            who_vouches=_("The registrar, who looks at each"),
        )

    def finding(self, record: Record) -> Finding:
        met = [kind for kind in self.recency if self._best(kind, record)]
        missing = [kind for kind in self.recency if kind not in met]
        if missing:
            said = [self._missing(kind, record) for kind in missing]
            sentence = " ".join([_("%(met)d of %(all)d in date.") % {"met": len(met), "all": len(self.recency)}, *said])
        else:
            ends = [
                document.expires_on for kind in met if (document := self._best(kind, record)) and document.expires_on
            ]
            sentence = ngettext("Met: %(count)d in date.", "Met: %(count)d in date.", len(met)) % {"count": len(met)}
            if ends:
                sentence += " " + _("The first runs out on %(day)s.") % {"day": _day(min(ends))}
        names = listed([str(kind.label) for kind in self.recency])
        return Finding(
            kind=RequirementKind.DOCUMENTS,
            title=_("Outside documents"),
            state=State.NOT_YET if missing else State.MET,
            sentence=sentence,
            summary=_("In date: %(names)s") % {"names": names},
            have=len(met),
            need=len(self.recency),
            place=("assessments:evidence",),
            action=_("Your documents"),
        )

    def _asked(self, kind: DocumentKind, days: int | None) -> str:
        if days is None:
            return _("%(name)s, in date") % {"name": kind.label}
        return ngettext(
            "%(name)s, in date and issued within %(days)d day",
            "%(name)s, in date and issued within %(days)d days",
            days,
        ) % {"name": kind.label, "days": days}

    def _best(self, kind: DocumentKind, record: Record) -> DocumentFacts | None:
        """Of those that meet it, the one that lasts longest."""
        days = self.recency[kind]
        enough = [
            document
            for document in record.documents
            if document.kind == kind
            and document.in_date(record.on)
            and (days is None or document.issued_on >= record.on - timedelta(days=days))
        ]
        endless = next((document for document in enough if document.expires_on is None), None)
        return endless or max(enough, key=lambda document: document.expires_on or document.issued_on, default=None)

    def _missing(self, kind: DocumentKind, record: Record) -> str:
        """Why this one is not met: what is nearest to it first."""
        shown = [document for document in record.documents if document.kind == kind]
        accepted = [document for document in shown if document.state is DocumentState.ACCEPTED]
        states = {document.state for document in shown}
        days = self.recency[kind]
        if DocumentState.WAITING in states:
            why = _("with the registrar")
        elif DocumentState.RETURNED in states:
            why = _("it came back to you with a few words")
        elif in_date := [document for document in accepted if document.in_date(record.on)]:
            newest = max(document.issued_on for document in in_date)
            why = _("issued on %(day)s, and it may be %(days)d days old at most") % {
                "day": _day(newest),
                "days": days or 0,
            }
        elif ended := [document.expires_on for document in accepted if document.expires_on]:
            why = _("it ran out on %(day)s") % {"day": _day(max(ended))}
        elif kind == DocumentKind.BACKGROUND_CHECK:
            why = _("show it to the registrar, who keeps its dates and no copy")
        else:
            why = _("not handed in yet")
        return _("%(name)s: %(why)s.") % {"name": kind.label, "why": why}


def _day(on: Any) -> str:
    return date_format(on, "j F Y")
