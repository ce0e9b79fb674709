"""What does a mentor say to the registrar about a learner, and to the learner?"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.accounts.forms import PlainWords

from .models import Advice
from .recommending import LONGEST_TO_LEARNER, LONGEST_TO_REGISTRAR, CannotRecommend


class RecommendForm(PlainWords, forms.Form):
    advice = forms.ChoiceField(
        label=_("Your word"),
        choices=Advice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two. “Not yet” is an answer too.")},
    )
    words_to_registrar = forms.CharField(
        label=_("To the registrar, in confidence"),
        max_length=LONGEST_TO_REGISTRAR,
        help_text=_("What you have seen them do, and what you would still like to see. Leave out titles and performers. "
                    "The learner never reads this."),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": _("Say why, in a few sentences. The registrar reads it.")},
    )  # fmt: skip
    words_to_learner = forms.CharField(
        label=_("To the learner"),
        required=False,
        max_length=LONGEST_TO_LEARNER,
        help_text=_("They see your word itself, and this beside it."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean_advice(self) -> Advice:
        return Advice(self.cleaned_data["advice"])

    def refuse(self, refusal: CannotRecommend) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class TakeBackForm(PlainWords, forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_TO_LEARNER,
        help_text=_("The registrar reads it. The learner reads only that your word does not stand any more."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        error_messages={"required": _("Say why, in a sentence or two.")},
    )

    def refuse(self, refusal: CannotRecommend) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
