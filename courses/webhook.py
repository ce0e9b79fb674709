"""What is answered to Stripe, when it tells of an event?"""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms.accounts.policy import open_to_anyone

from .hearing import hear
from .payments import NotFromStripe, read_notice

LARGEST = 1024 * 1024  # bytes; Stripe's events are some thousands


@csrf_exempt  # its signature says who it is from
@never_cache
@require_POST
@open_to_anyone("Stripe has no account here; its signature is checked")
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Note the event and answer at once. 400 for what Stripe did not sign just now, 413 for what is too big."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise Http404
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return _refused(400)
    if length > LARGEST:
        return _refused(413)
    try:
        notice = read_notice(request.body, request.headers.get("Stripe-Signature", ""))
    except RequestDataTooBig:
        return _refused(413)
    except (NotFromStripe, UnreadablePostError):
        return _refused(400)
    hear(notice=notice, at=timezone.now())
    return HttpResponse("noted\n", content_type="text/plain")


def _refused(status: int) -> HttpResponse:
    return HttpResponse("refused\n", status=status, content_type="text/plain")
