import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import assessments.models.documents
import cms.accounts.sealing


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0002_shift_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidenceDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mental_health_first_aid", "Mental health first aid"),
                            ("anti_harassment", "Anti-harassment training"),
                            ("consent_training", "Consent training"),
                            ("bystander", "Bystander training"),
                            ("first_aid", "First aid"),
                            ("background_check", "Background check"),
                            ("other", "Another document"),
                        ],
                        max_length=24,
                        verbose_name="what it is",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="what it is called")),
                ("issuer", models.CharField(max_length=120, verbose_name="issued by")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valid until")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=assessments.models.documents.private_files,
                        upload_to=assessments.models.documents.unguessable_name,
                    ),
                ),
                ("file_type", models.CharField(blank=True, max_length=20)),
                ("file_digest", models.CharField(blank=True, max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("words", cms.accounts.sealing.SealedTextField(blank=True, max_length=2000)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence_documents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="assessments.evidencedocument",
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "background_check"), _negated=True),
                            models.Q(
                                ("accepted_at__isnull", False), ("file", ""), ("file_digest", ""), ("file_type", "")
                            ),
                            _connector="OR",
                        ),
                        name="evidencedocument_background_check_is_seen_and_has_no_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "background_check"),
                            models.Q(
                                ("withdrawn_at", None),
                                models.Q(("file", ""), _negated=True),
                                models.Q(("file_type", ""), _negated=True),
                                models.Q(("file_digest", ""), _negated=True),
                            ),
                            models.Q(("file", ""), ("withdrawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="evidencedocument_has_a_file_until_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "other"), models.Q(("title", ""), _negated=True)),
                            models.Q(models.Q(("kind", "other"), _negated=True), ("title", "")),
                            _connector="OR",
                        ),
                        name="evidencedocument_named_when_of_another_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("issuer", ""), _negated=True), name="evidencedocument_has_an_issuer"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on", None),
                            models.Q(("expires_on__gte", models.F("issued_on")), ("expires_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="evidencedocument_runs_out_after_it_was_issued",
                        violation_error_message="The last day is before the day it was issued.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("accepted_by", None)),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="evidencedocument_accepted_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("returned_at", None), ("returned_by", None)),
                            models.Q(("returned_at__isnull", False), ("returned_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="evidencedocument_returned_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at", None),
                            ("returned_at", None),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("returned_at__gte", models.F("accepted_at")),
                                ("returned_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="evidencedocument_never_accepted_once_returned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accepted_by", None),
                                models.Q(
                                    ("accepted_by__isnull", False),
                                    models.Q(("accepted_by", models.F("person")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("returned_by", None),
                                models.Q(
                                    ("returned_by__isnull", False),
                                    models.Q(("returned_by", models.F("person")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="evidencedocument_never_reviewed_by_its_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            models.Q(("withdrawn_at__gte", models.F("uploaded_at")), ("withdrawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="evidencedocument_withdrawn_after_it_was_shown",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField()),
                (
                    "advice",
                    models.CharField(
                        choices=[("RECOMMEND", "I recommend them for certification"), ("NOT_YET", "Not yet")],
                        max_length=9,
                        verbose_name="your word",
                    ),
                ),
                (
                    "words_to_registrar",
                    cms.accounts.sealing.SealedTextField(
                        max_length=4000, verbose_name="to the registrar, in confidence"
                    ),
                ),
                (
                    "words_to_learner",
                    cms.accounts.sealing.SealedTextField(blank=True, max_length=2000, verbose_name="to the learner"),
                ),
                ("sealed", models.JSONField()),
                ("seal", models.CharField(max_length=64)),
                ("replaced_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", cms.accounts.sealing.SealedTextField(blank=True, max_length=2000)),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendations",
                        to="assessments.mentorship",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None), ("withdrawn_at", None)),
                        fields=("mentorship",),
                        name="recommendation_one_stands_for_a_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("given_by", models.F("learner")), _negated=True),
                        name="recommendation_never_of_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            models.Q(("withdrawn_at__gte", models.F("given_at")), ("withdrawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="recommendation_withdrawn_after_it_was_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaced_at", None),
                            models.Q(("replaced_at__gte", models.F("given_at")), ("replaced_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="recommendation_replaced_after_it_was_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaced_at", None), ("withdrawn_at", None), _connector="OR"),
                        name="recommendation_not_both_replaced_and_withdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecommendationRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "mentorship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendation_requests",
                        to="assessments.mentorship",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("mentorship",),
                        name="recommendationrequest_one_open_for_a_pair",
                        violation_error_message="You have asked already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at", None),
                            models.Q(("answered_at__gte", models.F("asked_at")), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="recommendationrequest_answered_after_asked",
                    ),
                ],
            },
        ),
    ]
