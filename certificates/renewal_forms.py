"""What does a holder type about learning and renewing? Shapes; whether it can be is the domain's to say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from assessments.document_forms import a_day
from assessments.uploads import LARGEST_UPLOAD, UPLOAD_TYPES, CannotKeep, Upload, read_upload
from cms.accounts.forms import PlainWords

from .ledger import LONGEST_TITLE, CannotEnter
from .models import QUARTERS, CreditCategory, RenewalTerms
from .renewing import LONGEST_WORDS, CannotRenew


class CreditForm(PlainWords, forms.Form):
    """`enter_credit` takes `entered()`."""

    category = forms.ChoiceField(label=_("What kind of learning it was"))
    credits = forms.DecimalField(
        label=_("Credits"),
        min_value=Decimal("0.25"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
        help_text=_("A credit is an hour of learning. Quarters are fine: 1.25."),
        widget=forms.NumberInput(attrs={"step": "0.25"}),
    )
    on = forms.DateField(label=_("On which day"), help_text=_("Its last day, if it took several."), widget=a_day())
    title = forms.CharField(
        label=_("What it was"),
        max_length=LONGEST_TITLE,
        help_text=_("As it was called. Name no production and nobody you worked with."),
    )
    provider = forms.CharField(
        label=_("With whom"), max_length=LONGEST_TITLE, help_text=_("The organisation, or who taught it.")
    )
    reference = forms.CharField(
        label=_("How it can be checked"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=_("A web address or a number, if there is one."),
    )
    upload = forms.FileField(
        label=_("A paper that shows it"),
        required=False,
        help_text=_("PDF, JPEG, PNG or HEIC, up to 10 MB. Should this page come back, choose the file again."),
        widget=forms.FileInput(attrs={"accept": ",".join([*UPLOAD_TYPES, ".heic"])}),
        error_messages={"empty": _("This file is empty. Choose another.")},
    )

    def __init__(self, *args: Any, terms: RenewalTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = {row.slug: row for row in sorted(terms.categories.all(), key=lambda row: row.position)}
        offered = self.fields["category"]
        assert isinstance(offered, forms.ChoiceField)  # noqa: S101 - for the reader and the type checker
        offered.choices = [("", _("Choose one")), *((slug, row.name) for slug, row in self._rows.items())]

    def clean_category(self) -> CreditCategory:
        return self._rows[self.cleaned_data["category"]]

    def clean_credits(self) -> int:
        """In quarter-hours."""
        quarters: Decimal = self.cleaned_data["credits"] * QUARTERS
        if quarters != int(quarters):
            raise forms.ValidationError(_("Quarters of a credit are the finest: 1, 1.25, 1.5."))
        return int(quarters)

    def clean_upload(self) -> Upload | None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if not upload:
            return None
        try:
            return read_upload(upload.read(LARGEST_UPLOAD + 1))
        except CannotKeep as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def entered(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return said | {"quarters": said.pop("credits")}

    def refuse(self, refusal: CannotEnter) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class AskToRenewForm(PlainWords, forms.Form):
    """With a field only where the registrar is asked to decide without all credits."""

    words = forms.CharField(
        label=_("To the registrar"),
        required=False,
        max_length=LONGEST_WORDS,
        help_text=_("Why it lapsed, and what speaks for you. Health and family need no detail."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, asks_for_words: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_for_words:
            del self.fields["words"]

    def refuse(self, refusal: CannotRenew) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
