"""Which mails go out about shifts and mentorships? Plain text that says where to look, and nothing of what is there.

No name, no production, no question: a mail is read over shoulders and kept by strangers.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.accounts.models import User

from .models import Mentor, Mentorship, Shift


def shift_waits(shift: Shift) -> None:
    """To the mentor, unless it was signed or taken back meanwhile."""
    if shift.submitted_at and not shift.returned_at and not shift.signed_at:
        url = reverse("assessments:queue_shift", args=[shift.pk])
        _send(shift.mentorship.mentor.person, _("Something to sign"), "shift_waits", url)


def shift_returned(shift: Shift) -> None:
    url = reverse("assessments:shift_detail", args=[shift.pk])
    _send(shift.learner, _("A question for you"), "shift_returned", url)


def shift_signed(shift: Shift) -> None:
    url = reverse("assessments:shift_detail", args=[shift.pk])
    _send(shift.learner, _("Signed"), "shift_signed", url)


def mentor_approved(mentor: Mentor) -> None:
    _send(mentor.person, _("You can sign now"), "mentor_approved", reverse("assessments:queue"))


def mentorship_asked(mentorship: Mentorship) -> None:
    _send(
        mentorship.mentor.person, _("Somebody asks to work with you"), "mentorship_asked", reverse("assessments:queue")
    )


def mentorship_answered(mentorship: Mentorship) -> None:
    template = "mentorship_begun" if mentorship.begun_at else "mentorship_declined"
    _send(mentorship.learner, _("An answer to your request"), template, reverse("assessments:shift_mentors"))


def mentorship_ended(mentorship: Mentorship, *, to: User) -> None:
    place = "assessments:shift_mentors" if to.pk == mentorship.learner_id else "assessments:queue"
    _send(to, _("A mentorship has ended"), "mentorship_ended", reverse(place))


def _send(person: User, subject: str, template: str, path: str) -> None:
    words = render_to_string(f"assessments/mail/{template}.txt", {"url": settings.BASE_URL.rstrip("/") + path})
    send_mail(subject, words.strip() + "\n", None, [person.email])
