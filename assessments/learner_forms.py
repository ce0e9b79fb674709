"""What may a learner type about a shift that is there already? An answer, a withdrawal, an account of a dispute, a journal."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from .disputing import DIGEST, LONGEST_ACCOUNT, CannotDispute, Letter, letter_of
from .guarded_forms import Guarded
from .journal import LONGEST_JOURNAL
from .models import VoidReason
from .shift_facts import LONGEST_TEXT

NOT_A_DIGEST = gettext_lazy("A digest has 64 digits and letters from a to f.")


class AnswerForm(Guarded):
    guards = ("answer",)

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("No names. Your mentor reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[(reason.value, reason.label) for reason in VoidReason],
        initial=VoidReason.MISTAKE,
        widget=forms.RadioSelect(attrs={"data-look": "check"}),
        error_messages={"required": gettext_lazy("Choose one of the four.")},
    )


class DisputeForm(Guarded):
    """A learner's account, with a letter or the digest of a call sheet where there is one."""

    guards = ("account",)

    account = forms.CharField(
        label=gettext_lazy("What happened, as you saw it"),
        max_length=LONGEST_ACCOUNT,
        help_text=gettext_lazy("What you did, when, and what you agreed on. No performers, no titles, no scenes."),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": gettext_lazy("Say in your own words what happened, without names or titles.")},
    )
    letter = forms.FileField(
        label=gettext_lazy("A letter"),
        required=False,
        help_text=gettext_lazy(
            "From the production or somebody who was there: PDF, JPEG or PNG, up to 2 MB. It is kept sealed; you and the "
            "registrar can open it. Should this page come back, choose it again: a browser does not keep files."
        ),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )
    call_sheet = forms.CharField(
        label=gettext_lazy("Digest of a call sheet"),
        required=False,
        help_text=gettext_lazy(
            "SHA-256, 64 digits and letters. The registrar can compare it with the sheet if you show them one."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def clean_letter(self) -> Letter | None:
        upload = self.cleaned_data["letter"]
        if not isinstance(upload, UploadedFile):
            return None
        try:
            return letter_of(upload.read())
        except CannotDispute as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_call_sheet(self) -> str:
        digest: str = self.cleaned_data["call_sheet"].replace(" ", "").lower()
        if digest and not DIGEST.fullmatch(digest):
            raise forms.ValidationError(NOT_A_DIGEST)
        return digest


class JournalForm(forms.Form):
    """A private page. `seen` is when the text it began as was written."""

    text = forms.CharField(
        label=gettext_lazy("What you would like to remember"),
        required=False,
        max_length=LONGEST_JOURNAL,
        help_text=gettext_lazy("Only you can open it. Write of yourself; leave names, titles and scenes out here too."),
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off"}),
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_seen(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None
