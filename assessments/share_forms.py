"""What may be typed and ticked for a link? Shapes here; what may be shown is decided by `assessments.sharing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from cms.accounts.models import User
from courses.models import new_token

from .models import Shift, ShownName
from .packs import Part
from .sharing import LONGEST_DAYS, LONGEST_PURPOSE, CannotShare, may_show


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One box: what it shows, and of which day. Without a value there is none to tick."""

    part: Part
    value: str
    id: str
    ticked: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """A signed shift with its boxes, in the order of the parts."""

    day: str
    shift: Shift
    ticks: tuple[Tick, ...]


class ShareForm(forms.Form):
    """A link to make. `make_share` takes `said` beside the learner."""

    purpose = forms.CharField(
        label=gettext_lazy("Who it is for"),
        max_length=LONGEST_PURPOSE,
        help_text=gettext_lazy("For your own list. Whoever opens the link does not see it."),
        error_messages={"required": gettext_lazy("Say who it is for, so that you know it again.")},
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days it works"),
        initial=30,
        min_value=1,
        max_value=LONGEST_DAYS,
        help_text=gettext_lazy("1 to 90. You can end it earlier, at once."),
    )
    shown_name = forms.ChoiceField(
        label=gettext_lazy("Your name on it"), widget=forms.RadioSelect(attrs={"data-look": "check"})
    )
    shows = forms.MultipleChoiceField(
        label=gettext_lazy("What it shows of each shift"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Something you ticked can no longer be shown.")},
    )
    once = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_token)

    def __init__(self, *args: Any, learner: User, shifts: Sequence[Shift], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shifts = [(shift, may_show(shift)) for shift in shifts]
        self._choose("shows", [(f"{shift.record}:{part}", part.label) for shift, may in self.shifts for part in may])
        self.names = [(ShownName.DISPLAY, learner.display_name)]
        if learner.certificate_name and learner.certificate_name != learner.display_name:
            self.names.insert(0, (ShownName.CERTIFICATE, learner.certificate_name))
        self._choose("shown_name", self.names)
        self.fields["shown_name"].initial = self.names[0][0]

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(choices)

    @property
    def asks_name(self) -> bool:
        """Whether there are two names to choose from."""
        return len(self.names) > 1

    @property
    def parts(self) -> list[Part]:
        return list(Part)

    @property
    def rows(self) -> list[Row]:
        """The table of boxes, as they were ticked."""
        ticked = set(self["shows"].value() or [])
        return [
            Row(
                day=date_format(shift.worked_on, "j M Y"),
                shift=shift,
                ticks=tuple(
                    Tick(
                        part=part,
                        value=f"{shift.record}:{part}" if part in may else "",
                        id=f"show-{place}-{part.lower()}",
                        ticked=f"{shift.record}:{part}" in ticked,
                    )
                    for part in Part
                ),
            )
            for place, (shift, may) in enumerate(self.shifts, start=1)
        ]

    def said(self) -> dict[str, Any]:
        shows: dict[str, list[str]] = {}
        for value in self.cleaned_data["shows"]:
            record, part = value.split(":")
            shows.setdefault(record, []).append(part)
        return {
            "purpose": self.cleaned_data["purpose"],
            "days": self.cleaned_data["days"],
            "shown_name": ShownName(self.cleaned_data["shown_name"]),
            "once": self.cleaned_data["once"],
            "shows": shows,
        }

    def refuse(self, refusal: CannotShare) -> None:
        """Show a refusal of the domain where it belongs."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
