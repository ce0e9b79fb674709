"""Who is on which programme, how did they come onto it, and how far are they?"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .pages import (
    Access,
    CompletedBy,
    ContentNote,
    CredentialKind,
    LessonPage,
    ModulePage,
    ProgrammeIndexPage,
    ProgrammePage,
    UnitPage,
)

__all__ = [
    "Access",
    "CompletedBy",
    "ContentNote",
    "CredentialKind",
    "Enrolment",
    "Invitation",
    "Invoice",
    "LessonPage",
    "ModulePage",
    "ProgrammeIndexPage",
    "ProgrammePage",
    "UnitCompletion",
    "UnitNote",
    "UnitPage",
]


class Via(models.TextChoices):
    """How an enrolment came about."""

    FREE = "FREE", _("Free of charge")
    INVITATION = "INVITATION", _("By invitation")
    INVOICE = "INVOICE", _("By invoice")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open(self) -> EnrolmentQuerySet:
        return self.filter(withdrawn_at=None)

    def open_for(self, learner: User) -> EnrolmentQuerySet:
        """The learner's open enrolments, newest first, each with its programme."""
        return self.open().filter(learner=learner).select_related("programme").order_by("-enrolled_at", "-pk")


class Enrolment(models.Model):
    """One learner on one programme. Kept for ever: a withdrawal is a date, not a deletion."""

    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="enrolments")
    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="enrolments")
    via = models.CharField(max_length=12, choices=Via)
    enrolled_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    last_unit = models.ForeignKey(
        UnitPage, on_delete=models.PROTECT, null=True, related_name="+"
    )  # where they left off
    last_read_at = models.DateTimeField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "programme"],
                condition=Q(withdrawn_at=None),
                name="enrolment_one_open_per_programme",
                violation_error_message=_("You are already on this programme."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__isnull=False, withdrawn_at__gte=F("enrolled_at")),
                name="enrolment_withdrawn_after_enrolled",
            ),
            models.CheckConstraint(
                condition=Q(last_unit=None, last_read_at=None) | Q(last_unit__isnull=False, last_read_at__isnull=False),
                name="enrolment_last_unit_and_when_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Enrolment {self.pk}: learner {self.learner_id}, programme {self.programme_id}"


def new_token() -> str:
    """A word of 192 random bits for a link in a mail."""
    return secrets.token_urlsafe(24)


class Invitation(models.Model):
    """A place on a programme for whoever holds the link and the address it was sent to. Taken once."""

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    token = models.CharField(max_length=40, unique=True, default=new_token)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, null=True, related_name="invitation")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, enrolment=None) | Q(accepted_at__isnull=False, enrolment__isnull=False),
                name="invitation_accepted_with_its_enrolment",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires_after_sent"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk} to programme {self.programme_id}"

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and at < self.expires_at


class Invoice(models.Model):
    """A fee asked of a learner. Its words and amount are frozen; it is confirmed or cancelled once, never deleted."""

    number = models.PositiveIntegerField(unique=True)  # 1, 2, 3 … without gaps
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invoices")
    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="invoices")
    description = models.CharField(max_length=200)
    amount_minor = models.PositiveIntegerField()  # pence or cents of `currency`
    currency = models.CharField(max_length=3)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, null=True, related_name="invoice")
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "programme"],
                condition=Q(confirmed_at=None, cancelled_at=None),
                name="invoice_one_waiting_per_programme",
                violation_error_message=_("There is an invoice for this programme already."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, enrolment=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, enrolment__isnull=False),
                name="invoice_confirmed_at_by_and_enrolment_together",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(cancelled_at=None), name="invoice_not_both_confirmed_and_cancelled"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, number__gt=0), name="invoice_asks_for_something"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(confirmed_at__isnull=False, confirmed_at__gte=F("asked_at")),
                name="invoice_confirmed_after_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.number}"

    @property
    def reference(self) -> str:
        """How people name it on a bank transfer."""
        return f"INV-{self.number:05d}"


class UnitCompletion(models.Model):
    """One unit finished by one learner. Finished stays finished, whatever happens to the page."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    unit = models.ForeignKey(UnitPage, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=12, choices=CompletedBy)
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "unit"], name="unitcompletion_once")]

    def __str__(self) -> str:
        return f"UnitCompletion {self.pk}: enrolment {self.enrolment_id}, unit {self.unit_id}"


class UnitNote(models.Model):
    """What a learner wrote beside a unit. Theirs alone: sealed in the database, in no search, mail or admin page."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="notes")
    unit = models.ForeignKey(UnitPage, on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(blank=True, max_length=20_000)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "unit"], name="unitnote_one_beside_each_unit")]

    def __str__(self) -> str:
        return f"UnitNote {self.pk}: enrolment {self.enrolment_id}, unit {self.unit_id}"
