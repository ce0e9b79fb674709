"""What do we write to holders about the end of a certificate? Calm, and with subjects that say nothing of it."""

from __future__ import annotations

from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User

from .issuer import address_of
from .models import Certificate, CreditEntry, Renewal, RenewalReminder
from .renewal_spans import span_of


def send_reminder(reminder: RenewalReminder) -> None:
    """That it ends, or ended, and until when one may still ask. Silent when it was renewed meanwhile."""
    certificate = reminder.certificate
    if certificate.valid_until != reminder.until or certificate.revoked_at or certificate.superseded_at:
        return
    _send(
        certificate.holder,
        _("A date to keep in mind"),
        "renewal_reminder",
        certificate,
        step=reminder.step,
        span=span_of(certificate),
    )


def send_renewed(renewal: Renewal) -> None:
    _send(
        renewal.certificate.holder, _("Your document is ready"), "renewed", renewal.certificate, until=renewal.to_until
    )


def send_renewal_declined(renewal: Renewal) -> None:
    """That there is an answer; the reason itself is behind the sign-in."""
    _send(renewal.certificate.holder, _("There is an answer to your request"), "renewal_declined", renewal.certificate)


def send_credit_returned(entry: CreditEntry) -> None:
    """That something came back; what and why is behind the sign-in."""
    certificate = entry.enrolment.certificates.filter(superseded_at=None).order_by("-issued_at").first()
    if certificate is not None:
        _send(entry.enrolment.learner, _("Something came back to you"), "credit_returned", certificate)


def _send(holder: User, subject: str, template: str, certificate: Certificate, **more: Any) -> None:
    words = {
        "holder": holder,
        "certificate": certificate,
        "academy": AcademySettings.load(),
        "renewal_url": address_of("certificates:renewal", certificate.number),
    }
    send_mail(subject, render_to_string(f"certificates/mail/{template}.txt", words | more), None, [holder.email])
