"""How does a certificate look on paper?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from courses.pages import ProgrammePage


class SheetTemplate(models.TextChoices):
    """How the sheet is laid out. Each is one file in certificates/sheet/ of that name."""

    CALL_SHEET = "call_sheet", _("Call sheet: landscape, set from the left, with the rosette beside the name")
    ENGRAVED = "engraved", _("Engraved: landscape, centred in a border of fine lines")
    TITLE_PAGE = "title_page", _("Title page: upright, like the first page of a book")


class CertificateDesign(models.Model):
    """A look that the academy gives its certificates. What is printed from are its versions; the name is for staff."""

    name = models.CharField(_("name"), max_length=60, unique=True, help_text=_("For the desk. It is printed nowhere."))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"CertificateDesign {self.pk}"


class DesignVersion(models.Model):
    """One version of a design: a draft until it is put to use, and from then on never edited, as paper says what it said.

    Pictures are kept as SVG that holds nothing but shapes, or one PNG (`certificates.pictures`).
    """

    design = models.ForeignKey(CertificateDesign, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 …
    template = models.CharField(_("layout"), max_length=12, choices=SheetTemplate, default=SheetTemplate.CALL_SHEET)
    ink = models.CharField(_("colour of the text"), max_length=7, default="#1b1917")  # #rrggbb
    accent = models.CharField(_("colour of the title and the ornaments"), max_length=7, default="#472a66")
    seal = models.TextField(_("seal"), blank=True)
    first_name = models.CharField(_("who signs"), max_length=60, blank=True)
    first_role = models.CharField(_("as what"), max_length=60, blank=True)
    first_picture = models.TextField(_("signature"), blank=True)
    second_name = models.CharField(_("who signs beside them"), max_length=60, blank=True)
    second_role = models.CharField(_("as what"), max_length=60, blank=True)
    second_picture = models.TextField(_("signature"), blank=True)
    used_from = models.DateTimeField(null=True)  # null: a draft
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["design", "number"], name="designversion_each_number_once"),
            models.UniqueConstraint(
                fields=["design"], condition=Q(used_from=None), name="designversion_one_draft_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(used_from=None, used_by=None) | Q(used_from__isnull=False, used_by__isnull=False),
                name="designversion_used_from_and_by_together",
            ),
            models.CheckConstraint(
                condition=~Q(first_name="") | Q(first_role="", first_picture="", second_name=""),
                name="designversion_a_first_signature_has_a_name",
                violation_error_message=_("Say who signs; a role or a picture alone says nothing."),
            ),
            models.CheckConstraint(
                condition=~Q(second_name="") | Q(second_role="", second_picture=""),
                name="designversion_a_second_signature_has_a_name",
                violation_error_message=_("Say who signs beside them; a role or a picture alone says nothing."),
            ),
        ]

    def __str__(self) -> str:
        return f"DesignVersion {self.number} of design {self.design_id}"


class ProgrammeDesign(models.Model):
    """Which design a programme's new certificates have. Without one, the academy's first design."""

    programme = models.OneToOneField(ProgrammePage, on_delete=models.CASCADE, related_name="certificate_design")
    design = models.ForeignKey(CertificateDesign, on_delete=models.PROTECT, related_name="programmes")

    def __str__(self) -> str:
        return f"ProgrammeDesign: design {self.design_id} for programme {self.programme_id}"
