"""Which work of ours is done after the answer? Thin: a row is fetched and a function called."""

from crontask import cron
from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from courses.models import Enrolment

from . import relay_mail, renewal_mail, watch_notices
from .log.publishing import publish_checkpoint
from .mail import send_certificate, send_declined, send_name_returned, send_rules_changed
from .models import (
    Certificate,
    CertificationRequest,
    CreditEntry,
    NameRequest,
    PaperFormat,
    PaperSize,
    RegisterEntry,
    RegisterMessage,
    Renewal,
    RenewalReminder,
)
from .papers import paper_of
from .wallet.offers import forget_offers


@task
def tell_holder(certificate_id: int) -> None:
    send_certificate(Certificate.objects.select_related("holder").get(pk=certificate_id))


@task
def tell_declined(request_id: int) -> None:
    send_declined(CertificationRequest.objects.select_related("enrolment__learner").get(pk=request_id))


@cron("*/5 * * * *")
@task
def publish_log_checkpoint() -> None:
    publish_checkpoint(at=timezone.now())


# The register and watches -----------------------------------------------------------------------------------


@task
def ask_sender_to_confirm(message_id: int) -> None:
    if message := RegisterMessage.objects.filter(pk=message_id).first():  # it may have been forgotten since
        relay_mail.ask_to_confirm(message)


@task
def tell_holder_of_message(message_id: int) -> None:
    relay_mail.message_came(RegisterMessage.objects.select_related("entry__holder").get(pk=message_id))


@task
def pass_answer_on(message_id: int) -> None:
    relay_mail.answer_came(RegisterMessage.objects.select_related("entry").get(pk=message_id))


@task
def tell_of_removal(entry_id: int) -> None:
    relay_mail.entry_removed(RegisterEntry.objects.select_related("holder").get(pk=entry_id))


@task
def send_watch_notice(notice_id: int) -> None:
    watch_notices.send_one(notice_id=notice_id, at=timezone.now())


@cron("*/30 * * * *")
@task
def send_watch_notices() -> None:
    call_command("send_watch_notices", verbosity=0)


@cron("15 5 * * *")
@task
def forget_register_messages() -> None:
    call_command("forget_register_messages", verbosity=0)


@task
def tell_about_rules(enrolment_id: int) -> None:
    send_rules_changed(Enrolment.objects.select_related("learner").get(pk=enrolment_id))


@task
def print_paper(certificate_id: int) -> None:
    certificate = Certificate.objects.select_related("design").get(pk=certificate_id)
    paper_of(certificate, form=PaperFormat.PDF, size=PaperSize.A4, at=timezone.now())


@cron("15 * * * *")  # the day on which a suspension ends begins at another hour for everybody
@task
def end_suspensions() -> None:
    call_command("end_suspensions", verbosity=0)


@cron("50 4 * * *")
@task
def build_status_lists() -> None:
    call_command("build_status_lists", verbosity=0)


@task
def tell_name_returned(request_id: int) -> None:
    send_name_returned(NameRequest.objects.select_related("asked_by", "certificate").get(pk=request_id))


@cron("40 4 * * *")
@task
def forget_wallet_offers() -> None:
    forget_offers(at=timezone.now())


# Renewal ----------------------------------------------------------------------------------------------------


@task
def tell_renewed(renewal_id: int) -> None:
    renewal_mail.send_renewed(Renewal.objects.select_related("certificate__holder").get(pk=renewal_id))


@task
def tell_renewal_declined(renewal_id: int) -> None:
    renewal_mail.send_renewal_declined(Renewal.objects.select_related("certificate__holder").get(pk=renewal_id))


@task
def tell_credit_returned(entry_id: int) -> None:
    renewal_mail.send_credit_returned(CreditEntry.objects.select_related("enrolment__learner").get(pk=entry_id))


@task
def remind_of_renewal(reminder_id: int) -> None:
    rows = RenewalReminder.objects.select_related("certificate__holder", "certificate__requirement_set")
    renewal_mail.send_reminder(rows.get(pk=reminder_id))


@cron("40 5 * * *")
@task
def remind_renewals() -> None:
    call_command("remind_renewals", verbosity=0)
