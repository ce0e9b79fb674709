"""How do administrators see people in the Wagtail admin? By address and display name, with their roles."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet

from .models import User


class _NamedOnce(forms.ModelForm):
    """Wagtail asks for a first and a last name; people here have the one name they chose."""

    first_name = None
    last_name = None
    display_name = forms.CharField(label=_("Name we call them"), max_length=80)


class AccountEditForm(_NamedOnce, UserEditForm):
    class Meta(UserEditForm.Meta):
        model = User
        fields = ("email", "display_name", "is_active", "is_superuser", "groups")


class AccountCreationForm(_NamedOnce, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("email", "display_name", "is_superuser", "groups")


class AccountViewSet(UserViewSet):
    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return AccountEditForm if for_update else AccountCreationForm
