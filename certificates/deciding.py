"""Who asks for a certificate, and what does the registrar answer?"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import CredentialKind, Enrolment

from .decisions import told, write_decision
from .eligibility import verdict_on
from .issuing import NotEligible, check_name, issue_certificate, refuse_after_revocation
from .models import Certificate, CertificationRequest, DecisionKind


class CannotDecide(Exception):
    """The request cannot be answered so; the message says why."""


@transaction.atomic
def ask_for_certificate(
    *, enrolment: Enrolment, certificate_name: str, at: datetime
) -> Certificate | CertificationRequest:
    """The learner asks, under the name to be printed, which anyone who checks it will read.

    What needs no person is issued at once; a certification becomes a request in the registrar's queue. Repeating returns
    what stands or waits. Raises NotEligible, or CannotIssue for a name that cannot be signed or printed, and after a
    revocation.
    """
    certificate_name = check_name(certificate_name)
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("programme", "learner").get(pk=enrolment.pk)
    )
    if standing := enrolment.certificates.filter(revoked_at=None, superseded_at=None).first():
        return standing
    if waiting := enrolment.certification_requests.filter(answered_at=None).first():
        return waiting
    refuse_after_revocation(enrolment)
    verdict = verdict_on(enrolment, at=at)
    if verdict is None or not verdict.met:
        raise NotEligible(verdict)
    if verdict.requirement_set.kind != CredentialKind.CERTIFICATION:
        return issue_certificate(enrolment=enrolment, holder_name=certificate_name, confirmed_by=None, at=at)
    request = CertificationRequest.objects.create(enrolment=enrolment, certificate_name=certificate_name, asked_at=at)
    history.record(
        chain="certificates",
        verb="certification.asked",
        subject=history.name_of(request),
        actor=enrolment.learner,
        at=at,
        facts={"enrolment": enrolment.pk},
    )
    return request


@transaction.atomic
def confirm_certification(*, request: CertificationRequest, by: User, at: datetime) -> Certificate:
    """The registrar confirms: the rules are asked again and the certificate is issued. Repeating returns it.

    Raises NotEligible when something has fallen away since, CannotDecide for a declined request or one's own, and
    CannotIssue or CannotSign as issuing does.
    """
    request = lock_request(request)
    if request.answered_at and request.declined_because:
        raise CannotDecide(_("This request was declined. The learner can ask again."))
    if request.enrolment.learner_id == by.pk:
        raise CannotDecide(_("This is your own request. Another registrar decides it."))
    certificate = issue_certificate(
        enrolment=request.enrolment,
        holder_name=request.certificate_name,
        confirmed_by=by,
        at=at,
        asked_at=request.asked_at,
    )
    if request.answered_at is None:
        request.answered_at, request.answered_by = at, by
        request.save(update_fields=["answered_at", "answered_by"])
        decision = write_decision(kind=DecisionKind.CERTIFY, request=request, certificate=certificate, by=by, at=at)
        _write(request, "certification.confirmed", by, at, **told(decision))
    return certificate


@transaction.atomic
def decline_certification(
    *, request: CertificationRequest, reason: str, by: User, at: datetime
) -> CertificationRequest:
    """The registrar declines, with a reason the learner reads. Repeating changes nothing. Raises CannotDecide."""
    request = lock_request(request)
    if not reason.strip():
        raise CannotDecide(_("Write the reason; the learner will read it."))
    if request.answered_at:
        if request.declined_because:
            return request
        raise CannotDecide(_("This request is confirmed and the certificate issued."))
    if request.enrolment.learner_id == by.pk:
        raise CannotDecide(_("This is your own request. Another registrar decides it."))
    request.answered_at, request.answered_by, request.declined_because = at, by, reason.strip()
    request.save(update_fields=["answered_at", "answered_by", "declined_because"])
    decision = write_decision(kind=DecisionKind.DECLINE, request=request, reason=reason, by=by, at=at)
    _write(request, "certification.declined", by, at, **told(decision))
    from .tasks import tell_declined

    transaction.on_commit(partial(tell_declined.enqueue, request.pk))
    return request


def lock_request(request: CertificationRequest) -> CertificationRequest:
    """The request's row as it is now, which nobody else may answer until the transaction ends."""
    return (
        CertificationRequest.objects.select_for_update(of=("self",))
        .select_related("enrolment__programme", "enrolment__learner")
        .get(pk=request.pk)
    )


def _write(request: CertificationRequest, verb: str, by: User, at: datetime, **facts: Any) -> None:
    history.record(
        chain="certificates",
        verb=verb,
        subject=history.name_of(request),
        actor=by,
        at=at,
        facts={"enrolment": request.enrolment_id, **facts},
    )
