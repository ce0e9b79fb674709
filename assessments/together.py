"""How are several days signed with one proof? Only days of observing, each read, and each with a seal of its own.

All or none. Locks as for one, but all of a kind before the next kind: learners, shifts, mentorships, each by key. Whoever
signs one of them meanwhile waits, and nobody waits for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts.models import User

from .models import Mentor, Mentorship, Shift
from .shifts import lock_shift
from .signing import CannotSign, Prepared, may_go_together, prepare, sign_shift


@transaction.atomic
def sign_together(
    *,
    shifts: Iterable[Shift],
    mentor: Mentor,
    seen: Mapping[int, str],
    authentication: str,
    at: datetime,
    expect: Mapping[int, str] | None = None,
    assertion: Mapping[str, Any] | None = None,
) -> list[Shift]:
    """Sign and seal days of observing as their mentor. Repeating gives the signed ones.

    `seen` and `expect` are what `sign_shift` takes, by shift; each keeps the one `assertion` over all seals. Raises
    CannotSign when one of them cannot be signed, or is more than observing; then none is.
    """
    locked = _lock_all(shifts)
    if not locked:
        raise CannotSign(_("Tick the days that you have read."))
    return [
        sign_shift(
            shift=shift,
            mentor=mentor,
            rubric={},
            authentication=authentication,
            at=at,
            seen=seen.get(shift.pk, ""),
            expect=expect[shift.pk] if expect is not None else "",
            assertion=dict(assertion) if assertion is not None else None,
        )
        for shift in locked
        if _refuse_unless_observing(shift)
    ]


@transaction.atomic
def prepare_together(
    *, shifts: Iterable[Shift], mentor: Mentor, seen: Mapping[int, str], authentication: str, at: datetime
) -> dict[int, Prepared]:
    """What `sign_together` would seal with the same words at the same moment, by shift. Writes nothing. Raises CannotSign."""
    locked = _lock_all(shifts)
    if not locked:
        raise CannotSign(_("Tick the days that you have read."))
    return {
        shift.pk: prepare(
            shift=shift, mentor=mentor, rubric={}, authentication=authentication, at=at, seen=seen.get(shift.pk, "")
        )
        for shift in locked
        if _refuse_unless_observing(shift)
    }


def _lock_all(shifts: Iterable[Shift]) -> list[Shift]:
    ordered = sorted(shifts, key=lambda shift: shift.pk)
    learners = {shift.learner_id for shift in ordered}
    list(User.objects.select_for_update(no_key=True).filter(pk__in=learners).order_by("pk"))
    locked = [lock_shift(shift) for shift in ordered]
    mentorships = {shift.mentorship_id for shift in locked}
    list(Mentorship.objects.select_for_update(no_key=True).filter(pk__in=mentorships).order_by("pk"))
    return locked


def _refuse_unless_observing(shift: Shift) -> bool:
    """True, or CannotSign. One that is signed already is left to `sign_shift`, which is calm about it."""
    if shift.signed_at is None and not may_go_together(shift):
        raise CannotSign(_("One of these days is not a day of observing any more, or is with its learner. Look again."))
    return True
