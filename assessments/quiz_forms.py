"""What does a question ask of the browser? A form whose one answer fits the question's kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .grading import Response
from .models import AttemptQuestion
from .questions import Kind

LARGEST = 2**31 - 1  # what the column of `sequence` holds


def _truth(value: str) -> bool:
    return value == "true"


class AnswerForm(forms.Form):
    """One question's answer. Leaving it empty is allowed: it is asked about again before handing in."""

    flagged = forms.BooleanField(label=_("Flag it, and look again before I hand in"), required=False)
    sequence = forms.IntegerField(min_value=0, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, question: AttemptQuestion, data: Any = None) -> None:
        initial = {
            "answer": _typed(question),
            "flagged": question.is_flagged,
            "sequence": question.sequence + 1,
        }
        super().__init__(data, initial=initial)
        self.fields["answer"] = _field_for(question)

    @property
    def response(self) -> Response:
        """The answer as `save_response` takes it, None for an empty one."""
        answer = self.cleaned_data["answer"]
        return [answer] if type(answer) is int else answer


def _field_for(question: AttemptQuestion) -> forms.Field:
    places = list(enumerate(question.options))
    refused = {"invalid_choice": _("Choose from the answers shown.")}
    match question.kind:
        case Kind.SINGLE:
            return forms.TypedChoiceField(
                choices=places, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
                error_messages=refused,
            )  # fmt: skip
        case Kind.MULTIPLE:
            return forms.TypedMultipleChoiceField(
                choices=places, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, error_messages=refused
            )
        case Kind.TRUE_FALSE:
            return forms.TypedChoiceField(
                choices=[("true", _("True")), ("false", _("False"))], coerce=_truth, empty_value=None, required=False,
                widget=forms.RadioSelect, error_messages=refused,
            )  # fmt: skip
    number = forms.TextInput(attrs={"class": "input input-short", "inputmode": "decimal"})
    return forms.CharField(max_length=40, required=False, widget=number, empty_value=None)


def _typed(question: AttemptQuestion) -> Any:
    """What was answered, as the field shows it."""
    response = question.response
    match question.kind:
        case Kind.SINGLE:
            return response[0] if response else None
        case Kind.TRUE_FALSE:
            return None if response is None else str(response).lower()
    return response
