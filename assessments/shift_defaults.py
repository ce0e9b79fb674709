"""What does the form of a shift show first? The shift as it stands, one like it, or today with what can be guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from .models import Mentorship, Production, Shift
from .shift_times import moments
from .shifts import a_free_code

# What tends to be the same from one day to the next, and what another day of the same kind repeats as well. Not the note
# and not the scenes: they are the day's own, and are counted anew.
STAYS = ("region", "union", "time_zone", "medium")
REPEATS = ("break_minutes", "role", "phases", "duties", "competencies")

NEW = "new"


def shown_first(
    *,
    learner: User,
    mentorships: Mapping[str, Mentorship],
    productions: Mapping[str, Production],
    shift: Shift | None = None,
    like: Shift | None = None,
    last: Shift | None = None,
) -> dict[str, Any]:
    """Initial values for the form: of `shift`, which is being changed; or of a day like `like`; or guessed from `last`."""
    said: dict[str, Any] = {
        "worked_on": timezone.localdate(),
        "time_zone": learner.time_zone,
        "production": next(iter(productions), NEW),
        "new_code": a_free_code(productions.values()),
        "mentorship": next(iter(mentorships), ""),
    }
    if before := shift or like or last:
        said |= {name: getattr(before, name) for name in STAYS}
        said["production"] = before.production_id
        if str(before.mentorship_id) in mentorships:
            said["mentorship"] = before.mentorship_id
    if repeated := shift or like:
        said |= {name: getattr(repeated, name) for name in REPEATS} | _clock(repeated)
    if shift:
        said |= {"worked_on": shift.worked_on, "learning_note": shift.learning_note} | _which(shift)
        said |= {f"scene_{scene}": count for scene, count in shift.scenes.items()}
    return said


def _clock(shift: Shift) -> dict[str, Any]:
    zone = time_zone(shift.time_zone)
    return {"call": shift.call_at.astimezone(zone).time(), "wrap": shift.wrap_at.astimezone(zone).time()}


def _which(shift: Shift) -> dict[str, Any]:
    """Which of two same times it was, on the night the clocks went back."""
    zone, said = time_zone(shift.time_zone), {}
    for name, moment in (("call_which", shift.call_at), ("wrap_which", shift.wrap_at)):
        at = moment.astimezone(zone)
        if len(moments(at.date(), at.time(), zone)) == 2:
            said[name] = "second" if at.fold else "first"
    return said
