"""When does a live session take place, and who was there?"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from ..pages import LiveSessionPage
from .learning import Enrolment
from .prices import Intake

SHORTEST, LONGEST = 15, 12 * 60  # minutes


class LiveSession(models.Model):
    """One date of a live session, for one intake or for everybody on the programme. Cancelled, never deleted."""

    page = models.ForeignKey(
        LiveSessionPage, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("session")
    )
    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name=_("intake"),
        help_text=_("Leave it open for everybody on the programme."),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=90)
    place = models.CharField(
        _("where"), max_length=300, help_text=_("A room, or a link. Shown to those on the programme only.")
    )
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST),
                name="livesession_from_15_minutes_to_12_hours",
                violation_error_message=_("A session takes from 15 minutes to 12 hours."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="livesession_cancelled_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"LiveSession {self.pk} of unit {self.page_id}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class How(models.TextChoices):
    """How a learner comes to have taken part."""

    PRESENT = "PRESENT", _("Was there")
    MADE_UP = "MADE_UP", _("Made up for it")


class Attendance(models.Model):
    """That one learner took part in one session, or made up for it. A mistake is a date, not a deletion."""

    session = models.ForeignKey(LiveSession, on_delete=models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    how = models.CharField(max_length=8, choices=How)
    made_up_by = SealedTextField(blank=True)  # what was done instead, in the registrar's words
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"], condition=Q(taken_back_at=None), name="attendance_once_a_session"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False, taken_back_at__gte=F("noted_at")),
                name="attendance_taken_back_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Attendance {self.pk}: session {self.session_id}, enrolment {self.enrolment_id}"
