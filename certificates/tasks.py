"""Which work of ours is done after the answer? Thin: a row is fetched and a function called."""

from django.tasks import task

from courses.models import Enrolment

from .mail import send_certificate, send_declined, send_rules_changed
from .models import Certificate, CertificationRequest


@task
def tell_holder(certificate_id: int) -> None:
    send_certificate(Certificate.objects.select_related("holder").get(pk=certificate_id))


@task
def tell_declined(request_id: int) -> None:
    send_declined(CertificationRequest.objects.select_related("enrolment__learner").get(pk=request_id))


@task
def tell_about_rules(enrolment_id: int) -> None:
    send_rules_changed(Enrolment.objects.select_related("learner").get(pk=enrolment_id))
