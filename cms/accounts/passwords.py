"""Which passwords are refused?"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DEMO_PASSWORD = "closed-set-demo"  # noqa: S105 - public on purpose, and refused everywhere else


class NotTheDemoPassword:
    """Refuses the password that is printed in our README, everywhere but in the demo."""

    def validate(self, password: str, user: object = None) -> None:
        if password == DEMO_PASSWORD:
            raise ValidationError(_("This is the demo’s password, which everybody knows. Choose another."))

    def get_help_text(self) -> str:
        return _("Not the password of the demo.")
