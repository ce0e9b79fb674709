"""Which mail about questions, cases, appeals and complaints goes out after the answer? Thin: a row is fetched and told."""

from django.tasks import task

from . import decision_mail as mail
from .models import Appeal, Case, Certificate, Complaint, GiveUpWish, RequestQuestion, RevocationProposal


@task
def tell_of_question(question_id: int) -> None:
    mail.question_asked(RequestQuestion.objects.select_related("request__enrolment__learner").get(pk=question_id))


@task
def tell_of_answer(question_id: int) -> None:
    mail.question_answered(RequestQuestion.objects.select_related("asked__by").get(pk=question_id))


@task
def tell_holder_of_status(certificate_id: int) -> None:
    mail.status_changed(Certificate.objects.select_related("holder").get(pk=certificate_id))


@task
def tell_holder_of_case(case_id: int) -> None:
    mail.case_moved(_case(case_id))


@task
def tell_registrars_of_case(case_id: int) -> None:
    mail.case_opened(_case(case_id))


@task
def tell_registrar_of_response(case_id: int) -> None:
    mail.case_answered(_case(case_id))


@task
def tell_other_registrars(proposal_id: int) -> None:
    mail.proposal_waits(RevocationProposal.objects.select_related("certificate").get(pk=proposal_id))


@task
def tell_proposer(proposal_id: int) -> None:
    mail.proposal_answered(RevocationProposal.objects.select_related("proposed_by").get(pk=proposal_id))


@task
def tell_registrars_of_wish(wish_id: int) -> None:
    mail.wish_said(GiveUpWish.objects.select_related("certificate").get(pk=wish_id))


@task
def tell_contact_of_appeal(appeal_id: int) -> None:
    mail.appeal_to_decide(Appeal.objects.select_related("contact").get(pk=appeal_id))


@task
def tell_registrars_to_name(appeal_id: int) -> None:
    mail.appeal_to_name(Appeal.objects.select_related("case__certificate").get(pk=appeal_id))


@task
def tell_registrar_of_appeal(appeal_id: int) -> None:
    mail.appeal_decided(Appeal.objects.select_related("case").get(pk=appeal_id))


@task
def tell_ombuds(complaint_id: int) -> None:
    """Without the complaint: that there is one is all that a mail says."""
    mail.complaint_waits()


@task
def tell_who_complained(complaint_id: int) -> None:
    mail.complaint_answered(Complaint.objects.get(pk=complaint_id))


def _case(case_id: int) -> Case:
    return Case.objects.select_related("certificate__holder").get(pk=case_id)
