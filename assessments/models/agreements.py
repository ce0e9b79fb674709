"""Which texts do people put their name to, and who did?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User


class Agreement(models.Model):
    """One version of a text that people sign, such as the ethics code. Never edited once published; a change is a version."""

    slug = models.SlugField()
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()  # plain, paragraphs parted by an empty line
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="agreement_each_version_once")]

    def __str__(self) -> str:
        return f"Agreement {self.slug} {self.version}"


class AgreementSignature(models.Model):
    """One person's signature under one version, with the digest of the words it covers."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="agreement_signatures")
    signed_at = models.DateTimeField()
    text_digest = models.CharField(max_length=64)  # SHA-256, hexadecimal

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "person"],
                name="agreementsignature_once_a_version",
                violation_error_message=_("You have signed this version already."),
            )
        ]

    def __str__(self) -> str:
        return f"AgreementSignature {self.pk}: agreement {self.agreement_id}, person {self.person_id}"
