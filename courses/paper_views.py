"""What do the addresses of invoices, receipts and credit notes answer? To the payer, for ever, and to registrars."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cms.accounts import policy
from cms.accounts.policy import signed_in

from .models import MoneyPaper
from .paper_words import printed
from .printing import render_paper


@never_cache
@require_safe
@signed_in
def paper(request: HttpRequest, issuer: str, kind: str, number: int) -> HttpResponse:
    """The paper as a page, to read and to print."""
    found = _paper(request, issuer, kind, number)
    return render(request, "courses/paper.html", {"paper": found, "printed": printed(found)})


@never_cache
@require_safe
@signed_in
def paper_pdf(request: HttpRequest, issuer: str, kind: str, number: int) -> HttpResponse:
    """The paper as a file."""
    found = _paper(request, issuer, kind, number)
    answer = HttpResponse(render_paper(printed(found)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.reference}.pdf"'
    return answer


def _paper(request: HttpRequest, issuer: str, kind: str, number: int) -> MoneyPaper:
    papers = MoneyPaper.objects.select_related("order__programme", "payer")
    return policy.fetch(request.user, "paper.read", papers, issuer=issuer, kind=kind, number=number)
