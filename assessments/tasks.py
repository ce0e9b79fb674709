"""What does a request not wait for? Mail: each task fetches its row and calls `assessments.mail`."""

from django.tasks import task

from cms.accounts.models import User

from . import mail
from .models import Mentor, Mentorship, Shift


@task
def tell_mentor_of_shift(shift_id: int) -> None:
    mail.shift_waits(Shift.objects.whole().get(pk=shift_id))


@task
def tell_learner_of_question(shift_id: int) -> None:
    mail.shift_returned(Shift.objects.whole().get(pk=shift_id))


@task
def tell_learner_of_signature(shift_id: int) -> None:
    mail.shift_signed(Shift.objects.whole().get(pk=shift_id))


@task
def tell_new_mentor(mentor_id: int) -> None:
    mail.mentor_approved(Mentor.objects.select_related("person").get(pk=mentor_id))


@task
def tell_mentor_of_request(mentorship_id: int) -> None:
    mail.mentorship_asked(_mentorship(mentorship_id))


@task
def tell_learner_of_answer(mentorship_id: int) -> None:
    mail.mentorship_answered(_mentorship(mentorship_id))


@task
def tell_of_end(mentorship_id: int, person_id: int) -> None:
    mail.mentorship_ended(_mentorship(mentorship_id), to=User.objects.get(pk=person_id))


def _mentorship(mentorship_id: int) -> Mentorship:
    return Mentorship.objects.select_related("mentor__person", "learner").get(pk=mentorship_id)
