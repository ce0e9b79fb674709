"""How does what was captured on set become a shift, once and only once?

A device makes a random key for each draft before it sends it. The key is what makes a lost answer, two tabs and an
impatient thumb harmless: all of them ask for the same shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.utils.crypto import salted_hmac

from cms.accounts.models import User

from .models import Mentorship, Production, Shift
from .shift_facts import ShiftFields
from .shifts import lock_learner, log_shift, make_production


@dataclass(frozen=True, kw_only=True)
class Captured:
    """The shift, and whether it was in the log before."""

    shift: Shift
    was_there: bool


@transaction.atomic
def capture_shift(
    *,
    learner: User,
    mentorship: Mentorship,
    production: Production | None,
    code: str = "",
    device_key: str,
    resent: bool = False,
    at: datetime,
    **fields: Unpack[ShiftFields],
) -> Captured:
    """Record what was captured, as a draft; None for `production` makes one by its `code`.

    Repeating with the same `device_key` gives the shift there is. In the form it takes the newer words while it is a
    draft, and keeps what only its own page asks for; `resent` from a device's store it stays as it is, for it may have
    been changed elsewhere since. Raises CannotRecord.
    """
    lock_learner(learner)
    known = Shift.objects.whole().filter(learner=learner, device_key=device_key).first() if device_key else None
    if known and resent:
        return Captured(shift=known, was_there=True)
    if known:
        fields["learning_note"] = known.learning_note
        fields["duties"], fields["competencies"] = known.duties, known.competencies
    if production is None and known and not code:
        production = known.production
    if production is None:
        production = make_production(learner=learner, code=code, at=at)
    shift = log_shift(
        learner=learner, mentorship=mentorship, production=production, at=at, device_key=device_key, **fields
    )
    return Captured(shift=shift, was_there=bool(known) or shift.device_key != device_key)


def owner_key(learner: User) -> str:
    """Whose drafts these are, in a word that says nothing about the person: a telephone may be lent."""
    return salted_hmac("assessments.capture", str(learner.pk), algorithm="sha256").hexdigest()[:32]
