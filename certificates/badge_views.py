"""What does somebody else's page show of a certificate? A small page of ours in a frame, with the status as it is now."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from cms.accounts.policy import open_to_anyone

from .checking import STANDING, is_sound, newest_of
from .models import Certificate
from .public_views import WHY

# Stricter than ours in all but one thing: anybody may frame it. There is nothing in it to press but the way to verify.
FRAMED = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": ["*"],
}


@xframe_options_exempt
@csp_override(FRAMED)  # type: ignore[arg-type]  # a plain dictionary, as Django's own settings have it
@never_cache
@require_safe
@open_to_anyone(WHY)
def credential_badge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Title, academy and status, and never a name. What was replaced leads to the newest one's."""
    found = Certificate.objects.select_related("signing_key", "status_list", "replaced_by")
    certificate = get_object_or_404(found, public_id=public_id)
    if certificate.superseded_at:
        return redirect("certificates:credential_badge", newest_of(certificate).public_id)
    status, sound = certificate.status(timezone.now()), is_sound(certificate)
    return render(
        request,
        "certificates/badge.html",
        {"certificate": certificate, "status": status, "sound": sound, "stands": sound and status in STANDING},
    )
