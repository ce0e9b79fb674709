"""What does a registrar type about money? Amounts as people write them; minor units come out."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.accounts.templatetags.look import money
from courses.models import Coupon, Fund, Intake, PlanKind, PricePlan, ProgrammePage


class MinorField(forms.DecimalField):
    """An amount such as 400 or 400.50; its value is whole minor units."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=9, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value


def _programmes() -> Any:
    return ProgrammePage.objects.order_by("title", "pk")


class PlanForm(forms.ModelForm):
    """A way to pay. The model's constraints say what fits together."""

    total_minor = MinorField(label=_("Whole fee"), initial=0)
    deposit_minor = MinorField(label=_("Deposit"), required=False, help_text=_("For a deposit with a balance only."))

    class Meta:
        model = PricePlan
        fields = (
            "programme", "name", "kind", "currency", "total_minor", "deposit_minor", "balance_days", "parts",
            "for_seats", "position",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = _programmes()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") != PlanKind.DEPOSIT:
            said["deposit_minor"] = said["balance_days"] = None
        if said.get("kind") != PlanKind.INSTALMENTS:
            said["parts"] = None
        return said


class IntakeForm(forms.ModelForm):
    class Meta:
        model = Intake
        fields = ("programme", "name", "starts_on", "places")
        widgets = {"starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = _programmes()  # type: ignore[attr-defined]


class TiersForm(forms.Form):
    """Refund rules, a line each: days before the start, and per cent."""

    tiers = forms.CharField(
        label=_("Rules"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("A line for each, such as “21: 100” for everything up to 21 days before the start."),
    )

    def clean_tiers(self) -> list[tuple[int, int]]:
        found = []
        for number, line in enumerate(self.cleaned_data["tiers"].splitlines(), start=1):
            if not line.strip():
                continue
            days, _colon, percent = (part.strip() for part in line.partition(":"))
            if not (days.isdecimal() and percent.isdecimal() and int(days) <= 365):
                raise forms.ValidationError(_("Line %(n)d is not “days: per cent”.") % {"n": number})
            found.append((int(days), int(percent)))
        return found


class CouponForm(forms.ModelForm):
    amount_minor = MinorField(label=_("Or an amount off"), required=False)
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Capital letters, digits and hyphens."))

    class Meta:
        model = Coupon
        fields = ("code", "percent", "amount_minor", "currency", "programme", "most_uses", "begins_at", "ends_at")

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class FundForm(forms.ModelForm):
    amount_minor = MinorField(label=_("Amount"), min_value=Decimal("0.01"))

    class Meta:
        model = Fund
        fields = ("name", "currency", "amount_minor")


class AwardForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), help_text=_("Of an account, exactly as it is confirmed here."))
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=ProgrammePage.objects.none())
    amount_minor = MinorField(label=_("Amount"), min_value=Decimal("0.01"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = _programmes()  # type: ignore[attr-defined]


class RefundForm(forms.Form):
    """How much is given back, and whether access ends with it. `key` makes sending it twice harmless."""

    amount_minor = MinorField(label=_("To be given back"), min_value=Decimal("0.01"))
    ends_access = forms.BooleanField(label=_("Access ends with it"), required=False)
    reason = forms.CharField(label=_("Reason, for your records"), max_length=200, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=20)

    def __init__(self, *args: Any, left_minor: int, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_minor = left_minor
        self.fields["amount_minor"].help_text = _("At most %(left)s.") % {"left": money(left_minor, currency)}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What was done"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a sentence what was done.")},
    )  # fmt: skip
