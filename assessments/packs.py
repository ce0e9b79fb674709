"""What does a learner's signed record say, and how much of it may somebody else read?

Only signed shifts whose seal holds are told of. Facts, not words: pages, spreadsheets and the sheet put them into words
through `assessments.pack_words`. A title, a note, a message or a performer is not among the facts, so none can slip out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User

from .competencies import titles
from .models import Medium, Region, Scene, SealedBy, Shift, ShiftRole, ShiftState, Union

SEAL_LETTERS = 12  # of 64: enough to compare by eye


class Part(models.TextChoices):
    """What of a shift may be shown, each for itself."""

    DATE = "DATE", _("Date")
    CODE = "CODE", _("Code")
    ROLE = "ROLE", _("Role")
    HOURS = "HOURS", _("Hours")
    KIND = "KIND", _("Production")  # medium, region, under a union agreement or not
    SCENES = "SCENES", _("Scenes")
    MENTOR = "MENTOR", _("Mentor’s name")
    COMPETENCIES = "COMPETENCIES", _("Competencies")


Shows = Mapping[str, Iterable[str]]  # parts by a shift's record, as an EvidenceShare keeps them
Parts = frozenset[Part]
EVERY_PART: Parts = frozenset(Part)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One shift as far as it is shown. What is not shown, or cannot be relied on any more, is None."""

    state: ShiftState  # SIGNED; BROKEN or VOIDED for one that was shown and no longer counts
    seal: str  # its first letters
    sealed_by: SealedBy
    on: date | None = None
    code: str | None = None
    role: ShiftRole | None = None
    minutes: int | None = None
    medium: Medium | None = None
    region: Region | None = None
    union: Union | None = None
    scenes: tuple[tuple[Scene, int], ...] | None = None
    competencies: tuple[str, ...] | None = None  # codes of `assessments.competencies`
    mentor: str | None = None  # None as well where the mentor does not let their name be shown


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What some shifts come to. A day is a distinct local date, so the days of parts may exceed those of the whole."""

    shifts: int
    days: int
    minutes: int | None  # None where the hours of one of them are not shown
    scenes: int = 0


@dataclass(frozen=True, kw_only=True)
class Area:
    """Sums by one kind of detail, in the order of its list. `without` counts the shifts that do not show it."""

    name: str  # "role", "medium", "region", "union", "scenes", "competencies"
    sums: tuple[tuple[str, Sum], ...]
    without: int


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A signed record: what all shifts come to, and each as far as it is shown."""

    whole: Sum  # of every signed shift whose seal holds, shown or not; its minutes are always there
    productions: int
    mentors: int
    lines: tuple[Line, ...]  # by date; those without one last
    areas: tuple[Area, ...]
    broken: int  # signed shifts whose seal no longer holds: none of them is counted

    @property
    def minutes(self) -> int:
        return self.whole.minutes or 0

    @property
    def standing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state is ShiftState.SIGNED)

    @property
    def fallen(self) -> tuple[Line, ...]:
        """Those that were to be shown and no longer count."""
        return tuple(line for line in self.lines if line.state is not ShiftState.SIGNED)


def own_pack(learner: User) -> Pack:
    """The learner's whole signed record as it stands: one query. A mentor's name only if they let it be shown."""
    return pack_of(signed_shifts(learner), shows=None)


def signed_shifts(learner: User) -> list[Shift]:
    """The newest signed version of each of their shifts, oldest first, also with a broken seal or void: one query."""
    signed = Shift.objects.filter(learner=learner, signed_at__isnull=False, superseded_at=None)
    return list(signed.select_related("production", "signed_as__person").order_by("call_at", "pk"))


def pack_of(shifts: Iterable[Shift], *, shows: Shows | None) -> Pack:
    """The record that these `signed_shifts` make. `shows` None shows all of each; nothing that fell is told of then."""
    told: list[tuple[Shift, Parts]] = []
    lines: list[Line] = []
    broken = 0
    for shift in shifts:
        parts = EVERY_PART if shows is None else _parts(shows.get(str(shift.record), ()))
        state = shift.state
        if state is ShiftState.SIGNED:
            told.append((shift, parts))
        broken += state is ShiftState.BROKEN
        if parts and (state is ShiftState.SIGNED or shows is not None):
            lines.append(line_of(shift, parts, state=state))
    standing = [shift for shift, _parts in told]
    return Pack(
        whole=_sum(standing, known=True),
        productions=len({shift.production_id for shift in standing}),
        mentors=len({shift.signed_as_id for shift in standing if shift.signed_as_id}),
        lines=tuple(sorted(lines, key=_place)),
        areas=tuple(_areas(told)),
        broken=broken,
    )


