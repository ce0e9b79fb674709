"""Which document was issued, and which words are on it?"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from courses.models import CredentialKind, Enrolment

from ..bitstring import LENGTH
from .designs import DesignVersion
from .keys import SigningKey
from .requirements import RequirementSet
from .statuses import RevocationReason, Status, StatusList

EXPIRING = timedelta(days=90)  # before the last day


class Certificate(models.Model):
    """One award and the document that says so now. Every word on it is copied here; a correction is a new certificate.

    Renewal, another consent and a lost key make a new edition of the same document, at the same number and address, and
    the earlier one is kept as a PastEdition. Status is read off the dates. `basis` lists {"requirement", "summary"} as
    shown to the public; `results` what was measured, shown only where the holder agreed.
    """

    public_id = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # in its address and its credential's id
    number = models.CharField(max_length=16, unique=True)  # CS-XXXXX-XXXXX-C
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certificates")
    requirement_set = models.ForeignKey(RequirementSet, on_delete=models.PROTECT, related_name="certificates")
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="certificates")
    holder_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=CredentialKind)
    title = models.CharField(max_length=120)
    programme_title = models.CharField(max_length=255)
    requirements_version = models.CharField(max_length=20)
    rules_are_example = models.BooleanField(default=True)
    basis = models.JSONField()
    facts = models.JSONField()  # [label, words] pairs that the sheet prints
    # {"name", "measure": "score" or "hours", "value", "minimum", "maximum", "required"}, amounts as text
    results = models.JSONField(default=list, blank=True)
    # The record that the rules were held against, with what was waived: certificates.snapshots. Shown to nobody. Null for
    # what was issued before it was kept.
    evaluated = models.JSONField(null=True)
    issuer_name = models.CharField(max_length=80)
    issuer_did = models.CharField(max_length=255)
    registrar_name = models.CharField(max_length=80, blank=True)
    design = models.ForeignKey(  # what it is printed from; null: our own call sheet
        DesignVersion, on_delete=models.PROTECT, null=True, related_name="certificates"
    )
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: automatic
    issued_at = models.DateTimeField()
    awarded_on = models.DateField()  # unchanged by a replacement
    valid_until = models.DateTimeField(null=True)

    # What the holder agreed to show, on the public page and in the file.
    shows_name = models.BooleanField(default=True)
    shows_scores = models.BooleanField(default=False)
    shows_hours = models.BooleanField(default=False)

    edition = models.PositiveSmallIntegerField(default=1)  # 1, 2, 3 …
    signed_at = models.DateTimeField()  # of this edition; its credential is valid from then on
    signing_key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="certificates")
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="certificates")
    status_index = models.PositiveIntegerField()
    # Where its rules are suspendable, its place on a list of suspensions.
    suspension_list = models.ForeignKey(
        StatusList, on_delete=models.PROTECT, null=True, related_name="suspendable_certificates"
    )
    suspension_index = models.PositiveIntegerField(null=True)
    credential = models.TextField()  # the signed JSON, to the byte as served
    credential_digest = models.CharField(max_length=64)  # SHA-256, hexadecimal

    suspended_at = models.DateTimeField(null=True)
    suspension_reason = models.CharField(max_length=120, blank=True)  # public wording
    revoked_at = models.DateTimeField(null=True)
    revocation_reason = models.CharField(max_length=10, choices=RevocationReason, blank=True)
    superseded_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(revoked_at=None, superseded_at=None),
                name="certificate_one_standing_for_an_enrolment",
                violation_error_message=_("There is a certificate for this already."),
            ),
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="certificate_one_at_each_status_index"
            ),
            models.UniqueConstraint(
                fields=["suspension_list", "suspension_index"], name="certificate_one_at_each_suspension_index"
            ),
            models.CheckConstraint(
                condition=Q(suspension_list=None, suspension_index=None)
                | Q(
                    suspension_list__isnull=False,
                    suspension_index__isnull=False,
                    suspension_index__gte=0,
                    suspension_index__lt=LENGTH,
                ),
                name="certificate_suspension_list_and_index_together",
            ),
            models.CheckConstraint(
                condition=Q(status_index__gte=0, status_index__lt=LENGTH), name="certificate_index_within_its_list"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revocation_reason="")
                | (Q(revoked_at__isnull=False, revoked_at__gte=F("issued_at")) & ~Q(revocation_reason="")),
                name="certificate_revoked_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__isnull=False, superseded_at__gte=F("issued_at")),
                name="certificate_superseded_after_issued",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | (Q(replaces__isnull=False) & ~Q(replaces=F("pk"))),
                name="certificate_never_replaces_itself",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(superseded_at=None), name="certificate_not_both_revoked_and_superseded"
            ),
            models.CheckConstraint(
                condition=Q(suspended_at=None, suspension_reason="")
                | (Q(suspended_at__isnull=False) & ~Q(suspension_reason="")),
                name="certificate_suspended_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(edition__gte=1, signed_at__gte=F("issued_at")), name="certificate_signed_once_issued"
            ),
            models.CheckConstraint(
                condition=Q(edition__gt=1) | Q(edition=1, signed_at=F("issued_at")),
                name="certificate_first_edition_signed_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__isnull=False, valid_until__gt=F("issued_at")),
                name="certificate_valid_for_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Certificate {self.number}"

    def status(self, at: datetime) -> Status:
        """What the certificate is at that moment."""
        if self.superseded_at and self.superseded_at <= at:
            return Status.SUPERSEDED
        if self.revoked_at and self.revoked_at <= at:
            return Status.REVOKED
        if self.valid_until and self.valid_until <= at:
            return Status.EXPIRED
        if self.suspended_at and self.suspended_at <= at:
            return Status.SUSPENDED
        if self.expiring_from and self.expiring_from <= at:
            return Status.EXPIRING
        return Status.ACTIVE

    @property
    def expiring_from(self) -> datetime | None:
        """When its last stretch begins, which is never before it was issued; None for one that does not end."""
        return max(self.valid_until - EXPIRING, self.signed_at) if self.valid_until else None


class EditionReason(models.TextChoices):
    """Why there is a new edition."""

    RENEWAL = "RENEWAL", _("Renewed")  # another span of time
    KEY = "KEY", _("Signed again")  # the key of the one before is no longer trusted
    CONSENT = "CONSENT", _("What is shown was changed")  # by the holder


class PastEdition(models.Model):
    """An earlier edition of a certificate, to the byte as it was signed. Never changed, and never shown to the public.

    Where its place on the status list is another than the certificate's, that bit is set: the file shows what its holder
    no longer agrees to. Elsewhere the two editions share one place, and what ends one ends the other.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="past_editions")
    edition = models.PositiveSmallIntegerField()
    basis = models.JSONField()
    facts = models.JSONField()
    shows_name = models.BooleanField()
    shows_scores = models.BooleanField()
    shows_hours = models.BooleanField()
    signed_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    signing_key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="past_editions")
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="past_editions")
    status_index = models.PositiveIntegerField()
    credential = models.TextField()
    credential_digest = models.CharField(max_length=64)

    replaced_at = models.DateTimeField()
    replaced_because = models.CharField(max_length=8, choices=EditionReason)
    replaced_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the system

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certificate", "edition"], name="pastedition_each_once"),
            models.CheckConstraint(
                condition=Q(edition__gte=1, replaced_at__gte=F("signed_at")), name="pastedition_replaced_once_signed"
            ),
            models.CheckConstraint(
                condition=Q(status_index__gte=0, status_index__lt=LENGTH), name="pastedition_index_within_its_list"
            ),
        ]

    def __str__(self) -> str:
        return f"PastEdition {self.edition} of certificate {self.certificate_id}"
