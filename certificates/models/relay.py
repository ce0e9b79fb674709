"""What was written to holders through the register, and from whom do they want nothing more?"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField

from .register import RegisterEntry


@register_setting(icon="mail")
class RegisterSettings(BaseGenericSetting):
    """How the register passes messages on: one row, with defaults that are examples."""

    message_days = models.PositiveSmallIntegerField(
        _("days that messages are kept"), default=90, validators=[MinValueValidator(1)],
        help_text=_("Then they are deleted; those that were reported, so many days after the report is closed."),
    )  # fmt: skip
    messages_a_day = models.PositiveSmallIntegerField(
        _("messages a day to one person"), default=10, help_text=_("More are turned away until the next day.")
    )
    panels: ClassVar = [FieldPanel("message_days"), FieldPanel("messages_a_day")]

    class Meta:
        verbose_name = _("register")

    def __str__(self) -> str:
        return f"RegisterSettings {self.pk}"


class RegisterMessage(models.Model):
    """What somebody outside wrote to a holder. Sealed, passed on once its sender proved their address, and deleted after
    some time: it is the one thing here that is not kept, being nobody's evidence."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)  # in its address
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="messages")
    sender_name = SealedTextField()
    sender_email = SealedTextField()
    sender_digest = models.CharField(max_length=64)  # of the address, keyed: to count and to block by
    company = SealedTextField(blank=True)
    text = SealedTextField()
    written_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)  # the sender opened the link in the mail
    passed_on_at = models.DateTimeField(null=True)  # null once confirmed: the sender is blocked
    answer = SealedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    report = SealedTextField(blank=True)  # in the holder's words
    closed_at = models.DateTimeField(null=True)  # the report, by a registrar
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["sender_digest", "written_at"], name="registermessage_by_sender")]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed_on_at=None)
                | Q(passed_on_at__isnull=False, confirmed_at__isnull=False, passed_on_at__gte=F("written_at")),
                name="registermessage_passed_on_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__isnull=False, passed_on_at__isnull=False),
                name="registermessage_answered_once_passed_on",
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None) | Q(reported_at__isnull=False, passed_on_at__isnull=False),
                name="registermessage_reported_once_passed_on",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False, reported_at__isnull=False),
                name="registermessage_closed_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"RegisterMessage {self.pk}: entry {self.entry_id}"


class RegisterBlock(models.Model):
    """Nothing more is passed on from one address, known by its digest alone: to one holder, or to anybody."""

    holder = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="register_blocks"
    )  # null: to all
    sender_digest = models.CharField(max_length=64)
    blocked_at = models.DateTimeField()
    blocked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "sender_digest"], name="registerblock_each_sender_once"),
            models.UniqueConstraint(
                fields=["sender_digest"], condition=Q(holder=None), name="registerblock_each_sender_once_for_all"
            ),
            models.CheckConstraint(
                condition=Q(holder=None) | Q(holder__isnull=False, holder=F("blocked_by")),
                name="registerblock_by_the_holder_it_is_for",
            ),
        ]

    def __str__(self) -> str:
        return f"RegisterBlock {self.pk}: holder {self.holder_id}"
