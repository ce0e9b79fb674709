"""How does an employer check a whole list?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.accounts.policy import person_of, signed_in
from cms.accounts.spreadsheet import as_csv
from cms.accounts.throttle import over_limit

from .bulk import check_list, result_columns, result_rows
from .check_forms import BulkForm
from .check_views import slow_down
from .number_checks import MOST

LISTS = 20  # a minute, for one account


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Check up to 1,000 numbers. The answer is the response itself, as a page or as a file: nothing of it is kept.

    The page carries the list along, so that its file is made of a fresh check.
    """
    form = BulkForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(
            request, "certificates/bulk.html", {"form": form, "most": MOST}, status=422 if form.errors else 200
        )
    if over_limit(what="verify-lists", who=str(person_of(request).pk), most=LISTS):
        return slow_down(request)
    at = timezone.now().astimezone(UTC)
    sheet = form.sheet
    rows = check_list(sheet, at=at)
    if request.POST.get("as") == "csv":
        return as_csv(f"certificates-checked-{at:%Y-%m-%d}", result_columns(sheet), result_rows(sheet, rows, at=at))
    relied = sum(row.may_be_relied_on for row in rows)
    return render(
        request,
        "certificates/bulk_result.html",
        {
            "rows": rows,
            "at": at,
            "relied": relied,
            "others": len(rows) - relied,
            "counted": Counter(row.status_words for row in rows).most_common(),
            "list": form.text,
        },
    )
