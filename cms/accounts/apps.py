from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "cms.accounts"
    verbose_name = _("People")


class AccountsAdminConfig(WagtailUsersAppConfig):
    """Wagtail's screens for people, with our forms."""

    user_viewset = "cms.accounts.admin.AccountViewSet"
