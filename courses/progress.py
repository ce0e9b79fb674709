"""How far is a learner? What is done, open or locked, and why. Nothing else writes UnitCompletion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .models import CompletedBy, ContentNote, Enrolment, ModulePage, ProgrammePage, UnitCompletion, UnitPage

UnitState = Literal["done", "open", "locked"]
ModuleState = Literal["done", "here", "open", "locked"]
# By the unit's key: how it stands, and the unit that a locked one waits for.
States = dict[int, tuple[UnitState, int | None]]

READ_AGAIN_AFTER = timedelta(minutes=5)  # a page read again sooner is no news


class UnitLocked(Exception):
    """The unit is not open to this learner. The message says why, and what opens it."""


class WrongEvent(Exception):
    """The unit is completed in another way, such as by passing it."""


@dataclass(frozen=True, kw_only=True)
class UnitLine:
    """One unit, as it stands for one learner."""

    unit: UnitPage
    module: ModulePage
    number: int  # 1, 2, 3 … within its module
    kind: str  # "Lesson", "Quiz": what an editor calls such a page
    notes: list[ContentNote]
    state: UnitState
    is_next: bool
    reason: str  # why it is locked, as a sentence; else empty
    url: str


@dataclass(frozen=True, kw_only=True)
class ModuleLine:
    """One module and its units, as they stand for one learner."""

    module: ModulePage
    number: int  # 1, 2, 3 … within its programme
    units: list[UnitLine]
    done: int  # units
    total: int  # units
    minutes: int
    notes: list[ContentNote]  # each once, in the order met
    state: ModuleState

    @property
    def waits_for_quiz(self) -> bool:
        """Whether all there is to read is done, and only a quiz is left."""
        left = [line.unit for line in self.units if line.state != "done"]
        return bool(left) and all(unit.completed_by == CompletedBy.QUIZ for unit in left)


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A programme as it stands for one learner, or for a visitor."""

    programme: ProgrammePage
    modules: list[ModuleLine]
    done: int  # units
    total: int  # units
    next: UnitLine | None  # None when every unit is done, and for a visitor
    url: str  # of the programme
    paused: bool = False  # what is done stays done; nothing may be read

    lines: list[UnitLine] = field(default_factory=list, repr=False)  # every unit, in order

    def line_of(self, unit: UnitPage) -> UnitLine | None:
        """The line of this unit; None where it is not on the programme, or not published."""
        return next((line for line in self.lines if line.unit.pk == unit.pk), None)

    def module_of(self, line: UnitLine) -> ModuleLine:
        return next(module for module in self.modules if module.module.pk == line.module.pk)

    def before(self, line: UnitLine) -> UnitLine | None:
        place = self.lines.index(line)
        return self.lines[place - 1] if place else None

    def after(self, line: UnitLine) -> UnitLine | None:
        return next(iter(self.lines[self.lines.index(line) + 1 :]), None)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the rule of order looks at in one unit."""

    pk: int
    opens_next: bool


def states_of(steps: Iterable[Step], *, done: set[int], sequential: bool) -> States:
    """Each unit's state, and the unit that a locked one waits for (the last of several). Pure.

    A unit waits for every earlier one that the next waits for and that is not done. A finished unit is never locked.
    """
    states: States = {}
    waits_for = None
    for step in steps:
        if step.pk in done:
            states[step.pk] = ("done", None)
            continue
        states[step.pk] = ("locked", waits_for) if waits_for is not None else ("open", None)
        if sequential and step.opens_next:
            waits_for = step.pk
    return states


def units_of(programme: ProgrammePage) -> QuerySet[UnitPage]:
    """The published units in its published modules, in order, without what they say."""
    length = len(programme.path) + ProgrammePage.steplen
    modules = ModulePage.objects.live().child_of(programme).values("path")
    return (
        UnitPage.objects.live()
        .descendant_of(programme)
        .annotate(path_of_module=Substr("path", 1, length))
        .filter(path_of_module__in=modules)
        .order_by("path")
    )


def outline_of(*, programme: ProgrammePage, enrolment: Enrolment | None, request: HttpRequest | None = None) -> Outline:
    """The programme, module by module, as it stands for the learner of `enrolment`, or for a visitor (None).

    While access is paused, what is done is said to be done and everything else is locked.

    Four queries however long it is: modules, units, their notes, and for a learner what is done. The address of the
    site is one more where `request` does not know it yet.
    """
    if enrolment is not None:
        done = {enrolment.pk: set(enrolment.completions.values_list("unit_id", flat=True))}
        return _learners_outlines(programme, [enrolment], done, request)[enrolment.pk]
    units = list(units_of(programme))
    states: States = {unit.pk: ("locked", None) for unit in units}
    return _outline(programme, _modules(programme), units, states, _notes(programme), following=None, request=request)


def outlines_of(*, programme: ProgrammePage, enrolments: Sequence[Enrolment]) -> dict[int, Outline]:
    """The same for many learners of one programme, by the key of their enrolment: as many queries as for one."""
    done: dict[int, set[int]] = {enrolment.pk: set() for enrolment in enrolments}
    rows = UnitCompletion.objects.filter(enrolment__in=done).values_list("enrolment_id", "unit_id")
    for enrolment_id, unit_id in rows:
        done[enrolment_id].add(unit_id)
    return _learners_outlines(programme, enrolments, done, None)


def _learners_outlines(
    programme: ProgrammePage, enrolments: Sequence[Enrolment], done: dict[int, set[int]], request: HttpRequest | None
) -> dict[int, Outline]:
    units, modules, notes = list(units_of(programme)), _modules(programme), _notes(programme)
    steps = [Step(pk=unit.pk, opens_next=unit.opens_next) for unit in units]
    outlines = {}
    for enrolment in enrolments:
        paused = enrolment.paused_at is not None
        states = states_of(steps, done=done[enrolment.pk], sequential=programme.sequential)
        if paused:
            states = {pk: ("done" if state == "done" else "locked", None) for pk, (state, _waits) in states.items()}
        following = _next(units, states, left_off=enrolment.last_unit_id)
        outlines[enrolment.pk] = _outline(
            programme, modules, units, states, notes, following=following, request=request, paused=paused
        )
    return outlines


def preview_outline(*, programme: ProgrammePage, page: UnitPage, request: HttpRequest | None = None) -> Outline:
    """The programme as a learner sees it to whom everything is open, with `page` in its place, published or not."""
    units = [unit for unit in units_of(programme) if unit.pk != page.pk]
    units = sorted([*units, page], key=lambda unit: unit.path)
    modules = _modules(programme)
    if page.module_path not in {module.path for module in modules}:
        modules = sorted([*modules, ModulePage.objects.get(path=page.module_path)], key=lambda module: module.path)
    states: States = {unit.pk: ("open", None) for unit in units}
    notes = _notes(programme)
    notes[page.pk] = list(page.content_notes.all())  # as they are in the form, saved or not
    return _outline(programme, modules, units, states, notes, following=None, request=request)


def unit_is_open(*, enrolment: Enrolment, unit: UnitPage) -> str:
    """Why the learner may not open this unit, as a sentence; empty when they may.

    Finished units are open, except while access is paused.
    """
    if enrolment.withdrawn_at is not None:
        return _("You are no longer on this programme.")
    if enrolment.paused_at is not None:
        return why_paused()
    line = outline_of(programme=enrolment.programme, enrolment=enrolment).line_of(unit)
    if line is None:
        return _("This unit is not part of the programme at present.")
    return line.reason


def why_paused() -> str:
    """What is said wherever something does not open in a pause. The page of a unit says more: `courses.pausing`."""
    return _("Your access is paused. Your own page says why, and what to do.")


@transaction.atomic
def complete_unit(*, enrolment: Enrolment, unit: UnitPage, event: CompletedBy, at: datetime) -> UnitCompletion:
    """Note that the learner finished `unit` by `event`, once; repeating returns what was noted the first time.

    A reading is refused while the unit is locked or access is paused. An event of a higher layer has happened: that
    layer asked whether the unit was open when it began, and neither a pause nor an editor's new unit in between takes
    anything away.
    Raises UnitLocked when the unit is not open to this learner, and WrongEvent when it is completed in another way.
    """
    # The enrolment's row is the lock: one learner's units are completed one at a time.
    enrolment = _locked(enrolment)
    if unit.completed_by != event:
        raise WrongEvent(_("This unit is not finished by reading it."))
    if finished := enrolment.completions.filter(unit=unit.pk).first():
        return finished
    if enrolment.withdrawn_at is not None:
        raise UnitLocked(_("You are no longer on this programme."))
    if unit.programme_path != enrolment.programme.path:
        raise UnitLocked(_("This unit is not part of your programme."))
    if event == CompletedBy.READING and (reason := unit_is_open(enrolment=enrolment, unit=unit)):
        raise UnitLocked(reason)
    Enrolment.objects.filter(pk=enrolment.pk).update(last_unit=unit.pk, last_read_at=at)
    return UnitCompletion.objects.create(enrolment=enrolment, unit_id=unit.pk, event=event, completed_at=at)


def note_reading(*, enrolment: Enrolment, unit: UnitPage, at: datetime) -> None:
    """Remember that the learner was here, to begin here again. The same unit within five minutes writes nothing."""
    same = enrolment.last_unit_id == unit.pk and enrolment.last_read_at is not None
    if not same or at - enrolment.last_read_at >= READ_AGAIN_AFTER:  # type: ignore[operator]
        Enrolment.objects.open().filter(pk=enrolment.pk).update(last_unit=unit.pk, last_read_at=at)


def _locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it is now, which nobody else may change until the transaction ends."""
    return Enrolment.objects.select_for_update(of=("self",)).select_related("programme").get(pk=enrolment.pk)


