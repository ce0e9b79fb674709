"""What does the page of one shift show, and to whom? Everything its states need, as far as the reader was part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cms.accounts import history, policy
from cms.accounts.models import User

from .disputing import why_not_disputing
from .models import Outcome, Shift, ShiftDispute, ShiftMessage, ShiftState
from .shift_words import (
    Words,
    changed_since,
    decline_of,
    duration,
    hours_of,
    signature_of,
    steps_of,
    void_of,
    words_of,
)
from .shifts import messages_for

# From which states a learner takes a shift back for good; the rest is signed, over, or with the registrar.
WITHDRAWN_FROM = {
    ShiftState.DRAFT,
    ShiftState.WAITING,
    ShiftState.RETURNED,
    ShiftState.PROPOSED,
    ShiftState.DECLINED,
}
CHANGED_IN = {ShiftState.DRAFT, ShiftState.RETURNED, ShiftState.PROPOSED}


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The hours that a mentor would sign. `key` says which proposal was read."""

    key: int
    hours: str
    worked: str


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """A dispute, as far as this reader may read it: nobody reads the other's account before they have given their own."""

    dispute: ShiftDispute
    learners: str
    mentors: str
    mentor_answered: bool
    letter: bool  # whether this reader may open one
    outcome: str
    counts: bool


@dataclass(frozen=True, kw_only=True)
class ShiftPage:
    """One shift for one of the two. What is not this reader's is empty."""

    line: Words
    shift: Shift
    state: str
    mentor: str
    own: bool
    written: Sequence[ShiftMessage]
    steps: Sequence[tuple[str, str, datetime]]
    changed: str
    signature: str
    declined: str
    void: str
    proposed: Proposed | None
    accounts: Accounts | None
    older: Shift | None  # the signed version that this one amends or replaced
    newer: Shift | None  # the signed version that replaced this one
    amendment: Shift | None  # the version that is open
    may_withdraw: bool
    may_dispute: bool


def page_of(shift: Shift, reader: User, *, at: datetime) -> ShiftPage:
    """The page for its learner or its mentor: a constant number of queries for each state. Needs `voided_by` loaded."""
    line = words_of(shift, zone=reader.time_zone)
    own = shift.learner_id == reader.pk
    versions = [other for other in _versions(shift) if policy.may(reader, "shift.read", other)]
    signed = [other for other in versions if other.signed_at and not other.voided_at]
    dispute = shift.disputes.select_related("decided_by").order_by("-pk").first()
    return ShiftPage(
        line=line,
        shift=shift,
        state=line.state.value,
        mentor=shift.mentorship.mentor.name,
        own=own,
        written=messages_for(shift, reader),
        steps=steps_of(history.entries_about(shift)),
        changed=changed_since(shift) if line.state is ShiftState.BROKEN else "",
        signature=signature_of(shift),
        declined=decline_of(shift) if shift.declined_at else "",
        void=void_of(shift) if shift.voided_at else "",
        proposed=_proposed(shift, reader) if line.state is ShiftState.PROPOSED else None,
        accounts=accounts_of(dispute, reader) if dispute else None,
        older=next((other for other in reversed(signed) if other.version < shift.version), None),
        newer=next((other for other in reversed(signed) if other.version > shift.version), None),
        amendment=next((other for other in versions if not other.signed_at and not other.voided_at), None),
        may_withdraw=own and line.state in WITHDRAWN_FROM,
        may_dispute=own and dispute is None and _goes_to_registrar(shift, line.state, at),
    )


def accounts_of(dispute: ShiftDispute, reader: User) -> Accounts:
    """What `reader`, one of the two, may read of a dispute. Needs its shift with the mentorship, and who decided."""
    shift = dispute.shift
    own = shift.learner_id == reader.pk
    answered = dispute.mentor_answered_at is not None
    both = answered or dispute.decided_at is not None
    return Accounts(
        dispute=dispute,
        learners=dispute.account if own or both else "",
        mentors=dispute.mentor_account,
        mentor_answered=answered,
        letter=bool(dispute.letter_digest) and policy.may(reader, "dispute.letter", shift),
        outcome=str(Outcome(dispute.outcome).label) if dispute.outcome else "",
        counts=dispute.outcome == Outcome.COUNTS,
    )


def _versions(shift: Shift) -> list[Shift]:
    """The other versions of the same record, oldest first: one query."""
    others = Shift.objects.filter(record=shift.record).exclude(pk=shift.pk)
    return list(others.select_related("mentorship__mentor").order_by("version"))


def _proposed(shift: Shift, reader: User) -> Proposed | None:
    proposal = shift.proposals.filter(closed_at=None).first()
    if proposal is None:
        return None
    minutes = int((proposal.wrap_at - proposal.call_at).total_seconds()) // 60 - proposal.break_minutes
    hours = hours_of(proposal, zone=reader.time_zone, place=shift.time_zone)
    return Proposed(key=proposal.pk, hours=hours, worked=duration(minutes))


def _goes_to_registrar(shift: Shift, state: ShiftState, at: datetime) -> bool:
    ways = {ShiftState.DECLINED, ShiftState.PROPOSED, ShiftState.WAITING}
    return state in ways and not why_not_disputing(shift, at)
