"""Which mentors say that somebody is ready to be certified, and who asked them?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .mentors import Mentorship


class RecommendationRequest(models.Model):
    """A learner asks their mentor for a word to the registrar. Answered by the mentor's next recommendation."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="recommendation_requests")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship"],
                condition=Q(answered_at=None),
                name="recommendationrequest_one_open_for_a_pair",
                violation_error_message=_("You have asked already."),
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__isnull=False, answered_at__gte=F("asked_at")),
                name="recommendationrequest_answered_after_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"RecommendationRequest {self.pk}: mentorship {self.mentorship_id}"


class Advice(models.TextChoices):
    """What a mentor says to the registrar."""

    RECOMMEND = "RECOMMEND", _("I recommend them for certification")
    NOT_YET = "NOT_YET", _("Not yet")


class Recommendation(models.Model):
    """A mentor's sealed word to the registrar about one learner. Never edited: another word is another row.

    It stands until its mentor withdraws it or says something else. `sealed` is what the seal covers: the word, whom it is
    about, and the mentor's own standing on that day.
    """

    mentorship = models.ForeignKey(Mentorship, on_delete=models.PROTECT, related_name="recommendations")
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recommendations")  # the mentorship's
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    advice = models.CharField(_("your word"), max_length=9, choices=Advice)
    words_to_registrar = SealedTextField(_("to the registrar, in confidence"), max_length=4_000)
    words_to_learner = SealedTextField(_("to the learner"), blank=True, max_length=2_000)
    sealed = models.JSONField()
    seal = models.CharField(max_length=64)  # SHA-256, hexadecimal
    replaced_at = models.DateTimeField(null=True)  # the mentor said something else
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = SealedTextField(blank=True, max_length=2_000)  # for the registrar

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship"],
                condition=Q(replaced_at=None, withdrawn_at=None),
                name="recommendation_one_stands_for_a_pair",
            ),
            models.CheckConstraint(condition=~Q(given_by=F("learner")), name="recommendation_never_of_oneself"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__isnull=False, withdrawn_at__gte=F("given_at")),
                name="recommendation_withdrawn_after_it_was_given",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None) | Q(replaced_at__isnull=False, replaced_at__gte=F("given_at")),
                name="recommendation_replaced_after_it_was_given",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None) | Q(withdrawn_at=None),
                name="recommendation_not_both_replaced_and_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"Recommendation {self.pk}: mentorship {self.mentorship_id}"

    @property
    def stands(self) -> bool:
        return self.replaced_at is None and self.withdrawn_at is None
