"""How does a form ask about a name or a title before it is kept? The text comes back, quoted, and its writer decides.

A form lists the fields to look at in `guards`. What `guard.findings` sees there keeps the form from being valid until the
box beside it says that just this text stays; another text is looked at anew. The page includes `assessments/guard.html`
beside the field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from cms.accounts.models import User

from .guard import Finding, findings


@dataclass(frozen=True, kw_only=True)
class Warned:
    """What was seen in a field. `box` and `stamp` are the name and value by which the writer keeps it as it is."""

    label: str
    findings: Sequence[Finding]
    box: str
    stamp: str
    kept: bool


class Guarded(forms.Form):
    """A form whose free text is looked at. `titles` are the sealed titles that the writer knows."""

    guards: ClassVar[tuple[str, ...]] = ()
    titles: Sequence[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warned: dict[str, Warned] = {}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in self.guards:
            if text := said.get(name):
                self.warn(name, text, self.look(name, text, said))
        return said

    def look(self, name: str, text: str, said: dict[str, Any]) -> Sequence[Finding]:
        """What is seen in one field. `said` holds the other ones."""
        return findings(text, titles=self.titles)

    def warn(self, name: str, text: str, found: Sequence[Finding]) -> None:
        if not found:
            return
        box, stamp = self.add_prefix(f"keep_{name}"), stamp_of(text)
        kept = self.data.get(box) == stamp
        label = str(self.fields[name].label)
        self.warned[name] = Warned(label=label, findings=found, box=box, stamp=stamp, kept=kept)
        if not kept:
            self.add_error(name, _("Read this once more: is anybody or anything named? Change it, or keep it below."))


def stamp_of(text: str) -> str:
    """Which text it was that somebody decided to keep."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def titles_of(learner: User) -> list[str]:
    """The titles this learner has sealed: one query."""
    return [production.title for production in learner.productions.all() if production.title]
