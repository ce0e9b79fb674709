"""What does every page know? Which academy this is, and what the signed-in person may open."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cms.accounts.academy import AcademySettings

from .navigation import main_navigation


def site(request: HttpRequest) -> dict[str, Any]:
    """The academy and the menu, each read only when a template asks."""
    return {
        "academy": SimpleLazyObject(lambda: AcademySettings.load(request_or_site=request)),
        "demo": settings.DEMO,
        "navigation": SimpleLazyObject(lambda: main_navigation(request)),
    }
