"""What waits for the registrar? Counts, each with the way to its list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.auditing import to_close
from assessments.documents import waiting_documents
from assessments.escalating import escalated
from assessments.models import MentorApplication, ShiftDispute
from assessments.running_out import mentors_running_out
from certificates.appeals import appeals_without_contact
from certificates.case_states import open_cases
from certificates.complaints import waiting_complaints
from certificates.flags import flagged
from certificates.ledger import waiting_credits
from certificates.models import EXPIRING, Case, Certificate, CertificationRequest, NameRequest
from certificates.questions import requests_with_the_registrar
from certificates.relay import open_reports
from certificates.renewing import waiting_renewals
from certificates.revoking import proposals_waiting, wishes_waiting
from courses.models import Concern, Invitation, MoneyPaper, PaperKind


@dataclass(frozen=True, kw_only=True)
class Pile:
    """One kind of thing that waits."""

    label: str
    count: int
    first: datetime | None  # the oldest of what waits, or the first to run out
    url: str
    icon: str
    needs_answer: bool  # somebody waits for an act of the registrar; else it is only good to know


def waiting_requests() -> QuerySet[CertificationRequest]:
    """Those that wait for a registrar, not those that wait for their learner."""
    return requests_with_the_registrar()


def cases_to_go_on_with(at: datetime) -> QuerySet[Case]:
    """Open cases that wait for a registrar: not for the holder's answer, nor for a second person."""
    ours = Q(noticed_at=None) | Q(responded_at__isnull=False) | Q(respond_by__lt=at.date())
    return open_cases().filter(ours).exclude(proposals__in=proposals_waiting())


def waiting_names() -> QuerySet[NameRequest]:
    return NameRequest.objects.filter(answered_at=None, withdrawn_at=None)


def waiting_invoices() -> QuerySet[MoneyPaper]:
    return MoneyPaper.objects.filter(kind=PaperKind.INVOICE, closed_at=None)


def open_concerns() -> QuerySet[Concern]:
    return Concern.objects.filter(settled_at=None)


def open_disputes() -> QuerySet[ShiftDispute]:
    return ShiftDispute.objects.filter(decided_at=None)


def open_invitations(at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, expires_at__gt=at)


def waiting_mentor_applications() -> QuerySet[MentorApplication]:
    return MentorApplication.objects.filter(answered_at=None)


def certificates_expiring(at: datetime) -> QuerySet[Certificate]:
    """Certificates that stand, and run out within 90 days."""
    return Certificate.objects.filter(
        revoked_at=None, superseded_at=None, suspended_at=None, valid_until__gt=at, valid_until__lte=at + EXPIRING
    )


def piles(at: datetime) -> list[Pile]:
    """Everything that waits or runs out: a query each."""
    return [
        _pile(
            waiting_requests(), "asked_at", label=_("Certification requests"), url=reverse("desk:request_list"),
            icon="clipboard-list", needs_answer=True,
        ),
        _pile(
            waiting_invoices(), "issued_at", label=_("Invoices to be paid"), url=reverse("desk:invoice_list"),
            icon="form", needs_answer=True,
        ),
        _pile(
            open_concerns(), "noticed_at", label=_("Money that needs a person"), url=reverse("desk:concern_list"),
            icon="warning", needs_answer=True,
        ),
        _pile(
            waiting_mentor_applications(), "applied_at", label=_("Mentor applications"),
            url=reverse("desk:application_list"), icon="group", needs_answer=True,
        ),
        _pile(
            open_disputes(), "opened_at", label=_("Disputes about days on set"),
            url=reverse("desk:shadow_dispute_list"), icon="warning", needs_answer=True,
        ),
        _pile(
            escalated(), "submitted_at", label=_("Days on set that nobody signs"),
            url=reverse("desk:shadow_shift_list"), icon="date", needs_answer=True,
        ),
        _pile(
            open_reports(), "reported_at", label=_("Reported messages"), url=reverse("desk:register_report_list"),
            icon="warning", needs_answer=True,
        ),
        _pile(
            to_close(at), "drawn_at", label=_("Random checks to close"), url=reverse("desk:audit_list"),
            icon="clipboard-list", needs_answer=True,
        ),
        _pile(
            waiting_documents(), "uploaded_at", label=_("Documents to look at"), url=reverse("desk:document_list"),
            icon="doc-full", needs_answer=True,
        ),
        _pile(
            waiting_names(), "asked_at", label=_("Names to change"), url=reverse("desk:name_list"),
            icon="edit", needs_answer=True,
        ),
        _pile(
            waiting_renewals(), "asked_at", label=_("Renewals"), url=reverse("desk:renewal_list"), icon="rotate",
            needs_answer=True,
        ),
        _pile(
            waiting_credits(), "entered_at", label=_("Continuing education to look at"), url=reverse("desk:credit_list"),
            icon="list-ol", needs_answer=True,
        ),
        _pile(
            open_invitations(at), "invited_at", label=_("Open invitations"),
            url=f"{reverse('desk:invitation_list')}?state=open", icon="mail", needs_answer=False,
        ),
        _pile(
            mentors_running_out(at), "credential_expires_on",
            label=_("Mentors’ credentials that run out within 60 days"),
            url=f"{reverse('desk:mentor_list')}?state=running_out", icon="group", needs_answer=False,
        ),
        _pile(
            certificates_expiring(at), "valid_until", label=_("Certificates that expire within 90 days"),
            url=f"{reverse('desk:certificate_list')}?state=expiring", icon="time", needs_answer=False,
        ),
        _pile(
            flagged(), "issued_at", label=_("Certificates to decide about"),
            url=f"{reverse('desk:certificate_list')}?state=flagged", icon="warning", needs_answer=True,
        ),
        _pile(
            cases_to_go_on_with(at), "opened_at", label=_("Cases to go on with"), url=reverse("desk:case_list"),
            icon="folder-open-inverse", needs_answer=True,
        ),
        _pile(
            proposals_waiting(), "proposed__at", label=_("Revocations for a second registrar"),
            url=reverse("desk:revocation_list"), icon="cross", needs_answer=True,
        ),
        _pile(
            appeals_without_contact(), "lodged_at", label=_("Appeals that nobody looks at"),
            url=f"{reverse('desk:case_list')}?state=appealed", icon="warning", needs_answer=True,
        ),
        _pile(
            wishes_waiting(), "said_at", label=_("Certificates their holders give up"),
            url=f"{reverse('desk:certificate_list')}?state=given_up", icon="cross", needs_answer=True,
        ),
    ]  # fmt: skip


def complaints_pile() -> Pile:
    """What waits for the ombud: one query. No registrar is shown it, not even that there is something."""
    return _pile(
        waiting_complaints(), "waits_since", label=_("Complaints"), url=reverse("ombud:complaint_list"), icon="mail",
        needs_answer=True,
    )  # fmt: skip


def _pile(things: QuerySet[Any], when: str, **words: Any) -> Pile:
    found = things.aggregate(count=Count("pk"), first=Min(when))
    return Pile(count=found["count"], first=found["first"], **words)
