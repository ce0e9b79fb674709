"""Who sat which quiz, what were they asked, and what did they answer?"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from courses.models import Enrolment

from ..pages import QuizPage
from ..questions import Kind, Question


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
