"""Did staff attest it?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import RequirementKind
from .facts import BadTerms, Finding, Promise, Record, State, some, take
from .fields import Field, Number, Text


class AttestedByStaff:
    """One thing that staff see for themselves. Terms: `what`, its name; `recency_days`, how old it may be."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Text(
            name="what",
            label=gettext_lazy("What is attested"),
            help=gettext_lazy("Such as: Portfolio talked through. Learners and the public read it."),
            needed=True,
        ),
        Number(name="recency_days", label=gettext_lazy("Within so many days"), least=1),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("what", "recency_days"))
        what = terms.get("what")
        if not isinstance(what, str) or not what.strip() or len(what) > 80:
            raise BadTerms(_("“what” names what is attested, in 80 characters or fewer."), term="what")
        self.what = what
        self.recency_days = some(terms, "recency_days")

    def promise(self) -> Promise:
        how_much = (
            ngettext("within %(n)d day", "within %(n)d days", self.recency_days) % {"n": self.recency_days}
            if self.recency_days
            else _("once")
        )
        return Promise(title=self.what, how_much=how_much, who_vouches=_("The registrar"))

    def finding(self, record: Record) -> Finding:
        on = record.attested.get(self.what)
        old = on is not None and self.recency_days is not None and (record.on - on).days > self.recency_days
        met = on is not None and not old
        day = date_format(on, "j F Y") if on else ""
        if met:
            sentence = _("Met: attested for %(day)s.") % {"day": day}
        elif old:
            sentence = _("Attested for %(day)s, which is too long ago to count.") % {"day": day}
        else:
            sentence = _("Not attested yet. The registrar tells you when it takes place.")
        return Finding(
            kind=RequirementKind.ATTESTATION,
            title=self.what,
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=_("Attested, %(day)s") % {"day": day} if day else _("Not attested"),
            have=int(met),
            need=1,
            action=_("See where you stand"),
        )
