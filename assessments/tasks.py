"""What does a request not wait for? Mail: each task fetches its row and calls `assessments.mail`."""

from django.tasks import task
from django.utils import timezone

from cms.accounts.models import User

from . import mail
from .models import Mentor, Mentorship, MentorshipTerms, Shift, ShiftDispute


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


def _mentorship(mentorship_id: int) -> Mentorship:
    return Mentorship.objects.select_related("mentor__person", "learner").get(pk=mentorship_id)


def _dispute(dispute_id: int) -> ShiftDispute:
    return ShiftDispute.objects.select_related("shift__mentorship__mentor__person", "shift__learner").get(pk=dispute_id)
