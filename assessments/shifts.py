"""How does a day on set become evidence? What its learner does: record, hand in, answer, take back, amend, withdraw.

The learner's row is the lock for what they record; the shift's row for what happens to it. Whoever takes both takes the
learner's first. What a mentor answers is `assessments.answering`, a signature `assessments.signing`, a dispute
`assessments.disputing`; nothing else writes Shift.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from . import tasks
from .guard import code_findings
from .mentorships import holding_terms
from .models import (
    HoursProposal,
    Mentorship,
    Outcome,
    Production,
    ShadowingSettings,
    Shift,
    ShiftDispute,
    ShiftMessage,
    ShiftState,
    SignLink,
    VoidReason,
)
from .sealing import digest_of, material_facts
from .shift_facts import (
    LONGEST_TITLE,
    CannotRecord,
    ShiftFields,
    fill,
    overlap_with,
    overlapping,
    says,
    text_of,
)
from .shift_history import note

CODE = re.compile(r"[A-Z0-9-]{3,12}")
CODE_PREFIX = "PRJ-"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they are misread


class CannotHandIn(CannotRecord):
    """The shift cannot go to the mentor as it is."""


class CannotAmend(Exception):
    """This shift cannot be amended now."""


class CannotVoid(Exception):
    """This shift cannot be made void by this person."""


# Productions -----------------------------------------------------------------------------------------------


@transaction.atomic
def make_production(*, learner: User, code: str = "", title: str = "", at: datetime) -> Production:
    """A production of the learner's, by its code: theirs (letters, digits and hyphens), or one made for it.

    Repeating with a code gives the one there is, and keeps its title. Raises CannotRecord for a code that is not one.
    """
    lock_learner(learner)
    code, title = code.strip().upper(), title.strip()
    if len(title) > LONGEST_TITLE:
        raise CannotRecord(_("Keep the title under 200 characters."), field="new_title")
    taken = {production.code: production for production in learner.productions.all()}
    if not code:
        code = a_free_code(taken.values())
    elif not CODE.fullmatch(code) or not code.strip("-"):
        raise CannotRecord(_("A code has 3 to 12 letters, digits or hyphens, such as PRJ-7Q2."), field="new_code")
    if code in taken:
        return taken[code]
    return Production.objects.create(learner=learner, code=code, title=title, made_at=at)


def a_free_code(taken: Iterable[Production]) -> str:
    """A code such as PRJ-7Q2 that none of these productions has, and that the guard does not read as words."""
    codes = {production.code for production in taken}
    while True:
        code = CODE_PREFIX + "".join(secrets.choice(CROCKFORD) for _place in range(3))
        if code not in codes and not code_findings(code):
            return code


# Recording -------------------------------------------------------------------------------------------------


@transaction.atomic
def log_shift(
    *,
    learner: User,
    mentorship: Mentorship,
    production: Production,
    at: datetime,
    device_key: str = "",
    **fields: Unpack[ShiftFields],
) -> Shift:
    """Record a shift as a draft. Repeating all the same gives the one there is. Raises CannotRecord.

    `device_key` is a device's own name for what it kept while offline. Sent again with it, a draft takes the newer
    words, and a shift that was handed in meanwhile stays as it is.
    """
    lock_learner(learner)
    if device_key and (known := Shift.objects.filter(learner=learner, device_key=device_key).first()):
        if known.state is not ShiftState.DRAFT:
            return known
        return change_shift(shift=known, mentorship=mentorship, production=production, at=at, **fields)
    shift = Shift(learner=learner, enrolment=mentorship.enrolment, logged_at=at, device_key=device_key)
    fill(shift, mentorship=mentorship, production=production, fields=fields, at=at)
    if other := overlapping(shift):
        if says(other) == says(shift):
            return other
        raise overlap_with(other)
    shift.save(force_insert=True)
    note(shift, "shift.logged", actor=learner, at=at)
    return shift


@transaction.atomic
def change_shift(
    *,
    shift: Shift,
    mentorship: Mentorship,
    production: Production,
    at: datetime,
    **fields: Unpack[ShiftFields],
) -> Shift:
    """Say something else about a draft, or about a shift the mentor asked about or proposed other hours for.

    Repeating the same changes nothing. Given to another mentor, a shift is a draft again. Raises CannotRecord, also for
    one that is waiting, signed, declined or void.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    refuse_unless_open(shift)
    if _is_waiting(shift):
        raise CannotRecord(_("This shift is with your mentor. Take it back first, then change it."))
    before = says(shift)
    moved = shift.mentorship_id != mentorship.pk
    fill(shift, mentorship=mentorship, production=production, fields=fields, at=at)
    if other := overlapping(shift):
        raise overlap_with(other)
    if before == says(shift):
        return shift
    if moved:
        shift.submitted_at = shift.returned_at = shift.proposed_at = None
    elif shift.proposed_at:
        shift.returned_at, shift.proposed_at = at, None
    _close_proposals(shift, at=at)
    _end_links(shift, at=at)
    if shift.submitted_at and shift.submitted_at < shift.wrap_at:
        shift.submitted_at = at
    shift.save()
    note(shift, "shift.moved" if moved else "shift.changed", actor=shift.learner, at=at)
    return shift


