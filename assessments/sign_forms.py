"""What may a signer type on a card? A judgement, a question, other hours, a no, their account; the domain decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cms.accounts.timezones import time_zone

from .disputing import LONGEST_ACCOUNT
from .models import Competency, DeclineReason, Level, Shift
from .shift_facts import LONGEST_TEXT
from .shift_forms import WHICH
from .shift_times import CameTwice, NotATime, Span, moments, span_of


class SignForm(forms.Form):
    """A judgement. Each word is optional: what was not seen is left out. `assertion` is what a passkey answered."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for competency in Competency:
            self.fields[competency.value] = forms.ChoiceField(
                label=competency.label, choices=Level, required=False,
                widget=forms.RadioSelect(attrs={"data-look": "scale"}),
            )  # fmt: skip
        self.fields["word"] = forms.CharField(
            label=_("One thing that went well, one to work on"),
            required=False,
            max_length=LONGEST_TEXT,
            help_text=_("No names, no scenes. The learner reads it."),
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    @property
    def scales(self) -> list[BoundField]:
        return [self[competency.value] for competency in Competency]

    def rubric_said(self) -> dict[Competency, Level]:
        said = self.cleaned_data
        return {competency: Level(said[competency.value]) for competency in Competency if said[competency.value]}


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A day that was ticked, and what was read of it."""

    shift: int
    seen: str


class TicksField(forms.Field):
    """Ticks that carry what was read, as "17:<digest>", so that only that is signed."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"required": gettext_lazy("Tick the days that you have read.")}
    TICK = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")

    def to_python(self, value: list[str] | None) -> list[Tick]:
        found = [self.TICK.fullmatch(tick) for tick in value or []]
        return [Tick(shift=int(match[1]), seen=match[2]) for match in found if match]


class TogetherForm(forms.Form):
    days = TicksField(label=gettext_lazy("Days"))


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("The shift goes back unchanged, and returns to you with the answer."),
        error_messages={"required": gettext_lazy("Write what you would like to know.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why you do not sign"),
        choices=DeclineReason,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the one that is nearest.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("No names, no scenes. The learner reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AccountForm(forms.Form):
    account = forms.CharField(
        label=gettext_lazy("What happened, as you saw it"),
        max_length=LONGEST_ACCOUNT,
        help_text=gettext_lazy("No performer’s name, no title, no scene. The registrar reads it."),
        error_messages={"required": gettext_lazy("Write a sentence or two.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class NumberForm(forms.Form):
    """The second thing that an outside coordinator knows."""

    number = forms.CharField(
        label=gettext_lazy("The number of your credential"),
        max_length=60,
        help_text=gettext_lazy("As you gave it to the registrar. It shows that this is you."),
        error_messages={"required": gettext_lazy("Write the number of your credential.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class LinkSignForm(NumberForm, SignForm):
    field_order = ("seen", *Competency.values, "word", "number")


class LinkQuestionForm(NumberForm, QuestionForm):
    field_order = ("question", "number")


class LinkDeclineForm(NumberForm, DeclineForm):
    field_order = ("reason", "words", "number")


class ProposeForm(forms.Form):
    """Other hours of the same day, by the clock where it was worked."""

    call = forms.TimeField(
        label=pgettext_lazy("start of work", "Call"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("When was the call?")},
    )
    wrap = forms.TimeField(
        label=pgettext_lazy("end of work", "Wrap"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("When was the wrap?")},
    )
    call_which = forms.ChoiceField(
        label=gettext_lazy("Which of the two was the call?"), choices=WHICH, required=False, widget=forms.RadioSelect
    )
    wrap_which = forms.ChoiceField(
        label=gettext_lazy("Which of the two was the wrap?"), choices=WHICH, required=False, widget=forms.RadioSelect
    )
    break_minutes = forms.IntegerField(
        label=gettext_lazy("Breaks, in minutes"), min_value=0, max_value=24 * 60 - 1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Write 0 if there were none.")},
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("A word about it"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("No names, no scenes. The learner reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: QueryDict | None = None, *, shift: Shift) -> None:
        self.shift, self.zone = shift, time_zone(shift.time_zone)
        super().__init__(data, initial=self._as_recorded())
        self.asks = {end for end in ("call", "wrap") if self[f"{end}_which"].value()}

    def _as_recorded(self) -> dict[str, Any]:
        said: dict[str, Any] = {"break_minutes": self.shift.break_minutes}
        for name, moment in (("call", self.shift.call_at), ("wrap", self.shift.wrap_at)):
            at = moment.astimezone(self.zone)
            said[name] = at.time()
            if len(moments(at.date(), at.time(), self.zone)) == 2:
                said[f"{name}_which"] = "second" if at.fold else "first"
        return said

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"call", "wrap"} <= said.keys():
            self._clean_times(said)
        return said

    def _clean_times(self, said: dict[str, Any]) -> None:
        if said["call"] == said["wrap"] and not (said.get("call_which") or said.get("wrap_which")):
            self.add_error("wrap", _("The wrap is the same as the call."))
            return
        try:
            said["span"] = span_of(
                day=self.shift.worked_on, call=said["call"], wrap=said["wrap"], zone=self.zone,
                which_call=said.get("call_which", ""), which_wrap=said.get("wrap_which", ""),
            )  # fmt: skip
        except CameTwice as question:
            self.asks.add(question.end)  # shown only on the one night a year that needs it
            self.add_error(f"{question.end}_which", str(question))
        except NotATime as refusal:
            self.add_error(refusal.end, str(refusal))

    @property
    def span(self) -> Span:
        return self.cleaned_data["span"]
