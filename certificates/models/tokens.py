"""Which JWT says what a credential says?"""

from __future__ import annotations

from django.db import models

from .certificates import Certificate
from .keys import SigningKey


class CredentialToken(models.Model):
    """The JWT form of one credential as it was signed, to the byte as served. Never changed and never deleted.

    A certificate whose credential is signed anew gets a new one, and so does one whose token’s key is compromised.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="tokens")
    credential_digest = models.CharField(max_length=64)  # SHA-256 of the JSON form that it repeats, hexadecimal
    signing_key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="tokens")
    token = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the token, hexadecimal
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "credential_digest", "signing_key"],
                name="credentialtoken_one_for_a_credential_and_key",
            )
        ]

    def __str__(self) -> str:
        return f"CredentialToken {self.pk}: certificate {self.certificate_id}, key {self.signing_key_id}"