def _modules(programme: ProgrammePage) -> list[ModulePage]:
    return list(ModulePage.objects.live().child_of(programme).order_by("path"))


def _outline(
    programme: ProgrammePage,
    modules: list[ModulePage],
    units: list[UnitPage],
    states: States,
    notes: dict[int, list[ContentNote]],
    *,
    following: int | None,
    request: HttpRequest | None,
    paused: bool = False,
) -> Outline:
    url = programme.get_url(request) or ""
    module_at = {module.path: module for module in modules}
    numbers: dict[str, int] = defaultdict(int)  # units so far, by module
    line_of: dict[int, UnitLine] = {}
    for unit in units:
        module = module_at[unit.module_path]
        numbers[module.path] += 1
        state, waits_for = states[unit.pk]
        line_of[unit.pk] = UnitLine(
            unit=unit,
            module=module,
            number=numbers[module.path],
            kind=capfirst(str(unit.specific_class._meta.verbose_name)) if unit.specific_class else "",
            notes=notes[unit.pk],
            state=state,
            is_next=following is not None and unit.pk == following,
            reason=_reason(line_of[waits_for] if waits_for else None, module, paused) if state == "locked" else "",
            url=url + unit.url_path[len(programme.url_path) :],
        )
    lines = list(line_of.values())
    return Outline(
        programme=programme,
        modules=[_module_line(number, module, lines) for number, module in enumerate(modules, start=1)],
        done=sum(line.state == "done" for line in lines),
        total=len(lines),
        next=next((line for line in lines if line.is_next), None),
        url=url,
        paused=paused,
        lines=lines,
    )


