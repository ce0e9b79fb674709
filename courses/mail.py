"""What do we write to those who come onto a programme? Plain text, with subjects that say nothing to a passer-by."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings
from cms.accounts.templatetags.look import money

from .models import Enrolment, Invitation, Invoice


def send_invitation(invitation: Invitation) -> None:
    link = reverse("courses:invitation", args=[invitation.token])
    _send(
        invitation.email,
        _("An invitation to study"),
        "invitation",
        {"programme": invitation.programme, "expires_at": invitation.expires_at, "link": link},
    )


def send_invoice(invoice: Invoice) -> None:
    _send(
        invoice.learner.email,
        _("Your invoice %(reference)s") % {"reference": invoice.reference},
        "invoice",
        {
            "invoice": invoice,
            "amount": money(invoice.amount_minor, invoice.currency),
            "link": reverse("courses:invoice", args=[invoice.number]),
        },
    )


def send_place(enrolment: Enrolment) -> None:
    _send(
        enrolment.learner.email,
        _("Your place is confirmed"),
        "place",
        {"enrolment": enrolment, "link": reverse("cms:learn")},
    )


def _send(to: str, subject: str, name: str, context: dict[str, object]) -> None:
    """Render `templates/courses/mail/<name>.txt` and send it to one address. `link` is made whole."""
    context |= {"link": f"{settings.BASE_URL}{context['link']}", "academy": AcademySettings.load()}
    EmailMessage(subject=subject, body=render_to_string(f"courses/mail/{name}.txt", context), to=[to]).send()
