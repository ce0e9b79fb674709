"""What may wait until the answer is given? Mails; each task fetches its row and calls one function."""

from django.tasks import task

from . import mail
from .models import Enrolment, Invitation, Invoice


@task
def mail_invitation(invitation_id: int) -> None:
    mail.send_invitation(Invitation.objects.select_related("programme").get(pk=invitation_id))


@task
def mail_invoice(invoice_id: int) -> None:
    mail.send_invoice(Invoice.objects.select_related("learner").get(pk=invoice_id))


@task
def mail_place(enrolment_id: int) -> None:
    mail.send_place(Enrolment.objects.select_related("learner", "programme").get(pk=enrolment_id))
