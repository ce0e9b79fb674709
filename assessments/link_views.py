"""Did the link to sign not arrive? A learner has another one sent to their outside coordinator."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.accounts import policy
from cms.accounts.policy import signed_in

from .links import CannotSend, ask_for_link
from .models import Shift


@require_POST
@signed_in
def shift_link(request: HttpRequest, shift_id: int) -> HttpResponse:
    shift = policy.fetch(request.user, "shift.write", Shift.objects.whole(), pk=shift_id)
    try:
        ask_for_link(shift=shift, at=timezone.now())
    except CannotSend as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A new link is on its way to them. The one before does not work any more."))
    return redirect("assessments:shift_detail", shift.pk)
