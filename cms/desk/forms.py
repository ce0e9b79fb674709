"""What may be typed at the desk? The shape only; what may be done is the domain's to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import SuspensionWords
from courses.models import ProgrammePage


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1_000,
        help_text=_("The learner reads it on their certificates page. Say what is missing and what to do next."),
        error_messages={"required": _("Write the reason; the learner will read it.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class SuspendForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason, in public words"),
        choices=[(words.value, words.label) for words in (SuspensionWords.CASE, SuspensionWords.REQUEST)],
        help_text=_("Anyone who checks the certificate reads these words and nothing else."),
        error_messages={"required": _("Choose the words the public may read.")},
        widget=forms.RadioSelect,
    )
    because = forms.CharField(
        label=_("Reason, for the file"),
        max_length=4_000,
        help_text=_("Kept encrypted with the decision. The registrars read it, and whoever looks at an appeal."),
        error_messages={"required": _("Write the reason. It is kept with the decision.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReplaceForm(forms.Form):
    holder_name = forms.CharField(
        label=_("New name"), max_length=120, help_text=_("As it is to be printed and checked, letter for letter.")
    )


class AcceptNameForm(forms.Form):
    checked = forms.BooleanField(
        label=_("I made sure that the holder themselves ask for this"),
        help_text=_(
            "By whatever shows it to you: a call, a paper, a mail from their address. Keep no copy of any of it."
        ),
        error_messages={"required": _("Make sure first; a name is not changed on somebody else’s word.")},
    )
    checked_on = forms.DateField(
        label=_("On which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day is all that is kept of it."),
        error_messages={"required": _("Say on which day.")},
    )


class ReturnNameForm(forms.Form):
    because = forms.CharField(
        label=_("Words to the holder"),
        max_length=1_000,
        help_text=_("They read it on their certificate’s page. Say what you need, and never ask why a name changed."),
        error_messages={"required": _("Write what is missing; the holder will read it.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class RemoveEntryForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The holder reads it on their page. Say what is wrong with the entry, and how they come back."),
        error_messages={"required": _("Write the reason; the holder will read it.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CloseReportForm(forms.Form):
    bar_sender = forms.BooleanField(
        label=_("Pass on nothing more from this address, to anybody"),
        required=False,
        help_text=_("They are not told. What they write is kept from everybody on the register."),
    )


class InviteForm(forms.Form):
    programme = forms.ModelChoiceField(
        label=_("Programme"), queryset=ProgrammePage.objects.none(), empty_label=_("Choose a programme")
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The link in the mail works for this address only, for 21 days."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["programme"]
        assert isinstance(offered, forms.ModelChoiceField)  # noqa: S101 - for the reader and the type checker
        offered.queryset = ProgrammePage.objects.live().order_by("title", "pk")
