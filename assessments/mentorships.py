"""Who works with whom, and on what terms? A learner asks, both sign the same terms, either ends.

With `assessments.notice`, all that writes Mentorship and MentorshipTerms. The mentorship's row is the lock; while there
is none, the enrolment's. With an outside coordinator a mentorship begins when staff accepts them
(`assessments.applying`).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from . import tasks
from .agreements import current_agreement
from .mentors import today_of, why_not_signing
from .models import Mentor, Mentorship, MentorshipTerms
from .terms_said import CannotAgree, TermsSaid, checked, digest_of_terms, said_in

AGREEMENT = "mentorship"  # slug of the text around the terms


class CannotAsk(Exception):
    """The learner cannot ask this mentor."""


class CannotAnswer(Exception):
    """This person cannot begin, decline or end this mentorship now."""


@transaction.atomic
def ask_mentor(*, mentor: Mentor, enrolment: Enrolment, terms: TermsSaid, at: datetime) -> Mentorship:
    """Ask a mentor on behalf of the enrolment's learner, who signs the terms with it. Repeating gives the open one.

    Raises CannotAsk, and CannotAgree for terms that cannot be.
    """
    # The enrolment's row is the lock: a learner asks one at a time.
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    enrolment = Enrolment.objects.select_related("learner").get(pk=enrolment.pk)
    if mentor.person_id == enrolment.learner_id:
        raise CannotAsk(_("Nobody is their own mentor."))
    if enrolment.withdrawn_at:
        raise CannotAsk(_("You are not on this programme any more."))
    if standing := enrolment.mentorships.filter(mentor=mentor, declined_at=None, ended_at=None).first():
        return standing
    Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)  # whose last place is given once
    mentor = Mentor.objects.select_related("person").get(pk=mentor.pk)
    if mentor.is_outside or not mentor.takes_mentees or mentor.stop_said_at or load_of(mentor) >= mentor.capacity:
        raise CannotAsk(_("This mentor takes nobody new at the moment. Choose another."))
    if why_not_signing(mentor, today_of(mentor, at)):
        raise CannotAsk(_("This mentor takes nobody new at the moment. Choose another."))
    mentorship = Mentorship.objects.create(mentor=mentor, enrolment=enrolment, learner=enrolment.learner, asked_at=at)
    record(mentorship, "mentorship.asked", by=enrolment.learner, at=at)
    _propose(mentorship, terms, by=enrolment.learner, at=at)
    transaction.on_commit(partial(tasks.tell_mentor_of_request.enqueue, mentorship.pk))
    return mentorship


@transaction.atomic
def begin_outside(*, mentor: Mentor, enrolment: Enrolment, asked_at: datetime, by: User, at: datetime) -> Mentorship:
    """Begin a mentorship with an outside coordinator whom staff accepts. Repeating gives the open one.

    They sign no terms: what they sign is each day. Raises CannotAsk.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    enrolment = Enrolment.objects.select_related("learner").get(pk=enrolment.pk)
    if enrolment.withdrawn_at:
        raise CannotAsk(_("The learner is not on this programme any more."))
    if standing := enrolment.mentorships.filter(mentor=mentor, declined_at=None, ended_at=None).first():
        return standing
    mentorship = Mentorship.objects.create(
        mentor=mentor, enrolment=enrolment, learner=enrolment.learner, asked_at=asked_at, begun_at=at
    )
    record(mentorship, "mentorship.begun", by=by, at=at)
    return mentorship


def load_of(mentor: Mentor) -> int:
    """How many learners they work with now: one query."""
    return mentor.mentorships.filter(begun_at__isnull=False, ended_at=None).count()


@transaction.atomic
def propose_terms(*, mentorship: Mentorship, terms: TermsSaid, by: User, at: datetime) -> MentorshipTerms:
    """Propose other terms, and sign them; they hold once the other of the two has signed as well.

    Until then those signed before go on to hold. Repeating the same gives the version there is. Raises CannotAgree.
    """
    mentorship = locked(mentorship)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAgree(_("Only the learner and the mentor agree on terms."))
    if mentorship.mentor.is_outside:
        raise CannotAgree(_("This coordinator has no account here, and signs no terms."))
    if mentorship.declined_at or mentorship.ended_at:
        raise CannotAgree(_("This mentorship is over."))
    newest = newest_terms(mentorship)
    made = _propose(mentorship, terms, by=by, at=at)
    if made != newest:
        transaction.on_commit(partial(tasks.tell_of_terms.enqueue, made.pk))
    return made


