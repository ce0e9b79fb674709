"""Which certificates are in question, who was heard, what was decided, and who asked a second pair of eyes?"""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .certificates import Certificate
from .complaints import Complaint
from .decisions import Decision, DecisionKind, Flag
from .statuses import RevocationReason

LONGEST_TEXT = 4_000  # characters, of each text in a case


class CaseOrigin(models.TextChoices):
    """How a case came about."""

    HAND = "HAND", _("Opened by a registrar")
    FLAG = "FLAG", _("From a flag")
    COMPLAINT = "COMPLAINT", _("Passed on by the ombud")


class Outcome(models.TextChoices):
    """How a case is decided. Each is a Decision of the same kind."""

    NO_ACTION = DecisionKind.NO_ACTION.value, _("No action: the certificate stays as it is")
    HOLD = DecisionKind.HOLD.value, _("Suspended until a day")
    REVOKE = DecisionKind.REVOKE.value, _("Revoked")
    CORRECT = DecisionKind.CORRECT.value, _("To be corrected")


class Case(models.Model):
    """A question about one certificate, from its opening to the appeal. Its state is read off the dates; none is deleted.

    Who did what, when and why is in its Decisions. The public reads nothing of a case.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="cases")
    origin = models.CharField(max_length=9, choices=CaseOrigin)
    flag = models.CharField(max_length=9, choices=Flag, blank=True)
    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, null=True, related_name="case")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    concern = SealedTextField(max_length=LONGEST_TEXT)  # what it is about, for the file

    notice = SealedTextField(blank=True, max_length=LONGEST_TEXT)  # to the holder
    noticed_at = models.DateTimeField(null=True)
    respond_by = models.DateField(null=True)  # the last day, where the holder lives
    response = SealedTextField(blank=True, max_length=LONGEST_TEXT)
    responded_at = models.DateTimeField(null=True)

    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    decided_at = models.DateTimeField(null=True)
    suspended_until = models.DateField(null=True)  # the first day on which it stands again
    lifted_at = models.DateTimeField(null=True)  # the suspension ended, by its day or by an appeal
    appeal_by = models.DateField(null=True)  # the last day

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(origin=CaseOrigin.FLAG) & ~Q(flag="") | ~Q(origin=CaseOrigin.FLAG) & Q(flag=""),
                name="case_from_a_flag_names_it",
            ),
            models.CheckConstraint(
                condition=Q(origin=CaseOrigin.COMPLAINT, complaint__isnull=False)
                | ~Q(origin=CaseOrigin.COMPLAINT) & Q(complaint=None),
                name="case_from_a_complaint_knows_it",
            ),
            models.CheckConstraint(
                condition=Q(noticed_at=None, respond_by=None)
                | Q(noticed_at__isnull=False, respond_by__isnull=False, noticed_at__gte=F("opened_at")),
                name="case_noticed_with_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(responded_at=None)
                | Q(responded_at__isnull=False, noticed_at__isnull=False, responded_at__gte=F("noticed_at")),
                name="case_answered_only_once_noticed",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, outcome="", suspended_until=None, appeal_by=None)
                | Q(decided_at__isnull=False, decided_at__gte=F("opened_at")) & ~Q(outcome=""),
                name="case_decided_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.HOLD, suspended_until__isnull=False)
                | ~Q(outcome=Outcome.HOLD) & Q(suspended_until=None, lifted_at=None),
                name="case_suspended_until_some_day",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", Outcome.NO_ACTION], appeal_by=None)
                | ~Q(outcome__in=["", Outcome.NO_ACTION]) & Q(appeal_by__isnull=False),
                name="case_can_be_appealed_where_something_was_done",
            ),
        ]

    def __str__(self) -> str:
        return f"Case {self.pk}: certificate {self.certificate_id}"


class RevocationProposal(models.Model):
    """One registrar proposes to revoke; another confirms or does not. Answered once; whoever made it may take it back.

    The reasons are on the Decision that made it, and on the one that answered.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="revocation_proposals")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    reason = models.CharField(max_length=10, choices=RevocationReason)  # the public wording
    proposed = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed = models.BooleanField(null=True)  # null: waits

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(confirmed=None), name="revocationproposal_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(confirmed=None, answered=None, answered_by=None)
                | Q(confirmed__isnull=False, answered__isnull=False, answered_by__isnull=False),
                name="revocationproposal_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed=None)
                | Q(confirmed=False)
                | Q(confirmed=True, answered_by__isnull=False) & ~Q(answered_by=F("proposed_by")),
                name="revocationproposal_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(reason=RevocationReason.REQUEST), name="revocationproposal_not_for_the_holders_own_wish"
            ),
        ]

    def __str__(self) -> str:
        return f"RevocationProposal {self.pk}: certificate {self.certificate_id}"


class GiveUpWish(models.Model):
    """The holder says that they no longer want a certificate. A registrar revokes it then; until that they may take it back."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="wishes")
    said_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # taken back, or done
    done = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "wishes to give up"
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(ended_at=None), name="giveupwish_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, done=False) | Q(ended_at__isnull=False, ended_at__gte=F("said_at")),
                name="giveupwish_done_once_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"GiveUpWish {self.pk}: certificate {self.certificate_id}"


class Appeal(models.Model):
    """The holder asks somebody who took no part to look again. Decided once, by the independent contact named here."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="appeal")
    words = SealedTextField(max_length=LONGEST_TEXT)
    lodged_at = models.DateTimeField()
    contact = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="appeals_to_decide")
    named_at = models.DateTimeField(null=True)
    upheld = models.BooleanField(null=True)  # whether the decision stands; null: not decided yet
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="appeal")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contact=None, named_at=None) | Q(contact__isnull=False, named_at__isnull=False),
                name="appeal_contact_and_when_together",
            ),
            models.CheckConstraint(
                condition=Q(upheld=None, decision=None)
                | Q(upheld__isnull=False, decision__isnull=False, contact__isnull=False),
                name="appeal_decided_by_its_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal {self.pk}: case {self.case_id}"


@register_setting(icon="clipboard-list")
class CaseSettings(BaseGenericSetting):
    """How long a holder has, and who looks at appeals: one row, with defaults that are examples, not anybody's rules."""

    respond_days = models.PositiveSmallIntegerField(
        _("days to answer a notice (example)"), default=14, validators=[MinValueValidator(1)]
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("days to appeal (example)"), default=30, validators=[MinValueValidator(1)]
    )
    contact_email = models.EmailField(
        _("independent contact"),
        blank=True,
        help_text=_(
            "The address of an account here. They look at appeals. Where they took part in a case, or nobody is named "
            "here, a registrar names somebody else for it."
        ),
    )

    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("respond_days"), FieldPanel("appeal_days")], _("Time to answer")),
        FieldPanel("contact_email"),
    ]

    class Meta:
        verbose_name = _("cases and appeals")

    def __str__(self) -> str:
        return f"CaseSettings {self.pk}"

    def clean(self) -> None:
        super().clean()
        self.contact_email = self.contact_email.strip().lower()
        if self.contact_email and not User.objects.filter(email=self.contact_email, is_active=True).exists():
            raise ValidationError({"contact_email": _("Nobody has an account under this address.")})
