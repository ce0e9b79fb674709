"""What does the style guide show? A sample for every component, in every state; none of them is anybody's."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext_lazy as _

from assessments.models import ShiftRole
from courses.refund_words import rules_in_words

SOME_DAY = date(2026, 11, 23)
ROLES = [
    ("observe", _("Observe")),
    ("assist", _("Assist")),
    ("lead", _("Lead, under mentorship")),
    ("cover", _("Cover")),
]


class SampleForm(forms.Form):
    """Every kind of field."""

    code = forms.CharField(label=_("Production code"), help_text=_("Never the title. We make one if you have none."))
    note = forms.CharField(label=_("What you took away"), required=False, widget=forms.Textarea)
    role = forms.ChoiceField(label=_("Role that day"), choices=ROLES)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    wrap = forms.TimeField(label=_("Wrap"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label=_("Break, in minutes"), min_value=0)
    scene = forms.ChoiceField(
        label=_("Scene"),
        choices=[("none", _("No touch")), ("some", _("Touch, choreographed"))],
        widget=forms.RadioSelect,
        help_text=_("Whichever is nearer."),
    )
    phase = forms.MultipleChoiceField(
        label=_("Phase"),
        choices=[("rehearsal", _("Rehearsal")), ("shoot", _("Shoot"))],
        widget=forms.CheckboxSelectMultiple,
    )
    closed_set = forms.ChoiceField(
        label=_("Running the closed set"),
        choices=[
            ("observed", _("Observed")),
            ("assisted", _("Assisted")),
            ("led", _("Led with support")),
            ("alone", _("Independent")),
        ],
        widget=forms.RadioSelect(attrs={"data-look": "scale"}),
    )
    letter = forms.FileField(label=_("Letter"), required=False)
    agreed = forms.BooleanField(label=_("I was there for all of it"))

    def clean(self) -> dict[str, Any]:
        self.add_error(None, _("Something about the whole form, such as two days that overlap."))
        return self.cleaned_data


@dataclass(frozen=True, kw_only=True)
class SampleDay:
    on: date
    role: ShiftRole
    state: str


@dataclass(frozen=True, kw_only=True)
class SampleProgramme:
    title: str
    summary: str
    kind: str
    way: str
    access: str
    url: str = "#programmes"

    def get_kind_display(self) -> str:
        return self.kind

    def get_access_display(self) -> str:
        return self.way


@dataclass(frozen=True, kw_only=True)
class SampleProgrammeLine:
    programme: SampleProgramme
    fee: str


def samples() -> dict[str, Any]:
    """What the style guide's template shows."""
    roles = [ShiftRole.OBSERVE] * 4 + [ShiftRole.ASSIST] * 3 + [ShiftRole.LEAD, ShiftRole.COVER]
    return {
        "empty_form": SampleForm(prefix="empty"),
        "filled_form": SampleForm({"full-role": "assist", "full-wrap": "02:10"}, prefix="full"),
        "some_day": SOME_DAY,
        "days": [
            SampleDay(on=SOME_DAY + timedelta(days=place), role=role, state="signed" if place < 7 else "waiting")
            for place, role in enumerate(roles)
        ],
        "statuses": ["active", "expiring", "expired", "suspended", "revoked", "superseded"],
        "crumbs": [(_("Programmes"), "#crumbs"), (_("Intimacy coordinator"), "#crumbs"), (_("When a yes changes"), "")],
        "topics": [_("Coercion, discussed"), _("Sexual violence, described")],
        "sample_messages": [
            Message(constants.SUCCESS, str(_("Signed and sealed. Friday 20 November now counts: 12 of 20."))),
            Message(constants.INFO, str(_("Your adjustments are on: a quarter more time, two breaks."))),
            Message(constants.WARNING, str(_("Not saved yet, trying again. Nothing is lost."))),
            Message(constants.ERROR, str(_("This shift is signed already."))),
        ],
        "refund_rules": rules_in_words([[21, 100], [15, 50]], cooling_off_hours=48, dated=True),
        "programmes": [
            SampleProgrammeLine(programme=programme, fee=fee)
            for programme, fee in zip(_programmes(), ("", "from £180", ""), strict=True)
        ],
    }


def _programmes() -> list[SampleProgramme]:
    return [
        SampleProgramme(
            title="Foundations of consent on set",
            summary="For anyone who works near intimate scenes.",
            kind="Certificate of completion",
            way="Open to anyone, free of charge",
            access="FREE",
        ),
        SampleProgramme(
            title="Intimacy coordinator",
            summary="The full training, with mentored days on set.",
            kind="Certification",
            way="For a fee, by one of its price plans",
            access="FEE",
        ),
        SampleProgramme(
            title="Advanced practice",
            summary="For coordinators who teach others.",
            kind="Certification",
            way="By invitation only",
            access="INVITATION",
        ),
    ]
