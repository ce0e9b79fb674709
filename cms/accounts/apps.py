from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig

from cms.environment import Unconfigured


class AccountsConfig(AppConfig):
    name = "cms.accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from . import sealing

        try:
            sealing.check_keys()
        except ImproperlyConfigured as problem:  # found at the start rather than at somebody's first reflection
            raise Unconfigured(str(problem)) from None


class AccountsAdminConfig(WagtailUsersAppConfig):
    """Wagtail's screens for people, with our forms."""

    user_viewset = "cms.accounts.admin.AccountViewSet"
