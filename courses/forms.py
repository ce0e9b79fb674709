"""What may be typed on the learner's pages? A private note, and what one orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from cms.accounts.forms import PlainWords

from .models import Intake, PricePlan, UnitNote
from .offers import Offers


class NoteForm(forms.Form):
    """The note, and when the version it began as was saved, to the microsecond."""

    text = forms.CharField(
        label=_("Your notes"),
        required=False,
        strip=False,
        max_length=20_000,
        help_text=_("Only you can read them. No names, please; not even initials."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": _("A note holds 20,000 characters. Shorten this one to save it.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, note: UnitNote | None = None) -> None:
        initial = {"text": note.text, "seen": note.saved_at.isoformat()} if note else {}
        super().__init__(data, initial=initial, auto_id="note-%s")

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\r\n", "\n")  # browsers send lines their own way

    def clean_seen(self) -> datetime | None:
        seen = self.cleaned_data["seen"]
        try:
            when = parse_datetime(seen) if seen else None
        except ValueError:
            when = None
        if seen and (when is None or when.tzinfo is None):
            raise ValidationError(_("This page is out of date. Copy your note, and open the unit again."))
        return when


class OrderForm(PlainWords, forms.Form):
    """Which plan, which intake, and a code. What can be chosen is what is offered to this person now."""

    plan: "forms.ModelChoiceField[PricePlan]" = forms.ModelChoiceField(
        queryset=None,
        empty_label=None,
        widget=forms.RadioSelect,
        label=_("How to pay"),
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("This is not offered any more. Choose another way."),
        },
    )
    intake: "forms.ModelChoiceField[Intake]" = forms.ModelChoiceField(
        queryset=None,
        empty_label=None,
        widget=forms.RadioSelect,
        label=_("Intake"),
        error_messages={
            "required": _("Choose one of these."),
            "invalid_choice": _("This intake is closed. Choose another one."),
        },
    )
    code = forms.CharField(label=_("Code"), required=False, max_length=40, help_text=_("If you were given one."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, offers: Offers) -> None:
        super().__init__(data)
        plans, intakes = offers.programme.plans, offers.programme.intakes
        self.fields["plan"].queryset = plans.filter(pk__in=[line.plan.pk for line in offers.plans])  # type: ignore[attr-defined]
        if offers.intakes:
            coming = [line.intake.pk for line in offers.intakes]
            self.fields["intake"].queryset = intakes.filter(pk__in=coming)  # type: ignore[attr-defined]
        else:
            del self.fields["intake"]
        if len(offers.plans) == 1:
            self.fields["plan"].initial = offers.plans[0].plan.pk
