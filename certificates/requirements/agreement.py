"""Is the agreement signed, in the words that hold now?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.agreements import published_agreements

from ..models import RequirementKind
from .facts import BadTerms, Finding, Promise, Record, State, take
from .fields import Field, Pick


class AgreementSigned:
    """The current version of one agreement. Terms: `slug`."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Pick(name="slug", label=gettext_lazy("Which agreement"), choices=published_agreements, needed=True),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("slug",))
        slug = terms.get("slug")
        if not isinstance(slug, str) or not slug:
            raise BadTerms(_("“slug” names the agreement."), term="slug")
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
