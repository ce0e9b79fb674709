"""Who asked to be told if a certificate changes, and what were they told?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .certificates import Certificate


class WatchChange(models.TextChoices):
    """What a watcher is written to about. The mail says that something changed; the public page says what."""

    SUSPENDED = "SUSPENDED", _("Suspended")
    REINSTATED = "REINSTATED", _("Reinstated")
    REVOKED = "REVOKED", _("Revoked")
    REPLACED = "REPLACED", _("Replaced by a newer one")
    EXPIRING = "EXPIRING", _("Begins its last stretch")
    EXPIRED = "EXPIRED", _("Ran out")
    RENEWED = "RENEWED", _("Renewed")
    ENDED = "ENDED", _("The watch itself ended")  # by its date or by the holder: the watcher is not told which


class EndOfWatch(models.TextChoices):
    """Why a watch is over."""

    RAN_OUT = "RAN_OUT", _("Its last day passed")
    WATCHER = "WATCHER", _("Ended by the one who watched")
    HOLDER = "HOLDER", _("Ended by the holder")
    REVOKED = "REVOKED", _("The certificate was revoked: it changes no more")


class Watch(models.Model):
    """Somebody asked to be told if a certificate changes, until a day. The holder reads all of it. A replacement of the
    certificate takes its watches along. Kept for ever, as a receipt."""

    watcher = models.ForeignKey(User, on_delete=models.PROTECT, related_name="watches")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="watches")
    shown_as = models.CharField(max_length=80)  # how the watcher calls themselves, to the holder
    purpose = SealedTextField(max_length=200)  # in the watcher's words, to the holder
    begun_at = models.DateTimeField()
    until = models.DateField()  # the last day, in UTC
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=8, choices=EndOfWatch, blank=True)

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(
                fields=["watcher", "certificate"],
                condition=Q(ended_at=None),
                name="watch_one_open_for_a_person_and_certificate",
                violation_error_message=_("You watch this certificate already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_because="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("begun_at")) & ~Q(ended_because="")),
                name="watch_ended_at_and_because_together",
            ),
            models.CheckConstraint(condition=~Q(shown_as=""), name="watch_says_who_watches"),
        ]

    def __str__(self) -> str:
        return f"Watch {self.pk}: certificate {self.certificate_id}"


class WatchNotice(models.Model):
    """One change that one watcher is told of, once. Made in the transaction of the change, sent after it."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="notices")
    change = models.CharField(max_length=10, choices=WatchChange)
    changed_at = models.DateTimeField()
    number = models.CharField(max_length=16)  # of the certificate to look at: after a replacement, the newer one
    claimed_at = models.DateTimeField(null=True)  # somebody is sending it
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["watch", "change", "changed_at"], name="watchnotice_one_for_each_change"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(sent_at__isnull=False, claimed_at__isnull=False),
                name="watchnotice_sent_once_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"WatchNotice {self.pk}: watch {self.watch_id}, {self.change}"
