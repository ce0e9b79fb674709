"""What may be typed to be on the register, to search it, and to write to somebody? Shapes; the domain decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.guard import EMAIL, HANDLE, LINK, PHONE, Finding
from assessments.guarded_forms import Guarded
from assessments.models import Medium, Region
from courses.models import CredentialKind

from .models import Availability, Certificate, Facet, Language, Speciality
from .register import Said
from .registering import LONGEST_ABOUT, CannotList
from .relay import LONGEST_REPORT, LONGEST_TEXT
from .watching import LONGEST, LONGEST_NAME, LONGEST_PURPOSE, CannotWatch

FIELDS = {
    Facet.REGION: "regions",
    Facet.MEDIUM: "works_in",
    Facet.LANGUAGE: "languages",
    Facet.SPECIALITY: "specialities",
}


def _many(label: Any, choices: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


class EntryForm(Guarded):
    """An entry of one's own. `put_on_register` takes `certificate` and `said`."""

    guards: ClassVar[tuple[str, ...]] = ("about",)

    certificate = forms.ChoiceField(label=_("Certificate"), widget=forms.RadioSelect(attrs={"data-look": "check"}))
    regions = _many(_("Regions you work in"), Region.choices)
    works_in = _many(_("Media"), Medium.choices)
    languages = _many(_("Languages you work in"), Language.choices)
    specialities = _many(
        _("Specialities"), Speciality.choices, _("What you do more than others. Three say more than ten.")
    )
    about = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST_ABOUT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Up to 400 letters. No addresses or numbers, and nobody else’s name or title."),
    )
    availability = forms.ChoiceField(
        label=_("Availability"), required=False, choices=[("", _("Say nothing about it")), *Availability.choices]
    )
    available_from = forms.DateField(
        label=_("From which day on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only where bookings begin later."),
    )
    takes_messages = forms.BooleanField(
        label=_("People may write to me through the register"),
        required=False,
        initial=True,
        help_text=_("They do not see your address, and you can block or report anybody."),
    )
    may_be_indexed = forms.BooleanField(
        label=_("Search engines may list my page"),
        required=False,
        help_text=_("What they copied can stay with them for weeks after you left."),
    )
    agreed = forms.BooleanField(
        label=_("I agree that anybody may read this, under the name on my certificate, until I leave"),
        error_messages={"required": _("Nobody is on the register without agreeing to it.")},
    )

    def __init__(self, *args: Any, held: Sequence[Certificate], is_on: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = {str(certificate.pk): certificate for certificate in held}
        chosen = self.fields["certificate"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - declared above
        chosen.choices = [(key, f"{each.title}, {each.holder_name}") for key, each in self.held.items()]
        chosen.initial = next(iter(self.held), None)
        if is_on:
            del self.fields["agreed"]

    @property
    def asks_certificate(self) -> bool:
        return len(self.held) > 1

    def look(self, name: str, text: str, said: dict[str, Any]) -> Sequence[Finding]:
        # Ways to reach somebody are refused by the domain, whoever they belong to: there is nothing to keep.
        ways = (EMAIL, LINK, HANDLE, PHONE)
        return [found for found in super().look(name, text, said) if not any(way.search(found.words) for way in ways)]

    @property
    def certificate_chosen(self) -> Certificate:
        return self.held[self.cleaned_data["certificate"]]

    def said(self) -> Said:
        return Said(
            marks={facet: tuple(self.cleaned_data[name]) for facet, name in FIELDS.items()},
            **{
                name: self.cleaned_data[name]
                for name in ("about", "availability", "available_from", "takes_messages", "may_be_indexed")
            },
        )

    def refuse(self, refusal: CannotList) -> None:
        """Show a refusal of the domain where it belongs."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def initial_of(said: Said, certificate: Certificate) -> dict[str, Any]:
    """What the form begins with for an entry there is."""
    return {
        "certificate": str(certificate.pk),
        **{name: list(said.marks.get(facet, ())) for facet, name in FIELDS.items()},
        "about": said.about,
        "availability": said.availability,
        "available_from": said.available_from,
        "takes_messages": said.takes_messages,
        "may_be_indexed": said.may_be_indexed,
    }


class SearchForm(forms.Form):
    """What is looked for. An unknown code looks for nothing, rather than refusing the whole page."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *CredentialKind.choices])
    region = forms.ChoiceField(label=_("Region"), required=False, choices=[("", _("Any")), *Region.choices])
    medium = forms.ChoiceField(label=_("Medium"), required=False, choices=[("", _("Any")), *Medium.choices])
    language = forms.ChoiceField(label=_("Language"), required=False, choices=[("", _("Any")), *Language.choices])
    speciality = forms.ChoiceField(label=_("Speciality"), required=False, choices=[("", _("Any")), *Speciality.choices])

    def sought(self) -> dict[str, str]:
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_bound else {}


class MessageForm(forms.Form):
    """A message to a holder. `write_message` takes `cleaned_data`."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We write to it first, so that nobody writes in your name. The answer comes to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    company = forms.CharField(
        label=_("Production company"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    text = forms.CharField(
        label=_("Message"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What it is about, when, and where. No performer’s name; the title can wait."),
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "It goes out as a mail of ours. We add nothing about you; if you write your address into it, they have it."
        ),
        error_messages={"required": _("Write an answer.")},
    )


class ReportForm(forms.Form):
    report = forms.CharField(
        label=_("What is wrong with it"),
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The registrar reads this and the message."),
        error_messages={"required": _("Say what is wrong with it.")},
    )


class WatchForm(forms.Form):
    """A watch on a certificate. `begin_watch` takes `cleaned_data`."""

    shown_as = forms.CharField(
        label=_("Who watches"), max_length=LONGEST_NAME, help_text=_("Your company or your name. The holder reads it.")
    )
    purpose = forms.CharField(
        label=_("What for"),
        max_length=LONGEST_PURPOSE,
        help_text=_("Such as: booked for a series until May. The holder reads it; no title, please."),
    )
    until = forms.DateField(
        label=_("Until and with"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": (today + LONGEST).isoformat(),
        }

    def refuse(self, refusal: CannotWatch) -> None:
        """Show a refusal of the domain where it belongs."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