# Between learner and mentor --------------------------------------------------------------------------------


@transaction.atomic
def submit_shift(*, shift: Shift, answer: str = "", at: datetime) -> Shift:
    """Hand a draft to its mentor, or hand it back with an `answer` to what they asked. Repeating changes nothing.

    Raises CannotHandIn for a shift that is too old, says too little, or whose mentorship has ended.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    if shift.signed_at or _is_waiting(shift):
        return shift
    refuse_unless_open(shift, CannotHandIn)
    if shift.proposed_at:
        raise CannotHandIn(
            _("Your mentor proposed other hours. Accept them, change the shift, or go to the registrar.")
        )
    answer = text_of(answer, CannotHandIn)
    if shift.mentorship.ended_at:
        raise CannotHandIn(_("This mentorship has ended. Choose another mentor, then hand it in."), field="mentorship")
    if shift.enrolment.withdrawn_at:
        raise CannotHandIn(_("You are not on this programme any more."), field="mentorship")
    if not shift.phases:
        raise CannotHandIn(_("Say which phase it was: at least one."), field="phases")
    _refuse_outside_terms(shift)
    first_time = shift.submitted_at is None
    shift.submitted_at = shift.submitted_at or at
    if too_old := _too_old(shift, shift.submitted_at):
        raise CannotHandIn(too_old, field="worked_on")
    shift.returned_at = None
    shift.save(update_fields=["submitted_at", "returned_at"])
    if answer:
        ShiftMessage.objects.create(shift=shift, author=shift.learner, written_at=at, text=answer)
    note(shift, "shift.submitted" if first_time else "shift.answered", actor=shift.learner, at=at)
    transaction.on_commit(partial(tasks.tell_mentor_of_shift.enqueue, shift.pk))
    return shift


@transaction.atomic
def take_back_shift(*, shift: Shift, at: datetime) -> Shift:
    """Make a shift that is with the mentor a draft again. Repeating changes nothing. Raises CannotRecord if signed."""
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    refuse_unless_open(shift)
    if shift.submitted_at is None:
        return shift
    shift.submitted_at = shift.returned_at = shift.proposed_at = None
    shift.save(update_fields=["submitted_at", "returned_at", "proposed_at"])
    _close_proposals(shift, at=at)
    _end_links(shift, at=at)
    note(shift, "shift.taken_back", actor=shift.learner, at=at)
    return shift


@transaction.atomic
def accept_hours(*, shift: Shift, seen: int | None = None, at: datetime) -> Shift:
    """Take the hours that the mentor proposed; the shift is with them again, to be signed. Repeating changes nothing.

    `seen` is the key of the proposal that the learner was shown; when it is given, no other is accepted. Raises
    CannotRecord when nothing is proposed, or the hours overlap another shift.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    proposal = shift.proposals.order_by("-pk").first()
    if proposal and proposal.accepted_at and _is_waiting(shift):
        return shift
    refuse_unless_open(shift)
    if proposal is None or proposal.closed_at or shift.proposed_at is None:
        raise CannotRecord(_("No other hours are proposed for this shift."))
    if seen is not None and seen != proposal.pk:
        raise CannotRecord(_("Your mentor has proposed other hours since. Read them once more."))
    shift.call_at, shift.wrap_at, shift.break_minutes = proposal.call_at, proposal.wrap_at, proposal.break_minutes
    shift.worked_on = proposal.call_at.astimezone(time_zone(shift.time_zone)).date()
    if other := overlapping(shift):
        raise overlap_with(other)
    shift.proposed_at = None
    shift.save(update_fields=["call_at", "wrap_at", "break_minutes", "worked_on", "proposed_at"])
    proposal.accepted_at = proposal.closed_at = at
    proposal.save(update_fields=["accepted_at", "closed_at"])
    note(shift, "shift.hours_accepted", actor=shift.learner, at=at)
    transaction.on_commit(partial(tasks.tell_mentor_of_shift.enqueue, shift.pk))
    return shift


