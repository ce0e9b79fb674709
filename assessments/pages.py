"""Which page asks the questions? A quiz is a unit completed by passing; the page holds its terms, never its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from courses.blocks import SMALL_FEATURES
from courses.pages import CompletedBy, UnitPage

from .questions import Bank

if TYPE_CHECKING:
    from courses.models import Enrolment
    from courses.progress import Outline, UnitLine


class QuizPage(UnitPage):
    """A quiz: how many questions, from which bank, and what passes."""

    intro = RichTextField(_("before you begin"), features=SMALL_FEATURES, blank=True)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="quizzes", verbose_name=_("bank"))
    question_count = models.PositiveSmallIntegerField(
        _("questions"), default=12, validators=[MinValueValidator(1)], help_text=_("Drawn from the bank at random.")
    )
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (per cent)"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts"), default=3, validators=[MinValueValidator(1)], help_text=_("After these, a tutor talks first.")
    )

    completes_on: ClassVar = CompletedBy.QUIZ
    template = "assessments/quiz_page.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        *UnitPage.unit_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("bank", "question_count", "pass_mark", "attempts_allowed")], _("Terms")
        ),
    ]

    class Meta:
        verbose_name = _("quiz")
        constraints = [
            models.CheckConstraint(
                condition=Q(pass_mark__gte=1, pass_mark__lte=100, question_count__gte=1, attempts_allowed__gte=1),
                name="quizpage_terms_can_be_met",
                violation_error_message=_(
                    "The pass mark is 1 to 100 per cent, with at least one question and attempt."
                ),
            )
        ]

    def serve_enrolled(
        self, request: HttpRequest, enrolment: Enrolment, outline: Outline, line: UnitLine
    ) -> HttpResponse:
        """The quiz for whom it is open: its terms and the way in."""
        from .quiz_views import serve_quiz

        return serve_quiz(self, request, enrolment=enrolment, outline=outline, line=line)
