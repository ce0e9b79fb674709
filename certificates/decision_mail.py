"""Whom do we write to about questions, cases, appeals and complaints? To say where to look, and nothing of what is there.

A mail is read over shoulders and kept by strangers: no name, no reason and no delicate word, in subject or body.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.roles import Role

from .complaints import ombuds
from .issuer import address_of
from .models import Appeal, Case, Certificate, Complaint, DecisionKind, GiveUpWish, RequestQuestion, RevocationProposal
from .revoking import other_registrars


def question_asked(question: RequestQuestion) -> None:
    _send(
        question.request.enrolment.learner.email,
        _("A question for you"),
        _("the registrar has a question before they answer your request. Please read and answer it here:"),
        address_of("certificates:question", question.pk),
    )


def question_answered(question: RequestQuestion) -> None:
    """To the registrar who asked."""
    _send(
        question.asked.by.email,
        _("An answer for you"),
        _("a learner has answered your question. The request is with you again:"),
        address_of("desk:request_detail", question.request_id),
    )


def status_changed(certificate: Certificate) -> None:
    """To the holder, when it was suspended, stands again, or was ended as they asked."""
    _send(
        certificate.holder.email,
        _("Something for you to read"),
        _("something about a document of yours has changed. What it is now is on your page:"),
        address_of("certificates:list"),
    )


def case_moved(case: Case) -> None:
    """To the holder: a notice, a decision, or the answer to an appeal."""
    _send(
        case.certificate.holder.email,
        _("Something for you to read"),
        _("there is a letter for you. You may answer it until the day it names. Please sign in and read it:"),
        address_of("certificates:case", case.pk),
    )


def case_opened(case: Case) -> None:
    """To the registrars, when the ombud passed something on."""
    _send_to_all(
        _registrars(but=[case.certificate.holder_id]),
        _("Something at the desk"),
        _("the ombud has passed something on to the registrars:"),
        address_of("desk:case_detail", case.pk),
    )


def case_answered(case: Case) -> None:
    """To the registrar who gave notice."""
    notice = case.decisions.select_related("by").filter(kind=DecisionKind.NOTICE).latest("pk")
    _send(
        notice.by.email,
        _("An answer for you"),
        _("your letter has been answered. The case can be decided:"),
        address_of("desk:case_detail", case.pk),
    )


def proposal_waits(proposal: RevocationProposal) -> None:
    """To every registrar who may confirm it."""
    _send_to_all(
        other_registrars(proposal),
        _("Something at the desk"),
        _("a registrar has proposed something that a second one has to confirm:"),
        address_of("desk:revocation_detail", proposal.pk),
    )


def proposal_answered(proposal: RevocationProposal) -> None:
    _send(
        proposal.proposed_by.email,
        _("An answer for you"),
        _("another registrar has answered what you proposed:"),
        address_of("desk:revocation_detail", proposal.pk),
    )


def wish_said(wish: GiveUpWish) -> None:
    _send_to_all(
        _registrars(but=[wish.certificate.holder_id]),
        _("Something at the desk"),
        _("somebody no longer wants a document of theirs:"),
        address_of("desk:certificate_detail", wish.certificate_id),
    )


def appeal_to_decide(appeal: Appeal) -> None:
    """To the independent contact."""
    assert appeal.contact is not None  # noqa: S101 - the task is sent once there is one
    _send(
        appeal.contact.email,
        _("You are asked to look at something"),
        _("you are asked, as somebody who took no part, to look at a decision once more:"),
        address_of("certificates:appeal", appeal.pk),
    )


def appeal_to_name(appeal: Appeal) -> None:
    _send_to_all(
        _registrars(but=[appeal.case.certificate.holder_id]),
        _("Something at the desk"),
        _("an independent contact has to be named for an appeal:"),
        address_of("desk:case_detail", appeal.case_id),
    )


def appeal_decided(appeal: Appeal) -> None:
    """To the registrar who decided the case."""
    decided = appeal.case.decisions.select_related("by").filter(kind=appeal.case.outcome).latest("pk")
    _send(
        decided.by.email,
        _("An answer for you"),
        _("an appeal has been decided:"),
        address_of("desk:case_detail", appeal.case_id),
    )


def complaint_waits() -> None:
    _send_to_all(
        ombuds(),
        _("Something for you to read"),
        _("somebody has written to you through the site. Please sign in and read it:"),
        address_of("ombud:complaint_list"),
    )


def complaint_answered(complaint: Complaint) -> None:
    """To the address that was left for it. The code is not in the mail: only they have it."""
    _send(
        complaint.address,
        _("There is an answer for you"),
        _("there is an answer to what you sent us. Read it here, with the code you were given:"),
        address_of("certificates:complaint_find"),
    )


def _registrars(*, but: Iterable[int]) -> Iterable[User]:
    return User.objects.filter(is_active=True, groups__name=Role.REGISTRAR.value).exclude(pk__in=but)


def _send_to_all(people: Iterable[User], subject: str, sentence: str, url: str) -> None:
    """A mail each: nobody learns who else was written to."""
    for person in people:
        _send(person.email, subject, sentence, url)


def _send(address: str, subject: str, sentence: str, url: str) -> None:
    words = render_to_string(
        "certificates/mail/to_read.txt", {"sentence": sentence, "url": url, "academy": AcademySettings.load()}
    )
    send_mail(subject, words.strip() + "\n", None, [address])
