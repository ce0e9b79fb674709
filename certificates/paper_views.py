"""Which files of a certificate can anyone open who has its address? A sheet to print, a badge to show."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cms.accounts.policy import open_to_anyone

from .models import Certificate, CertificatePaper, PaperFormat, PaperSize
from .papers import is_whole, paper_of
from .public_views import WHY, for_programs, shown

TYPES = {
    PaperFormat.PDF: "application/pdf",
    PaperFormat.PNG: "image/png",
    PaperFormat.SVG: "image/svg+xml",
}


@never_cache
@require_safe
@open_to_anyone(WHY)
def credential_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The certificate to print, with the credential attached: A4, or US Letter with `?paper=letter`."""
    letter = request.GET.get("paper", "").lower() == PaperSize.LETTER
    size = PaperSize.LETTER if letter else PaperSize.A4
    return _given(
        public_id, PaperFormat.PDF, size, name="-letter" if letter else "", query="paper=letter" if letter else ""
    )


@never_cache
@require_safe
@open_to_anyone(WHY)
def credential_png(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The badge as a picture, with the credential baked in."""
    return for_programs(_given(public_id, PaperFormat.PNG, name="-badge"))


@never_cache
@require_safe
@open_to_anyone(WHY)
def credential_svg(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The badge as a drawing, with the credential baked in."""
    return for_programs(_given(public_id, PaperFormat.SVG, name="-badge"))


def _given(
    public_id: UUID, form: PaperFormat, size: PaperSize | None = None, *, name: str, query: str = ""
) -> HttpResponse:
    """The file as it was first given out. Not given out once the certificate is revoked; once it is replaced, its address
    leads to the newest one's file."""
    certificate = shown(public_id, page=f"credential_{form}", query=query)
    if not isinstance(certificate, Certificate):
        return certificate
    paper: CertificatePaper = paper_of(certificate, form=form, size=size, at=timezone.now())
    if not is_whole(paper):
        said = _("This file is not the one that was made. Check the certificate by its number, and tell the registrar.")
        return HttpResponse(f"{said}\n", status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(bytes(paper.contents), content_type=TYPES[form])
    response["Content-Disposition"] = f'inline; filename="{certificate.number}{name}.{form}"'
    return response
