"""What can a certificate be, and which list says so?"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """What a certificate is today. Read off its dates; never stored. The order is the contract's."""

    ACTIVE = "active", _("Active")
    EXPIRING = "expiring", _("Expiring")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Superseded")


class RevocationReason(models.TextChoices):
    """The public wording: all that anyone outside is told."""

    EVIDENCE = "EVIDENCE", _("Evidence withdrawn")
    ETHICS = "ETHICS", _("Ethics code breached")
    ERROR = "ERROR", _("Issued in error")
    REQUEST = "REQUEST", _("At the holder’s request")


class SuspensionWords(models.TextChoices):
    """All that the public is told while a certificate is suspended: nobody is named and nothing alleged."""

    CASE = "CASE", _("A case is being looked into")
    DECIDED = "DECIDED", _("Suspended by a decision")
    REQUEST = "REQUEST", _("At the holder’s request")


class StatusPurpose(models.TextChoices):
    """What a bit of a list means."""

    REVOCATION = "revocation", _("Revocation")  # for good: such a bit is never unset
    SUSPENSION = "suspension", _("Suspension")  # for a time


class StatusList(models.Model):
    """One published list of 131,072 bits. Kept signed, and signed anew when a bit changes and every day."""

    purpose = models.CharField(max_length=10, choices=StatusPurpose, default=StatusPurpose.REVOCATION)
    number = models.PositiveIntegerField()  # in its address
    document = models.TextField(blank=True)  # the signed credential, as served
    token = models.TextField(blank=True)  # the same as a JWT; empty while no key for JWTs is active
    built_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "number"], name="statuslist_each_number_once_for_a_purpose"),
        ]

    def __str__(self) -> str:
        return f"StatusList {self.number} of {self.purpose}"
