"""What waits at the desk, oldest first?"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.documents import waiting_documents
from certificates.revoking import proposals_waiting
from cms.accounts.policy import allowed, person_of

from .frame import show
from .mentor_applications import about, kind_of
from .waiting import cases_to_go_on_with, piles, waiting_invoices, waiting_mentor_applications, waiting_requests

LONGEST = 20  # lines; the lists have the rest


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing somebody waits for."""

    since: datetime
    what: str
    who: str
    where: str
    url: str


@require_safe
@allowed("desk.use")
def overview(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    requests = (
        waiting_requests().select_related("enrolment__learner", "enrolment__programme").order_by("asked_at", "pk")
    )
    invoices = waiting_invoices().select_related("payer", "order__programme").order_by("issued_at", "pk")
    lines = [
        Line(
            since=asked.asked_at,
            what=_("Certification request"),
            who=asked.enrolment.learner.display_name,
            where=asked.enrolment.programme.title,
            url=reverse("desk:request_detail", args=[asked.pk]),
        )
        for asked in requests[:LONGEST]
    ]
    lines += [
        Line(
            since=invoice.issued_at,
            what=_("Invoice %(reference)s") % {"reference": invoice.reference},
            who=invoice.words["payer"],
            where=invoice.order.programme.title,
            url=reverse("desk:invoice_detail", args=[invoice.pk]),
        )
        for invoice in invoices[:LONGEST]
    ]
    applications = waiting_mentor_applications().select_related("person__mentor", "for_enrolment__programme")
    lines += [
        Line(
            since=application.applied_at,
            what=kind_of(application),
            who=about(application),
            where=application.for_enrolment.programme.title if application.for_enrolment else "",
            url=reverse("desk:application_detail", args=[application.pk]),
        )
        for application in applications.order_by("applied_at", "pk")[:LONGEST]
    ]
    # Not what they are: the first page is read over shoulders.
    documents = waiting_documents().exclude(person=request.user.pk).select_related("person").defer("words")
    lines += [
        Line(
            since=document.uploaded_at,
            what=_("Document"),
            who=document.person.display_name,
            where="",
            url=reverse("desk:document_detail", args=[document.pk]),
        )
        for document in documents.order_by("uploaded_at", "pk")[:LONGEST]
    ]
    proposals = proposals_waiting().select_related("certificate", "proposed").order_by("pk")
    lines += [
        Line(
            since=proposal.proposed.at,
            what=_("Revocation to confirm"),
            who=proposal.certificate.number,
            where=proposal.certificate.programme_title,
            url=reverse("desk:revocation_detail", args=[proposal.pk]),
        )
        for proposal in proposals.exclude(certificate__holder=person_of(request))[:LONGEST]
    ]
    cases = cases_to_go_on_with(at).select_related("certificate").order_by("opened_at", "pk")
    lines += [
        Line(
            since=case.opened_at,
            what=_("Case to go on with"),
            who=case.certificate.number,
            where=case.certificate.programme_title,
            url=reverse("desk:case_detail", args=[case.pk]),
        )
        for case in cases.exclude(certificate__holder=person_of(request))[:LONGEST]
    ]
    return show(
        request,
        "cms/desk/overview.html",
        title=_("Desk"),
        icon="clipboard-list",
        heading=_("What waits"),
        piles=piles(at),
        lines=sorted(lines, key=lambda line: line.since)[:LONGEST],
    )
