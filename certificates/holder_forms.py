"""What does a holder say about their own certificate? Shapes; the domain decides."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .consents import Consent
from .models import NameRequestKind
from .renaming import LONGEST_WORDS, CannotRename


class ConsentForm(forms.Form):
    """One switch: what, and whether it is shown from now on."""

    consent = forms.ChoiceField(choices=Consent.choices)
    shows = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda said: said == "yes")


class NameForm(forms.Form):
    new_name = forms.CharField(
        label=_("New name"),
        max_length=60,
        help_text=_("As it is to be printed, letter for letter. It need not be your legal name."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
        error_messages={"required": _("Write the name as it is to be printed.")},
    )
    kind = forms.ChoiceField(
        label=_("What it is about"),
        choices=NameRequestKind.choices,
        widget=forms.RadioSelect(attrs={"data-look": "check"}),
        help_text=_("Nobody asks why a name has changed."),
        error_messages={"required": _("Choose one of the two.")},
    )
    words = forms.CharField(
        label=_("Anything the registrar should know"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept encrypted, and read by the registrar alone. You need not write anything."),
    )
    updates_profile = forms.BooleanField(
        label=_("Use the new name for certificates to come, too"), required=False, initial=True
    )

    def refuse(self, refusal: CannotRename) -> None:
        """Show a refusal at the field it is about."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class OfferForm(forms.Form):
    """Before a credential is offered to a wallet."""

    asks_pin = forms.BooleanField(
        label=_("Ask for a code in the wallet"),
        required=False,
        help_text=_("Six digits, shown here. For when others can see your screen. Some wallets cannot ask for it."),
    )
