"""What does a registrar type about days on set? The shape only; what may be done is the domain's to say."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import AuditOutcome, Outcome, VoidReason
from assessments.titles import LONGEST_REASON


class ReasonForm(forms.Form):
    """Why a sealed title is opened."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The learner reads it, with your name and the moment. Name no performer."),
        error_messages={"required": _("Say why. The learner reads it.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class VoidForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        # A withdrawal is the learner's own word.
        choices=[(reason.value, reason.label) for reason in VoidReason if reason != VoidReason.WITHDRAWN],
        help_text=_("The learner and the mentor read it."),
        error_messages={"required": _("Choose the reason.")},
        widget=forms.RadioSelect,
    )


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=Outcome.choices,
        error_messages={"required": _("Choose how it is decided.")},
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2_000,
        help_text=_("Both of them read it. Say what it rests on; name no performer and no production."),
        error_messages={"required": _("Say why. Both of them read it.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class CompareForm(forms.Form):
    digest = forms.RegexField(
        label=_("SHA-256 of the file"),
        regex=r"\A\s*[0-9A-Fa-f]{64}\s*\Z",
        help_text=_("64 digits and letters from a to f."),
        error_messages={"invalid": _("A digest has 64 digits and letters from a to f.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-digest": ""}),
    )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=AuditOutcome.choices,
        error_messages={"required": _("Choose how it stands.")},
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2_000,
        required=False,
        help_text=_("The learner reads it. For what does not stand, say what."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
