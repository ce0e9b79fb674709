"""What does a registrar type about money? Amounts as people write them; minor units come out."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.accounts.forms import PlainWords
from cms.accounts.templatetags.look import money
from courses.models import Access, Coupon, Fund, Intake, PlanKind, PricePlan, ProgrammePage

MOST_MONTHS = 24
CODE = re.compile(r"\A[A-Z0-9-]{3,40}\Z")


class MinorField(forms.DecimalField):
    """An amount such as 400 or 400.50; its value is whole minor units."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=9, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        amount = super().clean(value)
        return None if amount is None else int(amount.scaleb(2))

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value).scaleb(-2) if isinstance(value, int) else value


class MomentField(forms.DateTimeField):
    """A day and a time, as a browser's own field sends them, in the reader's time zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _programmes() -> Any:
    return ProgrammePage.objects.order_by("title", "pk")


class PlanForm(PlainWords, forms.ModelForm):
    """A way to pay. The model's constraints say what fits together."""

    total_minor = MinorField(label=_("Whole fee"), initial=0, help_text=_("Such as 400 or 400.50. Tax is contained."))
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
        if self.instance.pk:
            del self.fields["programme"]  # another programme's plan is another plan

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        total, kind = said.get("total_minor"), said.get("kind")
        if kind == PlanKind.FREE and total:
            self.add_error("total_minor", _("A free plan costs 0."))
        elif kind and kind != PlanKind.FREE and total == 0:
            self.add_error("total_minor", _("Every plan but a free one costs something."))
        if kind != PlanKind.DEPOSIT:
            said["deposit_minor"] = said["balance_days"] = None
        else:
            self._refuse_deposit(said)
        if kind != PlanKind.INSTALMENTS:
            said["parts"] = None
        elif "parts" in said and not 2 <= (said["parts"] or 0) <= MOST_MONTHS:
            self.add_error("parts", _("Monthly payments are 2 to %(most)d.") % {"most": MOST_MONTHS})
        if said.get("for_seats") and kind not in {PlanKind.ONCE, PlanKind.INVOICE}:
            self.add_error("for_seats", _("Places for an organisation are paid at once, by card or by invoice."))
        return said

    def _refuse_deposit(self, said: dict[str, Any]) -> None:
        deposit = said.get("deposit_minor")
        if "deposit_minor" in said and not deposit:
            self.add_error("deposit_minor", _("Say how much the deposit is."))
        elif deposit and said.get("total_minor") and deposit >= said["total_minor"]:
            self.add_error("deposit_minor", _("A deposit is less than the whole fee."))
        if "balance_days" in said and not said["balance_days"]:
            self.add_error("balance_days", _("Say in how many days the balance is due: 1 or more."))


class PlanWordsForm(PlainWords, forms.ModelForm):
    """What may still change about a plan that somebody has ordered by."""

    class Meta:
        model = PricePlan
        fields = ("name", "position")


