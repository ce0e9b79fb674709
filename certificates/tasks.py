"""Which work of ours is done after the answer? Thin: a row is fetched and a function called."""

from crontask import cron
from django.core.management import call_command
from django.tasks import task

from .mail import send_certificate, send_declined
from .models import Certificate, CertificationRequest


@task
def tell_holder(certificate_id: int) -> None:
    send_certificate(Certificate.objects.select_related("holder").get(pk=certificate_id))


@task
def tell_declined(request_id: int) -> None:
    send_declined(CertificationRequest.objects.select_related("enrolment__learner").get(pk=request_id))


@cron("15 * * * *")  # the day on which a suspension ends begins at another hour for everybody
@task
def end_suspensions() -> None:
    call_command("end_suspensions", verbosity=0)
