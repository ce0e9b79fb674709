"""Which files of a certificate were given out?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .certificates import Certificate


class PaperFormat(models.TextChoices):
    """A kind of file that carries the credential. The value is the end of its address."""

    PDF = "pdf", _("PDF")
    PNG = "png", _("Picture (PNG)")
    SVG = "svg", _("Drawing (SVG)")


class PaperSize(models.TextChoices):
    """The sheet it is printed on. A picture has none."""

    A4 = "a4", _("A4")
    LETTER = "letter", _("US Letter")


class CertificatePaper(models.Model):
    """One file of one edition of a certificate, to the byte as it is given out. Never changed: paper that is out is out.

    `credential_digest` is that of the edition it carries; files of earlier editions are kept and served to nobody.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="papers")
    credential_digest = models.CharField(max_length=64)
    format = models.CharField(max_length=3, choices=PaperFormat)
    size = models.CharField(max_length=6, choices=PaperSize, blank=True)
    contents = models.BinaryField()
    digest = models.CharField(max_length=64)  # SHA-256 of the contents, hexadecimal
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "credential_digest", "format", "size"], name="certificatepaper_each_file_once"
            ),
            models.CheckConstraint(
                condition=(Q(format=PaperFormat.PDF) & ~Q(size="")) | (~Q(format=PaperFormat.PDF) & Q(size="")),
                name="certificatepaper_sheets_have_a_size",
            ),
        ]

    def __str__(self) -> str:
        return f"CertificatePaper {self.pk}: {self.format} of certificate {self.certificate_id}"
