"""Has everything been read?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import RequirementKind
from .facts import Finding, Promise, Record, State, take
from .fields import Field


class ModulesComplete:
    """Every unit that is read, in every module."""

    FIELDS: ClassVar[tuple[Field, ...]] = ()

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ())

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
                part
                for part in (modules, ngettext("%(count)d unit", "%(count)d units", units) % {"count": units}, hours)
                if part
            ),
            have=units - left,
            need=units,
            action=_("Go on"),
            fact=(_("Study"), modules + (", " + hours if hours else "")),
        )
