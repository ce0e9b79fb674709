"""How does a shift read to whoever is about to sign it? All that is sealed, what an amendment changes, and how late it came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts.timezones import time_zone

from .competencies import titles
from .models import Region, ShadowingSettings, Shift, Union
from .shift_words import Words, words_of

Line = tuple[str, str]  # what it is called, and what it says


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A line of an amendment that says something else than the version signed before."""

    label: str
    before: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One shift as a signer reads it. `seen` is what they sign, as a digest."""

    line: Words
    lines: tuple[Line, ...]
    late: str  # a sentence, or nothing
    differences: tuple[Difference, ...]
    amends: bool
    seen: str


def cards_of(shifts: Iterable[Shift], *, zone: str, seen: dict[int, str], limits: ShadowingSettings) -> list[Card]:
    """Cards for shifts loaded `whole`, for a reader in `zone`: one query, and only if one of them is an amendment."""
    shifts = list(shifts)
    records = [shift.record for shift in shifts if shift.version > 1]
    rows = Shift.objects.signed().whole().filter(record__in=records) if records else []
    signed = {shift.record: shift for shift in rows}
    return [
        _card(shift, before=signed.get(shift.record), zone=zone, seen=seen[shift.pk], limits=limits) for shift in shifts
    ]


def _card(shift: Shift, *, before: Shift | None, zone: str, seen: str, limits: ShadowingSettings) -> Card:
    line = words_of(shift, zone=zone)
    return Card(
        line=line,
        lines=tuple(sealed_lines(line)),
        late=_late(shift, limits.late_days),
        differences=tuple(_differences(line, words_of(before, zone=zone))) if before else (),
        amends=before is not None,
        seen=seen,
    )


def sealed_lines(line: Words) -> list[Line]:
    """What a seal covers beside whose it is, on which day and in which role, in the order of a card."""
    shift = line.shift
    names = titles()
    return [
        (_("Production"), line.production),
        (_("Call to wrap"), line.hours),
        (_("Counts as"), line.counts),
        (_("Region"), _label(Region, shift.region)),
        (_("Union"), _label(Union, shift.union)),
        (_("Phase"), line.phases or _("Not said")),
        (_("Scenes"), line.scenes or _("None of the listed types")),
        (_("Did"), line.duties or _("Not said")),
        (_("Practised"), "; ".join(names.get(code, code) for code in shift.competencies) or _("Not said")),
    ]


def _differences(line: Words, before: Words) -> Iterable[Difference]:
    now_lines, before_lines = ([*_heading(words), *sealed_lines(words)] for words in (line, before))
    for (label, now), (_label, then) in zip(now_lines, before_lines, strict=True):
        if now != then:
            yield Difference(label=label, before=then, now=now)


def _heading(line: Words) -> list[Line]:
    return [(_("Day"), date_format(line.shift.worked_on, "l j F Y")), (_("Role"), line.did)]


def _late(shift: Shift, late_days: int) -> str:
    """For the first version only: an amendment comes after its day by its nature."""
    if shift.version > 1 or shift.submitted_at is None:
        return ""
    days = (shift.submitted_at.astimezone(time_zone(shift.time_zone)).date() - shift.worked_on).days
    if days <= late_days:
        return ""
    words = ngettext("Late: handed in %(days)s day after.", "Late: handed in %(days)s days after.", days)
    return words % {"days": days}


def _label(choices: type[Region] | type[Union], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
