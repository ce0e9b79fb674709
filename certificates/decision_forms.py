"""What may be typed to answer, to appeal and to tell the ombud? The shape only; what may be done is the domain's to say."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import new_token

from .models import Subject
from .models.cases import LONGEST_TEXT
from .models.complaints import LONGEST_WORDS


class AnswerForm(forms.Form):
    """An answer to a question about a request."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_TEXT,
        help_text=_("The registrars read it, and nobody else."),
        error_messages={"required": _("Write your answer, in up to 4,000 characters.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ResponseForm(forms.Form):
    """The holder's account in a case."""

    response = forms.CharField(
        label=_("Your account"),
        max_length=LONGEST_TEXT,
        help_text=_("The registrars who decide read it. You can send it once; take the time you need."),
        error_messages={"required": _("Write your answer, in up to 4,000 characters.")},
        widget=forms.Textarea(attrs={"rows": 10}),
    )


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("Why you see it differently"),
        max_length=LONGEST_TEXT,
        help_text=_("Somebody who took no part in the decision reads it, with everything that was written before."),
        error_messages={"required": _("Say why, in up to 4,000 characters.")},
        widget=forms.Textarea(attrs={"rows": 10}),
    )


class AppealDecisionForm(forms.Form):
    """The independent contact's decision."""

    upheld = forms.TypedChoiceField(
        label=_("Your decision"),
        choices=[("yes", _("The decision stands")), ("no", _("The decision falls"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Choose one of the two.")},
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Your reasons"),
        max_length=LONGEST_TEXT,
        help_text=_("The holder and the registrars read them."),
        error_messages={"required": _("Say why, in up to 4,000 characters.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ComplaintForm(forms.Form):
    about = forms.ChoiceField(
        label=_("What is it about?"),
        choices=Subject.choices,
        error_messages={"required": _("Choose whatever is nearest.")},
        widget=forms.RadioSelect(attrs={"data-look": "check"}),
    )
    words = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST_WORDS,
        help_text=_("In your own words. Say only what you want to say: no name is asked for, yours or anybody’s."),
        error_messages={"required": _("Write what happened, in your own words.")},
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
    )
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=40,
        required=False,
        help_text=_("If it is about somebody who holds one, and you have it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        help_text=_("Only if you want to be told that there is an answer. You can read it without, by your code."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    website = forms.CharField(required=False, label=_("Leave this empty"))  # programs fill in everything they find
    once = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_token)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("This field is there for programs that write to everybody. Leave it empty."))
        return ""


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your code"),
        max_length=60,
        help_text=_("Four groups of five. Small letters and missing hyphens are fine."),
        error_messages={"required": _("Type the code you were given.")},
        widget=forms.TextInput(attrs={"class": "input input-number", "autocomplete": "off", "spellcheck": "false"}),
    )


class MoreForm(forms.Form):
    words = forms.CharField(
        label=_("Add something"),
        max_length=LONGEST_WORDS,
        error_messages={"required": _("Write what you want to add.")},
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )
