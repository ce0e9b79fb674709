"""Who asks to become a mentor, whom does a learner name from outside, and what does a registrar answer?

Nothing else writes MentorApplication. An application is answered once; its row is the lock for the
answer. The person's row is the lock for their asking, the enrolment's row for what a learner asks. Whoever takes several
takes them in this order: invitation, application, person or enrolment, mentor, history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from . import tasks
from .inviting import use_up, why_not_invited
from .mentors import (
    CHAIN,
    USUAL_CAPACITY,
    CannotApprove,
    accept_outside,
    addresses_of,
    approve_mentor,
    person_at,
    profile_said,
    today_of,
)
from .mentorships import CannotAsk, begin_outside
from .models import Mentor, MentorApplication, MentorInvitation
from .shift_facts import text_of


class CannotApply(Exception):
    """This application cannot be taken. The message says why."""


class CannotDecide(Exception):
    """This application cannot be answered like this. The message is for the registrar."""


# Asking ----------------------------------------------------------------------------------------------------


@transaction.atomic
def apply_as_mentor(
    *,
    person: User,
    credential_number: str,
    credential_expires_on: date,
    regions: Iterable[str] = (),
    capacity: int = USUAL_CAPACITY,
    conflicts: str = "",
    words: str = "",
    invitation: MentorInvitation | None = None,
    at: datetime,
) -> MentorApplication:
    """Ask a registrar to be approved as a mentor or, as one, to take over a newer credential.

    One waits at a time: repeating gives the waiting one as it is. An invitation is used up by it. Raises CannotApply.
    """
    if invitation:
        invitation = MentorInvitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if invitation and (reason := why_not_invited(invitation, person, at)):
        raise CannotApply(reason)
    if waiting := MentorApplication.objects.filter(person=person, answered_at=None).first():
        use_up(invitation, waiting)
        return waiting
    number = _credential(credential_number, credential_expires_on, today=today_of(person, at))
    mentor = Mentor.objects.filter(person=person).first()
    if mentor and (mentor.credential_number, mentor.credential_expires_on) == (number, credential_expires_on):
        raise CannotApply(_("This is the credential we have. Send the newer one."))
    said_regions, capacity, conflicts = profile_said(regions, capacity, conflicts, CannotApply)
    application = MentorApplication.objects.create(
        person=person,
        credential_number=number,
        credential_expires_on=credential_expires_on,
        regions=said_regions,
        capacity=capacity,
        conflicts=conflicts,
        words=text_of(words, CannotApply),
        applied_at=at,
    )
    _record(application, "mentor_application.made", by=person, at=at)
    use_up(invitation, application)
    return application


@transaction.atomic
def ask_for_outside_mentor(
    *,
    enrolment: Enrolment,
    name: str,
    email: str,
    credential_number: str,
    credential_expires_on: date,
    regions: Iterable[str] = (),
    words: str = "",
    at: datetime,
) -> MentorApplication:
    """Ask a registrar, for the enrolment's learner, to accept a coordinator who has no account here.

    Repeating for an address that waits gives the waiting one. Raises CannotApply, also for an address of the learner's.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    enrolment = Enrolment.objects.select_related("learner").get(pk=enrolment.pk)
    name, email = name.strip(), email.strip().lower()
    if enrolment.withdrawn_at:
        raise CannotApply(_("You are not on this programme any more."))
    if not name or not email:
        raise CannotApply(_("Write their name and their address."))
    if reason := _why_not_outside(enrolment, email):
        raise CannotApply(reason)
    about = MentorApplication.objects.filter(for_enrolment=enrolment, outside_email=email, answered_at=None)
    if waiting := about.first():
        return waiting
    number = _credential(credential_number, credential_expires_on, today=today_of(enrolment.learner, at))
    said_regions, capacity, _none = profile_said(regions, USUAL_CAPACITY, "", CannotApply)
    application = MentorApplication.objects.create(
        for_enrolment=enrolment,
        outside_name=name,
        outside_email=email,
        credential_number=number,
        credential_expires_on=credential_expires_on,
        regions=said_regions,
        capacity=capacity,
        words=text_of(words, CannotApply),
        applied_at=at,
    )
    _record(application, "mentor_application.made", by=enrolment.learner, at=at)
    return application


def _why_not_outside(enrolment: Enrolment, email: str) -> str:
    """Why this address cannot be an outside coordinator's for this learner, as a sentence to them; nothing if it can."""
    if email in addresses_of(enrolment.learner):
        return _("This is an address of your own. Nobody is their own mentor.")
    known = person_at(email)
    if known and Mentor.objects.filter(person=known).exists():
        return _("They are an approved mentor here. Ask them among the mentors instead.")
    with_them = enrolment.mentorships.filter(mentor__outside_email=email, mentor__person=None)
    if with_them.filter(declined_at=None, ended_at=None).exists():
        return _("You work with them already.")
    return ""


