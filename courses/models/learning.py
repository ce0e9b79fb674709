"""Who is on which programme, how did they come onto it, and how far are they?"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from ..pages import CompletedBy, ProgrammePage, UnitPage


class Via(models.TextChoices):
    """How an enrolment came about."""

    FREE = "FREE", _("Free of charge")
    INVITATION = "INVITATION", _("By invitation")
    ORDER = "ORDER", _("Bought")
    SEAT = "SEAT", _("On a place that an organisation bought")


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
    paused_at = models.DateTimeField(null=True, blank=True)  # every grant is held: they are on it, and may not read
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


class Held(models.TextChoices):
    """Why a grant rests for a time."""

    UNPAID = "UNPAID", _("A payment is overdue")
    DISPUTE = "DISPUTE", _("A bank disputes the payment")


class Ended(models.TextChoices):
    """Why a grant is over."""

    REFUNDED = "REFUNDED", _("What was paid was given back")
    DISPUTE_LOST = "DISPUTE_LOST", _("A bank took the payment back")
    WITHDRAWN = "WITHDRAWN", _("They left the programme")


class Grant(models.Model):
    """One reason for which a learner is on a programme: it is free, they were invited, they or somebody else paid.

    They are on it while one grant lasts, and may read while one of those is not held. Ended, never deleted.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="grants")
    via = models.CharField(max_length=12, choices=Via)
    order = models.ForeignKey("courses.Order", on_delete=models.PROTECT, null=True, related_name="grants")
    seat = models.ForeignKey("courses.Seat", on_delete=models.PROTECT, null=True, related_name="grants")
    given_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    held_because = models.CharField(max_length=12, choices=Held, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=12, choices=Ended, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(via=Via.SEAT, order__isnull=False, seat__isnull=False))
                | Q(via=Via.ORDER, order__isnull=False, seat=None)
                | Q(via__in=[Via.FREE, Via.INVITATION], order=None, seat=None),
                name="grant_names_what_it_comes_from",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(ended_at=None, via=Via.ORDER), name="grant_one_an_order"
            ),
            models.UniqueConstraint(
                fields=["seat"], condition=Q(ended_at=None, seat__isnull=False), name="grant_one_a_seat"
            ),
            models.CheckConstraint(
                condition=Q(held_at=None, held_because="") | (Q(held_at__isnull=False) & ~Q(held_because="")),
                name="grant_held_at_and_why_together",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_because="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("given_at")) & ~Q(ended_because="")),
                name="grant_ended_at_and_why_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Grant {self.pk}: enrolment {self.enrolment_id}, {self.via}"


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
