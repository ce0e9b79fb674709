"""What may be typed at the desk about renewals? The shape only; what may be done is the domain's to say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assessments.agreements import published_agreements
from certificates.credits import Category
from certificates.ledger import LONGEST_WORDS
from certificates.models import RenewalTerms
from certificates.renewal_terms import LONGEST_NAME, MOST_CATEGORIES, CannotPublishTerms, TermsSaid
from certificates.renewing import LONGEST_EXCUSE, LONGEST_REASON
from cms.accounts.forms import PlainWords


class ReturnCreditForm(PlainWords, forms.Form):
    words = forms.CharField(
        label=_("To the holder"),
        max_length=LONGEST_WORDS,
        help_text=_("What is missing, and what to do next. They read it beside the entry."),
        error_messages={"required": _("Write what is missing and what to do next.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ConfirmRenewalForm(PlainWords, forms.Form):
    """With a field only where credits are missing and the registrar may decide all the same."""

    excused_because = forms.CharField(
        label=_("Why without the credits that are missing"),
        max_length=LONGEST_EXCUSE,
        help_text=_("Kept in the record, and shown to registrars only."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, excuses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not excuses:
            del self.fields["excused_because"]


class DeclineRenewalForm(PlainWords, forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The holder reads it on their page. Say what is missing and what to do next."),
        error_messages={"required": _("Write the reason; the holder will read it.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class TermsForm(PlainWords, forms.Form):
    """A new version. `publish_terms` takes `version`, `is_example`, `said()` and `categories()`."""

    version = forms.CharField(label=_("Version"), max_length=20, help_text=_("Such as 2027.1."))
    is_example = forms.BooleanField(
        label=_("An example"),
        required=False,
        help_text=_("Said wherever a visitor could take it for the rule of a real body."),
    )
    credits = forms.IntegerField(
        label=_("Credits needed"), min_value=0, help_text=_("A credit is an hour of learning.")
    )
    cycle_years = forms.IntegerField(
        label=_("Years that a renewal adds"),
        required=False,
        min_value=1,
        help_text=_("Empty: as many as the rule set says."),
    )
    window_days = forms.IntegerField(label=_("Days before the end, from which one may ask"), min_value=1)
    grace_days = forms.IntegerField(
        label=_("Days of grace after the end"),
        min_value=0,
        help_text=_("The certificate is expired in them, and can still be renewed from its old end."),
    )
    reinstatement_days = forms.IntegerField(
        label=_("Days after the grace, in which it can be reinstated"), min_value=0, help_text=_("0: never.")
    )
    reinstatement_credits = forms.IntegerField(
        label=_("Credits needed on top then"),
        min_value=0,
        help_text=_("Whoever has fewer can ask a registrar to decide."),
    )
    agreement_slug = forms.ChoiceField(label=_("Agreement of which the current version must be signed"), required=False)

    def __init__(self, *args: Any, newest: RenewalTerms | None, **kwargs: Any) -> None:
        before: dict[str, Any] = {
            "window_days": 180,
            "grace_days": 30,
            "reinstatement_days": 365,
            "reinstatement_credits": 0,
        }
        rows = sorted(newest.categories.all(), key=lambda row: row.position) if newest else []
        if newest:
            before = {name: getattr(newest, name) for name in (*TermsSaid.__dataclass_fields__, "is_example")}
        for place, row in enumerate(rows, start=1):
            before |= {f"category_{place}_{name}": getattr(row, name) for name in ("name", "least", "most")}
        self._slugs = {row.name: row.slug for row in rows}
        super().__init__(*args, initial=before, **kwargs)
        offered = self.fields["agreement_slug"]
        assert isinstance(offered, forms.ChoiceField)  # noqa: S101 - for the reader and the type checker
        offered.choices = [("", _("none")), *published_agreements()]
        for place in range(1, MOST_CATEGORIES + 1):
            for name, field in _category(place).items():
                self.fields[f"category_{place}_{name}"] = field

    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith("category_")]

    def rows(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        for place in range(1, MOST_CATEGORIES + 1):
            yield place, [self[f"category_{place}_{name}"] for name in ("name", "least", "most")]

    def said(self) -> TermsSaid:
        return TermsSaid(**{name: self.cleaned_data[name] for name in TermsSaid.__dataclass_fields__})

    def categories(self) -> list[Category]:
        """Those that have a name. One that keeps its name keeps its slug."""
        found = []
        for place in range(1, MOST_CATEGORIES + 1):
            name, least, most = (
                self.cleaned_data.get(f"category_{place}_{part}") for part in ("name", "least", "most")
            )
            if name:
                found.append(Category(slug=self._slugs.get(name, ""), name=name, least=least or 0, most=most))
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        names = [bool(said.get(f"category_{place}_name")) for place in range(1, MOST_CATEGORIES + 1)]
        for place, named in enumerate(names, start=1):
            amounts = [said.get(f"category_{place}_{part}") for part in ("least", "most")]
            if not named and (any(amounts) or any(names[place:])):
                self.add_error(f"category_{place}_name", _now("Give it a name, or leave no line empty between others."))
        return said

    def refuse(self, refusal: CannotPublishTerms) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def _category(place: int) -> dict[str, forms.Field]:
    named = {"place": place}

    def number(label: str) -> forms.IntegerField:
        widget = forms.NumberInput(attrs={"aria-label": label})
        return forms.IntegerField(label=label, required=False, min_value=0, widget=widget)

    name = _now("Category %(place)d, name") % named
    return {
        "name": forms.CharField(
            label=name, required=False, max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"aria-label": name})
        ),
        "least": number(_now("Category %(place)d, at least") % named),
        "most": number(_now("Category %(place)d, at most") % named),
    }
