"""Which academy is this? Nothing in code says it; an administrator does, under Settings."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="home")
class AcademySettings(BaseGenericSetting):
    """The academy's own name, people and addresses: one row. Certificates copy what they print."""

    name = models.CharField(_("name"), max_length=80, default="Closed Set Academy")
    about = models.TextField(_("in a sentence"), blank=True, help_text=_("At the foot of every page."))
    registrar_name = models.CharField(
        _("registrar’s name"), max_length=80, blank=True, help_text=_("Signs the certificates.")
    )
    registrar_email = models.EmailField(_("registrar’s address"), blank=True)
    ombud_name = models.CharField(_("ombud’s name"), max_length=80, blank=True)
    ombud_email = models.EmailField(_("ombud’s address"), blank=True)
    quiet_url = models.URLField(
        _("where “Leave” goes"), default="https://www.wikipedia.org/", help_text=_("Somewhere neutral and quick.")
    )
    bank_details = models.TextField(_("bank details"), blank=True, help_text=_("Printed on invoices."))

    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("about"), FieldPanel("quiet_url")], _("Academy")),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("registrar_name", "registrar_email", "ombud_name", "ombud_email")],
            _("People to write to"),
        ),
        FieldPanel("bank_details"),
    ]

    class Meta:
        verbose_name = _("academy")
