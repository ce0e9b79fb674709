"""Where does a learner see, download and share their signed record?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.academy import AcademySettings
from cms.accounts.policy import person_of, signed_in
from cms.accounts.spreadsheet import as_csv

from .models import EvidenceShare, ShiftState
from .pack_printing import print_pack
from .pack_words import WHAT_IT_IS, shift_columns, shift_rows, sum_columns, sum_rows, words_of_pack
from .packs import own_pack, signed_shifts
from .share_forms import ShareForm
from .sharing import CannotShare, end_share, make_share


@require_safe
@signed_in
def record(request: HttpRequest) -> HttpResponse:
    learner = person_of(request)
    pack = own_pack(learner)
    now = timezone.now()
    shares = list(EvidenceShare.objects.filter(learner=learner).order_by("-made_at", "-pk"))
    return render(
        request,
        "assessments/record.html",
        {
            "words": words_of_pack(pack),
            "what_it_is": WHAT_IT_IS,
            "empty": not pack.lines,
            "broken": pack.broken,
            "open_shares": [share for share in shares if share.ended_at is None and share.expires_at > now],
            "past_shares": [share for share in shares if share.ended_at or share.expires_at <= now],
        },
    )


@require_safe
@signed_in
@never_cache
def record_pdf(request: HttpRequest) -> HttpResponse:
    learner = person_of(request)
    sheet = print_pack(
        own_pack(learner),
        holder=learner.certificate_name or learner.display_name,
        academy=AcademySettings.load(request_or_site=request).name,
        at=timezone.now(),
    )
    return as_pdf(sheet)


@require_safe
@signed_in
@never_cache
def record_shifts_csv(request: HttpRequest) -> StreamingHttpResponse:
    return as_csv("signed-shifts", shift_columns(), shift_rows(own_pack(person_of(request))))


@require_safe
@signed_in
@never_cache
def record_sums_csv(request: HttpRequest) -> StreamingHttpResponse:
    return as_csv("signed-sums", sum_columns(), sum_rows(own_pack(person_of(request))))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share_new(request: HttpRequest) -> HttpResponse:
    """The form for a link. Posting it leads to the page behind the link, whose address is the link: it is shown once."""
    learner = person_of(request)
    shifts = [shift for shift in signed_shifts(learner) if shift.state is ShiftState.SIGNED]
    if not shifts:
        return redirect("assessments:record")
    form = ShareForm(request.POST or None, learner=learner, shifts=shifts)
    if form.is_valid():
        try:
            made = make_share(learner=learner, at=timezone.now(), **form.said())
        except CannotShare as refusal:
            form.refuse(refusal)
        else:
            return redirect("assessments:shared_record", made.token)
    return render(request, "assessments/share_form.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@signed_in
def share_end(request: HttpRequest, share_id: int) -> HttpResponse:
    share = policy.fetch(request.user, "share.end", EvidenceShare.objects.all(), pk=share_id)
    end_share(share=share, at=timezone.now())
    messages.success(request, _("Ended. The link opens nothing any more."))
    return redirect("assessments:record")


def as_pdf(sheet: bytes) -> HttpResponse:
    answer = HttpResponse(sheet, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="signed-record.pdf"'
    return answer
