"""What did a person decide about a request or a certificate, and which flag did they set aside?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .certificates import Certificate
from .requests import CertificationRequest
from .requirements import RequirementSet


class DecisionKind(models.TextChoices):
    """What was done. The first three are about a request, the others about a certificate."""

    CERTIFY = "CERTIFY", _("Certified")
    DECLINE = "DECLINE", _("Declined")
    ASK = "ASK", _("Asked the learner")
    OPEN = "OPEN", _("Opened a case")
    NOTICE = "NOTICE", _("Gave notice")
    SUSPEND = "SUSPEND", _("Suspended")  # for the time being
    REINSTATE = "REINSTATE", _("Reinstated")
    PROPOSE = "PROPOSE", _("Proposed to revoke")
    REJECT = "REJECT", _("Did not confirm the revocation")  # the second person
    WITHDRAW = "WITHDRAW", _("Took the proposal back")  # whoever made it
    SET_ASIDE = "SET_ASIDE", _("Set a flag aside")
    NO_ACTION = "NO_ACTION", _("No action")
    HOLD = "HOLD", _("Suspended until a day")
    REVOKE = "REVOKE", _("Revoked")
    CORRECT = "CORRECT", _("To be corrected")
    NAME_CONTACT = "NAME", _("Named the independent contact")
    UPHOLD = "UPHOLD", _("Appeal: the decision stands")
    OVERTURN = "OVERTURN", _("Appeal: the decision falls")


ANSWERS = (DecisionKind.CERTIFY, DecisionKind.DECLINE)
OUTCOMES = (DecisionKind.NO_ACTION, DecisionKind.HOLD, DecisionKind.REVOKE, DecisionKind.CORRECT)


class Decision(models.Model):
    """One act of one person, with its reason. Kept for ever as it was written: the database refuses anything else.

    `reason` is for the file and for the person concerned; the public reads the wording on the certificate and no more.
    """

    kind = models.CharField(max_length=9, choices=DecisionKind)
    request = models.ForeignKey(CertificationRequest, on_delete=models.PROTECT, null=True, related_name="decisions")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="decisions")
    case = models.ForeignKey("certificates.Case", on_delete=models.PROTECT, null=True, related_name="decisions")
    reason = SealedTextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(request__isnull=False) | Q(certificate__isnull=False), name="decision_is_about_something"
            ),
            models.CheckConstraint(
                condition=Q(case=None) | Q(case__isnull=False, certificate__isnull=False),
                name="decision_in_a_case_is_about_a_certificate",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(kind__in=ANSWERS), name="decision_answers_a_request_once"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(kind__in=OUTCOMES), name="decision_ends_a_case_once"),
        ]

    def __str__(self) -> str:
        return f"Decision {self.pk}: {self.kind}"


class Flag(models.TextChoices):
    """What happened since a certificate was issued that a person should look at. It never changes one by itself."""

    PAID_BACK = "PAID_BACK", _("Paid back since")
    SHIFT = "SHIFT", _("A shift does not stand")  # void, amended, or failed a random check
    QUIZ = "QUIZ", _("A quiz is no longer passed")  # marked again, and now below its mark
    MENTOR = "MENTOR", _("A mentor was suspended")
    RULES = "RULES", _("The rule set was published in error")


class FlagSetAside(models.Model):
    """A registrar looked at a flag and lets the certificate stay, with a reason. What happens afterwards flags again."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="flags_set_aside")
    flag = models.CharField(max_length=9, choices=Flag)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="flag_set_aside")  # why, who, when

    class Meta:
        verbose_name_plural = "flags set aside"

    def __str__(self) -> str:
        return f"FlagSetAside {self.pk}: {self.flag} of certificate {self.certificate_id}"


class SeenScore(models.Model):
    """A quiz result below its mark that a registrar saw when they set the flag aside. Another score is news again."""

    set_aside = models.ForeignKey(FlagSetAside, on_delete=models.PROTECT, related_name="seen_scores")
    attempt = models.ForeignKey("assessments.Attempt", on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(max_digits=5, decimal_places=2)  # per cent

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set_aside", "attempt"], name="seenscore_each_attempt_once"),
        ]

    def __str__(self) -> str:
        return f"SeenScore {self.pk}: attempt {self.attempt_id}"


class RulesInError(models.Model):
    """A rule set of which a registrar said that it was published in error. It alters no award: it flags those made under it."""

    requirement_set = models.OneToOneField(RequirementSet, on_delete=models.PROTECT, related_name="in_error")
    reason = SealedTextField(max_length=4_000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "rule sets in error"

    def __str__(self) -> str:
        return f"RulesInError {self.pk}: set {self.requirement_set_id}"
