"""With which keys is signed?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SigningKey(models.Model):
    """A key that signs, or signed, certificates. Retired keys stay published, else every old certificate would break."""

    kid = models.CharField(max_length=300, unique=True)  # did:web:…#ed25519-2026-11
    public_multibase = models.CharField(max_length=60, unique=True)
    wrapped_private = models.BinaryField()  # AES-GCM under CREDENTIAL_KEY_SECRET
    made_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(activated_at__isnull=False, retired_at=None),
                name="signingkey_one_active",
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None)
                | Q(retired_at__isnull=False, activated_at__isnull=False, retired_at__gte=F("activated_at")),
                name="signingkey_retired_after_activated",
            ),
        ]

    def __str__(self) -> str:
        return f"SigningKey {self.kid}"
