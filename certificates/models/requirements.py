"""What does a programme ask for, and what does it give?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import CredentialKind
from courses.pages import ProgrammePage


class RequirementKind(models.TextChoices):
    """What can be required. Each is one small class in certificates/requirements/."""

    MODULES = "modules", _("Modules complete")
    QUIZZES = "quizzes", _("Quizzes passed")
    LEARNING_HOURS = "learning_hours", _("Learning hours")
    SHADOW_DAYS = "shadow_days", _("Shadow days")
    SHADOW_HOURS = "shadow_hours", _("Shadow hours")
    AGREEMENT = "agreement", _("Agreement signed")
    LIVE_SESSIONS = "live_sessions", _("Live sessions attended")
    ATTESTATION = "attestation", _("Attested by staff")
    DOCUMENTS = "documents", _("Outside documents in date")
    RECOMMENDATION = "recommendation", _("Recommended by a mentor")


class RequirementSet(models.Model):
    """One version of what a programme asks and gives. Never edited once published: those who joined under it keep it.

    The database refuses to change or delete one, or to give it another line (certificates.guards).
    """

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="requirement_sets")
    version = models.CharField(max_length=20)  # "2026.1"
    is_example = models.BooleanField(default=True)  # said wherever a visitor could take it for a real body's rule
    published_at = models.DateTimeField()  # from when it holds, for whoever joins; may be in the future
    size = models.PositiveSmallIntegerField(default=0)  # how many lines it has; there is never another
    # What it gives, copied from the programme when it was published: a certificate prints these.
    kind = models.CharField(max_length=20, choices=CredentialKind)
    title = models.CharField(max_length=120)  # "Certified Intimacy Coordinator"
    programme_title = models.CharField(max_length=255)
    description = models.TextField()
    valid_years = models.PositiveSmallIntegerField(null=True)
    suspendable = models.BooleanField(default=False)  # its credentials name a list of suspensions, too

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="requirementset_each_version_once"),
            models.UniqueConstraint(fields=["programme", "published_at"], name="requirementset_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"RequirementSet {self.version} of programme {self.programme_id}"


class Requirement(models.Model):
    """One line of a requirement set: a kind and its numbers, as that kind's class reads them."""

    requirement_set = models.ForeignKey(RequirementSet, on_delete=models.PROTECT, related_name="requirements")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=RequirementKind)
    terms = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requirement_set", "position"], name="requirement_one_at_each_place")
        ]

    def __str__(self) -> str:
        return f"Requirement {self.pk}: {self.kind}"
