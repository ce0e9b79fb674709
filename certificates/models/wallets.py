"""Which credential was offered to a wallet, and was it fetched?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from .certificates import Certificate


class WalletOffer(models.Model):
    """A holder lets one wallet fetch their credential, once, within minutes. Deleted some days later: it proves nothing.

    What opens it is kept as SHA-256 only. `spent_at` is when its code was exchanged for access, `ended_at` when nothing more
    comes of it: fetched, replaced by a newer offer, or somebody came with a code that was spent.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="wallet_offers")
    token_digest = models.CharField(max_length=64, unique=True)
    pin_digest = models.CharField(max_length=64, blank=True)  # of the code to type; empty when none is asked for
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    access_digest = models.CharField(max_length=64, blank=True)
    fetched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(ended_at=None), name="walletoffer_one_open_for_a_certificate"
            ),
            models.UniqueConstraint(
                fields=["access_digest"], condition=~Q(access_digest=""), name="walletoffer_each_access_once"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="walletoffer_open_for_some_time"),
            models.CheckConstraint(
                condition=Q(spent_at=None, access_digest="") | (Q(spent_at__isnull=False) & ~Q(access_digest="")),
                name="walletoffer_access_once_spent",
            ),
            models.CheckConstraint(
                condition=Q(fetched_at=None) | Q(fetched_at__isnull=False, ended_at__isnull=False),
                name="walletoffer_ended_once_fetched",
            ),
        ]

    def __str__(self) -> str:
        return f"WalletOffer {self.pk}: certificate {self.certificate_id}"


class SpentNonce(models.Model):
    """A nonce that a wallet's proof has used up. Kept until it could not be used any more anyway."""

    digest = models.CharField(max_length=64, unique=True)
    spent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"SpentNonce {self.pk}"
