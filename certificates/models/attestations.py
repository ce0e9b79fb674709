"""What did staff see for themselves, of which only the date is kept?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cms.accounts.models import User
from courses.models import Enrolment


class Attestation(models.Model):
    """A member of staff says that one thing was shown on a day: a portfolio talked through, references heard. No words.

    `what` is the name that the requirement gives it. A mistake is a date, not a deletion.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attestations")
    what = models.CharField(max_length=80)
    on = models.DateField()  # when it was shown
    attested_at = models.DateTimeField()
    attested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "what"], condition=Q(taken_back_at=None), name="attestation_one_of_each"
            ),
            models.CheckConstraint(condition=~Q(what=""), name="attestation_of_something"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False, taken_back_at__gte=F("attested_at")),
                name="attestation_taken_back_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Attestation {self.pk}: enrolment {self.enrolment_id}"
