"""How does a day on set become evidence? Recorded, handed in, asked about, answered, signed. Nothing else writes Shift.

The learner's row is the lock for what they record; the shift's row for what happens to it. Whoever takes both takes the
learner's first. A signature is a one-way door.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from . import tasks
from .mentors import why_not_signing
from .models import Competency, Level, Mentor, Mentorship, Production, Shift, ShiftMessage
from .sealing import digest_of, material_facts, seal_of, sealed_facts
from .shift_facts import (
    BACKDATE_LIMIT_DAYS,
    LONGEST_TITLE,
    CannotRecord,
    ShiftFields,
    fill,
    overlap_with,
    overlapping,
    says,
    text_of,
)

CODE = re.compile(r"[A-Z0-9-]{3,12}")
CODE_PREFIX = "PRJ-"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they are misread


class CannotHandIn(CannotRecord):
    """The shift cannot go to the mentor as it is."""


class CannotReturn(Exception):
    """The mentor cannot ask about this shift now."""


class CannotSign(Exception):
    """This person cannot sign this shift now."""


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
    """A code such as PRJ-7Q2 that none of these productions has."""
    codes = {production.code for production in taken}
    while (code := CODE_PREFIX + "".join(secrets.choice(CROCKFORD) for _place in range(3))) in codes:
        pass
    return code


# Recording -------------------------------------------------------------------------------------------------


@transaction.atomic
def log_shift(
    *,
    learner: User,
    mentorship: Mentorship,
    production: Production,
    at: datetime,
    **fields: Unpack[ShiftFields],
) -> Shift:
    """Record a shift as a draft. Repeating all the same gives the one there is. Raises CannotRecord."""
    lock_learner(learner)
    shift = Shift(learner=learner, enrolment=mentorship.enrolment, logged_at=at)
    fill(shift, mentorship=mentorship, production=production, fields=fields, at=at)
    if other := overlapping(shift):
        if says(other) == says(shift):
            return other
        raise overlap_with(other)
    shift.save(force_insert=True)
    _record(shift, "shift.logged", actor=learner, at=at)
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
    """Say something else about a draft, or about a shift the mentor asked about. Repeating the same changes nothing.

    Given to another mentor, a shift is a draft again. Raises CannotRecord, also for one that is waiting or signed.
    """
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    if shift.signed_at:
        raise CannotRecord(_("This shift is signed and sealed. It stays as it is."))
    if _is_waiting(shift):
        raise CannotRecord(_("This shift is with your mentor. Take it back first, then change it."))
    before = says(shift)
    if shift.mentorship_id != mentorship.pk:
        shift.submitted_at = shift.returned_at = None
    fill(shift, mentorship=mentorship, production=production, fields=fields, at=at)
    if other := overlapping(shift):
        raise overlap_with(other)
    if before == says(shift):
        return shift
    if shift.submitted_at and shift.submitted_at < shift.wrap_at:
        shift.submitted_at = at
    shift.save()
    _record(shift, "shift.changed", actor=shift.learner, at=at)
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
    answer = text_of(answer, CannotHandIn)
    if shift.mentorship.ended_at:
        raise CannotHandIn(_("This mentorship has ended. Choose another mentor, then hand it in."), field="mentorship")
    if shift.enrolment.withdrawn_at:
        raise CannotHandIn(_("You are not on this programme any more."), field="mentorship")
    if not shift.phases:
        raise CannotHandIn(_("Say which phase it was: at least one."), field="phases")
    first_time = shift.submitted_at is None
    shift.submitted_at = shift.submitted_at or at
    if too_old := _too_old(shift, shift.submitted_at):
        raise CannotHandIn(too_old, field="worked_on")
    shift.returned_at = None
    shift.save(update_fields=["submitted_at", "returned_at"])
    if answer:
        ShiftMessage.objects.create(shift=shift, author=shift.learner, written_at=at, text=answer)
    _record(shift, "shift.submitted" if first_time else "shift.answered", actor=shift.learner, at=at)
    transaction.on_commit(partial(tasks.tell_mentor_of_shift.enqueue, shift.pk))
    return shift


@transaction.atomic
def take_back_shift(*, shift: Shift, at: datetime) -> Shift:
    """Make a shift that is with the mentor a draft again. Repeating changes nothing. Raises CannotRecord if signed."""
    lock_learner(shift.learner)
    shift = lock_shift(shift)
    if shift.signed_at:
        raise CannotRecord(_("This shift is signed and sealed. It stays as it is."))
    if shift.submitted_at is None:
        return shift
    shift.submitted_at = shift.returned_at = None
    shift.save(update_fields=["submitted_at", "returned_at"])
    _record(shift, "shift.taken_back", actor=shift.learner, at=at)
    return shift


@transaction.atomic
def return_shift(*, shift: Shift, mentor_person: User, question: str, at: datetime) -> Shift:
    """Ask the learner something: the shift goes back unchanged. Repeating the same question changes nothing.

    Raises CannotReturn without a question, and for a shift that is not with this mentor now.
    """
    shift = lock_shift(shift)
    if shift.mentorship.mentor.person_id != mentor_person.pk or shift.learner_id == mentor_person.pk:
        raise CannotReturn(_("This shift is with another mentor."))
    question = text_of(question, CannotReturn)
    if not question:
        raise CannotReturn(_("Write what you would like to know."))
    if shift.signed_at:
        raise CannotReturn(_("This shift is signed already."))
    if shift.returned_at:
        last = shift.messages.order_by("-pk").first()
        if last and last.author_id == mentor_person.pk and last.text == question:
            return shift
        raise CannotReturn(_("You have asked about this shift already. It comes back with the answer."))
    if shift.submitted_at is None:
        raise CannotReturn(_("The learner has taken this shift back."))
    shift.returned_at = at
    shift.save(update_fields=["returned_at"])
    ShiftMessage.objects.create(shift=shift, author=mentor_person, written_at=at, text=question)
    _record(shift, "shift.returned", actor=mentor_person, at=at)
    transaction.on_commit(partial(tasks.tell_learner_of_question.enqueue, shift.pk))
    return shift


def messages_for(shift: Shift, person: User) -> list[ShiftMessage]:
    """What was written about the shift, as far as `person` was part of it, oldest first: one query.

    A mentor who took over from another does not read what was written with the one before.
    """
    messages = list(shift.messages.select_related("author").order_by("written_at", "pk"))
    if person.pk == shift.learner_id:
        return messages
    strangers = [message for message in messages if message.author_id not in (shift.learner_id, person.pk)]
    if not strangers:
        return messages
    own = [message for message in messages if message.author_id == person.pk]
    return [message for message in messages if own and message.pk >= own[0].pk and message not in strangers]


# Signing ---------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_shift(
    *,
    shift: Shift,
    mentor_person: User,
    rubric: Mapping[Competency, Level],
    word: str = "",
    authentication: str,
    at: datetime,
    seen: str = "",
) -> Shift:
    """Sign and seal a shift as its mentor. A signature is final; repeating it gives the signed shift.

    `authentication` says how the mentor proved who they are, for the seal. `seen` is `what_is_signed` as it was when
    they were shown it; when it is given, only that is signed. Raises CannotSign.
    """
    shift = lock_shift(shift)
    # These two as well: nobody signs while they are being suspended, or while the mentorship is being ended.
    mentorship = Mentorship.objects.select_for_update(no_key=True).get(pk=shift.mentorship_id)
    mentor = Mentor.objects.select_for_update(no_key=True).get(pk=mentorship.mentor_id)
    if mentor.person_id != mentor_person.pk:
        raise CannotSign(_("This shift is with another mentor."))
    if shift.learner_id == mentor_person.pk:
        raise CannotSign(_("Nobody signs a shift of their own."))
    if shift.signed_at:
        if shift.signed_by_id == mentor_person.pk:
            return shift
        raise CannotSign(_("Somebody else has signed this shift already."))
    if reason := why_not_signing(mentor, at.astimezone(time_zone(mentor.person.time_zone)).date()):
        raise CannotSign(reason)
    if mentorship.begun_at is None or mentorship.ended_at:
        raise CannotSign(_("Your mentorship with this learner is not open, so you cannot sign for it."))
    if not _is_waiting(shift):
        raise CannotSign(_("This shift is with the learner now. It comes back to you when they hand it in."))
    if seen and seen != what_is_signed(shift):
        raise CannotSign(_("The learner changed this shift while you were reading. Read it once more, then sign."))
    word = text_of(word, CannotSign)
    try:
        judged = {Competency(competency): Level(level) for competency, level in rubric.items()}
    except ValueError:
        raise CannotSign(_("Choose from the words of the scale.")) from None
    shift.rubric = {competency.value: judged[competency].value for competency in Competency if competency in judged}
    sealed = sealed_facts(shift, mentor=mentor, rubric=shift.rubric, signed_at=at, authentication=authentication)
    seal = seal_of(sealed)
    signed = Shift.objects.filter(pk=shift.pk, signed_at=None, returned_at=None, submitted_at__isnull=False).update(
        signed_at=at, signed_by=mentor_person, rubric=shift.rubric, sealed=sealed, seal=seal
    )
    if not signed:
        raise CannotSign(_("This shift was signed or taken back a moment ago."))
    if word:
        ShiftMessage.objects.create(shift=shift, author=mentor_person, written_at=at, text=word)
    _record(shift, "shift.signed", actor=mentor_person, at=at, seal=seal)
    transaction.on_commit(partial(tasks.tell_learner_of_signature.enqueue, shift.pk))
    return Shift.objects.whole().get(pk=shift.pk)


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


def _is_waiting(shift: Shift) -> bool:
    return shift.submitted_at is not None and shift.returned_at is None and shift.signed_at is None


def _too_old(shift: Shift, at: datetime) -> str:
    days = (at.astimezone(time_zone(shift.time_zone)).date() - shift.worked_on).days
    if days <= BACKDATE_LIMIT_DAYS:
        return ""
    return ngettext(
        "This was %(days)s day ago. A shift is handed in within %(limit)s days; write to the registrar.",
        "This was %(days)s days ago. A shift is handed in within %(limit)s days; write to the registrar.",
        days,
    ) % {"days": days, "limit": BACKDATE_LIMIT_DAYS}


def _record(shift: Shift, verb: str, *, actor: User, at: datetime, seal: str = "") -> None:
    """One entry in the learner's chain. Not the production's code: a learner may have made it of a title."""
    facts: history.Facts = {"covers": what_is_signed(shift), "mentorship": shift.mentorship_id}
    if seal:
        facts["seal"] = seal
    history.record(
        chain=f"learner:{shift.learner_id}", verb=verb, subject=history.name_of(shift), actor=actor, at=at, facts=facts
    )