def messages_for(shift: Shift, person: User | None) -> list[ShiftMessage]:
    """What was written about the shift, as far as `person` was part of it, oldest first: one query.

    None is an outside coordinator. A mentor who took over from another does not read what was written with the one before.
    """
    messages = list(shift.messages.select_related("author").order_by("written_at", "pk"))
    own_key = person.pk if person else None
    if own_key == shift.learner_id:
        return messages
    strangers = [message for message in messages if message.author_id not in (shift.learner_id, own_key)]
    if not strangers:
        return messages
    own = [message for message in messages if message.author_id == own_key]
    return [message for message in messages if own and message.pk >= own[0].pk and message not in strangers]


# Afterwards ------------------------------------------------------------------------------------------------


@transaction.atomic
def amend_shift(*, shift: Shift, at: datetime) -> Shift:
    """Begin a new version of a signed shift, as a draft that says the same. Repeating gives the one that is open.

    The signed one counts, and its seal holds, until the new one is signed. Raises CannotAmend for anything else.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    if open_one := Shift.objects.filter(record=shift.record, signed_at=None, voided_at=None).first():
        return open_one
    if shift.state is not ShiftState.SIGNED:
        raise CannotAmend(_("Only a signed shift is amended. This one can be changed as it is, or is over."))
    latest = Shift.objects.filter(record=shift.record).order_by("-version").values_list("version", flat=True)[0]
    new = Shift(record=shift.record, version=latest + 1, logged_at=at)
    for name in SAID:
        setattr(new, name, getattr(shift, name))
    new.save(force_insert=True)
    note(new, "shift.amended", actor=new.learner, at=at, amends=shift.pk)
    return new


# What a learner says in a shift, which an amendment begins with.
SAID = (
    "learner", "enrolment", "mentorship", "production", "medium", "region", "union", "time_zone", "worked_on", "call_at",
    "wrap_at", "break_minutes", "role", "phases", "scenes", "duties", "competencies", "learning_note",
)  # fmt: skip


@transaction.atomic
def void_shift(*, shift: Shift, by: User, reason: VoidReason, at: datetime, as_registrar: bool = False) -> Shift:
    """Say that a shift does not count, for a reason; the row and its seal stay readable. Repeating changes nothing.

    A learner withdraws what is not signed. A registrar voids anything, and with a signed one its open amendment; a
    dispute about either is over with it. Raises CannotVoid.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    if shift.voided_at:
        return shift
    if shift.superseded_at:
        raise CannotVoid(_("This version was replaced. Look at the newest one."))
    if not as_registrar and (by.pk != shift.learner_id or shift.signed_at or shift.disputed_at):
        raise CannotVoid(_("This shift cannot be withdrawn. Write to the registrar."))
    amendment = Shift.objects.filter(record=shift.record, signed_at=None, voided_at=None).exclude(pk=shift.pk).first()
    for row in (shift, amendment):
        if row is None:
            continue
        row.voided_at, row.voided_by, row.void_reason = at, by, reason
        row.save(update_fields=["voided_at", "voided_by", "void_reason"])
        _close_proposals(row, at=at)
        _end_links(row, at=at)
        # A void shift is decided about: nobody is asked any more whether it counts.
        ShiftDispute.objects.filter(shift=row, decided_at=None).update(
            decided_at=at, decided_by=by, outcome=Outcome.DOES_NOT
        )
        note(Shift.objects.whole().get(pk=row.pk), "shift.voided", actor=by, at=at)
    if as_registrar:
        transaction.on_commit(partial(tasks.tell_learner_of_void.enqueue, shift.pk))
    return shift


