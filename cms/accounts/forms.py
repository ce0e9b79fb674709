"""What do people tell us about themselves, and how does every form look?"""

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
