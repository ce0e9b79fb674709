"""What was worked, with whom, on which code, and how does it stand between learner and mentor?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField
from courses.models import Enrolment

from .mentors import Mentor, Mentorship
from .words import Medium, Region, ShiftRole, Union


class Production(models.Model):
    """A production, as its learner names it: a code. The title, if kept at all, is sealed."""

    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="productions")
    code = models.CharField(_("production code"), max_length=12)
    title = SealedTextField(_("title"), blank=True, max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "code"], name="production_code_once_a_learner")]

    def __str__(self) -> str:
        return self.code


class ShiftState(models.TextChoices):
    """Read off a shift's dates; never stored."""

    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("With your mentor")
    RETURNED = "returned", _("Needs an answer")
    PROPOSED = "proposed", _("Other hours proposed")
    SIGNED = "signed", _("Signed")
    BROKEN = "broken", _("Seal broken")
    DECLINED = "declined", _("Declined")
    DISPUTED = "disputed", _("With the registrar")
    SUPERSEDED = "superseded", _("Replaced by an amendment")
    VOIDED = "voided", _("Void")


class SealedBy(models.TextChoices):
    """Whose signature the seal is."""

    MENTOR = "MENTOR", _("Mentor")  # signed in
    OUTSIDE = "OUTSIDE", _("Outside coordinator")  # by a link that works once
    REGISTRAR = "REGISTRAR", _("Registrar")  # on other evidence, after a dispute


class DeclineReason(models.TextChoices):
    """Why a mentor does not sign, in a word; more is said in a message."""

    NOT_THERE = "NOT_THERE", _("I was not there that day")
    NOT_SO = "NOT_SO", _("It was not as it is written")
    NOT_SHADOWING = "NOT_SHADOWING", _("It was not shadowing")
    OTHER = "OTHER", _("Something else")


class VoidReason(models.TextChoices):
    MISTAKE = "MISTAKE", _("Recorded by mistake")
    TWICE = "TWICE", _("Recorded twice")
    UNTRUE = "UNTRUE", _("It was not as recorded")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn by the learner")


class ShiftQuerySet(models.QuerySet["Shift"]):
    def whole(self) -> ShiftQuerySet:
        """With what a card or a row shows: one query."""
        return self.select_related("production", "mentorship__mentor__person", "learner", "signed_by")

    def standing(self) -> ShiftQuerySet:
        """Those that are neither void nor replaced by an amendment."""
        return self.filter(voided_at=None, superseded_at=None)

    def waiting(self) -> ShiftQuerySet:
        """Those that a mentor has to answer."""
        return self.filter(
            submitted_at__isnull=False,
            returned_at=None,
            proposed_at=None,
            declined_at=None,
            disputed_at=None,
            signed_at=None,
            voided_at=None,
        )

    def signed(self) -> ShiftQuerySet:
        """Those with a signature that stands."""
        return self.standing().filter(signed_at__isnull=False)


