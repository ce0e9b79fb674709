"""What does a registrar type about live sessions and attestations?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.accounts.forms import PlainWords
from courses.models import Intake, LiveSession, LiveSessionPage


class SessionForm(PlainWords, forms.ModelForm):
    starts_at = forms.DateTimeField(
        label=_("Begins"),
        help_text=_("In your own time zone."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = LiveSession
        fields = ("page", "intake", "starts_at", "minutes", "place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["page"].queryset = LiveSessionPage.objects.live().order_by("path")  # type: ignore[attr-defined]
        self.fields["intake"].queryset = Intake.objects.filter(closed_at=None).order_by("starts_on", "pk")  # type: ignore[attr-defined]
        self.fields["intake"].empty_label = _("Everybody on the programme")  # type: ignore[attr-defined]


class MadeUpForm(PlainWords, forms.Form):
    made_up_by = forms.CharField(
        label=_("What did they do instead?"),
        max_length=1_000,
        help_text=_("For the registrars only."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AttestForm(PlainWords, forms.Form):
    on = forms.DateField(
        label=_("On which day was it shown?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
