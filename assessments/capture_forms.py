"""What is asked on set, and in what shape does a device send it? The little one knows there; the rest can wait."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from .models import Duty, Mentorship, Production, Shift
from .shift_defaults import NEW
from .shift_forms import ShiftForm

KEY = re.compile(r"[0-9A-Za-z-]{16,40}")
SHOWN_PRODUCTIONS = 4
ROUNDED_TO = 5  # minutes
NIGHT_ENDS = timedelta(hours=5)  # until then a wrap belongs to the day before
MOST_AT_ONCE = 20  # drafts in one sending
RARELY_CHANGES = ("phases", "medium", "region", "union", "time_zone")


class CaptureForm(ShiftForm):
    """One shift, in a minute. `same` shows everything as it was last time; otherwise only what tends to stay is shown."""

    # Neither is for a set: the shift's own page asks for them.
    new_title = None  # type: ignore[assignment]  # Django's way to leave out a field of the parent
    learning_note = None  # type: ignore[assignment]

    production = forms.ChoiceField(label=gettext_lazy("Production"), widget=forms.RadioSelect)
    duties = forms.MultipleChoiceField(choices=Duty, required=False, widget=forms.MultipleHiddenInput)
    device_key = forms.CharField(
        required=False, max_length=40, validators=[RegexValidator(rf"^{KEY.pattern}$")], widget=forms.HiddenInput
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        learner: User,
        mentorships: Sequence[Mentorship],
        productions: Sequence[Production],
        last: Shift | None,
        at: datetime,
        same: bool = False,
        device_key: str = "",
    ) -> None:
        super().__init__(
            data, learner=learner, mentorships=mentorships, productions=productions,
            last=last, like=last if same else None,
        )  # fmt: skip
        here = at.astimezone(time_zone(self.initial["time_zone"]))
        self.initial["worked_on"] = (here - NIGHT_ENDS).date()
        self.initial["device_key"] = device_key
        if last and not same:
            self.initial["phases"] = last.phases
        if not same:
            self.initial["wrap"] = here.replace(
                minute=here.minute - here.minute % ROUNDED_TO, second=0, microsecond=0
            ).time()
        self.fields["competencies"].widget = forms.MultipleHiddenInput()
        new_code = self.fields["new_code"]
        new_code.help_text = gettext_lazy("Write it down, or type one you have used before. Never the title.")
        self._unless_there("mentorship", gettext_lazy("This mentor is not yours any more. Choose another."))
        self._unless_there("production", gettext_lazy("Choose one of your own codes, or make a new one."))

    def _unless_there(self, name: str, sentence: Any) -> None:
        self.fields[name].error_messages["invalid_choice"] = sentence

    @property
    def shown_productions(self) -> list[BoundWidget]:
        """The last few, the one that is chosen, and a new one: as large buttons."""
        boxes = {str(box.data["value"]): box for box in self["production"]}
        shown = list(boxes)[:SHOWN_PRODUCTIONS]
        return [boxes[key] for key in dict.fromkeys([*shown, str(self["production"].value()), NEW]) if key in boxes]

    @property
    def asks_for_the_rest(self) -> bool:
        """Whether what rarely changes is shown at once: nothing is known of it yet, or something of it is refused."""
        return not self.initial.get("phases") or any(name in self.errors for name in RARELY_CHANGES)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        said["learning_note"] = ""
        return said

    @property
    def sentences(self) -> list[str]:
        """Every refusal, said so that it can stand by itself."""
        said = []
        for name, errors in self.errors.items():
            label = self.fields[name].label if name in self.fields else None
            said += [f"{label}: {error}" if label else str(error) for error in errors]
        return said


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One shift as a device kept it."""

    key: str
    fields: QueryDict


@dataclass(frozen=True, kw_only=True)
class Sent:
    owner: str
    drafts: Sequence[Draft]


class NotDrafts(Exception):
    """This is not what our page sends."""


def read_sent(body: bytes) -> Sent:
    """What a device sent: {"owner": …, "drafts": [{"key": …, "fields": {name: [text, …]}}]}. Raises NotDrafts."""
    try:
        sent = json.loads(body)
        owner, drafts = sent["owner"], [_draft(draft) for draft in sent["drafts"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotDrafts from None
    if not isinstance(owner, str) or len(drafts) > MOST_AT_ONCE:
        raise NotDrafts
    return Sent(owner=owner, drafts=drafts)


def _draft(said: Any) -> Draft:
    key, fields = said["key"], QueryDict(mutable=True)
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise NotDrafts
    for name, values in said["fields"].items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise NotDrafts
        fields.setlist(name, values)
    fields["device_key"] = key
    return Draft(key=key, fields=fields)
