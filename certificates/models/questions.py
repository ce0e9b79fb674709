"""What did the registrar ask before answering a request, and what did the learner say?"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from cms.accounts.sealing import SealedTextField

from .decisions import Decision
from .requests import CertificationRequest

LONGEST_ANSWER = 4_000  # characters


class RequestQuestion(models.Model):
    """A question about a request. While it has no answer the request is with the learner. Answered once."""

    request = models.ForeignKey(CertificationRequest, on_delete=models.PROTECT, related_name="questions")
    asked = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="question")  # its words, who and when
    answer = SealedTextField(blank=True, max_length=LONGEST_ANSWER)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(answered_at=None), name="requestquestion_one_open_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"RequestQuestion {self.pk}: request {self.request_id}"

    @property
    def words(self) -> str:
        """What was asked. Needs `asked` loaded."""
        return self.asked.reason

    @property
    def asked_at(self) -> datetime:
        return self.asked.at
