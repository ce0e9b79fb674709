"""Which programs may ask us for more than a visitor may?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cms.accounts.models import User


class ApiToken(models.Model):
    """A secret that a program of `owner` shows. We keep its digest: nobody can read it here, also not its owner again."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="checking_tokens")
    name = models.CharField(max_length=80)  # in the owner's words: what it is used for
    prefix = models.CharField(max_length=12)  # its beginning, by which its owner tells one from another
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret, hexadecimal
    made_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="apitoken_says_what_for"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__isnull=False, ended_at__gte=F("made_at")),
                name="apitoken_ended_once_made",
            ),
        ]

    def __str__(self) -> str:
        return f"ApiToken {self.pk}"
