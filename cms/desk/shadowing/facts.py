"""What does the desk show of a shift? What a seal covers; never a title, a note, a message or a journal."""

from __future__ import annotations

import base64
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from assessments.models import Medium, Phase, Region, Scene, Shift, ShiftRole, ShiftState, Union
from assessments.shift_words import duration, hours_of, listed
from cms.accounts import history, policy
from cms.accounts.policy import person_of

from ..frame import Fact, Step, day

SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def desk_shifts(among: QuerySet[Shift] | None = None) -> QuerySet[Shift]:
    """Shifts, all or `among` those, with what the desk shows of them, and `title_kept`, the length of the sealed title.

    What is the learner's and the mentor's own is not even read: a page that touches it by mistake shows in the query log.
    """
    whole = (Shift.objects.all() if among is None else among).select_related(
        "production", "mentorship__mentor__person", "learner", "signed_by", "enrolment__programme"
    )
    return whole.defer("production__title", "learning_note").annotate(title_kept=Length("production__title"))


def fetch_shift(request: HttpRequest, shift_id: int) -> Shift:
    """One shift, for a registrar who is neither its learner nor its mentor."""
    return policy.fetch(request.user, "shift.oversee", desk_shifts(), pk=shift_id)


def facts_of(shift: Shift, *, zone: str) -> list[Fact]:
    """One shift in lines, for a reader who lives in `zone`. It must be of `desk_shifts`."""
    return [
        (_("Learner"), shift.learner),
        (_("Mentor"), shift.mentorship.mentor.name),
        (_("Programme"), shift.enrolment.programme.title),
        (_("Day"), day(shift.worked_on)),
        (_("Hours"), f"{hours_of(shift, zone=zone)} ({duration(shift.minutes)})"),
        (_("Role"), _label(ShiftRole, shift.role)),
        (_("Production"), f"{shift.production.code}, {_label(Medium, shift.medium)}"),
        (_("Where"), _label(Region, shift.region)),
        (_("Union"), _label(Union, shift.union)),
        (_("Phase"), listed(_label(Phase, phase) for phase in shift.phases)),
        (_("Scenes"), listed(f"{n} {_label(Scene, scene)}" for scene, n in shift.scenes.items()) or _("none")),
        (_("Handed in"), day(shift.submitted_at) or _("not yet")),
        *_ending(shift),
    ]


def _ending(shift: Shift) -> list[Fact]:
    facts: list[Fact] = []
    if shift.signed_at and isinstance(shift.sealed, dict):
        signer = shift.sealed.get("signer") or {}
        facts.append(
            (_("Signed"), _("%(day)s, by %(name)s") % {"day": day(shift.signed_at), "name": signer.get("name")})
        )
    if shift.declined_at:
        facts.append((_("Declined"), f"{day(shift.declined_at)}, {shift.get_decline_reason_display()}"))
    if shift.voided_at:
        facts.append((_("Void"), f"{day(shift.voided_at)}, {shift.get_void_reason_display()}"))
    return facts


def is_good(state: ShiftState) -> bool:
    return state is ShiftState.SIGNED


def url_of(request: HttpRequest, row: Any, name: str, *, shift: Shift) -> str | None:
    """Where a row of a list leads; nowhere for the reader's own, which another registrar looks after."""
    return reverse(name, args=[row.pk]) if policy.may(request.user, "shift.oversee", shift) else None


def written_down(request: HttpRequest, verb: str, thing: Model, **facts: str | int | bool) -> None:
    """Keep in the audit trail that this registrar read, or compared, something delicate."""
    history.audit(verb=verb, subject=history.name_of(thing), actor=person_of(request), facts=dict(facts))


def letter_answer(letter: str, kind: str, *, name: str) -> HttpResponse:
    """A sealed letter as a file to keep: never shown in the browser, whose plug-ins run what is in it, nor stored by it."""
    answer = HttpResponse(base64.b64decode(letter), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{SUFFIXES[kind]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(answer)
    return answer


def steps_to(label: str, name: str) -> list[Step]:
    return [(_("Days on set"), reverse("desk:shadowing")), (label, reverse(name))]


def _label(choices: Any, value: str) -> str:
    """The member's label; the value itself for one that is no longer in the list."""
    return str(choices(value).label) if value in choices.values else value
