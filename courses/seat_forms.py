"""What does an organisation type, to buy places and to give them out?"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.accounts.forms import PlainWords

from .models import PricePlan


class PlacesForm(PlainWords, forms.Form):
    """Who buys how many places, and how they are paid."""

    organisation = forms.CharField(label=_("Organisation"), max_length=120, help_text=_("As it is printed on papers."))
    address = forms.CharField(
        label=_("Address"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    tax_number = forms.CharField(label=_("Tax number"), required=False, max_length=40)
    seats = forms.IntegerField(
        label=_("Number of places"), min_value=1, max_value=500, initial=5,
        error_messages={
            "min_value": _("Order from 1 to 500 places."),
            "max_value": _("Order from 1 to 500 places."),
            "invalid": _("Write a whole number."),
        },
    )  # fmt: skip
    plan = forms.ModelChoiceField(
        queryset=PricePlan.objects.none(), empty_label=None, widget=forms.RadioSelect, label=_("How to pay"),
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("This is not offered any more.")},
    )  # fmt: skip
    code = forms.CharField(label=_("Code"), required=False, max_length=40, help_text=_("If you were given one."))

    def __init__(self, data: Mapping[str, Any] | None = None, *, plans: list[PricePlan]) -> None:
        super().__init__(data)
        field = self.fields["plan"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - it is declared above
        field.queryset = PricePlan.objects.filter(pk__in=[plan.pk for plan in plans]).order_by("position", "pk")
        if len(plans) == 1:
            field.initial = plans[0].pk


class SeatForm(PlainWords, forms.Form):
    """Who is to have a place."""

    email = forms.EmailField(label=_("E-mail address"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"place-{number}-%s")
