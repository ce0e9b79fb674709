"""Which file does somebody get who asks for a certificate? Nothing else writes CertificatePaper.

A file is made once, from the certificate's frozen words and the version of the design it was issued with, and given out
to the byte ever after. The sheet is made after the commit of its issue; the rest when somebody first asks.
"""

import hashlib
from datetime import datetime

from django.db import transaction

from cms.accounts import history

from .badges import badge_png, badge_svg
from .looks import look_of
from .models import Certificate, CertificatePaper, PaperFormat, PaperSize
from .pdf import render_pdf
from .printing import printed


def paper_of(
    certificate: Certificate, *, form: PaperFormat, size: PaperSize | None = None, at: datetime
) -> CertificatePaper:
    """The file of the edition that `certificate` is now, made if nobody asked before. `size` is for a PDF; A4 without.

    One query for a file that is there.
    """
    wanted = size or PaperSize.A4 if form is PaperFormat.PDF else ""
    known = CertificatePaper.objects.filter(
        certificate=certificate, credential_digest=certificate.credential_digest, format=form, size=wanted
    )
    if found := known.first():
        return found
    return _kept(certificate, form, wanted, rendered(certificate, form=form, size=wanted), at)


def rendered(certificate: Certificate, *, form: PaperFormat = PaperFormat.PDF, size: str = PaperSize.A4) -> bytes:
    """The file made now, and kept nowhere. The same row gives the same bytes."""
    words, look = printed(certificate), look_of(certificate.design)
    if form is PaperFormat.PDF:
        return render_pdf(words, credential_json=certificate.credential.encode(), look=look, paper=size)
    if form is PaperFormat.PNG:
        return badge_png(words, look=look, credential=certificate.credential)
    return badge_svg(words, look=look, credential=certificate.credential).encode()


@transaction.atomic
def _kept(certificate: Certificate, form: PaperFormat, size: str, contents: bytes, at: datetime) -> CertificatePaper:
    """The row of the file; the one that another made meanwhile, if one did."""
    # The certificate's row is the lock: of two who ask first, one keeps theirs, and both get that one.
    Certificate.objects.select_for_update(of=("self",)).only("pk").get(pk=certificate.pk)
    paper, is_new = CertificatePaper.objects.get_or_create(
        certificate=certificate,
        credential_digest=certificate.credential_digest,
        format=form,
        size=size,
        defaults={"contents": contents, "digest": hashlib.sha256(contents).hexdigest(), "made_at": at},
    )
    if is_new:
        history.record(
            chain="papers",
            verb="paper.made",
            subject=history.name_of(paper),
            actor=None,
            at=at,
            facts={"certificate": certificate.pk, "format": str(form), "size": str(size), "digest": paper.digest},
        )
    return paper


def is_whole(paper: CertificatePaper) -> bool:
    """Whether its bytes are those that were made."""
    return hashlib.sha256(paper.contents).hexdigest() == paper.digest
