"""Does the signed record hold when one looks? A random sample each month, answered by learners, closed by a registrar.

Nothing else writes AuditDraw. A month is drawn once, from a seed that history holds before anything is drawn, so that
nobody picks: whoever knows the seed can draw the same shifts again. A failed one changes nothing by itself. Months are
counted in UTC. Locks: the chain "audits" for a draw, else the shift, then the draw.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import Entry, User

from . import tasks
from .disputing import Letter
from .models import AuditAnswer, AuditDraw, AuditOutcome, ShadowingSettings, Shift
from .shift_facts import LONGEST_TEXT
from .shifts import lock_shift

CHAIN = "audits"
ANSWER_WITHIN = timedelta(days=14)  # then a registrar may close it without an answer


class CannotDraw(Exception):
    """This month cannot be drawn now."""


class CannotAudit(Exception):
    """The sampled shift cannot be answered for, or closed, like this; the message says why."""


def month_before(at: datetime) -> date:
    """The first day of the month before that moment."""
    return _first_of(_first_of(at.astimezone(UTC).date()) - timedelta(days=1))


def draw_sample(*, month: date, at: datetime) -> list[AuditDraw]:
    """Draw the month's sample and write to its learners. Repeating gives the sample there is, and writes to nobody.

    `ShadowingSettings.audit_percent` of the shifts signed in that month, rounded up, so that there is one where there
    are any; none where the setting is 0. Raises CannotDraw for a month that is not over.
    """
    month = _first_of(month)
    if at < _begins(_month_after(month)):
        raise CannotDraw(_("This month is not over. It is drawn once all of its signatures are there."))
    # Kept for good before anything is drawn, in a transaction of its own.
    seed, percent = _seed_of(month, at=at)
    return _draw(month, seed=seed, percent=percent, at=at)


def rank(seed: str, shift: int) -> str:
    """Where a shift stands in the draw: SHA-256 of seed and key, in hexadecimal. The lowest are drawn."""
    return hashlib.sha256(f"{seed}:{shift}".encode()).hexdigest()


def size_of(signed: int, percent: int) -> int:
    """How many of so many signed shifts are drawn: rounded up, so one where there are any; none at 0 per cent."""
    return -(-signed * percent // 100)


def signed_in(month: date) -> QuerySet[Shift]:
    """The shifts signed in that month whose signature stands."""
    begins = _begins(_first_of(month))
    return Shift.objects.signed().filter(signed_at__gte=begins, signed_at__lt=_begins(_month_after(begins.date())))


@transaction.atomic
def answer_audit(*, draw: AuditDraw, answer: AuditAnswer, letter: Letter | None = None, at: datetime) -> AuditDraw:
    """The learner's answer, once: the sealed title may be read, or a letter. Repeating the same changes nothing.

    Raises CannotAudit without the letter or without a title to read, and once it was answered otherwise or closed.
    """
    shift, draw = _locked(draw)
    answer = AuditAnswer(answer)
    if answer == AuditAnswer.TITLE:
        letter = None
    if draw.answered_at and draw.answer == answer and draw.letter_digest == (letter.digest if letter else ""):
        return draw
    if draw.closed_at:
        raise CannotAudit(_("The registrar has closed this. Write to them if something is missing."))
    if draw.answered_at:
        raise CannotAudit(_("You have answered already. Write to the registrar if something is missing."))
    if answer == AuditAnswer.TITLE and not shift.production.title:
        raise CannotAudit(_("No title was kept for this production. Send a letter instead."))
    if answer == AuditAnswer.LETTER and letter is None:
        raise CannotAudit(_("Choose the letter: a PDF, a JPEG or a PNG."))
    draw.answer, draw.answered_at = answer, at
    if letter:
        draw.letter = base64.b64encode(letter.content).decode()
        draw.letter_type, draw.letter_digest = letter.type, letter.digest
    draw.save(update_fields=["answer", "answered_at", "letter", "letter_type", "letter_digest"])
    _note(draw, shift, "audit.answered", actor=shift.learner, at=at, answer=answer.value, letter=draw.letter_digest)
    return draw


@transaction.atomic
def close_audit(*, draw: AuditDraw, outcome: AuditOutcome, note: str, by: User, at: datetime) -> AuditDraw:
    """A registrar's word on it, for good, which the learner reads. Repeating the same outcome changes nothing.

    It changes no shift and no certificate. Raises CannotAudit for one of the two who made the shift, for a pass
    without an answer, a fail without a note, and while the learner still has time to answer.
    """
    shift, draw = _locked(draw)
    outcome, note = AuditOutcome(outcome), note.strip()
    if draw.closed_at:
        if draw.outcome == outcome:
            return draw
        raise CannotAudit(_("This has been closed already."))
    if by.pk in {shift.learner_id, shift.mentorship.mentor.person_id}:
        raise CannotAudit(_("You are one of the two. Another registrar closes this."))
    if len(note) > LONGEST_TEXT:
        raise CannotAudit(_("Keep it under 2,000 characters."))
    if outcome == AuditOutcome.PASSED and not draw.answered_at:
        raise CannotAudit(_("Nothing was shown yet, so it cannot be said to stand."))
    if outcome == AuditOutcome.FAILED and not note:
        raise CannotAudit(_("Say what does not stand. The learner reads it."))
    if not draw.answered_at and at < draw.drawn_at + ANSWER_WITHIN:
        raise CannotAudit(_("The learner has %(days)d days to answer.") % {"days": ANSWER_WITHIN.days})
    draw.closed_at, draw.closed_by, draw.outcome, draw.note = at, by, outcome, note
    draw.save(update_fields=["closed_at", "closed_by", "outcome", "note"])
    _note(draw, shift, "audit.closed", actor=by, at=at, outcome=outcome.value)
    transaction.on_commit(partial(tasks.tell_learner_of_audit_closed.enqueue, draw.pk))
    return draw


def to_close(at: datetime) -> QuerySet[AuditDraw]:
    """Those that wait for a registrar: answered, or not answered in time."""
    return AuditDraw.objects.filter(closed_at=None).filter(
        Q(answered_at__isnull=False) | Q(drawn_at__lte=at - ANSWER_WITHIN)
    )


def audits_for(learner: User) -> list[AuditDraw]:
    """What was drawn of this learner's and is not closed, oldest first, without titles and letters: one query."""
    draws = AuditDraw.objects.filter(shift__learner=learner, closed_at=None).select_related("shift")
    return list(draws.defer("letter", "shift__learning_note").order_by("drawn_at", "pk"))


