"""What does a programme promise, ask and cost, and how does this visitor come onto it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts.models import User
from cms.accounts.policy import Person

from .models import Access, Enrolment, ProgrammePage
from .offers import Offers, fees_of, offers_of
from .pausing import Late, late_parts, pause_of
from .progress import Outline, outline_of

# What the card beside the programme offers.
Way = Literal["enrolled", "waiting", "stranger", "free", "fee", "invitation"]


@dataclass(frozen=True, kw_only=True)
class ProgrammeLine:
    """One programme of a list, with what it is offered for; "" for what is free or not for sale."""

    programme: ProgrammePage
    fee: str


def lines_of(programmes: Iterable[ProgrammePage]) -> list[ProgrammeLine]:
    """Programmes as a list shows them: one query for the fees of all."""
    found = list(programmes)
    fees = fees_of(found)
    return [ProgrammeLine(programme=programme, fee=fees.get(programme.pk, "")) for programme in found]


def programme_context(page: ProgrammePage, person: Person, request: HttpRequest | None = None) -> dict[str, Any]:
    """Everything the programme's page shows: its facts, its outline, and this person's way onto it."""
    enrolment = None
    late: list[Late] = []
    now = timezone.now()
    if isinstance(person, User):
        enrolment = Enrolment.objects.open_for(person).filter(programme=page).first()
        if enrolment is not None:
            late = late_parts(person, at=now, enrolments=[enrolment])
    offers = offers_of(page, person, at=now) if page.access == Access.FEE else None
    order = offers.waiting if offers else None
    outline = outline_of(programme=page, enrolment=enrolment, request=request)
    fee = fee_of(page)
    return {
        "outline": outline,
        "facts": facts_of(page, outline, fee),
        "fee": fee,
        "pause": pause_of(enrolment) if enrolment else None,
        "late": late[0] if late else None,
        "enrolment": enrolment,
        "order": order,
        "standing": offers.standing if offers else None,
        "offers": offers,
        "offers_shown": offers is not None and _is_shown(offers, enrolled=enrolment is not None),
        "way": way_onto(page, person, enrolled=enrolment is not None, ordered=order is not None),
    }


def _is_shown(offers: Offers, *, enrolled: bool) -> bool:
    """Whether the page lists the ways to pay and the intakes: to who could choose one of them."""
    return bool(offers.plans or offers.intakes) and not enrolled and offers.waiting is None


def way_onto(page: ProgrammePage, person: Person, *, enrolled: bool, ordered: bool) -> Way:
    """What this person can do next about this programme. Pure."""
    if enrolled:
        return "enrolled"
    if ordered:
        return "waiting"
    if page.access == Access.INVITATION:
        return "invitation"
    if not isinstance(person, User):
        return "stranger"
    return "free" if page.access == Access.FREE else "fee"


def fee_of(page: ProgrammePage) -> str:
    """What it is offered for; empty for what is free or not for sale."""
    return fees_of([page]).get(page.pk, "")


def facts_of(page: ProgrammePage, outline: Outline, fee: str) -> list[tuple[str, str]]:
    """What fits in the cells of a call sheet: label and answer, six of them."""
    hours = sum(module.module.hours for module in outline.modules)
    years = page.valid_years
    return [
        (_("Leads to"), page.get_kind_display()),
        (_("Valid for"), ngettext("%(n)s year", "%(n)s years", years) % {"n": years} if years else _("No end date")),
        (_("Modules"), str(len(outline.modules))),
        (_("Units"), str(outline.total)),
        (_("Study"), ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}),
        (_("Fee"), fee or _("None")),
    ]
