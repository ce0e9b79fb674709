"""What do we write to people about their certificates? Subjects that could be read over a shoulder."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings
from courses.models import Enrolment

from .issuer import address_of, verify_url
from .models import Certificate, CertificationRequest, NameRequest


def send_certificate(certificate: Certificate) -> None:
    """Tell the holder that it is issued, and where to find and show it."""
    send_mail(
        _("Your document is ready"),
        render_to_string(
            "certificates/mail/issued.txt",
            {
                "certificate": certificate,
                "academy": AcademySettings.load(),
                "verify_url": verify_url(certificate),
                "list_url": address_of("certificates:list"),
            },
        ),
        None,
        [certificate.holder.email],
    )


def send_declined(request: CertificationRequest) -> None:
    """Tell the learner that there is an answer; the reason itself is behind the sign-in."""
    send_mail(
        _("There is an answer to your request"),
        render_to_string(
            "certificates/mail/declined.txt",
            {"academy": AcademySettings.load(), "list_url": address_of("certificates:list"), "request": request},
        ),
        None,
        [request.enrolment.learner.email],
    )


def send_rules_changed(enrolment: Enrolment) -> None:
    """Tell the learner that a registrar changed what is asked of them; what and why is behind the sign-in."""
    send_mail(
        _("Something on your page has changed"),
        render_to_string(
            "certificates/mail/rules_changed.txt",
            {
                "academy": AcademySettings.load(),
                "list_url": address_of("certificates:list"),
                "learner": enrolment.learner,
            },
        ),
        None,
        [enrolment.learner.email],
    )


def send_name_returned(request: NameRequest) -> None:
    """Tell the holder that there is an answer; what was asked, and the answer, are behind the sign-in."""
    send_mail(
        _("There is an answer to your request"),
        render_to_string(
            "certificates/mail/name_returned.txt",
            {
                "academy": AcademySettings.load(),
                "holder": request.asked_by,
                "own_url": address_of("certificates:own", request.certificate.number),
            },
        ),
        None,
        [request.asked_by.email],
    )