def _locked(draw: AuditDraw) -> tuple[Shift, AuditDraw]:
    shift = lock_shift(draw.shift)
    return shift, AuditDraw.objects.select_for_update(no_key=True).get(pk=draw.pk)


def _note(draw: AuditDraw, shift: Shift, verb: str, *, actor: User | None, at: datetime, **more: str) -> None:
    """One entry in the learner's chain. About the draw: the shift itself does not change."""
    facts: history.Facts = {"shift": shift.pk, **more}
    history.record(
        chain=f"learner:{shift.learner_id}", verb=verb, subject=history.name_of(draw), actor=actor, at=at, facts=facts
    )


@transaction.atomic
def _seed_of(month: date, *, at: datetime) -> tuple[str, int]:
    """The month's seed and percentage, as history holds them; made and written down where it does not yet."""
    history.lock(CHAIN)
    if seeded := _said(month, "audit.seeded"):
        return str(seeded.facts["seed"]), int(seeded.facts["percent"])
    seed, percent = secrets.token_hex(16), ShadowingSettings.load().audit_percent
    facts: history.Facts = {"seed": seed, "percent": percent}
    history.record(chain=CHAIN, verb="audit.seeded", subject=_name_of(month), actor=None, at=at, facts=facts)
    return seed, percent


@transaction.atomic
def _draw(month: date, *, seed: str, percent: int, at: datetime) -> list[AuditDraw]:
    history.lock(CHAIN)
    if _said(month, "audit.sampled"):
        return list(AuditDraw.objects.filter(month=month).order_by("pk"))
    keys = list(signed_in(month).order_by("pk").values_list("pk", flat=True))
    chosen = sorted(keys, key=lambda key: rank(seed, key))[: size_of(len(keys), percent)]
    draws = [AuditDraw.objects.create(month=month, shift_id=key, drawn_at=at) for key in chosen]
    # What was drawn from, by its digest: the same keys and the same seed give the same sample.
    among = hashlib.sha256(",".join(map(str, keys)).encode()).hexdigest()
    facts: history.Facts = {"drawn": chosen, "of": len(keys), "among": among}
    history.record(chain=CHAIN, verb="audit.sampled", subject=_name_of(month), actor=None, at=at, facts=facts)
    for draw in draws:
        _note(draw, draw.shift, "audit.drawn", actor=None, at=at)
        transaction.on_commit(partial(tasks.tell_learner_of_audit.enqueue, draw.pk))
    return draws


def _said(month: date, verb: str) -> Entry | None:
    return Entry.objects.filter(chain__name=CHAIN, verb=verb, subject=_name_of(month)).first()


def _name_of(month: date) -> str:
    return f"auditmonth:{month:%Y-%m}"


def _first_of(day: date) -> date:
    return day.replace(day=1)


def _month_after(month: date) -> date:
    return _first_of(month + timedelta(days=31))


def _begins(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)