# Answering -------------------------------------------------------------------------------------------------


@transaction.atomic
def accept_application(*, application: MentorApplication, by: User, at: datetime) -> MentorApplication:
    """Approve who applied; or accept an outside coordinator, with whom the learner then works from now on.

    Repeating changes nothing. Raises CannotDecide, also for one that was declined, and by whom it is about or for.
    """
    application = _locked(application)
    if application.mentor_id:
        return application
    _refuse(application, by)
    try:
        mentor = _approve(application, by=by, at=at)
    except (CannotApprove, CannotAsk) as refusal:
        raise CannotDecide(str(refusal)) from None
    application.mentor, application.answered_at, application.answered_by = mentor, at, by
    application.save(update_fields=["mentor", "answered_at", "answered_by"])
    _record(application, "mentor_application.accepted", by=by, at=at, mentor=mentor.pk)
    transaction.on_commit(partial(tasks.tell_of_application.enqueue, application.pk))
    return application


def _approve(application: MentorApplication, *, by: User, at: datetime) -> Mentor:
    if application.person:
        return approve_mentor(
            person=application.person,
            credential_number=application.credential_number,
            credential_expires_on=application.credential_expires_on,
            regions=application.regions,
            capacity=application.capacity,
            conflicts=application.conflicts,
            by=by,
            at=at,
        )
    enrolment = application.for_enrolment
    assert enrolment is not None  # noqa: S101 - mentorapplication_of_oneself_or_by_a_learner
    # Asked again: the address may have become an account's since, or the learner's own.
    if _why_not_outside(enrolment, application.outside_email):
        raise CannotApprove(
            _("This address belongs to the learner or to an approved mentor by now, or they work together already.")
        )
    mentor = accept_outside(
        name=application.outside_name,
        email=application.outside_email,
        credential_number=application.credential_number,
        credential_expires_on=application.credential_expires_on,
        regions=application.regions,
        by=by,
        at=at,
    )
    begin_outside(mentor=mentor, enrolment=enrolment, asked_at=application.applied_at, by=by, at=at)
    return mentor


@transaction.atomic
def decline_application(*, application: MentorApplication, reason: str, by: User, at: datetime) -> MentorApplication:
    """Say no, and why: who asked reads it on their page. Repeating changes nothing. Raises CannotDecide."""
    application = _locked(application)
    if application.answered_at and not application.mentor_id:
        return application
    _refuse(application, by)
    reason = text_of(reason, CannotDecide)
    if not reason:
        raise CannotDecide(_("Write the reason; who asked reads it."))
    application.reason, application.answered_at, application.answered_by = reason, at, by
    application.save(update_fields=["reason", "answered_at", "answered_by"])
    _record(application, "mentor_application.declined", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_of_application.enqueue, application.pk))
    return application


def _locked(application: MentorApplication) -> MentorApplication:
    MentorApplication.objects.select_for_update(no_key=True).get(pk=application.pk)
    return MentorApplication.objects.select_related("person", "for_enrolment__learner").get(pk=application.pk)


def _refuse(application: MentorApplication, by: User) -> None:
    if application.answered_at:
        raise CannotDecide(_("This application has been answered already."))
    if by.pk == asked_by(application).pk:
        raise CannotDecide(_("Nobody answers their own application. Ask another registrar."))


def asked_by(application: MentorApplication) -> User:
    """Who asked: for themselves, or the learner. Needs `person` and `for_enrolment__learner` loaded."""
    if application.person:
        return application.person
    assert application.for_enrolment is not None  # noqa: S101 - mentorapplication_of_oneself_or_by_a_learner
    return application.for_enrolment.learner


def _credential(number: str, expires_on: date, *, today: date) -> str:
    number = number.strip()
    if not number:
        raise CannotApply(_("Write the number of the credential."))
    if expires_on < today:
        raise CannotApply(_("This credential has run out already."))
    return number


def _record(application: MentorApplication, verb: str, *, by: User, at: datetime, **facts: int) -> None:
    """In the mentors' chain what is about oneself, in the learner's what a learner asked for."""
    enrolment = application.for_enrolment
    history.record(
        chain=f"learner:{enrolment.learner_id}" if enrolment else CHAIN,
        verb=verb,
        subject=history.name_of(application),
        actor=by,
        at=at,
        facts={"enrolment": enrolment.pk, **facts} if enrolment else dict(facts),
    )
