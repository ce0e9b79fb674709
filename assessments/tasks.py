"""What does a request not wait for, and what happens by the clock? Mail: each task fetches its row and calls
`assessments.mail`. By the clock: commands, safe to run twice."""

from crontask import cron
from django.core.management import call_command
from django.tasks import task
from django.utils import timezone

from cms.accounts.models import User

from . import mail
from .models import (
    Agreement,
    AuditDraw,
    CheckIn,
    EvidenceDocument,
    Mentor,
    MentorApplication,
    MentorInvitation,
    Mentorship,
    MentorshipTerms,
    Recommendation,
    RecommendationRequest,
    Shift,
    ShiftDispute,
    TitleReading,
)


@task
def tell_mentor_of_shift(shift_id: int) -> None:
    """By mail to their queue; to an outside coordinator with a link that is made here and goes nowhere else."""
    from .links import make_link  # which enqueues this task

    shift = Shift.objects.whole().get(pk=shift_id)
    if link := make_link(shift=shift, at=timezone.now()):
        mail.sign_link(shift.mentorship.mentor, token=link.token, expires_at=link.expires_at)
    else:
        mail.shift_waits(shift)


@task
def tell_learner_of_question(shift_id: int) -> None:
    mail.shift_returned(Shift.objects.whole().get(pk=shift_id))


@task
def tell_learner_of_decline(shift_id: int) -> None:
    mail.shift_declined(Shift.objects.whole().get(pk=shift_id))


@task
def tell_learner_of_signature(shift_id: int) -> None:
    mail.shift_signed(Shift.objects.whole().get(pk=shift_id))


@task
def tell_learner_of_void(shift_id: int) -> None:
    mail.shift_voided(Shift.objects.whole().get(pk=shift_id))


@task
def ask_mentor_for_account(dispute_id: int) -> None:
    mail.dispute_opened(_dispute(dispute_id))


@task
def tell_of_decision(dispute_id: int) -> None:
    mail.dispute_decided(_dispute(dispute_id))


@task
def tell_new_mentor(mentor_id: int) -> None:
    mail.mentor_approved(Mentor.objects.select_related("person").get(pk=mentor_id))


@task
def tell_mentor_of_request(mentorship_id: int) -> None:
    mail.mentorship_asked(_mentorship(mentorship_id))


@task
def tell_of_beginning(mentorship_id: int, by_id: int) -> None:
    mail.mentorship_begun(_mentorship(mentorship_id), by=by_id)


@task
def tell_learner_of_no(mentorship_id: int) -> None:
    mail.mentorship_declined(_mentorship(mentorship_id))


@task
def tell_of_terms(terms_id: int) -> None:
    mail.terms_proposed(
        MentorshipTerms.objects.select_related("mentorship__mentor__person", "mentorship__learner").get(pk=terms_id)
    )


@task
def tell_of_end(mentorship_id: int, person_id: int) -> None:
    mail.mentorship_ended(_mentorship(mentorship_id), to=User.objects.get(pk=person_id))


@task
def mail_mentor_invitation(invitation_id: int) -> None:
    mail.mentor_invited(MentorInvitation.objects.get(pk=invitation_id))


@task
def tell_of_application(application_id: int) -> None:
    mail.application_answered(
        MentorApplication.objects.select_related("person", "for_enrolment__learner", "mentor").get(pk=application_id)
    )


@task
def remind_of_credential(mentor_id: int) -> None:
    mail.credential_runs_out(Mentor.objects.select_related("person").get(pk=mentor_id))


@task
def tell_mentee_of_stop(mentorship_id: int) -> None:
    mail.mentor_stops(_mentorship(mentorship_id))


@task
def remind_of_check_in(check_in_id: int, person_id: int) -> None:
    mail.check_in_due(CheckIn.objects.get(pk=check_in_id), to=User.objects.get(pk=person_id))


@task
def tell_of_notice(mentorship_id: int, person_id: int) -> None:
    mail.notice_given(_mentorship(mentorship_id), to=User.objects.get(pk=person_id))


@cron("25 6 * * *")
@task
def remind_mentoring() -> None:
    call_command("remind_mentoring", verbosity=0)


@task
def remind_mentor(mentor_id: int, count: int) -> None:
    mail.shifts_unsigned(Mentor.objects.select_related("person").get(pk=mentor_id), count=count)


@task
def tell_registrar_of_unsigned(person_id: int, count: int) -> None:
    mail.shifts_escalated(User.objects.get(pk=person_id), count=count)


@task
def tell_learner_of_reading(reading_id: int) -> None:
    readings = TitleReading.objects.select_related("production__learner").defer("production__title")
    mail.title_read(readings.get(pk=reading_id))


@task
def tell_learner_of_audit(draw_id: int) -> None:
    mail.audit_drawn(_audit(draw_id))


@task
def tell_learner_of_audit_closed(draw_id: int) -> None:
    mail.audit_closed(_audit(draw_id))


@cron("40 5 * * *")
@task
def chase_shifts() -> None:
    call_command("chase_shifts", verbosity=0)


@cron("10 6 2 * *")
@task
def draw_audits() -> None:
    call_command("draw_audits", verbosity=0)


@task
def tell_learner_of_document(document_id: int) -> None:
    mail.document_answered(EvidenceDocument.objects.select_related("person").get(pk=document_id))


@task
def remind_of_document(document_id: int) -> None:
    mail.document_runs_out(EvidenceDocument.objects.select_related("person").get(pk=document_id))


@cron("50 5 * * *")
@task
def remind_evidence() -> None:
    call_command("remind_evidence", verbosity=0)


@task
def ask_mentor_for_recommendation(request_id: int) -> None:
    requests = RecommendationRequest.objects.select_related("mentorship__mentor__person")
    mail.recommendation_asked(requests.get(pk=request_id))


@task
def tell_learner_of_recommendation(recommendation_id: int) -> None:
    mail.recommendation_given(Recommendation.objects.select_related("learner").get(pk=recommendation_id))


@task
def ask_to_sign_again(agreement_id: int) -> None:
    """A task for each person, so that one address that fails keeps nobody else from being told."""
    from .agreements import people_to_sign_again  # which enqueues this task

    agreement = Agreement.objects.get(pk=agreement_id)
    for person_id in people_to_sign_again(agreement).values_list("pk", flat=True):
        tell_of_new_version.enqueue(agreement_id, person_id)


@task
def tell_of_new_version(agreement_id: int, person_id: int) -> None:
    mail.agreement_changed(Agreement.objects.get(pk=agreement_id), to=User.objects.get(pk=person_id))


def _audit(draw_id: int) -> AuditDraw:
    return AuditDraw.objects.select_related("shift__learner").defer("letter").get(pk=draw_id)


def _mentorship(mentorship_id: int) -> Mentorship:
    return Mentorship.objects.select_related("mentor__person", "learner").get(pk=mentorship_id)


def _dispute(dispute_id: int) -> ShiftDispute:
    return ShiftDispute.objects.select_related("shift__mentorship__mentor__person", "shift__learner").get(pk=dispute_id)
