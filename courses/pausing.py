"""Why does somebody's access rest, or will it soon, and what do they do about it? Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from cms.accounts.academy import AcademySettings
from cms.accounts.models import User

from .models import Enrolment, Grant, Held, Instalment, Order


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Why an enrolment is paused. The learner pays an order of their own; what others pay for is not theirs to settle."""

    because: Held
    order: Order | None  # the learner's own

    @property
    def to_pay(self) -> bool:
        """Whether the learner ends it themselves, by paying."""
        return self.because == Held.UNPAID and self.order is not None

    @property
    def url(self) -> str:
        return reverse("courses:order", args=[self.order.reference]) if self.order else ""


@dataclass(frozen=True, kw_only=True)
class Late:
    """A part that was due and is not paid, of an order that gives access now."""

    part: Instalment
    pauses_on: datetime  # unless it is paid by then

    @property
    def url(self) -> str:
        return reverse("courses:order", args=[self.part.order.reference])


def pause_of(enrolment: Enrolment) -> Pause | None:
    """Why the enrolment is paused; None when it is not, which costs nothing. Else one query.

    What the learner can pay themselves comes before what they have to wait for.
    """
    if enrolment.paused_at is None:
        return None
    held = list(
        Grant.objects.filter(enrolment=enrolment, ended_at=None, held_at__isnull=False)
        .select_related("order")
        .order_by("pk")
    )
    unpaid = next((grant for grant in held if grant.held_because == Held.UNPAID and _is_own(grant, enrolment)), None)
    if unpaid is not None:
        return Pause(because=Held.UNPAID, order=unpaid.order)
    because = Held(held[0].held_because) if held else Held.DISPUTE
    own = next((grant.order for grant in held if grant.held_because == because and _is_own(grant, enrolment)), None)
    return Pause(because=because, order=own)


def _is_own(grant: Grant, enrolment: Enrolment) -> bool:
    return grant.order is not None and grant.seat_id is None and grant.order.buyer_id == enrolment.learner_id


def late_parts(person: User, *, at: datetime, enrolments: Iterable[Enrolment] | None = None) -> list[Late]:
    """What was due and is not paid of what the person is on, oldest first; of these enrolments only, where given.

    Who is paused already is told so by `pause_of`. One query, and one for the days of grace where something is late.
    """
    lasting = Grant.objects.filter(enrolment__learner=person, seat=None, ended_at=None, held_at=None)
    if enrolments is not None:
        lasting = lasting.filter(enrolment__in=enrolments)
    parts = list(
        Instalment.objects.filter(paid_at=None, due_at__lte=at, order__in=lasting.values("order"))
        .select_related("order")
        .order_by("due_at", "pk")
    )
    if not parts:
        return []
    grace = timedelta(days=AcademySettings.load().grace_days)
    return [Late(part=part, pauses_on=part.due_at + grace) for part in parts]