def _next(units: list[UnitPage], states: States, *, left_off: int | None) -> int | None:
    """The first open unit from where the learner left off, else the first open one. Done units are not asked again."""
    open_units = [unit for unit in units if states[unit.pk][0] == "open"]
    path = next((unit.path for unit in units if unit.pk == left_off), "")
    onward = next((unit for unit in open_units if unit.path >= path), None)
    following = onward or next(iter(open_units), None)
    return following.pk if following else None


def _notes(programme: ProgrammePage) -> dict[int, list[ContentNote]]:
    """The content notes of each unit, by their labels: one query. (A set of rows keeps no order of its own.)"""
    through = UnitPage.content_notes.through
    rows = (
        through.objects.filter(unitpage__path__startswith=programme.path)
        .select_related("contentnote")
        .order_by("unitpage_id", "contentnote__label", "pk")
    )
    notes = defaultdict(list)
    for row in rows:
        notes[row.unitpage_id].append(row.contentnote)
    return notes


def _reason(waits_for: UnitLine | None, module: ModulePage, paused: bool) -> str:
    if paused:
        return why_paused()
    if waits_for is None:
        return _("Opens once you are on the programme.")
    words = {"number": waits_for.number, "title": waits_for.unit.title, "module": waits_for.module.title}
    if waits_for.module is module:
        return _("Opens once unit %(number)s is done, “%(title)s”.") % words
    return _("Opens once unit %(number)s of %(module)s is done, “%(title)s”.") % words


def _module_line(number: int, module: ModulePage, lines: list[UnitLine]) -> ModuleLine:
    units = [line for line in lines if line.module is module]
    done = sum(line.state == "done" for line in units)
    state: ModuleState
    if units and done == len(units):
        state = "done"
    elif any(line.is_next for line in units):
        state = "here"
    else:
        state = "locked" if units and all(line.state == "locked" for line in units) else "open"
    return ModuleLine(
        module=module,
        number=number,
        units=units,
        done=done,
        total=len(units),
        minutes=sum(line.unit.minutes for line in units),
        notes=list(dict.fromkeys(note for line in units for note in line.notes)),
        state=state,
    )
