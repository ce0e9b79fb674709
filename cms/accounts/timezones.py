"""Which time zone does a person live in?"""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def known_time_zones() -> tuple[str, ...]:
    """Names such as "Europe/London", in order, without the historical aliases that have no region."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return (*sorted(places), "UTC")


def validate_time_zone(name: str) -> None:
    if name not in known_time_zones():
        raise ValidationError(_("We do not know this time zone. Choose one from the list, such as Europe/London."))


def time_zone(name: str) -> ZoneInfo:
    """The zone of that name; UTC for one that this machine's data no longer knows."""
    return ZoneInfo(name if name in known_time_zones() else "UTC")
