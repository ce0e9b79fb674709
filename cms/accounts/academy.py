"""Which academy is this? Nothing in code says it; an administrator does, under Settings."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from .typesetting.wording import refuse_unprintable


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

    # Who asks for money and gives receipts for it. Invoices and receipts copy what they print.
    legal_name = models.CharField(
        _("legal name"), max_length=120, blank=True, help_text=_("On invoices and receipts, where it is another one.")
    )
    legal_address = models.TextField(_("address"), blank=True)
    issuer_code = models.SlugField(
        _("series of numbers"), max_length=20, default="main",
        help_text=_("Change it when another legal body takes over: its invoices and receipts begin at 1."),
    )  # fmt: skip
    tax_name = models.CharField(_("tax"), max_length=20, blank=True, help_text=_("Such as: VAT"))
    tax_percent = models.DecimalField(
        _("tax contained in prices, per cent"), max_digits=6, decimal_places=3, default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    tax_by_stripe = models.BooleanField(
        _("Stripe Tax works out the tax in online payments"), default=False,
        help_text=_("Prices contain the tax either way. Switch it on at Stripe first."),
    )  # fmt: skip
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"), default=7, help_text=_("After a payment was due, before access pauses.")
    )
    cooling_off_hours = models.PositiveSmallIntegerField(
        _("hours of cooling off"), default=48, help_text=_("After paying, in which everything is given back.")
    )

    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("about"), FieldPanel("quiet_url")], _("Academy")),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("registrar_name", "registrar_email", "ombud_name", "ombud_email")],
            _("People to write to"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "legal_name",
                    "legal_address",
                    "issuer_code",
                    "tax_name",
                    "tax_percent",
                    "tax_number",
                    "tax_by_stripe",
                    "bank_details",
                    "grace_days",
                    "cooling_off_hours",
                )
            ],
            _("Money"),
        ),
    ]

    class Meta:
        verbose_name = _("academy")

    def clean(self) -> None:
        """Refuse here what no certificate could sign or print later."""
        super().clean()
        refuse_unprintable({"name": (self.name, 80), "registrar_name": (self.registrar_name, 80)})
