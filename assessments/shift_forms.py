"""What may be typed about a shift? Shapes and times here; whether it can be is decided by `assessments.shifts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cms.accounts.models import User
from cms.accounts.timezones import known_time_zones, time_zone

from .competencies import Frame, frames
from .guard import Finding, code_findings, findings
from .guarded_forms import Guarded
from .models import (
    Duty,
    Medium,
    Mentorship,
    Phase,
    Production,
    Region,
    Scene,
    Shift,
    ShiftRole,
    Union,
)
from .shift_defaults import NEW, shown_first
from .shift_facts import LONGEST_TEXT, LONGEST_TITLE, MOST_OF_A_SCENE, CannotRecord, ShiftFields
from .shift_times import CameTwice, NotATime, span_of

WHICH = [
    ("first", gettext_lazy("The first, before the clocks went back")),
    ("second", gettext_lazy("The second, after")),
]
CODE_LOOKS = {
    "autocomplete": "off",
    "autocapitalize": "characters",
    "spellcheck": "false",
    "class": "input input-short",
}
ROLES = [
    (ShiftRole.OBSERVE, gettext_lazy("Observe: you watched and listened")),
    (ShiftRole.ASSIST, gettext_lazy("Assist: you did parts of the work")),
    (ShiftRole.LEAD, gettext_lazy("Lead, under mentorship: you led, your mentor was there")),
    (ShiftRole.COVER, gettext_lazy("Cover: you were the coordinator that day, and paid as one")),
]


@dataclass(frozen=True, kw_only=True)
class Group:
    """One frame of competencies as boxes to tick."""

    frame: Frame
    boxes: Sequence[BoundWidget]
    ticked: int


class ShiftForm(Guarded):
    """One shift. `log_shift` and `change_shift` take what `fields_said` gives, beside mentorship and production.

    `shift` is the one being changed, `like` one that is being repeated, `last` the learner's last, for what can be guessed.
    """

    guards = ("learning_note", "new_code")

    worked_on = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Which day was it?")},
    )
    call = forms.TimeField(
        label=pgettext_lazy("start of work", "Call"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("When were you called?")},
    )
    wrap = forms.TimeField(
        label=pgettext_lazy("end of work", "Wrap"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("When did you wrap?")},
    )
    call_which = forms.ChoiceField(
        label=gettext_lazy("Which of the two was the call?"), choices=WHICH, required=False, widget=forms.RadioSelect
    )
    wrap_which = forms.ChoiceField(
        label=gettext_lazy("Which of the two was the wrap?"), choices=WHICH, required=False, widget=forms.RadioSelect
    )
    break_minutes = forms.IntegerField(
        label=gettext_lazy("Breaks, in minutes"), min_value=0, max_value=24 * 60 - 1, initial=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Write 0 if there were none.")},
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Whose clock"),
        choices=lambda: [(name, name.replace("_", " ")) for name in known_time_zones()],
        help_text=gettext_lazy("The time zone of the set, if you were away."),
    )
    production = forms.ChoiceField(label=gettext_lazy("Production"))
    new_code = forms.CharField(
        label=gettext_lazy("Code for a new one"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("Made for you; write it down, or put your own. Never the title."),
        widget=forms.TextInput(attrs=CODE_LOOKS),
    )
    new_title = forms.CharField(
        label=gettext_lazy("Its title"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy(
            "Only if you may. It is sealed: you and the mentor you hand a day to can read it, and nobody else. "
            "In an audit the registrar may ask you for it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mentorship = forms.ChoiceField(
        label=gettext_lazy("Mentor"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Who was your mentor that day?")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Your role that day"),
        choices=ROLES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the four.")},
    )
    medium = forms.ChoiceField(label=gettext_lazy("What was made"), choices=Medium)
    region = forms.ChoiceField(label=gettext_lazy("Region"), choices=Region)
    union = forms.ChoiceField(
        label=gettext_lazy("Union"),
        choices=Union,
        widget=forms.RadioSelect,
        initial=Union.UNKNOWN,
        help_text=gettext_lazy("Registries count days under a union agreement apart."),
    )
    phases = forms.MultipleChoiceField(
        label=gettext_lazy("Phase"),
        choices=Phase,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Say which phase it was: at least one.")},
    )
    duties = forms.MultipleChoiceField(
        label=gettext_lazy("What you did, or watched being done"),
        choices=Duty,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    competencies = forms.MultipleChoiceField(
        label=gettext_lazy("What you practised"),
        choices=lambda: [(frame.title, [(item.code, item.title) for item in frame.items]) for frame in frames()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    learning_note = forms.CharField(
        label=gettext_lazy("What you learnt"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("No names, no scenes. Your mentor reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        learner: User,
        mentorships: Sequence[Mentorship],
        productions: Sequence[Production],
        shift: Shift | None = None,
        like: Shift | None = None,
        last: Shift | None = None,
    ) -> None:
        self.mentorships = {str(mentorship.pk): mentorship for mentorship in mentorships}
        self.productions = {str(production.pk): production for production in productions}
        self.titles = [production.title for production in productions if production.title]
        first = shown_first(
            learner=learner, mentorships=self.mentorships, productions=self.productions,
            shift=shift, like=like, last=last,
        )  # fmt: skip
        super().__init__(data, initial=first)
        several = len({mentorship.enrolment_id for mentorship in mentorships}) > 1
        mentors = [(key, _named(mentorship, several=several)) for key, mentorship in self.mentorships.items()]
        self._choices("mentorship", mentors)
        codes = [(key, production.code) for key, production in self.productions.items()]
        self._choices("production", [*codes, (NEW, _("A new one"))])
        for scene in Scene:
            self.fields[f"scene_{scene}"] = forms.IntegerField(
                label=scene.label, min_value=0, max_value=MOST_OF_A_SCENE, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input", "placeholder": "0"}),
            )  # fmt: skip
        self.asks: set[str] = set()
        for end in ("call", "wrap"):
            if self[f"{end}_which"].value():
                self._ask_which(end)

    def _ask_which(self, end: str) -> None:
        """Show the question that only one night a year needs."""
        self.asks.add(end)
        self.fields[f"{end}_which"].required = True

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def look(self, name: str, text: str, said: dict[str, Any]) -> Sequence[Finding]:
        """The note, and a code that is being made. The title typed for it is looked for in both, and is never in itself."""
        titles = [*self.titles, said["new_title"]] if said.get("new_title") else self.titles
        if name == "new_code":
            return code_findings(text, titles=titles) if said.get("production") == NEW else ()
        return findings(text, titles=titles)

    @property
    def competency_groups(self) -> list[Group]:
        """The competencies by their frame; one that has a tick is open."""
        boxes = {str(box.data["value"]): box for box in self["competencies"]}
        ticked = {str(code) for code in self["competencies"].value() or ()}
        return [
            Group(
                frame=frame,
                boxes=[boxes[item.code] for item in frame.items],
                ticked=sum(item.code in ticked for item in frame.items),
            )
            for frame in frames()
        ]

    @property
    def scene_fields(self) -> list[BoundField]:
        return [self[f"scene_{scene}"] for scene in Scene]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"worked_on", "call", "wrap", "time_zone"} <= said.keys():
            self._clean_times(said)
        return said

    def _clean_times(self, said: dict[str, Any]) -> None:
        if said["call"] == said["wrap"] and not (said.get("call_which") or said.get("wrap_which")):
            self.add_error("wrap", _("The wrap is the same as the call."))
            return
        try:
            said["span"] = span_of(
                day=said["worked_on"], call=said["call"], wrap=said["wrap"], zone=time_zone(said["time_zone"]),
                which_call=said.get("call_which", ""), which_wrap=said.get("wrap_which", ""),
            )  # fmt: skip
        except CameTwice as question:
            self._ask_which(question.end)
            self.add_error(f"{question.end}_which", str(question))
        except NotATime as refusal:
            self.add_error(refusal.end, str(refusal))

    def fields_said(self) -> ShiftFields:
        said = self.cleaned_data
        return {
            "call_at": said["span"].call_at,
            "wrap_at": said["span"].wrap_at,
            "time_zone": said["time_zone"],
            "break_minutes": said["break_minutes"],
            "role": said["role"],
            "medium": said["medium"],
            "region": said["region"],
            "union": said["union"],
            "phases": said["phases"],
            "duties": said["duties"],
            "competencies": said["competencies"],
            "scenes": {scene: said[f"scene_{scene}"] for scene in Scene if said[f"scene_{scene}"]},
            "learning_note": said["learning_note"],
        }

    def refuse(self, refusal: CannotRecord) -> None:
        """Show a refusal of the domain where it belongs."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def _named(mentorship: Mentorship, *, several: bool) -> str:
    """The mentor, and for whom: one may work with them on more than one programme."""
    return f"{mentorship.mentor.name}, {mentorship.enrolment.programme}" if several else mentorship.mentor.name


class AgreeForm(forms.Form):
    agree = forms.BooleanField(
        label=gettext_lazy("I have read it, and I will keep to it."),
        error_messages={"required": gettext_lazy("Tick the box to say that you agree.")},
    )
