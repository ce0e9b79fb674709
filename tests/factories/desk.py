"""The desk with one of everything on it, and somebody to sit there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.test import Client
from django.utils import timezone

from assessments.answering import decline_shift
from assessments.auditing import answer_audit
from assessments.disputing import letter_of, open_dispute
from assessments.models import (
    AuditAnswer,
    AuditDraw,
    DeclineReason,
    EvidenceDocument,
    Mentor,
    MentorApplication,
    Shift,
    ShiftDispute,
)
from certificates.allowing import waive_requirement
from certificates.attesting import attest
from certificates.deciding import ask_for_certificate
from certificates.drafting import begin_draft
from certificates.eligibility import set_for
from certificates.models import (
    Allowance,
    Attestation,
    Case,
    Certificate,
    CertificationRequest,
    CreditEntry,
    DesignVersion,
    NameRequest,
    NameRequestKind,
    RegisterEntry,
    RegisterMessage,
    Renewal,
    RequirementDraft,
    RevocationProposal,
    RevocationReason,
)
from certificates.relay import report_message
from certificates.renaming import ask_for_name
from certificates.revoking import propose_revocation
from cms.accounts.models import User
from courses.attending import note_attendance
from courses.enrolling import invite
from courses.models import (
    Attendance,
    Concern,
    ConcernKind,
    Coupon,
    Enrolment,
    Fund,
    Intake,
    Invitation,
    LiveSession,
    MoneyPaper,
    Order,
    PlanKind,
    PricePlan,
    Scholarship,
)
from courses.scholarships import award_scholarship
from tests.courses.buying import a_plan, order_of

from .certificates import make_certificate, make_ready, make_signing_key
from .courses import make_live_session, make_programme
from .designs import make_draft
from .evidence import an_upload, make_document
from .mentoring import make_application
from .people import make_person, make_registrar
from .register import make_entry, make_message
from .renewals import make_asked, make_credit
from .shifts import days_ago, make_mentor, make_mentorship, make_signed_shift, make_waiting_shift


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One of each thing that the desk shows."""

    asked: CertificationRequest
    certificate: Certificate
    invoice: MoneyPaper
    order: Order
    concern: Concern
    plan: PricePlan
    intake: Intake
    coupon: Coupon
    fund: Fund
    scholarship: Scholarship
    invitation: Invitation
    mentor: Mentor
    application: MentorApplication
    enrolment: Enrolment
    case: Case
    proposal: RevocationProposal
    shift: Shift
    dispute: ShiftDispute
    audit: AuditDraw
    session: LiveSession
    attendance: Attendance
    attestation: Attestation
    entry: RegisterEntry
    message: RegisterMessage
    document: EvidenceDocument
    design: DesignVersion
    draft: RequirementDraft
    allowance: Allowance
    name_request: NameRequest
    renewal: Renewal
    credit: CreditEntry


LETTER = letter_of(b"%PDF-1.7 They were there.")
CALL_SHEET = "ab" * 32  # the digest of a file that its learner keeps


def give_staff_their_rights() -> None:
    """What the migration gives the roles. It ran with the database, but a test that really commits is cleaned up by
    emptying the tables, and a database that is kept for the next run lacks them from then on."""
    for migration in ("0002_staff_rights", "0003_ombuds_have_a_desk"):
        import_module(f"cms.migrations.{migration}").give(apps, None)


def at_the_desk(client: Client, registrar: User | None = None) -> User:
    """Sign a registrar in."""
    give_staff_their_rights()
    registrar = registrar or make_registrar("Philippa")
    client.force_login(registrar)
    return registrar


def yesterday() -> datetime:
    return timezone.now() - timedelta(days=1)


def make_invoice(*, learner: User | None = None, at: datetime | None = None) -> MoneyPaper:
    plan = a_plan(PlanKind.INVOICE, total_minor=340_000)
    return order_of(plan, buyer=learner or make_person("Payer"), at=at or yesterday()).papers.get()


def make_name_request(
    certificate: Certificate | None = None, *, words: str = "", at: datetime | None = None
) -> NameRequest:
    """A holder waits for another name on their certificate."""
    certificate = certificate or make_certificate(at=yesterday())
    return ask_for_name(
        certificate=certificate,
        by=certificate.holder,
        kind=NameRequestKind.CHANGE,
        new_name="Noor Prosser",
        words=words,
        at=at or timezone.now(),
    )


def make_invitation(*, email: str = "invited@example.org", at: datetime | None = None) -> Invitation:
    return invite(programme=make_programme(), email=email, by=make_registrar(), at=at or yesterday())


