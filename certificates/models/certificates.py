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
from .keys import SigningKey
from .requirements import RequirementSet
from .statuses import RevocationReason, Status, StatusList

EXPIRING = timedelta(days=90)  # before the last day


class Certificate(models.Model):
    """One document, as issued: every word on it is copied here and never changes. A correction is a new certificate.

    Status is read off the dates. `basis` lists {"requirement", "summary"} as shown to the public.
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
    # The record that the rules were held against, with what was waived: certificates.snapshots. Shown to nobody. Null for
    # what was issued before it was kept.
    evaluated = models.JSONField(null=True)
    issuer_name = models.CharField(max_length=80)
    issuer_did = models.CharField(max_length=255)
    registrar_name = models.CharField(max_length=80, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: automatic
    issued_at = models.DateTimeField()
    awarded_on = models.DateField()  # unchanged by a replacement
    valid_until = models.DateTimeField(null=True)

    signing_key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="certificates")
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="certificates")
    status_index = models.PositiveIntegerField()
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
        return max(self.valid_until - EXPIRING, self.issued_at) if self.valid_until else None
