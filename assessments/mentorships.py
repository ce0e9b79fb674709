"""Who works with whom? A learner asks, the mentor begins or declines, either ends. Nothing else writes Mentorship."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from . import tasks
from .mentors import today_of, why_not_signing
from .models import Mentor, Mentorship


class CannotAsk(Exception):
    """The learner cannot ask this mentor."""


class CannotAnswer(Exception):
    """This person cannot begin, decline or end this mentorship now."""


@transaction.atomic
def ask_mentor(*, mentor: Mentor, enrolment: Enrolment, at: datetime) -> Mentorship:
    """Ask a mentor on behalf of the enrolment's learner. Repeating gives the open one. Raises CannotAsk."""
    # The enrolment's row is the lock: a learner asks one at a time.
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    enrolment = Enrolment.objects.select_related("learner").get(pk=enrolment.pk)
    if mentor.person_id == enrolment.learner_id:
        raise CannotAsk(_("Nobody is their own mentor."))
    if enrolment.withdrawn_at:
        raise CannotAsk(_("You are not on this programme any more."))
    if standing := enrolment.mentorships.filter(mentor=mentor, declined_at=None, ended_at=None).first():
        return standing
    mentor = Mentor.objects.select_related("person").get(pk=mentor.pk)
    if not mentor.takes_mentees or why_not_signing(mentor, today_of(mentor.person, at)):
        raise CannotAsk(_("This mentor takes nobody new at the moment. Choose another."))
    mentorship = Mentorship.objects.create(mentor=mentor, enrolment=enrolment, learner=enrolment.learner, asked_at=at)
    _record(mentorship, "mentorship.asked", by=enrolment.learner, at=at)
    transaction.on_commit(partial(tasks.tell_mentor_of_request.enqueue, mentorship.pk))
    return mentorship


@transaction.atomic
def begin_mentorship(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """The mentor says yes. Repeating changes nothing. Raises CannotAnswer, also for a mentor who may not sign today."""
    mentorship = _as_mentor(mentorship, by)
    if mentorship.begun_at and not mentorship.ended_at:
        return mentorship
    if mentorship.declined_at:
        raise CannotAnswer(_("You have declined this request already. They may ask again."))
    if mentorship.ended_at:
        raise CannotAnswer(_("This mentorship has ended. They may ask again."))
    if reason := why_not_signing(mentorship.mentor, today_of(by, at)):
        raise CannotAnswer(reason)
    mentorship.begun_at = at
    mentorship.save(update_fields=["begun_at"])
    _record(mentorship, "mentorship.begun", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_answer.enqueue, mentorship.pk))
    return mentorship


@transaction.atomic
def decline_mentorship(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """The mentor says no. Repeating changes nothing. Raises CannotAnswer once it has begun."""
    mentorship = _as_mentor(mentorship, by)
    if mentorship.declined_at:
        return mentorship
    if mentorship.begun_at:
        raise CannotAnswer(_("You work together already. You can end it instead."))
    mentorship.declined_at = at
    mentorship.save(update_fields=["declined_at"])
    _record(mentorship, "mentorship.declined", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_answer.enqueue, mentorship.pk))
    return mentorship


@transaction.atomic
def end_mentorship(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """Either of the two ends it. What is signed stays signed. Repeating changes nothing. Raises CannotAnswer."""
    mentorship = _locked(mentorship)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAnswer(_("Only the learner or the mentor ends a mentorship."))
    if mentorship.ended_at:
        return mentorship
    if mentorship.begun_at is None:
        raise CannotAnswer(_("This mentorship has not begun."))
    mentorship.ended_at = at
    mentorship.save(update_fields=["ended_at"])
    _record(mentorship, "mentorship.ended", by=by, at=at)
    other = mentorship.mentor.person_id if by.pk == mentorship.learner_id else mentorship.learner_id
    transaction.on_commit(partial(tasks.tell_of_end.enqueue, mentorship.pk, other))
    return mentorship


def _locked(mentorship: Mentorship) -> Mentorship:
    Mentorship.objects.select_for_update(no_key=True).get(pk=mentorship.pk)
    return Mentorship.objects.select_related("mentor__person", "learner").get(pk=mentorship.pk)


def _as_mentor(mentorship: Mentorship, by: User) -> Mentorship:
    mentorship = _locked(mentorship)
    if mentorship.mentor.person_id != by.pk:
        raise CannotAnswer(_("This request was made to another mentor."))
    return mentorship


def _record(mentorship: Mentorship, verb: str, *, by: User, at: datetime) -> None:
    history.record(
        chain=f"learner:{mentorship.learner_id}",
        verb=verb,
        subject=history.name_of(mentorship),
        actor=by,
        at=at,
        facts={"mentor": mentorship.mentor_id, "enrolment": mentorship.enrolment_id},
    )
