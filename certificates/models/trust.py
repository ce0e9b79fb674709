"""Which other issuers do we know?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cms.accounts.models import User


class TrustedIssuer(models.Model):
    """An issuer whose identity somebody here has looked into, and the name we know it by. Kept when the trust ends.

    Knowing who an issuer is says nothing about how well it trains.
    """

    issuer = models.CharField(max_length=1000)  # its id: did:web:…, did:key:… or an https address
    name = models.CharField(max_length=120)
    trusted_at = models.DateTimeField()
    trusted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the operator
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer"], condition=Q(ended_at=None), name="trustedissuer_each_known_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__isnull=False, ended_at__gte=F("trusted_at")),
                name="trustedissuer_ended_once_trusted",
            ),
            models.CheckConstraint(condition=~Q(issuer="") & ~Q(name=""), name="trustedissuer_has_id_and_name"),
        ]

    def __str__(self) -> str:
        return f"TrustedIssuer {self.pk}: {self.issuer}"
