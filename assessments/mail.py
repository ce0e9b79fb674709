"""Which mails go out about shifts and mentorships? Plain text that says where to look, and nothing of what is there.

No name, no production, no question: a mail is read over shoulders and kept by strangers.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts.models import AcademySettings, User

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
    ShiftState,
    TitleReading,
)


def shift_waits(shift: Shift) -> None:
    """To the mentor, unless it was answered or taken back meanwhile. Outside coordinators get a link instead."""
    mentor = shift.mentorship.mentor
    if shift.state is ShiftState.WAITING and mentor.person:
        _send(mentor.person, _("Something to sign"), "shift_waits", reverse("assessments:queue_shift", args=[shift.pk]))


def sign_link(mentor: Mentor, *, token: str, expires_at: datetime) -> None:
    """To an outside coordinator: the one mail that holds the token of their link."""
    until = date_format(expires_at.astimezone(UTC), "j F Y, H:i")
    path = reverse("assessments:sign_by_link", args=[token])
    _send_to(mentor.email, _("Something to sign"), "sign_link", path, moment=until)


def shift_returned(shift: Shift) -> None:
    _to_learner(shift, _("A question for you"), "shift_returned")


def shift_declined(shift: Shift) -> None:
    _to_learner(shift, _("An answer from your mentor"), "shift_declined")


def shift_signed(shift: Shift) -> None:
    _to_learner(shift, _("Signed"), "shift_signed")


def shift_voided(shift: Shift) -> None:
    _to_learner(shift, _("A shift does not count any more"), "shift_voided")


def dispute_opened(dispute: ShiftDispute) -> None:
    """To the mentor: the registrar would like to hear them too."""
    mentor = dispute.shift.mentorship.mentor
    if mentor.person:
        url = reverse("assessments:dispute_answer", args=[dispute.pk])
        _send(mentor.person, _("The registrar asks for your account"), "dispute_opened", url)


def dispute_decided(dispute: ShiftDispute) -> None:
    """To both."""
    _to_learner(dispute.shift, _("The registrar has decided"), "dispute_decided")
    mentor = dispute.shift.mentorship.mentor
    if mentor.person:
        url = reverse("assessments:shift_detail", args=[dispute.shift_id])
        _send(mentor.person, _("The registrar has decided"), "dispute_decided", url)


def mentor_approved(mentor: Mentor) -> None:
    if mentor.person:
        _send(mentor.person, _("You can sign now"), "mentor_approved", reverse("assessments:queue"))


def mentor_invited(invitation: MentorInvitation) -> None:
    url = reverse("assessments:mentor_invitation", args=[invitation.token])
    _send_to(invitation.email, _("An invitation to mentor"), "mentor_invited", url, until=invitation.expires_at)


def application_answered(application: MentorApplication) -> None:
    """To who asked; and to an outside coordinator who was accepted. A new mentor has a mail of their own."""
    if application.person:
        if application.mentor is None:
            url = reverse("assessments:mentor_apply")
            _send(application.person, _("An answer to your application"), "application_declined", url)
        elif application.mentor.approved_at != application.answered_at:
            url = reverse("assessments:mentor_profile")
            _send(application.person, _("Your credential is noted"), "credential_renewed", url)
    elif application.for_enrolment:
        learner, url = application.for_enrolment.learner, reverse("assessments:shift_mentors")
        accepted = application.mentor is not None
        template = "outside_accepted" if accepted else "outside_declined"
        _send(learner, _("An answer to your request"), template, url)
        if accepted:
            _send_to(application.outside_email, _("You were named as a mentor"), "outside_named", "/")


def credential_runs_out(mentor: Mentor) -> None:
    if mentor.person:
        url, until = reverse("assessments:mentor_apply"), mentor.credential_expires_on
        _send(mentor.person, _("Your credential runs out soon"), "credential_runs_out", url, until=until)


def mentor_stops(mentorship: Mentorship) -> None:
    """To the learner: the last day on which their mentor signs; or that there is none any more."""
    stops_on, url = mentorship.mentor.stops_on, reverse("assessments:shift_mentors")
    if stops_on:
        _send(mentorship.learner, _("A mentor stops signing"), "mentor_stops", url, until=stops_on)
    else:
        _send(mentorship.learner, _("A mentor goes on signing"), "mentor_goes_on", url)


def check_in_due(check_in: CheckIn, *, to: User) -> None:
    url = reverse("assessments:terms", args=[check_in.mentorship_id])
    _send(to, _("A check-in is due"), "check_in_due", url)


def notice_given(mentorship: Mentorship, *, to: User) -> None:
    """To the other of the two; also that it was taken back."""
    url = reverse("assessments:terms", args=[mentorship.pk])
    if mentorship.ends_on:
        _send(to, _("A mentorship ends"), "notice_given", url, until=mentorship.ends_on)
    else:
        _send(to, _("A mentorship goes on"), "notice_taken_back", url)


def mentorship_asked(mentorship: Mentorship) -> None:
    if mentorship.mentor.person:
        url = reverse("assessments:terms", args=[mentorship.pk])
        _send(mentorship.mentor.person, _("Somebody asks to work with you"), "mentorship_asked", url)


def mentorship_begun(mentorship: Mentorship, *, by: int) -> None:
    """To whichever of the two did not sign last."""
    if by == mentorship.learner_id and mentorship.mentor.person:
        _send(mentorship.mentor.person, _("You work together now"), "mentorship_begun", reverse("assessments:queue"))
    else:
        _send(
            mentorship.learner, _("An answer to your request"), "mentorship_begun", reverse("assessments:shift_mentors")
        )


def mentorship_declined(mentorship: Mentorship) -> None:
    url = reverse("assessments:shift_mentors")
    _send(mentorship.learner, _("An answer to your request"), "mentorship_declined", url)


def terms_proposed(terms: MentorshipTerms) -> None:
    """To the other of the two."""
    mentorship = terms.mentorship
    by_learner = terms.proposed_by_id == mentorship.learner_id
    to = mentorship.mentor.person if by_learner else mentorship.learner
    if to:
        url = reverse("assessments:terms", args=[mentorship.pk])
        _send(to, _("Terms to read and sign"), "terms_proposed", url)


def mentorship_ended(mentorship: Mentorship, *, to: User) -> None:
    place = "assessments:shift_mentors" if to.pk == mentorship.learner_id else "assessments:queue"
    _send(to, _("A mentorship has ended"), "mentorship_ended", reverse(place))


def shifts_unsigned(mentor: Mentor, *, count: int) -> None:
    """One reminder, however many wait."""
    if mentor.person:
        _send(mentor.person, _("Still to sign"), "shifts_unsigned", reverse("assessments:queue"), count=count)


def shifts_escalated(registrar: User, *, count: int) -> None:
    """To a registrar. The first page of the admin leads on."""
    _send(registrar, _("Nobody signs"), "shifts_escalated", reverse("wagtailadmin_home"), count=count)


def title_read(reading: TitleReading) -> None:
    """To the learner: neutral words, and where the reason stands."""
    learner = reading.production.learner
    _send(learner, _("A registrar looked something up"), "title_read", reverse("assessments:shift_list"))


def audit_drawn(draw: AuditDraw) -> None:
    url = reverse("assessments:audit_answer", args=[draw.pk])
    _send(draw.shift.learner, _("A random check"), "audit_drawn", url)


def audit_closed(draw: AuditDraw) -> None:
    url = reverse("assessments:audit_answer", args=[draw.pk])
    _send(draw.shift.learner, _("A random check is closed"), "audit_closed", url)


def document_answered(document: EvidenceDocument) -> None:
    """To the learner: which, and what was said, is behind the sign-in. Neither word, if they took it back meanwhile."""
    if not document.withdrawn_at:
        template = "document_returned" if document.returned_at else "document_accepted"
        _send(document.person, _("An answer from the registrar"), template, reverse("assessments:evidence"))


def document_runs_out(document: EvidenceDocument) -> None:
    url, until = reverse("assessments:evidence"), document.expires_on
    _send(document.person, _("Something runs out soon"), "document_runs_out", url, until=until)


def recommendation_asked(request: RecommendationRequest) -> None:
    mentor = request.mentorship.mentor
    if mentor.person:
        url = reverse("assessments:recommend", args=[request.mentorship_id])
        _send(mentor.person, _("Somebody asks for your word"), "recommendation_asked", url)


def recommendation_given(recommendation: Recommendation) -> None:
    """To the learner: that there is a word, or that there is none any more."""
    url = reverse("assessments:recommendations")
    template = "recommendation_given" if recommendation.stands else "recommendation_withdrawn"
    _send(recommendation.learner, _("A word from your mentor"), template, url)


def agreement_changed(agreement: Agreement, *, to: User) -> None:
    url = reverse("assessments:agreement", args=[agreement.slug])
    _send(to, _("Something to read and sign again"), "agreement_changed", url)


def _to_learner(shift: Shift, subject: str, template: str) -> None:
    _send(shift.learner, subject, template, reverse("assessments:shift_detail", args=[shift.pk]))


def _send(person: User, subject: str, template: str, path: str, *, until: date | None = None, **more: Any) -> None:
    _send_to(person.email, subject, template, path, until=until, **more)


def _send_to(address: str, subject: str, template: str, path: str, *, until: date | None = None, **more: Any) -> None:
    """`until` is a day that the mail names: dates and counts are the one thing of what is there that it tells."""
    words = render_to_string(
        f"assessments/mail/{template}.txt",
        {"url": settings.BASE_URL.rstrip("/") + path, "until": until, "academy": AcademySettings.load(), **more},
    )
    send_mail(subject, words.strip() + "\n", None, [address])
