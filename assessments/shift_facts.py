"""What does a shift say, and can it be so? The limits, and every check that needs no lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts.timezones import known_time_zones, time_zone

from . import competencies
from .models import Duty, Medium, Mentorship, Phase, Production, Region, Scene, Shift, ShiftRole, Union
from .sealing import material_facts

# What no academy changes; the rest is `ShadowingSettings`.
LONGEST_SHIFT = timedelta(hours=24)
MOST_OF_A_SCENE = 99
LONGEST_TEXT = 2_000  # characters of a note, a question or a word
LONGEST_TITLE = 200


class CannotRecord(Exception):
    """The shift cannot be kept like this. `field` names what to look at, where it is one thing."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ShiftFields(TypedDict):
    """What a learner says about a shift. Moments are aware; `scenes` counts; the rest are members of their lists."""

    call_at: datetime
    wrap_at: datetime
    time_zone: str
    break_minutes: int
    role: ShiftRole
    medium: Medium
    region: Region
    union: Union
    phases: Iterable[Phase]
    scenes: Mapping[Scene, int]
    duties: Iterable[Duty]
    competencies: Iterable[str]
    learning_note: str


def fill(shift: Shift, *, mentorship: Mentorship, production: Production, fields: ShiftFields, at: datetime) -> None:
    """Put what was said into the row, or refuse it. Other shifts are not looked at yet."""
    mentorship = Mentorship.objects.select_related("enrolment").get(pk=mentorship.pk)
    if mentorship.learner_id != shift.learner_id or mentorship.begun_at is None:
        raise CannotRecord(_("Choose a mentor who has agreed to work with you."), field="mentorship")
    if mentorship.ended_at:
        raise CannotRecord(_("This mentorship has ended. Choose another mentor."), field="mentorship")
    if mentorship.enrolment.withdrawn_at:
        raise CannotRecord(_("You are not on this programme any more."), field="mentorship")
    if production.learner_id != shift.learner_id:
        raise CannotRecord(_("Choose one of your own productions, or make a new code."), field="production")
    shift.mentorship, shift.enrolment, shift.production = mentorship, mentorship.enrolment, production
    _fill_times(shift, fields=fields, at=at)
    _fill_work(shift, fields=fields)
    shift.learning_note = text_of(fields["learning_note"], CannotRecord)


def _fill_times(shift: Shift, *, fields: ShiftFields, at: datetime) -> None:
    if fields["time_zone"] not in known_time_zones():
        raise CannotRecord(_("We do not know this time zone."), field="time_zone")
    # In UTC: two times of one zone are taken from each other by the clock, and the clock is what changes.
    call_at, wrap_at = fields["call_at"].astimezone(UTC), fields["wrap_at"].astimezone(UTC)
    breaks = fields["break_minutes"]
    if wrap_at <= call_at:
        raise CannotRecord(_("The wrap is before the call. Was it after midnight?"), field="wrap")
    if wrap_at - call_at > LONGEST_SHIFT:
        raise CannotRecord(_("A shift lasts 24 hours at most. Was it two?"), field="wrap")
    if wrap_at > at:
        raise CannotRecord(_("This has not happened yet. Record it once you have wrapped."), field="wrap")
    if breaks < 0 or timedelta(minutes=breaks) >= wrap_at - call_at:
        raise CannotRecord(_("The breaks are as long as the shift, or longer."), field="break_minutes")
    shift.call_at, shift.wrap_at, shift.break_minutes = call_at, wrap_at, breaks
    shift.time_zone = fields["time_zone"]
    shift.worked_on = call_at.astimezone(time_zone(fields["time_zone"])).date()


def _fill_work(shift: Shift, *, fields: ShiftFields) -> None:
    try:
        shift.role, shift.medium = ShiftRole(fields["role"]), Medium(fields["medium"])
        shift.region, shift.union = Region(fields["region"]), Union(fields["union"])
        shift.competencies = competencies.in_order(set(fields["competencies"]))
        phases, duties = {Phase(phase) for phase in fields["phases"]}, {Duty(duty) for duty in fields["duties"]}
        scenes = {Scene(scene): count for scene, count in fields["scenes"].items()}
    except ValueError:
        raise CannotRecord(_("Choose from the lists.")) from None
    for count in scenes.values():
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_OF_A_SCENE:
            raise CannotRecord(_("Count scenes in whole numbers, 1 to 99."), field="scenes")
    # In the order of their lists, whatever the order they came in: the same facts have the same seal.
    shift.phases = [phase.value for phase in Phase if phase in phases]
    shift.duties = [duty.value for duty in Duty if duty in duties]
    shift.scenes = {scene.value: scenes[scene] for scene in Scene if scene in scenes}


def overlap_with(other: Shift) -> CannotRecord:
    return CannotRecord(
        _("You were on another shift then: %(day)s, on %(code)s.")
        % {"day": date_format(other.worked_on, "j F Y"), "code": other.production.code},
        field="call",
    )


def overlapping(shift: Shift) -> Shift | None:
    """Another shift of the learner that shares a moment with this one. Touching ends share none, nor do its versions."""
    others = Shift.objects.standing().filter(
        learner=shift.learner_id, call_at__lt=shift.wrap_at, wrap_at__gt=shift.call_at
    )
    return others.exclude(record=shift.record).select_related("production").order_by("call_at", "pk").first()


def says(shift: Shift) -> tuple[dict[str, object], int, str]:
    """Everything a learner says in a shift, to be compared."""
    return (
        {**material_facts(shift), "shift": None, "record": None, "version": None},
        shift.mentorship_id,
        shift.learning_note,
    )


def text_of(text: str, refusal: type[Exception]) -> str:
    """What was typed, trimmed. Raises the refusal for more than fits."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise refusal(_("Keep it under 2,000 characters."))
    return text
