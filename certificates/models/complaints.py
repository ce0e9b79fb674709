"""What did somebody tell the ombud, and what came of it?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

LONGEST_WORDS = 8_000  # characters


class Subject(models.TextChoices):
    """What it is about, as far as somebody wants to say."""

    TEACHING = "TEACHING", _("What is taught, or how")
    MENTOR = "MENTOR", _("A mentor")
    STAFF = "STAFF", _("Somebody on the staff")
    DECISION = "DECISION", _("A decision of the academy")
    HOLDER = "HOLDER", _("Somebody who holds a certificate")
    OTHER = "OTHER", _("Something else")


class Closing(models.TextChoices):
    """What came of it."""

    SETTLED = "SETTLED", _("Settled")
    PASSED_ON = "PASSED_ON", _("Passed on, and looked into there")
    ELSEWHERE = "ELSEWHERE", _("Belongs elsewhere; we said where")
    NOTHING = "NOTHING", _("Nothing to be done")


class Complaint(models.Model):
    """Something that somebody told the ombud, by name or not. No account and no network address is kept with it.

    Its follow-up code is kept as a digest only: whoever has the code reads the answers, and nobody can look it up.
    """

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the code, hexadecimal
    about = models.CharField(max_length=9, choices=Subject)
    words = SealedTextField(max_length=LONGEST_WORDS)
    number = SealedTextField(blank=True, max_length=40)  # of a certificate, as they typed it
    address = SealedTextField(blank=True, max_length=254)  # e-mail, where they want to be told of an answer
    made_at = models.DateTimeField()
    waits_since = models.DateTimeField(null=True)  # the oldest of what the ombud has not answered
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closing = models.CharField(max_length=9, choices=Closing, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closing="")
                | Q(closed_at__isnull=False, closed_at__gte=F("made_at"), closed_by__isnull=False, waits_since=None)
                & ~Q(closing=""),
                name="complaint_closed_by_somebody_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"Complaint {self.pk}"


class ComplaintMessage(models.Model):
    """What was added to a complaint. `by` is the ombud; nobody, where it is the person who complained."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="messages")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    words = SealedTextField(max_length=LONGEST_WORDS)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ComplaintMessage {self.pk}: complaint {self.complaint_id}"