def what_is_signed(shift: Shift) -> str:
    """A digest of what a signature would cover now; a card carries it so that only what was read is signed."""
    return digest_of(material_facts(shift))


# Locks and small things ------------------------------------------------------------------------------------


def lock_learner(learner: User) -> None:
    """Until the transaction ends, nobody else records for this learner."""
    # Not against rows that only refer to the person, such as a history entry written meanwhile by their mentor.
    User.objects.select_for_update(no_key=True).get(pk=learner.pk)


def lock_shift(shift: Shift) -> Shift:
    """The shift as it is now, its row held until the transaction ends."""
    # Locked first and joined afterwards: a lock that had to wait would join to rows as they were before the wait.
    Shift.objects.select_for_update(no_key=True).get(pk=shift.pk)
    return Shift.objects.whole().select_related("enrolment").get(pk=shift.pk)


def refuse_unless_open(shift: Shift, refusal: type[CannotRecord] = CannotRecord) -> None:
    """Raise for a shift that nobody changes any more as it stands."""
    if shift.voided_at:
        raise refusal(_("This shift is void. It stays as it is."))
    if shift.signed_at:
        raise refusal(_("This shift is signed and sealed. It stays as it is."))
    if shift.disputed_at:
        raise refusal(_("This shift is with the registrar, who decides about it."))
    if shift.declined_at:
        raise refusal(_("This shift was declined. Go to the registrar with it, or withdraw it and record it anew."))


def _is_waiting(shift: Shift) -> bool:
    return shift.state is ShiftState.WAITING


def _close_proposals(shift: Shift, *, at: datetime) -> None:
    HoursProposal.objects.filter(shift=shift, closed_at=None).update(closed_at=at)


def _end_links(shift: Shift, *, at: datetime) -> None:
    SignLink.objects.filter(shift=shift, used_at=None, ended_at=None).update(ended_at=at)


def _refuse_outside_terms(shift: Shift) -> None:
    """What both signed says which days count. An outside coordinator signs no terms, and a day with one counts."""
    terms = holding_terms(shift.mentorship)
    if terms is None:
        return
    if not terms.cover_day(shift.worked_on):
        raise CannotHandIn(
            _("This day is outside of the time you two agreed on. Agree on other terms first."), field="worked_on"
        )
    if shift.role not in terms.counts:
        raise CannotHandIn(
            _("By your terms a day in this role does not count. Agree on other terms first."), field="role"
        )


def _too_old(shift: Shift, at: datetime) -> str:
    if shift.version > 1:
        return ""  # an amendment puts right what was handed in in time
    limit = ShadowingSettings.load().backdate_days
    days = (at.astimezone(time_zone(shift.time_zone)).date() - shift.worked_on).days
    if days <= limit:
        return ""
    return ngettext(
        "This was %(days)s day ago. A shift is handed in within %(limit)s days; write to the registrar.",
        "This was %(days)s days ago. A shift is handed in within %(limit)s days; write to the registrar.",
        days,
    ) % {"days": days, "limit": limit}
