"""Who may sign, who asked to, and on what terms do a learner and a mentor work together?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField
from courses.models import Enrolment, new_token

from .agreements import Agreement

if TYPE_CHECKING:
    from datetime import date


class Mentor(models.Model):
    """A working coordinator who may sign shifts: approved by a registrar, with a credential that has not run out.

    One with an account, or an outside coordinator, who has a name and an address here and signs by a link. Kept for
    ever: what they signed names them.
    """

    person = models.OneToOneField(User, on_delete=models.PROTECT, null=True, blank=True, related_name="mentor")
    outside_name = models.CharField(_("name"), max_length=80, blank=True)
    outside_email = models.EmailField(_("e-mail address"), blank=True)
    credential_number = models.CharField(_("credential number"), max_length=60)
    credential_expires_on = models.DateField(_("credential runs out on"))
    regions = models.JSONField(_("regions"), default=list)  # of Region, in its order
    capacity = models.PositiveSmallIntegerField(_("mentees at a time"), default=4, validators=[MinValueValidator(1)])
    conflicts = models.TextField(_("conflicts of interest"), blank=True, max_length=2_000)  # read by who asks them
    shows_name = models.BooleanField(_("name may be shown"), default=False)  # to employers, in evidence packs
    takes_mentees = models.BooleanField(default=True)
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    suspended_at = models.DateTimeField(null=True, blank=True)
    stops_on = models.DateField(null=True, blank=True)  # the last day on which they sign, announced before
    stop_said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, outside_name="", outside_email="")
                | (Q(person=None) & ~Q(outside_name="") & ~Q(outside_email="")),
                name="mentor_with_an_account_or_from_outside",
            ),
            models.CheckConstraint(
                condition=Q(person=None) | (Q(person__isnull=False) & ~Q(approved_by=F("person"))),
                name="mentor_not_approved_by_themselves",
            ),
            models.CheckConstraint(condition=~Q(credential_number=""), name="mentor_has_a_credential_number"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="mentor_has_room_for_somebody"),
            models.CheckConstraint(
                condition=Q(stops_on=None, stop_said_at=None) | Q(stops_on__isnull=False, stop_said_at__isnull=False),
                name="mentor_stop_and_when_it_was_said_together",
            ),
            models.UniqueConstraint(
                fields=["outside_email"],
                condition=Q(person=None),
                name="mentor_outside_once_an_address",
                violation_error_message=_("An outside coordinator with this address is known already."),
            ),
        ]

    def __str__(self) -> str:
        return f"Mentor {self.pk}: person {self.person_id}"

    @property
    def is_outside(self) -> bool:
        return self.person_id is None

    @property
    def name(self) -> str:
        """What they are called. Needs `person` loaded."""
        return self.person.display_name if self.person else self.outside_name

    @property
    def email(self) -> str:
        return self.person.email if self.person else self.outside_email

    @property
    def pronouns(self) -> str:
        return self.person.pronouns if self.person else ""

    @property
    def time_zone(self) -> str:
        return self.person.time_zone if self.person else "UTC"


class MentorApplication(models.Model):
    """Somebody who asks to become a mentor, or a learner who asks for an outside coordinator to be accepted.

    Answered once by a registrar. `person` applies for themselves; without one it is about who is named here.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="mentor_applications")
    outside_name = models.CharField(_("name"), max_length=80, blank=True)
    outside_email = models.EmailField(_("e-mail address"), blank=True)
    for_enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, null=True, related_name="+")  # of who asks
    credential_number = models.CharField(_("credential number"), max_length=60)
    credential_expires_on = models.DateField(_("credential runs out on"))
    regions = models.JSONField(_("regions"), default=list)
    capacity = models.PositiveSmallIntegerField(_("mentees at a time"), default=4, validators=[MinValueValidator(1)])
    conflicts = models.TextField(_("conflicts of interest"), blank=True, max_length=2_000)
    words = SealedTextField(_("about them"), blank=True, max_length=2_000)  # for the registrar
    applied_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = SealedTextField(_("reason"), blank=True, max_length=2_000)  # of a no, for who asked
    mentor = models.ForeignKey(Mentor, on_delete=models.PROTECT, null=True, related_name="applications")  # of a yes

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, for_enrolment=None, outside_name="", outside_email="")
                | (Q(person=None, for_enrolment__isnull=False) & ~Q(outside_name="") & ~Q(outside_email="")),
                name="mentorapplication_of_oneself_or_by_a_learner",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, mentor=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="mentorapplication_answered_at_and_by_together",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(answered_at=None), name="mentorapplication_one_waiting_a_person"
            ),
            models.UniqueConstraint(
                fields=["for_enrolment", "outside_email"],
                condition=Q(answered_at=None),
                name="mentorapplication_one_waiting_about_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"MentorApplication {self.pk}: person {self.person_id}"


class MentorInvitation(models.Model):
    """A registrar's word to somebody that they may apply as a mentor. Its link opens the form for that address."""

    email = models.EmailField()
    token = models.CharField(max_length=40, unique=True, default=new_token)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    application = models.OneToOneField(
        MentorApplication, on_delete=models.PROTECT, null=True, related_name="invitation"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="mentorinvitation_lasts_a_while")
        ]

    def __str__(self) -> str:
        return f"MentorInvitation {self.pk}"


