"""Who asked for a certificate, and what was answered?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cms.accounts.models import User
from courses.models import Enrolment


class CertificationRequest(models.Model):
    """A learner asks the registrar to confirm, and says under which name. Answered once: confirmed or declined."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="certification_requests")
    certificate_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    declined_because = models.TextField(blank=True, max_length=1_000)  # for the learner

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(answered_at=None), name="certificationrequest_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, declined_because="")
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="certificationrequest_answered_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"CertificationRequest {self.pk}: enrolment {self.enrolment_id}"