class IntakeForm(PlainWords, forms.ModelForm):
    """A dated cohort."""

    class Meta:
        model = Intake
        fields = ("programme", "name", "starts_on", "places")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].widget = _day_input()
        self.fields["programme"].queryset = _programmes()  # type: ignore[attr-defined]
        if self.instance.pk:
            # Kept and not shown: that a name is there once in a programme is checked with it.
            self.fields["programme"].disabled = True
            self.fields["programme"].widget = forms.HiddenInput()

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if "starts_on" in self.changed_data and day < timezone.localdate():
            raise forms.ValidationError(_("That day is past. Choose one from today on."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("programme") and said.get("name"):
            others = Intake.objects.filter(programme=said["programme"], name=said["name"]).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error("name", _("This programme has an intake of that name."))
        return said


class TiersForm(PlainWords, forms.Form):
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
            said = re.fullmatch(r"\s*([0-9]{1,3})\s*:\s*([0-9]{1,3})\s*%?\s*", line)
            if said is None:
                raise forms.ValidationError(
                    _("Line %(n)d is not understood. Write days, a colon and per cent, such as 21: 100.")
                    % {"n": number}
                )
            found.append((int(said[1]), int(said[2])))
        return found


class CouponForm(PlainWords, forms.ModelForm):
    """A code that takes a percentage off, or an amount."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Letters, digits and hyphens."),
        error_messages={"unique": _("There is such a code already.")},
    )  # fmt: skip
    amount_minor = MinorField(label=_("Or an amount off"), required=False)
    begins_at = MomentField(label=_("Works from"))
    ends_at = MomentField(label=_("Works until"), required=False, help_text=_("Empty: without end."))

    class Meta:
        model = Coupon
        fields = ("code", "percent", "amount_minor", "currency", "programme", "most_uses", "begins_at", "ends_at")
        help_texts = {
            "currency": _("Of an amount only: three capital letters, such as GBP."),
            "most_uses": _("Empty: without limit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = _programmes()  # type: ignore[attr-defined]
        self.fields["programme"].empty_label = _("Every programme")  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if not CODE.match(code):
            raise forms.ValidationError(_("Three or more letters, digits and hyphens, without spaces."))
        return code

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        percent, amount = said.get("percent"), said.get("amount_minor")
        if percent is not None and amount is None:
            said["currency"] = ""  # a percentage fits every currency
            if not 1 <= percent <= 100:
                self.add_error("percent", _("From 1 to 100 per cent."))
        elif percent is None and amount is None and not {"percent", "amount_minor"} & set(self.errors):
            self.add_error("percent", _("Give a percentage, or an amount off."))
        elif percent is not None:
            self.add_error("amount_minor", _("A percentage or an amount, not both."))
        elif amount is not None and not said.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Say in which currency the amount is, such as GBP."))
        if said.get("most_uses") == 0:
            self.add_error("most_uses", _("At least one use."))
        if said.get("begins_at") and said.get("ends_at") and said["ends_at"] <= said["begins_at"]:
            self.add_error("ends_at", _("It ends after it begins."))
        return said


class FundForm(PlainWords, forms.ModelForm):
    """Money set aside."""

    amount_minor = MinorField(label=_("Amount"), min_value=Decimal("0.01"))

    class Meta:
        model = Fund
        fields = ("name", "currency", "amount_minor")
        error_messages = {"name": {"unique": _("There is a fund of that name already.")}}


class AwardForm(PlainWords, forms.Form):
    """Whose fee for what is paid, and how much of it."""

    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("Exactly the one they have confirmed here. They need an account first.")
    )
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=ProgrammePage.objects.none())
    amount_minor = MinorField(
        label=_("Amount"), min_value=Decimal("0.01"), help_text=_("In the fund’s currency, such as 400 or 400.50.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = _programmes().filter(access=Access.FEE)  # type: ignore[attr-defined]


class TransferForm(PlainWords, forms.Form):
    """Which part arrived. Carried along unseen, so that pressing twice does not record the next part too."""

    part = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class RefundForm(PlainWords, forms.Form):
    """How much is given back, and whether access ends with it. `key` makes sending it twice harmless."""

    amount_minor = MinorField(label=_("To be given back"), min_value=Decimal("0.01"))
    ends_access = forms.BooleanField(
        label=_("Access ends with it"),
        required=False,
        help_text=_("It always ends when nothing of the payment is left."),
    )
    reason = forms.CharField(label=_("Reason, for your records"), max_length=200, required=False)
    places = forms.IntegerField(
        label=_("Places that end with it"),
        min_value=0,
        required=False,
        help_text=_("Those that nobody uses first. They are given out no more from this moment."),
    )
    key = forms.RegexField(regex=r"\A[A-Za-z0-9]{16}\Z", widget=forms.HiddenInput)
    field_order = ("amount_minor", "places", "ends_access", "reason", "key")

    def __init__(self, *args: Any, left_minor: int, currency: str, places: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if places:
            self.fields["ends_access"].label = _("Every place ends with it")
            self.fields["places"].validators.append(MaxValueValidator(places))
        else:
            del self.fields["places"]
        self.fields["amount_minor"].help_text = _("At most %(left)s.") % {"left": money(left_minor, currency)}


class NoteForm(PlainWords, forms.Form):
    note = forms.CharField(
        label=_("What was done"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a sentence what was done.")},
    )  # fmt: skip
