"""Who works with whom, and on what terms? A learner asks, both sign the same terms, either ends.

Nothing else writes Mentorship and MentorshipTerms. The mentorship's row is the lock; while there is none, the
enrolment's. With an outside coordinator a mentorship begins when staff accepts them (`assessments.applying`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from . import tasks
from .agreements import current_agreement, digest_of_words
from .mentors import today_of, why_not_signing
from .models import Agreement, CoverRule, Mentor, Mentorship, MentorshipTerms, Pay, ShiftRole

AGREEMENT = "mentorship"  # slug of the text around the terms
LONGEST_SCOPE = 2_000  # characters


class CannotAsk(Exception):
    """The learner cannot ask this mentor."""


class CannotAnswer(Exception):
    """This person cannot begin, decline or end this mentorship now."""


class CannotAgree(Exception):
    """These terms cannot be proposed or signed now. The message says why."""


@dataclass(frozen=True, kw_only=True)
class TermsSaid:
    """What two people agree on. Source: Bectu, mentorship (domain.md §4a): agreed before it starts, never afterwards."""

    scope: str
    starts_on: date
    ends_on: date
    check_in_days: int  # days between check-ins
    pay: Pay
    counts: tuple[ShiftRole, ...]  # roles whose days count
    cover: CoverRule
    notice_days: int  # days of notice to end it


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
    _record(mentorship, "mentorship.asked", by=enrolment.learner, at=at)
    _propose(mentorship, terms, by=enrolment.learner, at=at)
    transaction.on_commit(partial(tasks.tell_mentor_of_request.enqueue, mentorship.pk))
    return mentorship


def load_of(mentor: Mentor) -> int:
    """How many learners they work with now: one query."""
    return mentor.mentorships.filter(begun_at__isnull=False, ended_at=None).count()


@transaction.atomic
def propose_terms(*, mentorship: Mentorship, terms: TermsSaid, by: User, at: datetime) -> MentorshipTerms:
    """Propose other terms, and sign them; they hold once the other of the two has signed as well.

    Until then those signed before go on to hold. Repeating the same gives the version there is. Raises CannotAgree.
    """
    mentorship = _locked(mentorship)
    if by.pk not in (mentorship.learner_id, mentorship.mentor.person_id):
        raise CannotAgree(_("Only the learner and the mentor agree on terms."))
    if mentorship.declined_at or mentorship.ended_at:
        raise CannotAgree(_("This mentorship is over."))
    made = _propose(mentorship, terms, by=by, at=at)
    transaction.on_commit(partial(tasks.tell_of_terms.enqueue, made.pk))
    return made


@transaction.atomic
def sign_terms(*, terms: MentorshipTerms, by: User, at: datetime) -> MentorshipTerms:
    """Sign the newest terms. Once both have, they hold, and a mentorship that was only asked for has begun.

    Repeating changes nothing. Raises CannotAgree for terms that were replaced, and CannotAnswer for a mentor who may
    not sign today.
    """
    mentorship = _locked(terms.mentorship)
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
    _record(mentorship, "mentorship.terms_signed", by=by, at=at, terms=terms)
    if terms.signed_by_both and mentorship.begun_at is None:
        mentorship.begun_at = at
        mentorship.save(update_fields=["begun_at"])
        _record(mentorship, "mentorship.begun", by=by, at=at)
        transaction.on_commit(partial(tasks.tell_of_beginning.enqueue, mentorship.pk, by.pk))
    return terms


@transaction.atomic
def decline_mentorship(*, mentorship: Mentorship, by: User, at: datetime) -> Mentorship:
    """The mentor says no. Repeating changes nothing. Raises CannotAnswer once it has begun."""
    mentorship = _locked(mentorship)
    if mentorship.mentor.person_id != by.pk:
        raise CannotAnswer(_("This request was made to another mentor."))
    if mentorship.declined_at:
        return mentorship
    if mentorship.begun_at:
        raise CannotAnswer(_("You work together already. You can end it instead."))
    mentorship.declined_at = at
    mentorship.save(update_fields=["declined_at"])
    _record(mentorship, "mentorship.declined", by=by, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_no.enqueue, mentorship.pk))
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


def said_in(terms: MentorshipTerms) -> TermsSaid:
    """A version's terms as plain values."""
    return TermsSaid(
        scope=terms.scope,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        check_in_days=terms.check_in_days,
        pay=Pay(terms.pay),
        counts=tuple(ShiftRole(role) for role in terms.counts),
        cover=CoverRule(terms.cover),
        notice_days=terms.notice_days,
    )


def digest_of_terms(agreement: Agreement, said: TermsSaid) -> str:
    """SHA-256 over the agreement's words and the terms, in hexadecimal: what both signatures cover."""
    values = asdict(said) | {"starts_on": said.starts_on.isoformat(), "ends_on": said.ends_on.isoformat()}
    text = json.dumps(["closed-set:mentorship", digest_of_words(agreement), values], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _propose(mentorship: Mentorship, said: TermsSaid, *, by: User, at: datetime) -> MentorshipTerms:
    said = _checked(said)
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
    _record(mentorship, "mentorship.terms_proposed", by=by, at=at, terms=terms)
    return terms


def _checked(said: TermsSaid) -> TermsSaid:
    scope = said.scope.strip()
    if not scope:
        raise CannotAgree(_("Say in a sentence what you will work on."))
    if len(scope) > LONGEST_SCOPE:
        raise CannotAgree(_("Keep it under 2,000 characters."))
    if said.ends_on < said.starts_on:
        raise CannotAgree(_("The last day is before the first."))
    if not 1 <= said.check_in_days <= 366:
        raise CannotAgree(_("Check-ins are 1 to 366 days apart."))
    if said.notice_days > 366 or said.notice_days < 0:
        raise CannotAgree(_("Notice is 366 days at most."))
    counts = _in_order(said.counts)
    if not counts:
        raise CannotAgree(_("Say which days count: at least one role."))
    if said.cover != CoverRule.NEVER and said.pay == Pay.UNPAID and ShiftRole.COVER in counts:
        # Source: Bectu (domain.md §4a): whoever covers works as the coordinator that day, and is paid as one.
        raise CannotAgree(
            _("Whoever stands in works as the coordinator that day, and is paid. Change the pay or the rule.")
        )
    return TermsSaid(**{**asdict(said), "scope": scope, "counts": counts})


def _in_order(roles: Iterable[ShiftRole]) -> tuple[ShiftRole, ...]:
    held = set(roles)
    return tuple(role for role in ShiftRole if role in held)


def _locked(mentorship: Mentorship) -> Mentorship:
    Mentorship.objects.select_for_update(no_key=True).get(pk=mentorship.pk)
    return Mentorship.objects.select_related("mentor__person", "learner").get(pk=mentorship.pk)


def _record(mentorship: Mentorship, verb: str, *, by: User, at: datetime, terms: MentorshipTerms | None = None) -> None:
    facts: history.Facts = {"mentor": mentorship.mentor_id, "enrolment": mentorship.enrolment_id}
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
