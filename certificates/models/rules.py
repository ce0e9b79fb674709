"""How do rules come to be, who was moved to others, and what did a registrar allow? Published sets are in requirements.py."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from courses.models import Enrolment
from courses.pages import ProgrammePage

from .requirements import Requirement, RequirementKind, RequirementSet


class RequirementDraft(models.Model):
    """A version being written. Holds for nobody; when it is published its lines are copied, and it stays as it was then."""

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="requirement_drafts")
    based_on = models.ForeignKey(RequirementSet, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.CharField(_("version"), max_length=20)
    is_example = models.BooleanField(_("an example"), default=True)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_as = models.OneToOneField(RequirementSet, on_delete=models.PROTECT, null=True, related_name="draft")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(closed_at=None), name="requirementdraft_one_open_for_a_programme"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False, closed_at__gte=F("begun_at")),
                name="requirementdraft_closed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(published_as=None) | Q(closed_at__isnull=False),
                name="requirementdraft_closed_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"RequirementDraft {self.pk}: {self.version} of programme {self.programme_id}"


class DraftLine(models.Model):
    """One line of a draft, as its kind's class reads it: always readable, never in force."""

    draft = models.ForeignKey(RequirementDraft, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=RequirementKind)
    terms = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "position"], name="draftline_one_at_each_place")]

    def __str__(self) -> str:
        return f"DraftLine {self.pk}: {self.kind}"


class RulesMove(models.Model):
    """A learner was moved from one version to another. The newest says which one holds; without one, the day they joined."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="rules_moves")
    from_set = models.ForeignKey(RequirementSet, on_delete=models.PROTECT, related_name="moves_away")
    to_set = models.ForeignKey(RequirementSet, on_delete=models.PROTECT, related_name="moves_here")
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)  # the learner reads it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "moved_at"], name="rulesmove_one_at_a_time"),
            models.CheckConstraint(condition=~Q(from_set=F("to_set")), name="rulesmove_to_another_version"),
            models.CheckConstraint(condition=~Q(reason=""), name="rulesmove_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"RulesMove {self.pk}: enrolment {self.enrolment_id}, set {self.from_set_id} to {self.to_set_id}"


class AllowanceKind(models.TextChoices):
    """Why a requirement counts although the evidence does not meet it."""

    WAIVED = "WAIVED", _("Waived")  # not asked of this learner
    KEPT = "KEPT", _("Met under earlier rules")  # and counts as met under those they were moved to


class Allowance(models.Model):
    """One requirement of one learner that a registrar lets count, and why. Withdrawn is a date, not a deletion."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="allowances")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="allowances")
    kind = models.CharField(max_length=6, choices=AllowanceKind)
    reason = models.CharField(max_length=120, blank=True)  # in public words: it is on the certificate's basis
    allowed_at = models.DateTimeField()
    allowed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # What it comes from, where a move brought it along.
    move = models.ForeignKey(RulesMove, on_delete=models.PROTECT, null=True, related_name="allowances")
    was = models.ForeignKey(Requirement, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "requirement"],
                condition=Q(withdrawn_at=None),
                name="allowance_one_standing_for_a_requirement",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AllowanceKind.WAIVED) | ~Q(reason=""), name="allowance_waived_with_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(kind=AllowanceKind.KEPT) | Q(move__isnull=False), name="allowance_kept_by_a_move"
            ),
            models.CheckConstraint(
                condition=Q(move=None, was=None) | Q(move__isnull=False, was__isnull=False),
                name="allowance_move_and_what_it_was_together",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, withdrawn_at__gte=F("allowed_at")),
                name="allowance_withdrawn_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Allowance {self.pk}: enrolment {self.enrolment_id}, requirement {self.requirement_id}"