class Mentorship(models.Model):
    """A learner and a mentor who work together. Asked by the learner, begun or declined by the mentor, ended by either.

    It has begun once both have signed the same terms; with an outside coordinator, once staff accepted them. One of the
    two may give the notice of their terms; then it ends after `ends_on`, and both can still hand in and sign until then.
    """

    mentor = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="mentorships")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="mentorships")
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mentorships")  # the enrolment's
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)  # its last day, once one of them gave notice
    notice_said_at = models.DateTimeField(null=True)
    notice_said_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mentor", "enrolment"],
                condition=Q(declined_at=None, ended_at=None),
                name="mentorship_one_open_for_a_pair",
                violation_error_message=_("You have asked this mentor already."),
            ),
            models.CheckConstraint(
                condition=Q(begun_at=None) | Q(declined_at=None), name="mentorship_not_both_begun_and_declined"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None)
                | Q(ended_at__isnull=False, begun_at__isnull=False, ended_at__gte=F("begun_at")),
                name="mentorship_ended_after_begun",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None, notice_said_at=None, notice_said_by=None)
                | Q(
                    ends_on__isnull=False,
                    notice_said_at__isnull=False,
                    notice_said_by__isnull=False,
                    begun_at__isnull=False,
                ),
                name="mentorship_notice_with_day_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Mentorship {self.pk}: mentor {self.mentor_id}, enrolment {self.enrolment_id}"


class Pay(models.TextChoices):
    """What the learner is paid for the days. Unpaid observing is common; paid cover is work (domain.md §4)."""

    UNPAID = "UNPAID", _("Unpaid")
    EXPENSES = "EXPENSES", _("Expenses only")
    PAID = "PAID", _("Paid by the production")


class CoverRule(models.TextChoices):
    """When the learner may stand in for the mentor."""

    NEVER = "NEVER", _("Never")
    AGREED = "AGREED", _("Only when both have agreed to it before the day")
    EMERGENCY = "EMERGENCY", _("Also in an emergency, with the mentor on the telephone")


class MentorshipTerms(models.Model):
    """One version of what a learner and a mentor agree on, and who signed it. Never edited: other terms are a version.

    They are the terms that hold once both have signed. `digest` covers the agreement's words and all terms.
    """

    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveSmallIntegerField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")  # the text around them
    scope = SealedTextField(_("what you will work on"), max_length=2_000)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    check_in_days = models.PositiveSmallIntegerField(_("days between check-ins"))
    pay = models.CharField(_("pay"), max_length=8, choices=Pay)
    counts = models.JSONField(_("what counts"), default=list)  # of ShiftRole: the roles whose days count
    cover = models.CharField(_("standing in"), max_length=9, choices=CoverRule)
    notice_days = models.PositiveSmallIntegerField(_("days of notice to end it"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)  # SHA-256, hexadecimal
    learner_signed_at = models.DateTimeField(null=True)
    mentor_signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "version"], name="mentorshipterms_each_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="mentorshipterms_numbered_from_one"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="mentorshipterms_end_after_they_begin",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(check_in_days__gte=1, check_in_days__lte=366), name="mentorshipterms_check_in_now_and_then"
            ),
        ]

    def __str__(self) -> str:
        return f"MentorshipTerms {self.pk}: mentorship {self.mentorship_id}, version {self.version}"

    @property
    def signed_by_both(self) -> bool:
        return self.learner_signed_at is not None and self.mentor_signed_at is not None

    def cover_day(self, on: date) -> bool:
        """Whether the day lies in their period."""
        return self.starts_on <= on <= self.ends_on


class CheckIn(models.Model):
    """A talk between learner and mentor that is due or was held, with a short record that both read."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="check_ins")
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)
    held_on = models.DateField(null=True)
    record = SealedTextField(_("in a few words"), blank=True, max_length=2_000)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mentorship", "due_on"], name="checkin_once_a_due_day"),
            models.CheckConstraint(
                condition=Q(held_on=None, recorded_by=None, recorded_at=None)
                | Q(held_on__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False),
                name="checkin_held_recorded_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"CheckIn {self.pk}: mentorship {self.mentorship_id}, {self.due_on}"
