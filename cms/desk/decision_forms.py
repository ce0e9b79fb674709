"""What may be typed at the desk about flags, cases, revocations and complaints? What may be done is the domain's to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, Closing, Outcome, RevocationReason
from certificates.models.cases import LONGEST_TEXT
from certificates.models.complaints import LONGEST_WORDS
from certificates.numbers import BadNumber, read_number


def _text(label: Any, help_text: Any, *, rows: int = 6, longest: int = LONGEST_TEXT) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=longest, widget=forms.Textarea(attrs={"rows": rows})
    )


class QuestionForm(forms.Form):
    question = _text(
        _("Question"),
        _("The learner reads it when they sign in, and answers there. Their mail says only that there is one."),
    )


class ReasonForm(forms.Form):
    reason = _text(_("Reason"), _("Kept encrypted with the decision, for ever."))


class ProposeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason, in public words"),
        choices=[choice for choice in RevocationReason.choices if choice[0] != RevocationReason.REQUEST],
        help_text=_("The public reads these words and nothing else."),
        error_messages={"required": _("Choose the reason the public will read.")},
        widget=forms.RadioSelect,
    )
    private_reason = _text(
        _("Your reasons"),
        _("The second registrar reads them before they confirm, and the holder once it is revoked."),
        rows=8,
    )


class ConcernForm(forms.Form):
    concern = _text(_("What it is about"), _("For the file: the registrars read it, and whoever looks at an appeal."))


class NoticeForm(forms.Form):
    notice = _text(
        _("Letter to the holder"),
        _("What is in question, on what it rests, and what could come of it. It can be given once."),
        rows=12,
    )


class DecideCaseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[choice for choice in Outcome.choices if choice[0] != Outcome.REVOKE],
        error_messages={"required": _("Choose how it is decided.")},
        widget=forms.RadioSelect,
    )
    until = forms.DateField(
        label=_("Suspended until"),
        required=False,
        help_text=_("Only for a suspension: the day on which it stands again, by itself."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = _text(_("Your reasons"), _("The holder reads them, and whoever looks at an appeal."), rows=8)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("outcome") == Outcome.HOLD and not said.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until which day."))
        return said


class ContactForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Of an account here, of somebody who took no part: neither in the case nor in the certification."),
    )


class AnswerComplaintForm(forms.Form):
    words = _text(
        _("Your answer"),
        _("Whoever complained reads it with their code. Your name is not shown; your office is."),
        rows=8,
        longest=LONGEST_WORDS,
    )


class PassOnForm(forms.Form):
    number = forms.CharField(
        label=_("Certificate number"), max_length=40, help_text=_("Of the certificate that the case will be about.")
    )
    concern = _text(
        _("What the registrars are to know"),
        _("In your words. It is all they read: say nothing that gives away who told you, unless they want that."),
        rows=8,
    )

    certificate: Certificate

    def clean_number(self) -> str:
        try:
            number = read_number(self.cleaned_data["number"])
            self.certificate = Certificate.objects.get(number=number)
        except BadNumber as problem:
            raise forms.ValidationError(str(problem)) from None
        except Certificate.DoesNotExist:
            raise forms.ValidationError(_("No certificate has this number.")) from None
        return number


class CloseComplaintForm(forms.Form):
    closing = forms.ChoiceField(
        label=_("What came of it"),
        choices=Closing.choices,
        error_messages={"required": _("Choose what came of it.")},
        widget=forms.RadioSelect,
    )
    words = _text(_("Last words to whoever complained"), _("They read them with their code."), longest=LONGEST_WORDS)
