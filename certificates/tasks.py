"""Which work of ours is done after the answer? Thin: a row is fetched and a function called."""

from crontask import cron
from django.tasks import task
from django.utils import timezone

from .log.publishing import publish_checkpoint
from .mail import send_certificate, send_declined
from .models import Certificate, CertificationRequest


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