def line_of(shift: Shift, parts: Parts, *, state: ShiftState) -> Line:
    """One shift, as far as `parts` go. Of one that does not stand, only that."""
    sealed_by = SealedBy(shift.sealed_by)
    if state is not ShiftState.SIGNED:
        return Line(state=state, seal=shift.seal[:SEAL_LETTERS], sealed_by=sealed_by)

    def shown[T](part: Part, value: T) -> T | None:
        return value if part in parts else None

    kind = Part.KIND in parts
    return Line(
        state=state,
        seal=shift.seal[:SEAL_LETTERS],
        sealed_by=sealed_by,
        on=shown(Part.DATE, shift.worked_on),
        code=shown(Part.CODE, shift.production.code),
        role=shown(Part.ROLE, ShiftRole(shift.role)),
        minutes=shown(Part.HOURS, shift.minutes),
        medium=Medium(shift.medium) if kind else None,
        region=Region(shift.region) if kind else None,
        union=Union(shift.union) if kind else None,
        scenes=shown(Part.SCENES, tuple((scene, shift.scenes[scene]) for scene in Scene if scene in shift.scenes)),
        competencies=shown(Part.COMPETENCIES, tuple(shift.competencies)),
        mentor=shown(Part.MENTOR, mentor_name(shift)),
    )


def mentor_name(shift: Shift) -> str | None:
    """Who signed, by the name they go by now, if they let it be shown. Needs `signed_as` and its person loaded."""
    # Not the name under the seal: it may be a former one.
    return shift.signed_as.name if shift.signed_as and shift.signed_as.shows_name else None


def _place(line: Line) -> tuple[bool, date, str]:
    """By date. One that does not show its date must not say by its place between which dates it lies: last, by its seal."""
    return (False, line.on, "") if line.on else (True, date.min, line.seal)


def _parts(said: Iterable[str]) -> Parts:
    return frozenset(Part(part) for part in said)


def _sum(shifts: list[Shift], *, known: bool, scenes: int = 0) -> Sum:
    return Sum(
        shifts=len(shifts),
        days=len({shift.worked_on for shift in shifts}),
        minutes=sum(shift.minutes for shift in shifts) if known else None,
        scenes=scenes,
    )


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """One way to sum: which part must be shown, the keys in their order, and under which of them a shift comes."""

    name: str
    part: Part
    in_order: Callable[[], Iterable[str]]
    keys_of: Callable[[Shift], Iterable[str]]


KINDS = (
    _Kind(name="role", part=Part.ROLE, in_order=lambda: ShiftRole, keys_of=lambda shift: [shift.role]),
    _Kind(name="union", part=Part.KIND, in_order=lambda: Union, keys_of=lambda shift: [shift.union]),
    _Kind(name="medium", part=Part.KIND, in_order=lambda: Medium, keys_of=lambda shift: [shift.medium]),
    _Kind(name="region", part=Part.KIND, in_order=lambda: Region, keys_of=lambda shift: [shift.region]),
    _Kind(name="scenes", part=Part.SCENES, in_order=lambda: Scene, keys_of=lambda shift: shift.scenes),
    _Kind(name="competencies", part=Part.COMPETENCIES, in_order=titles, keys_of=lambda shift: shift.competencies),
)


def _areas(told: list[tuple[Shift, Parts]]) -> Iterable[Area]:
    """Sums by each kind of detail, over the shifts that show it: the others must not be guessed from them."""
    for kind in KINDS:
        shown = [(shift, parts) for shift, parts in told if kind.part in parts]
        under: dict[str, list[tuple[Shift, Parts]]] = {str(key): [] for key in kind.in_order()}
        for shift, parts in shown:
            for key in kind.keys_of(shift):
                under[key].append((shift, parts))
        sums = tuple(
            (
                key,
                _sum(
                    [shift for shift, _parts in found],
                    known=all(Part.HOURS in parts for _shift, parts in found),
                    scenes=sum(shift.scenes[key] for shift, _parts in found) if kind.name == "scenes" else 0,
                ),
            )
            for key, found in under.items()
            if found
        )
        if sums:
            yield Area(name=kind.name, sums=sums, without=len(told) - len(shown))