def make_dispute(**made: Any) -> ShiftDispute:
    """A declined shift that its learner took to the registrar, with a letter and a call sheet."""
    at = yesterday()
    shift = make_waiting_shift(at=at, **{"on": days_ago(4)} | made)
    mentor = shift.mentorship.mentor
    shift = decline_shift(shift=shift, mentor=mentor, reason=DeclineReason.NOT_THERE, at=at)
    return open_dispute(shift=shift, account="We wrapped together.", call_sheet=CALL_SHEET, letter=LETTER, at=at)


def make_audit(shift: Shift | None = None, *, answered: bool = True) -> AuditDraw:
    """A signed shift that was drawn, and answered for with a letter."""
    at = yesterday()
    shift = shift or make_signed_shift(on=days_ago(6), at=at)
    draw = AuditDraw.objects.create(shift=shift, month=at.date().replace(day=1), drawn_at=at)
    return answer_audit(draw=draw, answer=AuditAnswer.LETTER, letter=LETTER, at=at) if answered else draw


def make_report(*, at: datetime | None = None) -> RegisterMessage:
    """A message through the register that the holder reported."""
    at = at or yesterday()
    entry = make_entry(make_certificate(at=at, name="Listed Printed"), at=at)
    message = make_message(entry, name="Unkind Sender", text="You were seen at the wrap party.", at=at)
    return report_message(message=message, report="It was not about work.", at=at)


def make_waiver(*, at: datetime) -> Allowance:
    """Somebody was let off the one thing that was asked of them."""
    enrolment = make_ready(at=at, learner=make_person("Let Off"))
    requirement = set_for(enrolment).requirements.get()
    return waive_requirement(
        enrolment=enrolment, requirement=requirement, reason="No set near.", by=make_registrar(), at=at
    )


def make_desk() -> Desk:
    """One of everything, with a signed shift whose title and note no desk may show."""
    at = yesterday()
    make_signing_key()
    ready = make_ready(
        at=at, learner=make_person("Asker"), requirements=[("modules", {}), ("attestation", {"what": "Portfolio talk"})]
    )
    attestation = attest(enrolment=ready, what="Portfolio talk", on=at.date(), by=make_registrar(), at=at)
    asked = ask_for_certificate(enrolment=ready, certificate_name="Asker Printed", at=at)
    assert isinstance(asked, CertificationRequest)
    certificate = make_certificate(at=at, learner=make_person("Holder"), name="Holder Printed")
    mentor = make_mentor("Signer", at=at - timedelta(days=40))
    mentorship = make_mentorship(mentor=mentor, enrolment=asked.enrolment, at=at - timedelta(days=20))
    shift = make_signed_shift(mentorship, on=days_ago(5), at=at)
    invoice = make_invoice()
    programme, registrar = invoice.order.programme, make_registrar()
    fund = Fund.objects.create(name="Understudies", amount_minor=100_000)
    session = make_live_session(asked.enrolment.programme, starts_at=at - timedelta(days=1))
    proposal = propose_revocation(
        certificate=make_certificate(at=at, learner=make_person("Doubted"), name="Doubted Printed"),
        reason=RevocationReason.ETHICS, private_reason="Said by a stranger.", by=make_registrar(), at=at,
    )  # fmt: skip
    return Desk(
        session=session,
        attendance=note_attendance(session=session, enrolment=asked.enrolment, by=registrar, at=at),
        attestation=attestation,
        order=invoice.order,
        concern=Concern.objects.create(order=invoice.order, kind=ConcernKind.DISPUTE, about="dp_1", noticed_at=at),
        plan=invoice.order.plan,
        intake=Intake.objects.create(
            programme=programme, name="Spring", starts_on=timezone.localdate() + timedelta(days=90), places=3
        ),
        coupon=Coupon.objects.create(code="CREW", percent=10, begins_at=at, made_by=registrar),
        fund=fund,
        scholarship=award_scholarship(
            fund=fund, person=make_person("Scholar"), programme=programme, amount_minor=5_000, by=registrar, at=at
        ),
        asked=asked,
        certificate=certificate,
        name_request=make_name_request(certificate),
        invoice=invoice,
        invitation=make_invitation(),
        mentor=mentor,
        application=make_application(make_person("Delphine Applied"), at=at),
        enrolment=asked.enrolment,
        case=proposal.case,
        proposal=proposal,
        shift=shift,
        dispute=make_dispute(mentorship=mentorship),
        audit=make_audit(shift),
        entry=(report := make_report(at=at)).entry,
        message=report,
        document=make_document(make_person("Shower"), issuer="Even Keel Training", issued_on=days_ago(30), at=at),
        design=make_draft(by=registrar, at=at),
        draft=begin_draft(programme=asked.enrolment.programme, by=registrar, at=at),
        allowance=make_waiver(at=at),
        renewal=(renewal := make_asked(at=at, learner=make_person("Renewer"), name="Renewer Printed")),
        credit=make_credit(renewal.certificate, title="A seminar in Leeds", accepted=False, upload=an_upload(), at=at),
    )