class Shift(models.Model):
    """One version of one working day or part of it, on one production, with one mentor. No row is ever deleted.

    Once signed it is sealed, and an amendment is another row of the same `record` with the next `version`; the first
    stays readable and counts until the other one is signed. `scenes` maps a Scene to how many; `duties`, `phases` and
    `competencies` list members; `rubric` maps a Competency to a Level. There is no field for a performer, and there
    never will be one. The state is read off the dates.
    """

    record = models.UUIDField(default=uuid.uuid4, editable=False)  # the same for all versions of one shift
    version = models.PositiveSmallIntegerField(default=1)
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shifts")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="shifts")
    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="shifts")
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="shifts")
    medium = models.CharField(max_length=12, choices=Medium)
    region = models.CharField(max_length=16, choices=Region)
    union = models.CharField(max_length=12, choices=Union)
    time_zone = models.CharField(max_length=64)
    worked_on = models.DateField()  # the local date of the call, in `time_zone`
    call_at = models.DateTimeField()
    wrap_at = models.DateTimeField()
    break_minutes = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=8, choices=ShiftRole)
    phases = models.JSONField(default=list)
    scenes = models.JSONField(default=dict)
    duties = models.JSONField(default=list)
    competencies = models.JSONField(default=list)  # codes of `assessments.competencies`
    learning_note = SealedTextField(blank=True, max_length=2_000)  # shared with the mentor; not under the seal

    device_key = models.CharField(max_length=40, blank=True)  # made on a device that was offline, so that it comes once
    logged_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)  # sent back with a question, and not answered yet
    proposed_at = models.DateTimeField(null=True)  # the mentor proposed other hours, and the learner has not answered
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=14, choices=DeclineReason, blank=True)
    disputed_at = models.DateTimeField(null=True)  # with the registrar, and not decided
    reminded_at = models.DateTimeField(null=True)  # the mentor was written to again
    escalated_at = models.DateTimeField(null=True)  # the registrar was told that nobody signs

    signed_at = models.DateTimeField(null=True)
    sealed_by = models.CharField(max_length=9, choices=SealedBy, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_as = models.ForeignKey(Mentor, on_delete=models.PROTECT, null=True, related_name="+")
    rubric = models.JSONField(default=dict)
    sealed = models.JSONField(null=True)  # exactly what the seal covers
    seal = models.CharField(max_length=64, blank=True)  # SHA-256 of `sealed`, hexadecimal
    assertion = models.JSONField(null=True)  # a passkey's signature over the seal; see `assessments.passkeys`

    superseded_at = models.DateTimeField(null=True)  # a later version was signed
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField(max_length=9, choices=VoidReason, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["learner", "worked_on"], name="shift_by_learner_and_day"),
            models.Index(fields=["mentorship", "submitted_at"], name="shift_by_mentorship_and_age"),
            models.Index(
                fields=["submitted_at"],
                condition=Q(submitted_at__isnull=False, signed_at=None, voided_at=None),
                name="shift_unsigned_by_age",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="shift_each_version_once"),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(signed_at__isnull=False, superseded_at=None, voided_at=None),
                name="shift_one_live_signature",
            ),
            models.UniqueConstraint(
                fields=["record"], condition=Q(signed_at=None, voided_at=None), name="shift_one_open_version"
            ),
            models.UniqueConstraint(
                fields=["learner", "device_key"], condition=~Q(device_key=""), name="shift_once_from_a_device"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="shift_versions_begin_at_one"),
            models.CheckConstraint(
                condition=Q(wrap_at__gt=F("call_at")),
                name="shift_wraps_after_its_call",
                violation_error_message=_("The wrap is before the call. Was it after midnight?"),
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None)
                | Q(returned_at__isnull=False, submitted_at__isnull=False, signed_at=None, proposed_at=None),
                name="shift_returned_only_while_with_the_mentor",
            ),
            models.CheckConstraint(
                condition=Q(proposed_at=None) | Q(proposed_at__isnull=False, submitted_at__isnull=False, signed_at=None),
                name="shift_hours_proposed_only_while_with_the_mentor",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, decline_reason="")
                | (
                    Q(declined_at__isnull=False, submitted_at__isnull=False, returned_at=None, proposed_at=None)
                    & ~Q(decline_reason="")
                ),
                name="shift_declined_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(disputed_at=None) | Q(disputed_at__isnull=False, submitted_at__isnull=False, signed_at=None),
                name="shift_disputed_only_while_unsigned",
            ),
            models.CheckConstraint(
                condition=Q(
                    signed_at=None, sealed_by="", signed_by=None, signed_as=None, seal="", sealed__isnull=True,
                    assertion__isnull=True, superseded_at=None,
                )
                | (
                    Q(
                        signed_at__isnull=False,
                        sealed__isnull=False,
                        submitted_at__isnull=False,
                        signed_at__gte=F("submitted_at"),
                        seal__length=64,
                    )
                    & (
                        Q(sealed_by=SealedBy.MENTOR, signed_by__isnull=False, signed_as__isnull=False)
                        | Q(sealed_by=SealedBy.OUTSIDE, signed_by=None, signed_as__isnull=False)
                        | Q(sealed_by=SealedBy.REGISTRAR, signed_by__isnull=False, signed_as=None)
                    )
                ),
                name="shift_signature_with_who_when_and_seal",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | (Q(signed_by__isnull=False) & ~Q(signed_by=F("learner"))),
                name="shift_never_signed_by_its_learner",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(submitted_at__isnull=False, submitted_at__gte=F("wrap_at")),
                name="shift_submitted_after_it_was_worked",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None)
                | Q(superseded_at__isnull=False, signed_at__isnull=False, superseded_at__gte=F("signed_at")),
                name="shift_superseded_after_it_was_signed",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                name="shift_voided_with_who_when_and_why",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Shift {self.pk}: learner {self.learner_id}, {self.worked_on}"

    @property
    def minutes(self) -> int:
        """Call to wrap less breaks, in whole minutes."""
        return int((self.wrap_at - self.call_at).total_seconds()) // 60 - self.break_minutes

    @property
    def state(self) -> ShiftState:
        """How it stands. Needs `production` loaded for a signed one, whose seal is asked."""
        from ..sealing import seal_holds

        if self.voided_at:
            return ShiftState.VOIDED
        if self.signed_at:
            if not seal_holds(self):
                return ShiftState.BROKEN
            return ShiftState.SUPERSEDED if self.superseded_at else ShiftState.SIGNED
        for at, state in (
            (self.disputed_at, ShiftState.DISPUTED),
            (self.declined_at, ShiftState.DECLINED),
            (self.proposed_at, ShiftState.PROPOSED),
            (self.returned_at, ShiftState.RETURNED),
            (self.submitted_at, ShiftState.WAITING),
        ):
            if at:
                return state
        return ShiftState.DRAFT


