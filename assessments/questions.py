"""What can be asked? Banks of questions, which editors write in the admin and which no page or API ever carries."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable


class Kind(models.TextChoices):
    """How a question is answered, and so how it is marked (assessments/grading.py)."""

    SINGLE = "SINGLE", _("Single choice")  # one of several; all or nothing
    MULTIPLE = "MULTIPLE", _("Multiple response")  # several of several; part marks, never below nought
    TRUE_FALSE = "TRUE_FALSE", _("True or false")
    NUMERIC = "NUMERIC", _("A number")  # within a tolerance


class Difficulty(models.TextChoices):
    """What the question asks of a person."""

    RECALL = "RECALL", _("Recall")
    APPLY = "APPLY", _("Apply")
    JUDGE = "JUDGE", _("Judge")


class Bank(models.Model):  # type: ignore[django-manager-missing]  # the plugin cannot read modelcluster's managers
    """A set of questions that quizzes draw from."""

    slug = models.SlugField(unique=True)
    title = models.CharField(_("title"), max_length=120)

    panels: ClassVar = [FieldPanel("title"), FieldPanel("slug")]

    class Meta:
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")

    def __str__(self) -> str:
        return self.title


class QuestionForm(WagtailAdminModelForm):
    """The editor's form: what a kind of question needs is asked for in words."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        choices = [
            form.cleaned_data
            for form in self.formsets["choices"].forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        right = sum(bool(choice.get("right")) for choice in choices)
        kind = data.get("kind")
        if kind == Kind.SINGLE and (len(choices) < 2 or right != 1):
            self.add_error("kind", _("Single choice needs at least two answers, exactly one of them right."))
        if kind == Kind.MULTIPLE and (len(choices) < 3 or not 0 < right < len(choices)):
            self.add_error("kind", _("Multiple response needs three answers or more, some right and some not."))
        if kind in {Kind.TRUE_FALSE, Kind.NUMERIC} and choices:
            self.add_error("kind", _("This kind of question has no answers to choose from. Remove them."))
        if kind == Kind.NUMERIC and data.get("number") is None:
            self.add_error("number", _("Write the right number."))
        if kind == Kind.TRUE_FALSE and data.get("truth") is None:
            self.add_error("truth", _("Say whether it is true."))
        return data


class Question(ClusterableModel):
    """One question as it stands now. A sitting copies what it was asked, so an edit never touches a past answer."""

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="questions", verbose_name=_("bank"))
    slug = models.SlugField(_("short name"), max_length=80, help_text=_("For you, to find it again."))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    difficulty = models.CharField(_("asks for"), max_length=8, choices=Difficulty, default=Difficulty.APPLY)
    stem = models.TextField(_("question"))
    explanation = models.TextField(_("explanation"), help_text=_("Shown after handing in: why, for right and wrong."))
    truth = models.BooleanField(_("the statement is true"), null=True, blank=True)
    number = models.DecimalField(_("right number"), max_digits=12, decimal_places=3, null=True, blank=True)
    tolerance = models.DecimalField(_("give or take"), max_digits=12, decimal_places=3, default=0)
    unit = models.CharField(_("unit"), max_length=20, blank=True, help_text=_("Such as: hours"))
    is_ready = models.BooleanField(_("ready"), default=False, help_text=_("Quizzes draw only from what is ready."))
    version = models.PositiveIntegerField(default=1, editable=False)

    base_form_class = QuestionForm
    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("bank"), FieldPanel("slug"), FieldPanel("is_ready")], _("Where it belongs")),
        FieldPanel("kind"),
        FieldPanel("difficulty"),
        FieldPanel("stem", widget=forms.Textarea(attrs={"rows": 4})),
        InlinePanel("choices", label=_("Answer"), heading=_("Answers to choose from")),
        MultiFieldPanel([FieldPanel("truth")], _("For true or false")),
        MultiFieldPanel([FieldPanel("number"), FieldPanel("tolerance"), FieldPanel("unit")], _("For a number")),
        FieldPanel("explanation"),
    ]

    class Meta:
        verbose_name = _("question")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "slug"],
                name="question_slug_once_in_its_bank",
                violation_error_message=_("This bank has a question of that short name."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.NUMERIC) | Q(number__isnull=False), name="question_numeric_has_a_number"
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.TRUE_FALSE) | Q(truth__isnull=False), name="question_true_or_false_has_a_truth"
            ),
            models.CheckConstraint(condition=Q(tolerance__gte=0), name="question_tolerance_not_negative"),
        ]

    def __str__(self) -> str:
        return shorten(self.stem, 80, placeholder=" …")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            self.version += 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.tolerance is not None and self.tolerance < 0:
            raise ValidationError({"tolerance": _("Write nought or more.")})


class Choice(Orderable):
    """One answer to choose."""

    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(_("answer"), max_length=400)
    right = models.BooleanField(_("right"), default=False)

    panels: ClassVar = [FieldPanel("text"), FieldPanel("right")]

    def __str__(self) -> str:
        return f"Choice {self.pk} of question {self.question_id}"
