"""How does a shift read, in words? Labels, hours and statuses for pages; nothing here asks the database anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from cms.accounts.models import Entry
from cms.accounts.timezones import time_zone

from . import competencies
from .models import (
    Competency,
    DeclineReason,
    Duty,
    HoursProposal,
    Level,
    Medium,
    Phase,
    Region,
    Scene,
    SealedBy,
    Shift,
    ShiftRole,
    ShiftState,
    Union,
    VoidReason,
)
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
    ShiftState.PROPOSED: ("wait", "clock"),
    ShiftState.SIGNED: ("good", "seal"),
    ShiftState.BROKEN: ("stop", "seal-broken"),
    ShiftState.DECLINED: ("stop", "x"),
    ShiftState.DISPUTED: ("wait", "flag"),
    ShiftState.SUPERSEDED: ("", "copy"),
    ShiftState.VOIDED: ("", "ban"),
}
HAPPENED = {
    "shift.logged": gettext_lazy("Recorded"),
    "shift.changed": gettext_lazy("Changed"),
    "shift.submitted": gettext_lazy("Handed in"),
    "shift.answered": gettext_lazy("Handed back"),
    "shift.taken_back": gettext_lazy("Taken back"),
    "shift.returned": gettext_lazy("Asked about"),
    "shift.signed": gettext_lazy("Signed and sealed"),
    "shift.amended": gettext_lazy("Begun as an amendment"),
    "shift.moved": gettext_lazy("Changed, and meant for another mentor"),
    "shift.hours_proposed": gettext_lazy("Other hours proposed"),
    "shift.hours_accepted": gettext_lazy("Proposed hours accepted"),
    "shift.declined": gettext_lazy("Declined"),
    "shift.disputed": gettext_lazy("Taken to the registrar"),
    "dispute.answered": gettext_lazy("Account given to the registrar"),
    "shift.decided": gettext_lazy("Decided: it counts"),
    "shift.refused": gettext_lazy("Decided: it does not count"),
    "shift.superseded": gettext_lazy("Replaced by an amendment"),
    "shift.voided": gettext_lazy("Made void"),
    "link.sent": gettext_lazy("A link to sign was sent"),
    "link.ended": gettext_lazy("The link to sign ended"),
    "shift.read": gettext_lazy("Read by a registrar"),
}
# What the sealed lines are called, by their names in a seal.
LINES = {
    "learner": gettext_lazy("learner"),
    "production": gettext_lazy("production"),
    "medium": gettext_lazy("what was made"),
    "region": gettext_lazy("region"),
    "union": gettext_lazy("union"),
    "date": gettext_lazy("date"),
    "call": gettext_lazy("call"),
    "wrap": gettext_lazy("wrap"),
    "time_zone": gettext_lazy("time zone"),
    "break_minutes": gettext_lazy("breaks"),
    "role": gettext_lazy("role"),
    "phases": gettext_lazy("phase"),
    "scenes": gettext_lazy("scenes"),
    "duties": gettext_lazy("duties"),
    "competencies": gettext_lazy("what was practised"),
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
    where: str  # "United Kingdom and Ireland, under a union agreement"
    hours: str  # "07:30 to 18:15, breaks 1 h 15"
    worked: str  # "9 h 30"
    counts: str  # "1 day, 9 h 30"
    phases: str
    scenes: str
    duties: str
    practised: str  # "Consent, modesty garments and barriers"
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
        where=f"{_label(Region, shift.region)}, {_union(shift.union)}",
        hours=hours_of(shift, zone=zone),
        worked=duration(shift.minutes),
        counts=_("1 day, %(hours)s") % {"hours": duration(shift.minutes)},
        phases=listed(_label(Phase, phase) for phase in _words(shift.phases)),
        scenes=listed(f"{count} {_label(Scene, scene).lower()}" for scene, count in _items(shift.scenes)),
        duties=listed(_label(Duty, duty) for duty in _words(shift.duties)),
        practised=listed(competencies.titles().get(code, code) for code in _words(shift.competencies)),
        rubric=tuple((_label(Competency, name), _label(Level, str(level))) for name, level in _items(shift.rubric)),
    )


def hours_of(hours: Shift | HoursProposal, *, zone: str, place: str = "") -> str:
    """Call to wrap by the clock of the place, named when the reader lives by another. A proposal is told its place."""
    place = place or getattr(hours, "time_zone", "")
    there = time_zone(place)
    call, wrap = hours.call_at.astimezone(there), hours.wrap_at.astimezone(there)
    words = _("%(call)s to %(wrap)s") % {"call": call.strftime("%H:%M"), "wrap": wrap.strftime("%H:%M")}
    if wrap.date() > call.date():
        words = _("%(hours)s the next day") % {"hours": words}
    if call.utcoffset() != wrap.utcoffset():
        words = _("%(hours)s (the clocks changed)") % {"hours": words}
    if place != zone:
        words = _("%(hours)s, %(place)s time") % {"hours": words, "place": _city(place)}
    if hours.break_minutes:
        words = _("%(hours)s, breaks %(breaks)s") % {"hours": words, "breaks": duration(hours.break_minutes)}
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


def signature_of(shift: Shift) -> str:
    """Who signed, with what right, and when, as it is under the seal; nothing for an unsigned shift."""
    if shift.signed_at is None:
        return ""
    sealed = shift.sealed if isinstance(shift.sealed, dict) else {}
    signer = sealed.get("signer")
    signer = signer if isinstance(signer, dict) else {}
    said = {
        "name": signer.get("name", ""),
        "number": signer.get("credential_number", ""),
        "when": date_format(timezone.localtime(shift.signed_at), "j F Y, H:i"),
    }
    if shift.sealed_by == SealedBy.OUTSIDE:
        return _("Signed by %(name)s, an outside coordinator (credential %(number)s), by a link, on %(when)s.") % said
    if shift.sealed_by == SealedBy.REGISTRAR:
        said["evidence"] = listed(_(word) for word, digest in EVIDENCE.items() if signer.get(digest))
        return _("Sealed by %(name)s, registrar, on other evidence (%(evidence)s), on %(when)s.") % said
    return _("Signed by %(name)s (credential %(number)s) on %(when)s.") % said


# What may stand in for a mentor's signature, and where a seal keeps its digest.
EVIDENCE = {gettext_noop("a letter"): "letter", gettext_noop("a call sheet"): "call_sheet"}


def void_of(shift: Shift) -> str:
    """Why a shift is void, in a word."""
    return _label(VoidReason, shift.void_reason)


def decline_of(shift: Shift) -> str:
    """Why its mentor did not sign, in a word of theirs."""
    return _label(DeclineReason, shift.decline_reason)


def request_of(line: Words) -> str:
    """What a shift asks of its learner, as the heading of a notice."""
    headings = {
        ShiftState.RETURNED: _("%(mentor)s has a question about %(day)s"),
        ShiftState.PROPOSED: _("%(mentor)s proposes other hours for %(day)s"),
        ShiftState.DECLINED: _("%(mentor)s did not sign %(day)s"),
    }
    mentor, day = line.shift.mentorship.mentor.name, date_format(line.shift.worked_on, "j F")
    return headings[line.state] % {"mentor": mentor, "day": day}


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


def _union(value: str) -> str:
    said = {
        Union.UNION: _("under a union agreement"),
        Union.NON_UNION: _("not under a union agreement"),
        Union.UNKNOWN: _("union not known"),
    }
    return str(said[Union(value)]) if value in Union.values else value


def _label(choices: type[TextChoices], value: str) -> str:
    """The member's label; the value itself for one that is no longer, or never was, in the list."""
    return str(choices(value).label) if value in choices.values else value


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
