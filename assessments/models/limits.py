"""Which limits hold for days on set? Data that registrars and administrators change, under Settings; never code."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="clipboard-list")
class ShadowingSettings(BaseGenericSetting):
    """How days on set are handed in, signed and sampled: one row, with defaults that are examples, not anybody's rules."""

    backdate_days = models.PositiveSmallIntegerField(
        _("days to hand a shift in"), default=60, help_text=_("From the day worked.")
    )
    late_days = models.PositiveSmallIntegerField(
        _("days after which it is marked as late"),
        default=14,
        help_text=_("The mentor sees it; it counts all the same."),
    )
    remind_days = models.PositiveSmallIntegerField(
        _("days until a mentor is reminded"), default=7, validators=[MinValueValidator(1)]
    )
    escalate_days = models.PositiveSmallIntegerField(
        _("days until the registrar is told"), default=21, validators=[MinValueValidator(1)]
    )
    stop_notice_days = models.PositiveSmallIntegerField(
        _("days of notice before a mentor stops signing"), default=7,
        help_text=_("Announced to each of their mentees."),
    )  # fmt: skip
    link_hours = models.PositiveSmallIntegerField(
        _("hours that an outside coordinator’s link works"), default=72, validators=[MinValueValidator(1)]
    )
    audit_percent = models.PositiveSmallIntegerField(
        _("signed shifts sampled each month, per cent"), default=5, validators=[MaxValueValidator(100)]
    )

    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("backdate_days"), FieldPanel("late_days")], _("Handing in")),
        MultiFieldPanel(
            [FieldPanel("remind_days"), FieldPanel("escalate_days"), FieldPanel("stop_notice_days"), FieldPanel("link_hours")],
            _("Signing"),
        ),
        MultiFieldPanel([FieldPanel("audit_percent")], _("Audit")),
    ]  # fmt: skip

    class Meta:
        verbose_name = _("shadowing")

    def __str__(self) -> str:
        return f"ShadowingSettings {self.pk}"
