"""What does a programme promise, ask and cost, and how does this visitor come onto it?"""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.accounts.models import User
from cms.accounts.policy import Person
from cms.accounts.templatetags.look import money

from .models import Access, Enrolment, Invoice, ProgrammePage
from .progress import Outline, outline_of

# What the card beside the programme offers.
Way = Literal["enrolled", "waiting", "stranger", "free", "invoice", "invitation"]


def programme_context(page: ProgrammePage, person: Person, request: HttpRequest | None = None) -> dict[str, Any]:
    """Everything the programme's page shows: its facts, its outline, and this person's way onto it."""
    enrolment = invoice = None
    if isinstance(person, User):
        enrolment = Enrolment.objects.open_for(person).filter(programme=page).first()
        if enrolment is None:
            invoice = Invoice.objects.filter(
                learner=person, programme=page, confirmed_at=None, cancelled_at=None
            ).first()
    outline = outline_of(programme=page, enrolment=enrolment, request=request)
    return {
        "outline": outline,
        "facts": facts_of(page, outline),
        "fee": money(page.fee_minor, page.currency) if page.fee_minor else "",
        "enrolment": enrolment,
        "invoice": invoice,
        "way": way_onto(page, person, enrolled=enrolment is not None, invoiced=invoice is not None),
    }


def way_onto(page: ProgrammePage, person: Person, *, enrolled: bool, invoiced: bool) -> Way:
    """What this person can do next about this programme. Pure."""
    if enrolled:
        return "enrolled"
    if invoiced:
        return "waiting"
    if page.access == Access.INVITATION:
        return "invitation"
    if not isinstance(person, User):
        return "stranger"
    return "free" if page.access == Access.FREE else "invoice"


def facts_of(page: ProgrammePage, outline: Outline) -> list[tuple[str, str]]:
    """What fits in the cells of a call sheet: label and answer, six of them."""
    hours = sum(module.module.hours for module in outline.modules)
    years = page.valid_years
    return [
        (_("Leads to"), page.get_kind_display()),
        (_("Valid for"), ngettext("%(n)s year", "%(n)s years", years) % {"n": years} if years else _("No end date")),
        (_("Modules"), str(len(outline.modules))),
        (_("Units"), str(outline.total)),
        (_("Study"), ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}),
        (_("Fee"), money(page.fee_minor, page.currency) if page.fee_minor else _("None")),
    ]
