"""With which keys is signed?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class KeyAlgorithm(models.TextChoices):
    """What a key signs. One key of each is active at a time."""

    ED25519 = "ed25519", _("Ed25519")  # the proof in the credential and in the status list
    RS256 = "rs256", _("RS256")  # their JWT form: the only algorithm that every Open Badges 3.0 verifier takes


class KeyBackend(models.TextChoices):
    """Where the private half lies. Each is one module of certificates/signers/."""

    LOCAL = "local", _("In the database, encrypted")
    PKCS11 = "pkcs11", _("In a hardware module")


class SigningKey(models.Model):
    """A key that signs, or signed, certificates. Staged, then active, then retired: read off its dates. Never deleted.

    Retired keys stay published, else every old certificate would break. A compromised key is published no more: whoever
    has it can sign whatever they like and date it as they like.
    """

    kid = models.CharField(max_length=300, unique=True)  # did:web:…#ed25519-2026-11
    algorithm = models.CharField(max_length=8, choices=KeyAlgorithm, default=KeyAlgorithm.ED25519)
    backend = models.CharField(max_length=8, choices=KeyBackend, default=KeyBackend.LOCAL)
    public_multibase = models.CharField(max_length=600, unique=True)  # z6Mk… for Ed25519, z4MX… for RSA
    handle = models.BinaryField()  # what its backend finds the private half by; never the bare private half
    made_at = models.DateTimeField()  # published from then on
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    compromised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["algorithm"],
                condition=Q(activated_at__isnull=False, retired_at=None, compromised_at=None),
                name="signingkey_one_active_of_each_algorithm",
            ),
            models.CheckConstraint(
                condition=Q(activated_at=None) | Q(activated_at__isnull=False, activated_at__gte=F("made_at")),
                name="signingkey_activated_after_made",
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None)
                | Q(retired_at__isnull=False, activated_at__isnull=False, retired_at__gte=F("activated_at")),
                name="signingkey_retired_after_activated",
            ),
            models.CheckConstraint(
                condition=Q(compromised_at=None) | Q(compromised_at__isnull=False, compromised_at__gte=F("made_at")),
                name="signingkey_compromised_after_made",
            ),
            models.CheckConstraint(
                condition=Q(algorithm__in=KeyAlgorithm.values), name="signingkey_of_an_algorithm_we_sign_with"
            ),
        ]

    def __str__(self) -> str:
        return f"SigningKey {self.kid}"

    @property
    def state(self) -> str:
        """In one word, as `manage.py keys list` prints it."""
        if self.compromised_at:
            return "compromised"
        if self.retired_at:
            return "retired"
        return "active" if self.activated_at else "staged"
