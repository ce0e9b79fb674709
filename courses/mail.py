"""What do we write to those who come onto a programme? Plain text, with subjects that say nothing to a passer-by."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings
from cms.accounts.templatetags.look import money

from .dates import due_on, intake_of
from .models import Enrolment, Instalment, Invitation, MoneyPaper, Order, PaperKind, Refund, Scholarship, Seat, Waiting


def send_invitation(invitation: Invitation) -> None:
    link = reverse("courses:invitation", args=[invitation.token])
    _send(
        invitation.email,
        _("An invitation to study"),
        "invitation",
        {"programme": invitation.programme, "expires_at": invitation.expires_at, "link": link},
    )


def send_paper(paper: MoneyPaper) -> None:
    """An invoice, a receipt or a credit note: its reference, and where to find it. It is not attached."""
    _send(
        paper.payer.email,
        _("Your %(kind)s %(reference)s") % {"kind": paper.get_kind_display().lower(), "reference": paper.reference},
        f"paper_{paper.kind.lower()}",
        {
            "paper": paper,
            "amount": money(paper.total_minor, paper.currency),
            "due_on": due_on(paper.issued_at) if paper.kind == PaperKind.INVOICE else None,
            "ended": paper.kind == PaperKind.CREDIT and _has_ended(paper.order),
            "places_link": _whole(reverse("courses:places"))
            if paper.kind == PaperKind.RECEIPT and paper.order.organisation_id
            else "",
            "link": reverse("courses:paper", args=[paper.issuer, paper.kind, paper.number]),
        },
    )


def send_failed(instalment: Instalment) -> None:
    """A payment was refused: what is due, until when, and where to pay it."""
    _send(instalment.order.buyer.email, _("A payment did not go through"), "failed", _about(instalment))


def send_due(instalment: Instalment) -> None:
    """A balance falls due soon."""
    _send(instalment.order.buyer.email, _("A payment is due soon"), "due", _about(instalment))


def send_paused(instalment: Instalment) -> None:
    """Access rests until a payment is made."""
    _send(instalment.order.buyer.email, _("Your access is paused"), "paused", _about(instalment))


def _about(instalment: Instalment) -> dict[str, object]:
    order = instalment.order
    return {
        "instalment": instalment,
        "order": order,
        "amount": money(instalment.amount_minor, order.currency),
        "grace_ends": instalment.due_at + timedelta(days=AcademySettings.load().grace_days),
        "link": reverse("courses:order", args=[order.reference]),
    }


def send_offer(waiting: Waiting) -> None:
    """A place is free, and held for a time."""
    _send(
        waiting.person.email,
        _("A place is free"),
        "offer",
        {"waiting": waiting, "link": reverse("courses:enrol", args=[waiting.intake.programme.slug])},
    )


def send_seat(seat: Seat) -> None:
    """An organisation offers a place it has bought."""
    _send(
        seat.email,
        _("A place to study is offered to you"),
        "seat",
        {"seat": seat, "order": seat.order, "link": reverse("courses:seat", args=[seat.token])},
    )


def send_place(enrolment: Enrolment) -> None:
    _send(
        enrolment.learner.email,
        _("Your place is confirmed"),
        "place",
        {"enrolment": enrolment, "intake": intake_of(enrolment), "link": reverse("cms:learn")},
    )


def send_award(award: Scholarship) -> None:
    """A fund pays a part of somebody's fee."""
    _send(
        award.person.email,
        _("Something towards your studies"),
        "award",
        {
            "award": award,
            "amount": money(award.amount_minor, award.fund.currency),
            "link": reverse("courses:enrol", args=[award.programme.slug]),
        },
    )


def send_cancelled(order: Order) -> None:
    """A registrar cancelled an order: there is nothing to pay."""
    _send(
        order.buyer.email,
        _("Your order is cancelled"),
        "cancelled",
        {"order": order, "link": reverse("courses:order", args=[order.reference])},
    )


def _has_ended(order: Order) -> bool:
    """Whether nothing is left of what the order gave: its last grant ended, or of places, all that was paid went back."""
    if order.organisation_id is None:
        return order.grants.exists() and not order.grants.filter(ended_at=None).exists()
    given = Refund.objects.filter(payment__order=order, given_at__isnull=False, failed_at=None)
    paid, back = (rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0 for rows in (order.payments.all(), given))
    return bool(back >= paid > 0)


def _whole(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def _send(to: str, subject: str, name: str, context: dict[str, object]) -> None:
    """Render `templates/courses/mail/<name>.txt` and send it to one address. `link` is made whole."""
    context |= {"link": _whole(str(context["link"])), "academy": AcademySettings.load()}
    EmailMessage(subject=subject, body=render_to_string(f"courses/mail/{name}.txt", context), to=[to]).send()
