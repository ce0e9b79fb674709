"""Who asked for another name on a certificate, and what was answered?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .certificates import Certificate


class NameRequestKind(models.TextChoices):
    """Why the name is to be another one. Nobody is asked for more than this."""

    CHANGE = "CHANGE", _("My name has changed")
    SPELLING = "SPELLING", _("It is spelt wrongly")


class NameRequest(models.Model):
    """A holder asks for another name on their certificate. Answered once: replaced, or returned with words.

    Of what the registrar looked at, the day is kept and nothing else.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="name_requests")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="name_requests")
    kind = models.CharField(max_length=8, choices=NameRequestKind)
    new_name = models.CharField(max_length=120)
    words = SealedTextField(blank=True, max_length=1_000)  # to the registrar alone
    updates_profile = models.BooleanField(default=False)  # also the name for certificates to come
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_on = models.DateField(null=True)  # when a registrar made sure that it is the holder who asks
    replacement = models.OneToOneField(Certificate, on_delete=models.PROTECT, null=True, related_name="name_request")
    returned_because = models.TextField(blank=True, max_length=1_000)  # for the holder

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(answered_at=None, withdrawn_at=None),
                name="namerequest_one_waiting_for_a_certificate",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False, answered_at__gte=F("asked_at")),
                name="namerequest_answered_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, replacement=None, checked_on=None, returned_because="")
                | Q(answered_at__isnull=False, replacement__isnull=False, checked_on__isnull=False, returned_because="")
                | (Q(answered_at__isnull=False, replacement=None, checked_on=None) & ~Q(returned_because="")),
                name="namerequest_replaced_once_checked_or_returned_with_words",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | (Q(answered_by__isnull=False) & ~Q(answered_by=F("asked_by"))),
                name="namerequest_not_answered_by_who_asked",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None)
                | Q(withdrawn_at__isnull=False, withdrawn_at__gte=F("asked_at"), answered_at=None),
                name="namerequest_withdrawn_only_while_it_waits",
            ),
            models.CheckConstraint(condition=~Q(new_name=""), name="namerequest_says_a_name"),
        ]

    def __str__(self) -> str:
        return f"NameRequest {self.pk}: certificate {self.certificate_id}"
