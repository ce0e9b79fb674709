"""What was shown? Sittings of quizzes, mentored days on set, and agreements signed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField
from courses.models import Enrolment

from .pages import QuizPage
from .questions import Bank, Choice, Difficulty, Kind, Question

__all__ = [
    "Agreement",
    "AgreementSignature",
    "Attempt",
    "AttemptQuestion",
    "Bank",
    "Choice",
    "Difficulty",
    "Kind",
    "Mentor",
    "Mentorship",
    "Production",
    "Question",
    "QuizPage",
    "Shift",
    "ShiftMessage",
]


# Quizzes ---------------------------------------------------------------------------------------------------


class Attempt(models.Model):
    """One sitting of a quiz. Keeps the terms it was begun under; once handed in, nothing in it moves."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(QuizPage, on_delete=models.PROTECT, related_name="attempts")
    quiz_title = models.CharField(max_length=255)
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 … of this learner at this quiz
    pass_mark = models.PositiveSmallIntegerField()  # per cent, as it stood at the start
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # per cent of marks, rounded down
    passed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "quiz", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["enrolment", "quiz"], condition=Q(submitted_at=None), name="attempt_one_open_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, score=None, passed=None)
                | Q(
                    submitted_at__isnull=False,
                    submitted_at__gte=F("started_at"),
                    score__isnull=False,
                    score__gte=0,
                    score__lte=100,
                    passed__isnull=False,
                ),
                name="attempt_handed_in_with_its_score",
            ),
            models.CheckConstraint(
                condition=Q(passed=None)
                | Q(passed=True, score__isnull=False, score__gte=F("pass_mark"))
                | Q(passed=False, score__isnull=False, score__lt=F("pass_mark")),
                name="attempt_passed_as_its_score_says",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="attempt_numbers_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.pk}: enrolment {self.enrolment_id}, quiz {self.quiz_id}"


class AttemptQuestion(models.Model):
    """One question of a sitting, with the words and the key it was asked with, and what was answered."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="questions")
    position = models.PositiveSmallIntegerField()  # 1, 2, 3 … as shown
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    question_version = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    stem = models.TextField()
    options = models.JSONField(default=list)  # texts, in the order shown
    key = models.JSONField()  # what is right: positions, a truth, or number and tolerance
    explanation = models.TextField()
    unit = models.CharField(max_length=20, blank=True)
    response = models.JSONField(null=True)  # positions, a truth, or a number as text; null until answered
    is_flagged = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)  # of the last save taken; an older one arriving late is dropped
    saved_at = models.DateTimeField(null=True)
    marks = models.DecimalField(max_digits=4, decimal_places=3, null=True)  # 0 to 1

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="attemptquestion_one_at_each_place"),
            models.UniqueConstraint(fields=["attempt", "question"], name="attemptquestion_asked_once"),
            models.CheckConstraint(
                condition=Q(marks=None) | Q(marks__isnull=False, marks__gte=0, marks__lte=1),
                name="attemptquestion_marks_from_nought_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"AttemptQuestion {self.attempt_id}/{self.position}"


# Mentors ---------------------------------------------------------------------------------------------------


class Mentor(models.Model):
    """A working coordinator who may sign shifts: approved, with a credential that has not run out."""

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="mentor")
    credential_number = models.CharField(_("credential number"), max_length=60)
    credential_expires_on = models.DateField(_("credential runs out on"))
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    suspended_at = models.DateTimeField(null=True, blank=True)
    takes_mentees = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(approved_by=F("person")), name="mentor_not_approved_by_themselves"),
            models.CheckConstraint(condition=~Q(credential_number=""), name="mentor_has_a_credential_number"),
        ]

    def __str__(self) -> str:
        return f"Mentor {self.pk}: person {self.person_id}"


class Mentorship(models.Model):
    """A learner and a mentor who work together. Asked by the learner, begun or declined by the mentor, ended by either."""

    mentor = models.ForeignKey(Mentor, on_delete=models.PROTECT, related_name="mentorships")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="mentorships")
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mentorships")  # the enrolment's
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
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
        ]

    def __str__(self) -> str:
        return f"Mentorship {self.pk}: mentor {self.mentor_id}, enrolment {self.enrolment_id}"


# Shifts ----------------------------------------------------------------------------------------------------


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


class ShiftRole(models.TextChoices):
    """What the learner did that day (domain.md §4: shadow, assist, lead under mentorship, cover)."""

    OBSERVE = "OBSERVE", _("Observe")
    ASSIST = "ASSIST", _("Assist")
    LEAD = "LEAD", _("Lead, under mentorship")
    COVER = "COVER", _("Cover")  # worked as the coordinator that day, and was paid as one


class Medium(models.TextChoices):
    FEATURE = "FEATURE", _("Feature film")
    SERIES = "SERIES", _("Series")
    SHORT = "SHORT", _("Short film")
    COMMERCIAL = "COMMERCIAL", _("Commercial or music video")
    THEATRE = "THEATRE", _("Theatre")
    STUDENT = "STUDENT", _("Student production")


class Phase(models.TextChoices):
    PREP = "PREP", _("Preparation")
    REHEARSAL = "REHEARSAL", _("Rehearsal")
    SHOOT = "SHOOT", _("Shoot")
    POST = "POST", _("Edit or sound")
    CLOSURE = "CLOSURE", _("Closure")


class Scene(models.TextChoices):
    """Scene types as controlled tags, counted and never described (domain.md §4d)."""

    KISS = "KISS", _("Kiss")
    PARTIAL_NUDITY = "PARTIAL_NUDITY", _("Partial nudity")
    NUDITY = "NUDITY", _("Full nudity")
    SIMULATED_SEX = "SIMULATED_SEX", _("Simulated sex")
    SEXUAL_VIOLENCE = "SEXUAL_VIOLENCE", _("Sexual violence, simulated")
    EXPOSED = "EXPOSED", _("Exposed, not sexual (birth, medical)")
    FAMILY = "FAMILY", _("Familial touch with a minor")
    NO_CONTACT = "NO_CONTACT", _("Intimacy without contact")


class Duty(models.TextChoices):
    BREAKDOWN = "BREAKDOWN", _("Script breakdown")
    CHECK_INS = "CHECK_INS", _("One-to-one check-ins")
    RIDERS = "RIDERS", _("Rider check")
    GARMENTS = "GARMENTS", _("Garments")
    BRIEFING = "BRIEFING", _("Closed-set briefing")
    MONITOR = "MONITOR", _("Monitor control")
    CHOREOGRAPHY = "CHOREOGRAPHY", _("Choreography")
    CLOSURE = "CLOSURE", _("Stepping out")
    REPORT = "REPORT", _("Daily report")


class Competency(models.TextChoices):
    TALKS = "TALKS", _("Talks with performers")
    CLOSED_SET = "CLOSED_SET", _("Running the closed set")
    DIRECTOR = "DIRECTOR", _("Working with the director")


class Level(models.TextChoices):
    """The rubric, in words."""

    OBSERVED = "OBSERVED", _("Observed")
    ASSISTED = "ASSISTED", _("Assisted")
    LED = "LED", _("Led with support")
    INDEPENDENT = "INDEPENDENT", _("Independent")


class ShiftState(models.TextChoices):
    """Read off a shift's dates; never stored."""

    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("With your mentor")
    RETURNED = "returned", _("Needs an answer")
    SIGNED = "signed", _("Signed")
    BROKEN = "broken", _("Seal broken")


class ShiftQuerySet(models.QuerySet["Shift"]):
    def whole(self) -> ShiftQuerySet:
        """With what a card or a row shows: one query."""
        return self.select_related("production", "mentorship__mentor__person", "learner", "signed_by")

    def waiting(self) -> ShiftQuerySet:
        return self.filter(submitted_at__isnull=False, returned_at=None, signed_at=None)

    def signed(self) -> ShiftQuerySet:
        return self.filter(signed_at__isnull=False)


class Shift(models.Model):
    """One working day or part of it, on one production, with one mentor. Signed shifts are sealed; no row is ever deleted.

    `scenes` maps a Scene to how many; `duties` and `phases` list members; `rubric` maps a Competency to a Level. There is
    no field for a performer, and there never will be one.
    """

    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shifts")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="shifts")
    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="shifts")
    production = models.ForeignKey(Production, on_delete=models.PROTECT, related_name="shifts")
    medium = models.CharField(max_length=12, choices=Medium)
    time_zone = models.CharField(max_length=64)
    worked_on = models.DateField()  # the local date of the call, in `time_zone`
    call_at = models.DateTimeField()
    wrap_at = models.DateTimeField()
    break_minutes = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=8, choices=ShiftRole)
    phases = models.JSONField(default=list)
    scenes = models.JSONField(default=dict)
    duties = models.JSONField(default=list)
    learning_note = models.TextField(blank=True, max_length=2_000)  # shared with the mentor

    logged_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)  # sent back with a question, and not answered yet
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    rubric = models.JSONField(default=dict)
    sealed = models.JSONField(null=True)  # exactly what the seal covers
    seal = models.CharField(max_length=64, blank=True)  # SHA-256 of `sealed`, hexadecimal

    objects = ShiftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["learner", "worked_on"], name="shift_by_learner_and_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(wrap_at__gt=F("call_at")),
                name="shift_wraps_after_its_call",
                violation_error_message=_("The wrap is before the call. Was it after midnight?"),
            ),
            models.UniqueConstraint(fields=["learner", "call_at"], name="shift_one_call_at_a_time"),
            models.CheckConstraint(
                condition=Q(returned_at=None)
                | Q(returned_at__isnull=False, submitted_at__isnull=False, signed_at=None),
                name="shift_returned_only_while_with_the_mentor",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, seal="", sealed__isnull=True)
                | (
                    Q(
                        signed_at__isnull=False,
                        signed_by__isnull=False,
                        sealed__isnull=False,
                        submitted_at__isnull=False,
                        signed_at__gte=F("submitted_at"),
                    )
                    & ~Q(seal="")
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
        ]

    def __str__(self) -> str:
        return f"Shift {self.pk}: learner {self.learner_id}, {self.worked_on}"

    @property
    def minutes(self) -> int:
        """Call to wrap less breaks, in whole minutes."""
        return int((self.wrap_at - self.call_at).total_seconds()) // 60 - self.break_minutes

    @property
    def state(self) -> ShiftState:
        from .sealing import seal_holds

        if self.signed_at:
            return ShiftState.SIGNED if seal_holds(self) else ShiftState.BROKEN
        if self.returned_at:
            return ShiftState.RETURNED
        return ShiftState.WAITING if self.submitted_at else ShiftState.DRAFT


class ShiftMessage(models.Model):
    """A question, an answer or a word between learner and mentor about a shift. Both read it, nobody else."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    text = SealedTextField(max_length=2_000)

    def __str__(self) -> str:
        return f"ShiftMessage {self.pk} of shift {self.shift_id}"


# Agreements ------------------------------------------------------------------------------------------------


class Agreement(models.Model):
    """One version of a text that people sign, such as the ethics code. Never edited once published; a change is a version."""

    slug = models.SlugField()
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()  # plain, paragraphs parted by an empty line
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="agreement_each_version_once")]

    def __str__(self) -> str:
        return f"Agreement {self.slug} {self.version}"


class AgreementSignature(models.Model):
    """One person's signature under one version, with the digest of the words it covers."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="agreement_signatures")
    signed_at = models.DateTimeField()
    text_digest = models.CharField(max_length=64)  # SHA-256, hexadecimal

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "person"],
                name="agreementsignature_once_a_version",
                violation_error_message=_("You have signed this version already."),
            )
        ]

    def __str__(self) -> str:
        return f"AgreementSignature {self.pk}: agreement {self.agreement_id}, person {self.person_id}"
