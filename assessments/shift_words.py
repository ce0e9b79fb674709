"""How does a shift read, in words? Labels, hours and statuses for pages; nothing here asks the database anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cms.accounts.models import Entry
from cms.accounts.timezones import time_zone

from .models import Competency, Duty, Level, Medium, Phase, Scene, Shift, ShiftRole, ShiftState
from .sealing import material_facts, moment

# What the learner did, said afterwards.
DID = {
    ShiftRole.OBSERVE: gettext_lazy("Observed"),
    ShiftRole.ASSIST: gettext_lazy("Assisted"),
    ShiftRole.LEAD: gettext_lazy("Led, under mentorship"),
    ShiftRole.COVER: gettext_lazy("Covered"),
}
TONES = {
    ShiftState.DRAFT: ("", "circle-dashed"),
    ShiftState.WAITING: ("wait", "hourglass"),
    ShiftState.RETURNED: ("wait", "message-circle-question"),
    ShiftState.SIGNED: ("good", "seal"),
    ShiftState.BROKEN: ("stop", "seal-broken"),
}
HAPPENED = {
    "shift.logged": gettext_lazy("Recorded"),
    "shift.changed": gettext_lazy("Changed"),
    "shift.submitted": gettext_lazy("Handed in"),
    "shift.answered": gettext_lazy("Handed back"),
    "shift.taken_back": gettext_lazy("Taken back"),
    "shift.returned": gettext_lazy("Asked about"),
    "shift.signed": gettext_lazy("Signed and sealed"),
    "shift.read": gettext_lazy("Read by a registrar"),
}
# What the sealed lines are called, by their names in a seal.
LINES = {
    "learner": gettext_lazy("learner"),
    "production": gettext_lazy("production"),
    "medium": gettext_lazy("what was made"),
    "date": gettext_lazy("date"),
    "call": gettext_lazy("call"),
    "wrap": gettext_lazy("wrap"),
    "time_zone": gettext_lazy("time zone"),
    "break_minutes": gettext_lazy("breaks"),
    "role": gettext_lazy("role"),
    "phases": gettext_lazy("phase"),
    "scenes": gettext_lazy("scenes"),
    "duties": gettext_lazy("duties"),
    "rubric": gettext_lazy("the mentor’s judgement"),
    "signed_at": gettext_lazy("when it was signed"),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """One shift as pages show it. `shift` is the row itself, for its keys and dates."""

    shift: Shift
    state: ShiftState
    tone: str
    icon: str
    did: str  # "Assisted"
    production: str  # "PRJ-K4D, series"
    hours: str  # "07:30 to 18:15, breaks 1 h 15"
    worked: str  # "9 h 30"
    counts: str  # "1 day, 9 h 30"
    phases: str
    scenes: str
    duties: str
    rubric: tuple[tuple[str, str], ...]


def words_of(shift: Shift, *, zone: str) -> Words:
    """The words for a shift that was loaded `whole`, for a reader who lives in `zone`."""
    state = shift.state
    tone, icon = TONES[state]
    return Words(
        shift=shift,
        state=state,
        tone=tone,
        icon=icon,
        did=str(DID[ShiftRole(shift.role)]) if shift.role in ShiftRole.values else shift.role,
        production=f"{shift.production.code}, {_label(Medium, shift.medium).lower()}",
        hours=hours_of(shift, zone=zone),
        worked=duration(shift.minutes),
        counts=_("1 day, %(hours)s") % {"hours": duration(shift.minutes)},
        phases=listed(_label(Phase, phase) for phase in _words(shift.phases)),
        scenes=listed(f"{count} {_label(Scene, scene).lower()}" for scene, count in _items(shift.scenes)),
        duties=listed(_label(Duty, duty) for duty in _words(shift.duties)),
        rubric=tuple((_label(Competency, name), _label(Level, str(level))) for name, level in _items(shift.rubric)),
    )


def hours_of(shift: Shift, *, zone: str) -> str:
    """Call to wrap by the clock of the place, named when the reader lives by another."""
    place = time_zone(shift.time_zone)
    call, wrap = shift.call_at.astimezone(place), shift.wrap_at.astimezone(place)
    words = _("%(call)s to %(wrap)s") % {"call": call.strftime("%H:%M"), "wrap": wrap.strftime("%H:%M")}
    if wrap.date() > call.date():
        words = _("%(hours)s the next day") % {"hours": words}
    if call.utcoffset() != wrap.utcoffset():
        words = _("%(hours)s (the clocks changed)") % {"hours": words}
    if shift.time_zone != zone:
        words = _("%(hours)s, %(place)s time") % {"hours": words, "place": _city(shift.time_zone)}
    if shift.break_minutes:
        words = _("%(hours)s, breaks %(breaks)s") % {"hours": words, "breaks": duration(shift.break_minutes)}
    return words


def duration(minutes: int) -> str:
    """Minutes as people say them: "9 h 30", "9 h", "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return (
        _("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": rest}
        if rest
        else _("%(hours)s h") % {"hours": hours}
    )


def about_minutes(cards: int) -> str:
    """How long so many cards take, roughly: a promise for a tired reader."""
    minutes = max(1, round(cards * 4 / 3))
    return ngettext("About %(n)s minute. Then you are done.", "About %(n)s minutes. Then you are done.", minutes) % {
        "n": minutes
    }


def listed(words: Iterable[str]) -> str:
    """Words in a row: the first as it is, the others in small letters."""
    first, *others = list(words) or [""]
    return ", ".join([first, *(word[:1].lower() + word[1:] for word in others)])


def steps_of(entries: Iterable[Entry]) -> list[tuple[str, str, datetime]]:
    """What happened to a shift: what, by whom, when. Entries come with their actor."""
    return [
        (str(HAPPENED.get(entry.verb, entry.verb)), entry.actor.display_name if entry.actor else "", entry.at)
        for entry in entries
    ]


# A row that was altered behind our back may hold anything; it is shown with its broken seal, not as an error.


def _words(value: Any) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def changed_since(shift: Shift) -> str:
    """Which of the sealed lines a shift with a broken seal no longer says, in words."""
    sealed = shift.sealed if isinstance(shift.sealed, dict) else {}
    now = {**material_facts(shift), "rubric": shift.rubric, "signed_at": moment(shift.signed_at or shift.logged_at)}
    lines = [str(LINES[name]) for name, value in now.items() if name in LINES and sealed.get(name) != value]
    return listed(lines or [_("the seal itself")])


def _label(choices: type[TextChoices], value: str) -> str:
    """The member's label; the value itself for one that is no longer, or never was, in the list."""
    return str(choices(value).label) if value in choices.values else value


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
