"""What did a registrar look into? Sealed titles that were opened, and the monthly sample."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .shifts import Production, Shift


class TitleReading(models.Model):
    """A registrar opened a sealed title, once, for a reason. Its learner was told. Never changed, never deleted."""

    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="readings")
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    reason = SealedTextField(_("reason"), max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["production", "read_by", "read_at"], name="titlereading_once_at_a_time")
        ]

    def __str__(self) -> str:
        return f"TitleReading {self.pk}: production {self.production_id}"


class AuditAnswer(models.TextChoices):
    """How a learner answers for a sampled shift."""

    TITLE = "TITLE", _("The sealed title may be read")
    LETTER = "LETTER", _("A letter from the production or the coordinator")


class AuditOutcome(models.TextChoices):
    PASSED = "PASSED", _("It stands")
    FAILED = "FAILED", _("It does not stand")


class AuditDraw(models.Model):
    """A signed shift that the monthly sample drew: asked about, answered, closed. `month` is its first day."""

    month = models.DateField()
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="audits")
    drawn_at = models.DateTimeField()
    answer = models.CharField(max_length=6, choices=AuditAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)
    letter = SealedTextField(blank=True)  # base 64 of the file
    letter_type = models.CharField(max_length=40, blank=True)
    letter_digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file, hexadecimal
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=6, choices=AuditOutcome, blank=True)
    note = SealedTextField(_("note"), blank=True, max_length=2_000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "shift"], name="auditdraw_once_a_month"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="auditdraw_answered_how_and_when_together",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="auditdraw_closed_at_by_and_how_together",
            ),
        ]

    def __str__(self) -> str:
        return f"AuditDraw {self.pk}: shift {self.shift_id}, {self.month:%Y-%m}"


class ShownName(models.TextChoices):
    """Which of their names a learner shows with their record; read when it is looked at, never kept beside it."""

    CERTIFICATE = "CERTIFICATE", _("The name on your certificates")
    DISPLAY = "DISPLAY", _("The name we call you")


class EvidenceShare(models.Model):
    """A link by which a learner shows their signed record for a while. Only its digest is kept.

    `shows` maps a shift's record to what of it may be read: a list of `assessments.packs` parts.
    """

    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shares")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    purpose = models.CharField(_("who it is for"), max_length=80)  # the learner's own words, shown to them only
    shows = models.JSONField(default=dict)
    shown_name = models.CharField(_("your name"), max_length=11, choices=ShownName, default=ShownName.DISPLAY)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    opened_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)  # last

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="evidenceshare_lasts_a_while"),
            models.CheckConstraint(
                condition=Q(opened_count=0, opened_at=None) | Q(opened_count__gt=0, opened_at__isnull=False),
                name="evidenceshare_opened_and_when_together",
            ),
        ]

    def __str__(self) -> str:
        return f"EvidenceShare {self.pk}: learner {self.learner_id}"
