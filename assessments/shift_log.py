"""How is a learner's log laid out? What asks for an answer first, then drafts, what waits, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cms.accounts.models import User

from .models import Shift, ShiftDispute, ShiftState
from .shift_words import Words, request_of, words_of

ASKING = {ShiftState.RETURNED, ShiftState.PROPOSED, ShiftState.DECLINED}
UNDER_WAY = {ShiftState.WAITING, ShiftState.DISPUTED}


@dataclass(frozen=True, kw_only=True)
class Log:
    """Every shift of a learner once, newest first in each part."""

    asking: Sequence[tuple[str, Words]]  # what it asks, and the shift
    drafts: Sequence[Words]
    under_way: Sequence[Words]  # with a mentor or the registrar
    kept: Sequence[Words]  # signed, refused or void, each record by its newest version

    @property
    def waiting(self) -> int:
        return sum(line.state is ShiftState.WAITING for line in self.under_way)

    @property
    def is_empty(self) -> bool:
        return not (self.asking or self.drafts or self.under_way or self.kept)


def log_of(shifts: Iterable[Shift], *, decided: set[int], zone: str) -> Log:
    """The log of these shifts, newest first. `decided` are the keys of those a registrar has decided about: they ask
    nothing any more. Needs what `whole` loads; asks the database nothing."""
    lines = [words_of(shift, zone=zone) for shift in shifts]
    asking = [line for line in lines if line.state in ASKING and line.shift.pk not in decided]
    drafts = [line for line in lines if line.state is ShiftState.DRAFT]
    under_way = [line for line in lines if line.state in UNDER_WAY]
    elsewhere = {line.shift.pk for line in (*asking, *drafts, *under_way)}
    return Log(
        asking=[(request_of(line), line) for line in asking],
        drafts=drafts,
        under_way=under_way,
        kept=_folded([line for line in lines if line.shift.pk not in elsewhere]),
    )


def _folded(lines: Sequence[Words]) -> list[Words]:
    """One line a record: its newest version, and a void one only where no other stands."""
    best: dict[object, Words] = {}
    for line in lines:
        known = best.get(line.shift.record)
        if known is None or _weight(line) > _weight(known):
            best[line.shift.record] = line
    return [line for line in lines if best[line.shift.record] is line]


def _weight(line: Words) -> tuple[bool, int]:
    return line.state is not ShiftState.VOIDED, line.shift.version


def decided_among(learner: User) -> set[int]:
    """The keys of this learner's shifts about which a registrar has decided: one query."""
    decided = ShiftDispute.objects.filter(shift__learner=learner, decided_at__isnull=False)
    return set(decided.values_list("shift_id", flat=True))


def last_day(newest_first: Iterable[Shift]) -> Shift | None:
    """The learner's last shift that is not void: what the next one is probably like."""
    return next((shift for shift in newest_first if shift.voided_at is None), None)
