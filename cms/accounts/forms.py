"""What do people tell us about themselves, and how does every form look?"""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import User
from .timezones import known_time_zones


class Renderer(TemplatesSetting):
    """Every form of the site: label, hint, error and field in one component."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"


# What a field says when something is not right, unless it has words of its own.
WORDS = {
    "required": _("Fill this in."),
    "min_value": _("Write %(limit_value)s or more."),
    "max_value": _("Write %(limit_value)s or less."),
    "max_length": _("That is too long: %(limit_value)d characters at most."),
    "max_decimal_places": _("Two decimals at most, such as 400.50."),
    "max_digits": _("That is more than fits here."),
    "max_whole_digits": _("That is more than fits here."),
    "unique": _("There is one of this name already."),
}
INVALID = [  # the first that fits
    (forms.EmailField, _("Write an address such as nia@example.org.")),
    (forms.DecimalField, _("Write an amount such as 400 or 400.50.")),
    (forms.IntegerField, _("Write a whole number.")),
    (forms.DateTimeField, _("Write a day and a time.")),
    (forms.DateField, _("Write a day.")),
]


class PlainWords(forms.BaseForm):
    """A form whose fields say in our words what is not right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _reword(field)


def _reword(field: forms.Field) -> None:
    """Django's own words for ours; what the field was given for itself stays."""
    own: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        own |= getattr(kind, "default_error_messages", {})
    ours: dict[str, Any] = dict(WORDS)
    if words := next((words for kind, words in INVALID if isinstance(field, kind)), None):
        ours["invalid"] = words
    if isinstance(field, forms.ChoiceField):
        ours |= {"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")}
    for code, words in ours.items():
        if field.error_messages.get(code) == own.get(code):
            field.error_messages[code] = words


class SignUpFields(forms.Form):
    """What signing up asks beside address and password. allauth calls `signup` once the account exists."""

    display_name = forms.CharField(
        label=_("What should we call you?"),
        max_length=80,
        help_text=_("Any name you like. You choose the name for certificates later."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    field_order = ["display_name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.display_name = self.cleaned_data["display_name"]
        user.save(update_fields=["display_name"])


class ProfileForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name.replace("_", " ")) for name in known_time_zones()],
        help_text=_("Your pages and your shifts use it."),
    )

    class Meta:
        model = User
        fields = ["display_name", "pronouns", "certificate_name", "time_zone"]
        widgets = {
            "display_name": forms.TextInput(attrs={"autocomplete": "nickname"}),
            "certificate_name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
