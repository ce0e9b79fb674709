"""What may be typed at the desk about mentors? The shape only; what may be done is the domain's to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.mentors import LONGEST_CONFLICTS, MOST_MENTEES, USUAL_CAPACITY
from assessments.models import Region


class CredentialForm(forms.Form):
    """A mentor's own credential, as it is renewed."""

    credential_number = forms.CharField(
        label=_("Number of their credential"), max_length=60, help_text=_("As it stands on their own certificate.")
    )
    credential_expires_on = forms.DateField(
        label=_("Last day it is good for"),
        help_text=_("They can sign up to and on this day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class MentorForm(CredentialForm):
    """A new mentor, found by the address they sign in with."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("Exactly the one they have confirmed here. They need an account first.")
    )
    regions = forms.MultipleChoiceField(
        label=_("Where they work"), choices=Region, required=False, widget=forms.CheckboxSelectMultiple
    )
    capacity = forms.IntegerField(
        label=_("Mentees at a time"), min_value=1, max_value=MOST_MENTEES, initial=USUAL_CAPACITY,
        help_text=_("They can change it themselves."),
    )  # fmt: skip
    conflicts = forms.CharField(
        label=_("Conflicts of interest"),
        required=False,
        max_length=LONGEST_CONFLICTS,
        help_text=_("As they state them. Whoever thinks of asking them reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("email", "credential_number", "credential_expires_on", "regions", "capacity", "conflicts")


class NoForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2_000,
        help_text=_("Who asked reads it. Say what is missing and what to do next."),
        error_messages={"required": _("Write the reason; who asked reads it.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class MentorInvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("The link in the mail works for this address only, for 21 days.")
    )