class ShiftMessage(models.Model):
    """A question, an answer or a word between learner and mentor about a shift. Both read it, nobody else.

    An outside coordinator has no account: then `author` is null, and the shift's mentor wrote it.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()
    text = SealedTextField(max_length=2_000)

    def __str__(self) -> str:
        return f"ShiftMessage {self.pk} of shift {self.shift_id}"


class JournalEntry(models.Model):
    """What a learner writes about a day for themselves. Sealed in its column; no page shows it to anybody else, registrars
    included, and it is no part of the seal, the evidence or anybody's export but the learner's own."""

    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="journal")
    record = models.UUIDField()  # of the shift, whatever its version
    text = SealedTextField(max_length=20_000)
    written_at = models.DateTimeField()

    wagtail_reference_index_ignore = True  # nothing an editor sees is to say that it is there

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "record"], name="journalentry_one_a_shift")]

    def __str__(self) -> str:
        return f"JournalEntry {self.pk}"


class HoursProposal(models.Model):
    """Other hours that a mentor would sign. Answered once: accepted, disputed, or overtaken by a change of the learner's."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="proposals")
    proposed_at = models.DateTimeField()
    call_at = models.DateTimeField()
    wrap_at = models.DateTimeField()
    break_minutes = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # accepted, disputed or overtaken

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(closed_at=None), name="hoursproposal_one_open_a_shift"
            ),
            models.CheckConstraint(condition=Q(wrap_at__gt=F("call_at")), name="hoursproposal_wraps_after_its_call"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(accepted_at__isnull=False, closed_at__isnull=False),
                name="hoursproposal_accepted_and_closed_together",
            ),
        ]

    def __str__(self) -> str:
        return f"HoursProposal {self.pk}: shift {self.shift_id}"


class Outcome(models.TextChoices):
    """What a registrar decides about a dispute."""

    COUNTS = "COUNTS", _("It counts: the evidence stands in for the mentor’s signature")
    DOES_NOT = "DOES_NOT", _("It does not count")


class ShiftDispute(models.Model):
    """A shift that the learner took to the registrar, with both accounts and other evidence. Decided once.

    `call_sheet` is the SHA-256 of a file that stays on the learner's device, so that the registrar can compare the file
    without its being kept here. `letter` is the production's or somebody's letter, sealed as a whole.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="disputes")
    opened_at = models.DateTimeField()
    account = SealedTextField(_("what happened"), max_length=4_000)  # the learner's
    mentor_account = SealedTextField(_("what happened"), blank=True, max_length=4_000)
    mentor_answered_at = models.DateTimeField(null=True)
    call_sheet = models.CharField(_("digest of a call sheet"), max_length=64, blank=True)
    letter = SealedTextField(blank=True)  # base 64 of the file
    letter_type = models.CharField(max_length=40, blank=True)
    letter_digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file, hexadecimal
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    reason = SealedTextField(_("reason"), blank=True, max_length=2_000)  # for both

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(decided_at=None), name="shiftdispute_one_open_a_shift"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, outcome="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome="")),
                name="shiftdispute_decided_at_by_and_how_together",
            ),
            models.CheckConstraint(
                condition=Q(letter_digest="", letter_type="") | (Q(letter_digest__length=64) & ~Q(letter_type="")),
                name="shiftdispute_letter_with_its_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"ShiftDispute {self.pk}: shift {self.shift_id}"


class SignLink(models.Model):
    """A link by which an outside coordinator signs one shift, once, on any phone. Only its digest is kept."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="links")
    mentor = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="links")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # signed, asked, declined with it
    ended_at = models.DateTimeField(null=True)  # taken back, or overtaken by a newer link

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(used_at=None, ended_at=None), name="signlink_one_open_a_shift"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="signlink_lasts_a_while"),
        ]

    def __str__(self) -> str:
        return f"SignLink {self.pk}: shift {self.shift_id}"
