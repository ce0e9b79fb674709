"""When was a shift worked, by the clock on the wall there? Also overnight, and on the nights the clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

Which = Literal["first", "second", ""]
End = Literal["call", "wrap"]


class NotATime(Exception):
    """The clock's answer makes no moment, or two. `end` says whether it is the call or the wrap."""

    def __init__(self, message: str, *, end: End) -> None:
        super().__init__(message)
        self.end = end


class NeverCame(NotATime):
    """The clocks went forward over that time: nobody's watch showed it."""


class CameTwice(NotATime):
    """The clocks went back over that time, and it was not said which of the two it was."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Call and wrap as moments in UTC, so that taking one from the other gives the time that really passed."""

    call_at: datetime
    wrap_at: datetime


def moments(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """The moments when a clock in `zone` showed this date and time: one, or none or two when the clocks change."""
    found: list[datetime] = []
    for fold in (0, 1):
        local = datetime.combine(day, clock, tzinfo=zone).replace(fold=fold)
        # A time that was leapt over does not come back as itself from UTC.
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            continue
        if not any(local.astimezone(UTC) == other.astimezone(UTC) for other in found):
            found.append(local)
    return found


def span_of(
    *, day: date, call: time, wrap: time, zone: ZoneInfo, which_call: Which = "", which_wrap: Which = ""
) -> Span:
    """Call on `day` and the first such wrap after it: a wrap earlier by the clock is on the next day.

    `which_…` say which of two is meant, on the night the clocks go back. Raises NeverCame and CameTwice.
    """
    call_at = _pick(moments(day, call, zone), clock=call, zone=zone, which=which_call, end="call")
    tonight = moments(day, wrap, zone)
    # By UTC, as Python compares two times of one zone by the clock alone, and the clock is what changes.
    later = [at for at in tonight if at.astimezone(UTC) > call_at.astimezone(UTC)]
    if not later and (tonight or wrap <= call):
        later = moments(day + timedelta(days=1), wrap, zone)
    wrap_at = _pick(later, clock=wrap, zone=zone, which=which_wrap, end="wrap")
    return Span(call_at=call_at.astimezone(UTC), wrap_at=wrap_at.astimezone(UTC))


def _pick(found: list[datetime], *, clock: time, zone: ZoneInfo, which: Which, end: End) -> datetime:
    place, shown = zone.key.replace("_", " "), clock.strftime("%H:%M")
    if not found:
        raise NeverCame(
            _("The clocks went forward that night in %(place)s, and %(time)s never came. What did the clock show?")
            % {"place": place, "time": shown},
            end=end,
        )
    if len(found) == 2 and not which:
        raise CameTwice(
            _("The clocks went back that night in %(place)s, and %(time)s came twice. Which one was it?")
            % {"place": place, "time": shown},
            end=end,
        )
    return found[-1] if which == "second" else found[0]
