"""What may be typed about mentors and mentorships? The shape only; what can be is decided by the functions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .mentors import LONGEST_CONFLICTS, MOST_MENTEES, USUAL_CAPACITY
from .models import CoverRule, Pay, Region, ShiftRole
from .shift_facts import LONGEST_TEXT
from .terms_said import LONGEST_SCOPE, TermsSaid

COVER_MATTERS = _("Whoever stands in works as the coordinator that day, and is paid as one.")


def day_field(**words: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **words)


def number_field(**words: Any) -> forms.IntegerField:
    return forms.IntegerField(widget=forms.NumberInput(attrs={"inputmode": "numeric"}), **words)


def text_field(*, rows: int = 3, **words: Any) -> forms.CharField:
    words.setdefault("max_length", LONGEST_TEXT)
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **words)


def regions_field(**words: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(choices=Region, widget=forms.CheckboxSelectMultiple, **words)


class RenewalForm(forms.Form):
    """A newer credential, sent by an approved mentor."""

    credential_number = forms.CharField(
        label=_("Number of your credential"), max_length=60, help_text=_("As it stands on your own certificate.")
    )
    credential_expires_on = day_field(
        label=_("Last day it is good for"), help_text=_("You can sign up to and on this day.")
    )
    words = text_field(
        label=_("Anything the registrar should know"),
        required=False,
        help_text=_("Such as where it can be checked. Only the registrar reads it."),
    )


class ApplyForm(RenewalForm):
    regions = regions_field(
        label=_("Where you work"), error_messages={"required": _("Choose the regions you work in: at least one.")}
    )
    capacity = number_field(
        label=_("Mentees at a time"), min_value=1, max_value=MOST_MENTEES, initial=USUAL_CAPACITY,
        help_text=_("Nobody new can ask you once so many work with you."),
    )  # fmt: skip
    conflicts = text_field(
        label=_("Conflicts of interest"),
        required=False,
        max_length=LONGEST_CONFLICTS,
        help_text=_("Such as a stake in an agency, or family on a crew. Whoever thinks of asking you reads it."),
    )
    field_order = ("credential_number", "credential_expires_on", "regions", "capacity", "conflicts", "words")


class OutsideForm(forms.Form):
    """A coordinator without an account, named by a learner."""

    name = forms.CharField(label=_("Their name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("Their own, which they read on set: the link to sign each day goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    credential_number = forms.CharField(
        label=_("Number of their credential"), max_length=60, help_text=_("Ask them for it. The registrar checks it.")
    )
    credential_expires_on = day_field(
        label=_("Last day it is good for"), help_text=_("They can sign up to and on this day.")
    )
    regions = regions_field(label=_("Where they work"), required=False)
    words = text_field(
        label=_("How you work together"),
        help_text=_("And where the registrar can check who they are. No production and no performer."),
        error_messages={"required": _("Say in a sentence or two how you work together.")},
    )


class MentorProfileForm(forms.Form):
    regions = regions_field(
        label=_("Where you work"), error_messages={"required": _("Choose the regions you work in: at least one.")}
    )
    capacity = number_field(
        label=_("Mentees at a time"), min_value=1, max_value=MOST_MENTEES,
        help_text=_("Fewer than you have now ends nothing; nobody new comes until there is room."),
    )  # fmt: skip
    takes_mentees = forms.BooleanField(
        label=_("Learners can ask me"), required=False, help_text=_("Off: those you work with go on as they are.")
    )
    conflicts = text_field(
        label=_("Conflicts of interest"),
        required=False,
        max_length=LONGEST_CONFLICTS,
        help_text=_("Such as a stake in an agency, or family on a crew. Whoever thinks of asking you reads it."),
    )
    shows_name = forms.BooleanField(
        label=_("My name may be shown to employers"),
        required=False,
        help_text=_("In records that a learner of yours sends out. Off: they read “a mentor”."),
    )


class StopForm(forms.Form):
    last_day = day_field(label=_("Last day on which you sign"), error_messages={"required": _("Choose the last day.")})


class TermsForm(forms.Form):
    """What a learner and a mentor agree on; sending it signs it."""

    agreement = forms.IntegerField(widget=forms.HiddenInput)  # the version that was on the page
    scope = text_field(
        label=_("What you will work on"),
        max_length=LONGEST_SCOPE,
        help_text=_("In a sentence or two. No production and no performer."),
        error_messages={"required": _("Say in a sentence what you will work on.")},
    )
    starts_on = day_field(label=_("From"))
    ends_on = day_field(label=_("Until"), help_text=_("Only days in this time can be handed in."))
    check_in_days = number_field(
        label=_("Days between check-ins"), min_value=1, max_value=366, initial=30,
        help_text=_("We remind you both."),
    )  # fmt: skip
    pay = forms.ChoiceField(label=_("Pay for the days"), choices=Pay, widget=forms.RadioSelect)
    counts = forms.MultipleChoiceField(
        label=_("Which days count"),
        choices=ShiftRole,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say which days count: at least one role.")},
    )
    cover = forms.ChoiceField(
        label=_("When may the learner stand in"), choices=CoverRule, widget=forms.RadioSelect, help_text=COVER_MATTERS
    )
    notice_days = number_field(
        label=_("Days of notice to end it"), min_value=0, max_value=366, initial=14,
        help_text=_("Ending at once stays possible for either of you."),
    )  # fmt: skip
    agree = forms.BooleanField(
        label=_("I have read the agreement, and sign it with these terms."),
        error_messages={"required": _("Tick the box to sign.")},
    )

    def said(self) -> TermsSaid:
        said = self.cleaned_data
        return TermsSaid(
            scope=said["scope"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            check_in_days=said["check_in_days"],
            pay=Pay(said["pay"]),
            counts=tuple(ShiftRole(role) for role in said["counts"]),
            cover=CoverRule(said["cover"]),
            notice_days=said["notice_days"],
        )


class SignTermsForm(forms.Form):
    agree = forms.BooleanField(
        label=_("I have read the agreement and these terms, and sign them."),
        error_messages={"required": _("Tick the box to sign.")},
    )


class CheckInForm(forms.Form):
    held_on = day_field(label=_("When you talked"))
    record = text_field(
        label=_("In a few words"),
        rows=4,
        help_text=_("What went well, what comes next. Both of you read it, and nobody else. No names, no scenes."),
        error_messages={"required": _("Write a few words, such as what went well and what comes next.")},
    )
