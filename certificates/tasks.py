"""Which work of ours is done after the answer? Thin: a row is fetched and a function called."""

from django.tasks import task
from django.utils import timezone

from .mail import send_certificate, send_declined
from .models import Certificate, CertificationRequest, PaperFormat, PaperSize
from .papers import paper_of


@task
def tell_holder(certificate_id: int) -> None:
    send_certificate(Certificate.objects.select_related("holder").get(pk=certificate_id))


@task
def tell_declined(request_id: int) -> None:
    send_declined(CertificationRequest.objects.select_related("enrolment__learner").get(pk=request_id))


@task
def print_paper(certificate_id: int) -> None:
    certificate = Certificate.objects.select_related("design").get(pk=certificate_id)
    paper_of(certificate, form=PaperFormat.PDF, size=PaperSize.A4, at=timezone.now())
