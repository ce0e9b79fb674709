"""What did we answer to whom asked on a day, so that they can show that they asked?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .certificates import Certificate
from .statuses import Status


class CheckRecord(models.Model):
    """A dated answer about one certificate. Whoever knows its number may read it; it does not say who asked.

    `said` is the public answer of that moment without the holder's name: a name is shown for as long as the certificate shows
    it, and a former one never again.
    """

    number = models.CharField(max_length=16, unique=True)  # CR-XXXXX-XXXXX-C
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="check_records")
    checked_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status)
    said = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of `said`, hexadecimal

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__startswith="CR-"), name="checkrecord_numbered_as_a_record"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="checkrecord_status_is_one_we_answer"),
        ]

    def __str__(self) -> str:
        return f"CheckRecord {self.number}"
