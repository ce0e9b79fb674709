"""What does somebody with a link see of a learner's signed record? What was ticked for them, as it stands now.

The address is the key. So nothing here may be kept by a cache, listed by a search engine, or told to another site by a
referrer, and whoever guesses is slowed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from cms.accounts.academy import AcademySettings
from cms.accounts.policy import open_to_anyone
from cms.accounts.spreadsheet import as_csv
from cms.accounts.throttle import WINDOW, too_many_misses

from .models import EvidenceShare
from .pack_printing import print_pack
from .pack_words import WHAT_IT_IS, shift_columns, shift_rows, sum_columns, sum_rows, words_of_pack
from .record_views import as_pdf
from .sharing import name_shown, note_opened, open_share, shared_pack

WHY = "a union or an employer reads a record by its link, without an account"


def _by_link(view: Callable[[HttpRequest, EvidenceShare, str], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view of what a token opens: its link instead of the token, counted, and never kept or listed anywhere."""

    @require_safe
    @open_to_anyone(WHY)
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponseBase:
        at = timezone.now()
        share = open_share(token=token, at=at)
        if share is None:
            answer: HttpResponseBase = _nothing(request)
        else:
            if request.method == "GET" and request.user.pk != share.learner_id:
                note_opened(share=share, at=at)
            answer = view(request, share, token)
        add_never_cache_headers(answer)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return opened


def _nothing(request: HttpRequest) -> HttpResponse:
    """One answer for a link that is unknown, ended or out of its time."""
    if too_many_misses(request, what="record"):
        answer = render(request, "assessments/shared_slow_down.html", status=429)
        answer["Retry-After"] = str(WINDOW)
        return answer
    return render(request, "assessments/shared_gone.html", status=404)


@_by_link
def shared_record(request: HttpRequest, share: EvidenceShare, token: str) -> HttpResponse:
    return render(
        request,
        "assessments/shared_record.html",
        {
            "words": words_of_pack(shared_pack(share)),
            "what_it_is": WHAT_IT_IS,
            "holder": name_shown(share),
            "share": share,
            "now": timezone.now(),
            "token": token,
            "link": _address(token) if request.user.pk == share.learner_id else "",
        },
    )


@_by_link
def shared_record_pdf(request: HttpRequest, share: EvidenceShare, token: str) -> HttpResponse:
    sheet = print_pack(
        shared_pack(share),
        holder=name_shown(share),
        academy=AcademySettings.load(request_or_site=request).name,
        at=timezone.now(),
        url=_address(token),
        works_until=share.expires_at,
    )
    return as_pdf(sheet)


@_by_link
def shared_shifts_csv(request: HttpRequest, share: EvidenceShare, token: str) -> HttpResponseBase:
    return as_csv("signed-shifts", shift_columns(), shift_rows(shared_pack(share)))


@_by_link
def shared_sums_csv(request: HttpRequest, share: EvidenceShare, token: str) -> HttpResponseBase:
    return as_csv("signed-sums", sum_columns(), sum_rows(shared_pack(share)))


def _address(token: str) -> str:
    return settings.BASE_URL.rstrip("/") + reverse("assessments:shared_record", args=[token])
