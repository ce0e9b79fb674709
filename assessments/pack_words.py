"""How does a signed record read? The same facts as words for people, and as cells for a spreadsheet. No query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .competencies import titles
from .models import Medium, Region, Scene, SealedBy, ShiftRole, ShiftState, Union
from .packs import Area, Line, Pack, Sum
from .shift_words import DID, duration, listed

# Said wherever the record is: on the page, on paper, beside the link.
WHAT_IT_IS = gettext_lazy("A learner’s own signed record: not a listing, not an endorsement.")

SIGNED_BY = {
    SealedBy.MENTOR: gettext_lazy("A mentor with a credential that was good on the day of signing"),
    SealedBy.OUTSIDE: gettext_lazy("An outside mentor with a credential that was good on the day of signing"),
    SealedBy.REGISTRAR: gettext_lazy("The registrar, on other evidence"),
}
STANDS = {
    ShiftState.SIGNED: gettext_lazy("Holds"),
    ShiftState.BROKEN: gettext_lazy("Broken: do not rely on this shift"),
    ShiftState.VOIDED: gettext_lazy("Void: this shift no longer counts"),
}
AREAS = {
    "role": gettext_lazy("By role"),
    "union": gettext_lazy("Under a union agreement or not"),
    "medium": gettext_lazy("By what was made"),
    "region": gettext_lazy("By region"),
    "scenes": gettext_lazy("By type of scene"),
    "competencies": gettext_lazy("By competency, as the learner claimed it"),
}
# As its reader is told, where the learner was asked "I do not know".
UNIONS = {
    Union.UNION: gettext_lazy("Under a union agreement"),
    Union.NON_UNION: gettext_lazy("Not under a union agreement"),
    Union.UNKNOWN: gettext_lazy("Union agreement not known"),
}
LABELS = {"medium": Medium, "region": Region, "scenes": Scene}
SEVERAL = ("scenes", "competencies")  # one shift may be in several rows


@dataclass(frozen=True, kw_only=True)
class AreaWords:
    title: str
    rows: tuple[tuple[str, str, str], ...]  # what, days or scenes, hours
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LineWords:
    """One shift: the day, what it was, its details by name, who signed, its seal. What is not shown is left out."""

    day: str
    facts: tuple[tuple[str, str], ...]
    signed_by: str
    seal: str
    stands: str
    holds: bool


@dataclass(frozen=True, kw_only=True)
class PackWords:
    figures: tuple[tuple[str, str], ...]
    areas: tuple[AreaWords, ...]
    lines: tuple[LineWords, ...]
    hidden: str  # how many shifts are in the sums only; empty when each is shown
    fallen: str  # how many of those shown no longer count; empty when all stand


def words_of_pack(pack: Pack) -> PackWords:
    """The record in words, for the page and the sheet alike."""
    return PackWords(
        figures=(
            (_("Signed days"), str(pack.whole.days)),
            (_("Signed hours"), duration(pack.minutes)),
            (_("Shifts"), str(pack.whole.shifts)),
            (_("Productions"), str(pack.productions)),
            (_("Mentors"), str(pack.mentors)),
        ),
        areas=tuple(_area(area) for area in pack.areas),
        lines=tuple(_line(line) for line in pack.lines),
        hidden=_hidden(pack.whole.shifts - len(pack.standing)),
        fallen=_fallen(len(pack.fallen)),
    )


def _area(area: Area) -> AreaWords:
    several = _("A shift may be in several rows.") if area.name in SEVERAL else ""
    return AreaWords(
        title=str(AREAS[area.name]),
        rows=tuple((label_of(area.name, key), _days(found), _hours(found.minutes)) for key, found in area.sums),
        notes=tuple(note for note in (several, _without(area.without)) if note),
    )


def label_of(area: str, key: str) -> str:
    """What a row of an area is called: "Assisted", "SAG-4, modesty garments and barriers"."""
    if area == "role":
        return str(DID[ShiftRole(key)])
    if area == "union":
        return str(UNIONS[Union(key)])
    if area == "competencies":
        return f"{key}: {titles()[key]}"
    return str(LABELS[area](key).label)


def _days(found: Sum) -> str:
    days = ngettext("%(n)s day", "%(n)s days", found.days) % {"n": found.days}
    if not found.scenes:
        return days
    scenes = ngettext("%(n)s scene", "%(n)s scenes", found.scenes) % {"n": found.scenes}
    return listed([scenes, days])


def _hours(minutes: int | None) -> str:
    return _("not shared") if minutes is None else duration(minutes)


def _without(shifts: int) -> str:
    if not shifts:
        return ""
    return ngettext(
        "%(n)s signed shift does not share this and is not in these rows.",
        "%(n)s signed shifts do not share this and are not in these rows.",
        shifts,
    ) % {"n": shifts}


def _hidden(shifts: int) -> str:
    if not shifts:
        return ""
    return ngettext(
        "%(n)s more signed shift is in the sums, and is not shared by itself.",
        "%(n)s more signed shifts are in the sums, and are not shared by themselves.",
        shifts,
    ) % {"n": shifts}


def _fallen(shifts: int) -> str:
    if not shifts:
        return ""
    return ngettext(
        "%(n)s shift that was shared here no longer counts. Its seal is in the list, and it is in no sum.",
        "%(n)s shifts that were shared here no longer count. Their seals are in the list, and they are in no sum.",
        shifts,
    ) % {"n": shifts}


def _line(line: Line) -> LineWords:
    facts = (
        (_("Role"), str(DID[line.role]) if line.role else None),
        (_("Hours"), None if line.minutes is None else duration(line.minutes)),
        (_("Production code"), line.code),
        (_("Production"), _kind(line)),
        (_("Scenes"), None if line.scenes is None else _scenes(line.scenes)),
        (_("Competencies claimed"), None if line.competencies is None else _competencies(line.competencies)),
    )
    return LineWords(
        day=_day(line.on) if line.on else (_("A shift, its date not shared") if _stands(line) else _("A shift")),
        facts=tuple((name, words) for name, words in facts if words is not None),
        signed_by=_signed_by(line) if _stands(line) else "",
        seal=line.seal,
        stands=str(STANDS[line.state]),
        holds=_stands(line),
    )


def _stands(line: Line) -> bool:
    return line.state is ShiftState.SIGNED


def _day(on: date) -> str:
    return date_format(on, "j F Y")


def _kind(line: Line) -> str | None:
    if line.medium is None or line.region is None or line.union is None:
        return None
    return "; ".join(str(words) for words in (line.medium.label, line.region.label, UNIONS[line.union]))


def _scenes(scenes: Iterable[tuple[Scene, int]]) -> str:
    return "; ".join(f"{scene.label}: {count}" for scene, count in scenes) or _("None of the listed types")


def _competencies(codes: Iterable[str]) -> str:
    return "; ".join(f"{code}: {titles()[code]}" for code in codes) or _("None")


def _signed_by(line: Line) -> str:
    who = str(SIGNED_BY[line.sealed_by])
    return _("%(name)s. %(who)s") % {"name": line.mentor, "who": who} if line.mentor else who


# Cells -----------------------------------------------------------------------------------------------------


def shift_columns() -> list[str]:
    """The columns of `shift_rows`: one a fact, one a type of scene."""
    return [
        _("Date"), _("Code"), _("Role"), _("Hours"), _("Medium"), _("Region"), _("Union agreement"),
        *(str(scene.label) for scene in Scene),
        _("Competencies claimed"), _("Signed by"), _("Mentor"), _("Seal, first letters"), _("Seal now"),
    ]  # fmt: skip


def shift_rows(pack: Pack) -> Iterable[list[object]]:
    """A row for each shift that is shown. A cell is empty for what is not; a scene counts 0 where none was."""
    for line in pack.lines:
        scenes = None if line.scenes is None else dict(line.scenes)
        yield [
            line.on.isoformat() if line.on else "",
            line.code or "",
            str(line.role.label) if line.role else "",
            _decimal(line.minutes),
            str(line.medium.label) if line.medium else "",
            str(line.region.label) if line.region else "",
            str(UNIONS[line.union]) if line.union else "",
            *("" if scenes is None else scenes.get(scene, 0) for scene in Scene),
            "; ".join(line.competencies or ()),
            str(SIGNED_BY[line.sealed_by]) if _stands(line) else "",
            line.mentor or "",
            line.seal,
            str(STANDS[line.state]),
        ]


def sum_columns() -> list[str]:
    return [_("Area"), _("What"), _("Shifts"), _("Days"), _("Hours"), _("Scenes")]


def sum_rows(pack: Pack) -> Iterable[list[object]]:
    """First the whole, then each area; hours are empty where one shift of a row does not share them."""
    yield [_("All signed shifts"), "", pack.whole.shifts, pack.whole.days, _decimal(pack.minutes), ""]
    for area in pack.areas:
        for key, found in area.sums:
            yield [
                str(AREAS[area.name]),
                label_of(area.name, key),
                found.shifts,
                found.days,
                _decimal(found.minutes),
                found.scenes if area.name == "scenes" else "",
            ]


def _decimal(minutes: int | None) -> Decimal | str:
    """Hours as a number with two decimals."""
    return "" if minutes is None else (Decimal(minutes) / 60).quantize(Decimal("0.01"))
