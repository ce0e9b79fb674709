"""What do people type to check or to ask?"""

from django import forms
from django.utils.translation import gettext_lazy as _


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=200,  # the address of an answer is read too
        help_text=_(
            "Under the square code on the certificate. Small letters and missing hyphens are fine; "
            "there is no letter O, I, L or U in it."
        ),
        widget=forms.TextInput(
            attrs={
                "class": "input input-number",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class AskForm(forms.Form):
    certificate_name = forms.CharField(
        label=_("Name on the certificate"),
        max_length=120,
        help_text=_(
            "As it should be printed. It need not be your legal name. Everybody who checks the certificate reads it."
        ),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
    )