@transaction.atomic
def sign_terms(*, terms: MentorshipTerms, by: User, at: datetime) -> MentorshipTerms:
    """Sign the newest terms. Once both have, they hold, and a mentorship that was only asked for has begun.

    Repeating changes nothing. Raises CannotAgree for terms that were replaced, and CannotAnswer for a mentor who may
    not sign today.
    """
    mentorship = locked(terms.mentorship)
    terms = MentorshipTerms.objects.select_related("agreement").get(pk=terms.pk)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAgree(_("Only the learner and the mentor sign their terms."))
    field = "learner_signed_at" if by.pk == mentorship.learner_id else "mentor_signed_at"
    if getattr(terms, field):
        return terms
    if mentorship.declined_at or mentorship.ended_at:
        raise CannotAgree(_("This mentorship is over."))
    if newest_terms(mentorship) != terms:
        raise CannotAgree(_("Other terms were proposed since. Read those, and sign them if they suit you."))
    if terms.digest != digest_of_terms(terms.agreement, said_in(terms)):
        raise CannotAgree(_("These terms are not what was proposed. Write to the registrar."))
    if field == "mentor_signed_at" and (reason := why_not_signing(mentorship.mentor, today_of(by, at))):
        raise CannotAnswer(reason)
    setattr(terms, field, at)
    terms.save(update_fields=[field])
    record(mentorship, "mentorship.terms_signed", by=by, at=at, terms=terms)
    if terms.signed_by_both and mentorship.begun_at is None:
        mentorship.begun_at = at
        mentorship.save(update_fields=["begun_at"])
        record(mentorship, "mentorship.begun", by=by, at=at)
        transaction.on_commit(partial(tasks.tell_of_beginning.enqueue, mentorship.pk, by.pk))
    return terms


@transaction.atomic
def decline_mentorship(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """The mentor says no. Repeating changes nothing. Raises CannotAnswer once it has begun."""
    mentorship = locked(mentorship)
    if mentorship.mentor.person_id != by.pk:
        raise CannotAnswer(_("This request was made to another mentor."))
    if mentorship.declined_at:
        return mentorship
    if mentorship.begun_at:
        raise CannotAnswer(_("You work together already. You can end it instead."))
    mentorship.declined_at = at
    mentorship.save(update_fields=["declined_at"])
    record(mentorship, "mentorship.declined", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_no.enqueue, mentorship.pk))
    return mentorship


@transaction.atomic
def end_mentorship(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """Either of the two ends it. What is signed stays signed. Repeating changes nothing. Raises CannotAnswer."""
    mentorship = locked(mentorship)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAnswer(_("Only the learner or the mentor ends a mentorship."))
    if mentorship.ended_at:
        return mentorship
    if mentorship.begun_at is None:
        raise CannotAnswer(_("This mentorship has not begun."))
    mentorship.ended_at = at
    mentorship.save(update_fields=["ended_at"])
    record(mentorship, "mentorship.ended", by=by, at=at)
    other = mentorship.mentor.person_id if by.pk == mentorship.learner_id else mentorship.learner_id
    if other:
        transaction.on_commit(partial(tasks.tell_of_end.enqueue, mentorship.pk, other))
    return mentorship


def newest_terms(mentorship: Mentorship) -> MentorshipTerms | None:
    """What was proposed last, whether both have signed it or not: one query."""
    return mentorship.terms.order_by("-version").select_related("agreement").first()


def holding_terms(mentorship: Mentorship) -> MentorshipTerms | None:
    """The newest terms that both have signed; None while there are none: one query."""
    signed = mentorship.terms.filter(learner_signed_at__isnull=False, mentor_signed_at__isnull=False)
    return signed.order_by("-version").select_related("agreement").first()


def open_mentorships(learner: User) -> list[Mentorship]:
    """The learner's open mentorships and requests, oldest first: one query."""
    standing = Mentorship.objects.filter(learner=learner, declined_at=None, ended_at=None)
    standing = standing.filter(enrolment__withdrawn_at=None)
    return list(standing.select_related("mentor__person", "enrolment__programme").order_by("asked_at", "pk"))


def _propose(mentorship: Mentorship, said: TermsSaid, *, by: User, at: datetime) -> MentorshipTerms:
    said = checked(said)
    agreement = current_agreement(AGREEMENT)
    if agreement is None:
        raise CannotAgree(_("The academy has published no mentorship agreement yet. Write to the registrar."))
    digest = digest_of_terms(agreement, said)
    newest = newest_terms(mentorship)
    if newest and newest.digest == digest:
        return newest
    own = "learner_signed_at" if by.pk == mentorship.learner_id else "mentor_signed_at"
    terms = MentorshipTerms.objects.create(
        mentorship=mentorship,
        version=newest.version + 1 if newest else 1,
        agreement=agreement,
        proposed_by=by,
        proposed_at=at,
        digest=digest,
        **asdict(said) | {"counts": [role.value for role in said.counts]},
        **{own: at},
    )
    record(mentorship, "mentorship.terms_proposed", by=by, at=at, terms=terms)
    return terms


def locked(mentorship: Mentorship) -> Mentorship:
    """The mentorship's row as it is now, with its people, and nobody else's to change until the transaction ends."""
    Mentorship.objects.select_for_update(no_key=True).get(pk=mentorship.pk)
    return Mentorship.objects.select_related("mentor__person", "learner").get(pk=mentorship.pk)


def record(
    mentorship: Mentorship,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    terms: MentorshipTerms | None = None,
    **more: str | int,
) -> None:
    """One entry in the learner's chain."""
    facts: history.Facts = {"mentor": mentorship.mentor_id, "enrolment": mentorship.enrolment_id, **more}
    if terms:
        facts |= {"version": terms.version, "digest": terms.digest}
    history.record(
        chain=f"learner:{mentorship.learner_id}",
        verb=verb,
        subject=history.name_of(mentorship),
        actor=by,
        at=at,
        facts=facts,
    )
