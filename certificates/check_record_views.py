"""How does somebody keep a dated record of a check, and what does its page say?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cms.accounts.addresses import client_address
from cms.accounts.policy import open_to_anyone
from cms.accounts.throttle import over_limit, too_many_misses

from .check_records import CannotKeep, holder_shown, is_whole, keep_check
from .check_views import slow_down
from .checking import check_certificate
from .models import Certificate, CheckRecord
from .numbers import RECORD, BadNumber, read_number
from .public_views import WHY

RECORDS = 10  # a minute, from one address


@csrf_exempt  # a record belongs to nobody and says nothing of who asked; the page of the answer sets no cookie
@never_cache
@require_POST
@open_to_anyone(WHY)
def keep_record(request: HttpRequest, number: str) -> HttpResponse:
    """Check the certificate now, and keep what we answer under a number of its own."""
    if over_limit(what="check-records", who=client_address(request), most=RECORDS):
        return slow_down(request)
    try:
        record = keep_check(answer=check_certificate(number=read_number(number), at=timezone.now()))
    except BadNumber:
        raise Http404 from None
    except Certificate.DoesNotExist:
        if too_many_misses(request, what="verify"):
            return slow_down(request)
        raise Http404 from None
    except CannotKeep:  # its page says that we cannot confirm it
        return redirect("certificates:verify_number", number)
    return redirect("certificates:check_record", record.number)


@never_cache
@require_safe
@open_to_anyone("whoever is handed a record holds it against ours")
def check_record(request: HttpRequest, number: str) -> HttpResponse:
    """What was answered at that moment, to print; it may have changed since."""
    try:
        normal = read_number(number, RECORD)
    except BadNumber:
        raise Http404 from None
    if normal != number:
        return redirect("certificates:check_record", normal)
    records = CheckRecord.objects.select_related("certificate").defer(
        "certificate__credential", "certificate__evaluated"
    )
    record = get_object_or_404(records, number=normal)
    whole = is_whole(record)
    return render(
        request,
        "certificates/check_record.html",
        {
            "record": record,
            "whole": whole,
            "said": record.said if whole else {},
            "kind": record.certificate.get_kind_display(),
            "holder": holder_shown(record, at=timezone.now()),
        },
        status=200 if whole else 503,
    )
