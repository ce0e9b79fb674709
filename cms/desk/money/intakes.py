"""When does each programme begin, who has a place, and who waits for one?"""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, Table, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.intakes import offer_places, places_left, places_left_in
from courses.models import Intake, Waiting
from courses.planning import change_intake, close_intake, open_intake

from ..frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from ..past import past_of
from .forms import IntakeForm


@require_safe
@allowed("desk.use")
def intake_list(request: HttpRequest) -> HttpResponse:
    """The dated cohorts, soonest first."""
    policy.require(request.user, "money.see")
    state, choices = choices_of(request, {"coming": _("Coming"), "all": _("All")})
    rows = Intake.objects.select_related("programme").annotate(
        listed=Count("waiting", filter=Q(waiting__left_at=None), distinct=True)
    )
    if state == "coming":
        rows = rows.filter(closed_at=None, starts_on__gte=timezone.localdate())
    intakes = list(rows.order_by("starts_on", "pk"))
    left = places_left_in(intakes, at=timezone.now())
    return show_list(
        request,
        title=_("Intakes"),
        icon="date",
        rows=intakes,
        columns=[
            TitleColumn("name", label=_("Intake"), url_name="desk:intake_detail"),
            Column("programme", label=_("Programme")),
            Column("starts_on", label=_("Begins"), accessor=lambda row: day(row.starts_on)),
            Column("places", label=_("Places")),
            Column("taken", label=_("Taken or held"), accessor=lambda row: row.places - left[row.pk]),
            Column("listed", label=_("Waiting")),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.closed_at is None),
        ],
        choices=choices,
        buttons=[(_("New intake"), reverse("desk:intake_new"), "plus")],
        empty=_("No intake. Without one, people begin when they like, and no refund counts to a day."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_new(request: HttpRequest) -> HttpResponse:
    """Open a new cohort."""
    policy.require(request.user, "money.keep")
    form = IntakeForm(request.POST or None)
    if form.is_valid():
        open_intake(intake=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("People can order a place in it now."))
        return redirect("desk:intake_list")
    act = Act(title=_("New intake"), button=_("Open it"), back=reverse("desk:intake_list"), icon="date", steps=_steps())
    return ask(request, act, form=form)


@require_safe
@allowed("desk.use")
def intake_detail(request: HttpRequest, intake_id: int) -> HttpResponse:
    """One intake: its places, and who waits for one, longest first."""
    intake = _fetch(request, intake_id, "money.see")
    waiting = list(intake.waiting.filter(left_at=None).select_related("person").order_by("joined_at", "pk"))
    links = [(_("Change …"), reverse("desk:intake_change", args=[intake.pk]))]
    if intake.closed_at is None:
        links.append((_("Close the intake …"), reverse("desk:intake_close", args=[intake.pk])))
    longest = next((place.person for place in waiting if place.offered_at is None), None)
    can_offer = (
        longest is not None
        and intake.closed_at is None
        and intake.starts_on >= timezone.localdate()
        and places_left(intake, at=timezone.now(), beside=longest) > 0
    )
    return show(
        request,
        "cms/desk/thing.html",
        title=intake.name,
        icon="date",
        steps=_steps(),
        heading=intake.name,
        state=state_of(intake),
        state_is_good=intake.closed_at is None,
        facts=_facts(intake),
        links=links,
        posts=[(_("Offer the free places now"), reverse("desk:intake_offer", args=[intake.pk]))] if can_offer else [],
        table_heading=_("Waiting for a place"),
        table_empty=_("Nobody waits for a place in it."),
        table=Table(
            [
                Column("person", label=_("Who")),
                Column("email", label=_("E-mail address"), accessor="person.email"),
                Column("joined_at", label=_("Since"), accessor=lambda row: day(row.joined_at)),
                Column("offer", label=_("Offer"), accessor=_offer),
            ],
            waiting,
            caption=_("Waiting for a place"),
        )
        if waiting
        else None,
        past=past_of(intake),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_change(request: HttpRequest, intake_id: int) -> HttpResponse:
    """Give it another name, day or number of places."""
    intake = _fetch(request, intake_id)
    here, name = reverse("desk:intake_detail", args=[intake.pk]), intake.name
    form = IntakeForm(request.POST or None, instance=intake)
    if form.is_valid():
        change_intake(intake=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("Changed. Nobody has been written to: tell those it concerns."))
        return redirect(here)
    act = Act(
        title=_("Change the intake"),
        button=_("Save"),
        back=here,
        icon="date",
        steps=[*_steps(), (name, here)],
        warning=_("Who has a place keeps it. Refund rules count from the day it begins, also for them."),
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_close(request: HttpRequest, intake_id: int) -> HttpResponse:
    """Let nobody in any more."""
    intake = _fetch(request, intake_id)
    here = reverse("desk:intake_detail", args=[intake.pk])
    if request.method == "POST":
        close_intake(intake=intake, by=person_of(request), at=timezone.now())
        messages.success(request, _("Nobody can order a place in it any more."))
        return redirect(here)
    act = Act(
        title=_("Close the intake"),
        button=_("Close the intake"),
        back=here,
        icon="date",
        steps=[*_steps(), (intake.name, here)],
        facts=_facts(intake),
        changes=[
            _("Nobody can order a place in it any more; who has one keeps it."),
            _("Nobody on its list is offered a place, and nobody is written to: tell those who wait."),
        ],
        missing=[_("This intake is closed.")] if intake.closed_at else [],
    )
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_offer(request: HttpRequest, intake_id: int) -> HttpResponse:
    """Offer the free places now to who waits longest, rather than at the next full hour."""
    intake = _fetch(request, intake_id)
    if request.method != "POST":
        return redirect("desk:intake_detail", intake.pk)
    count = len(offer_places(intake=intake, by=person_of(request), at=timezone.now()))
    said = ngettext("%(n)d place was offered by mail.", "%(n)d places were offered by mail.", count) % {"n": count}
    messages.success(request, said if count else _("No place is free, or it has begun. Nobody was offered one."))
    return redirect("desk:intake_detail", intake.pk)


def state_of(intake: Intake) -> str:
    return _("Closed") if intake.closed_at else _("Open")


def _offer(waiting: Waiting) -> str:
    return _("held until %(day)s") % {"day": day(waiting.offer_ends_at)} if waiting.offered_at else _("not yet")


def _facts(intake: Intake) -> list[Fact]:
    facts: list[Fact] = [
        (_("Programme"), intake.programme),
        (_("Begins"), day(intake.starts_on)),
        (_("Places"), intake.places),
        (_("Free"), places_left(intake, at=timezone.now())),
    ]
    return [*facts, (_("Closed"), day(intake.closed_at))] if intake.closed_at else facts


def _fetch(request: HttpRequest, intake_id: int, action: str = "money.keep") -> Intake:
    return policy.fetch(request.user, action, Intake.objects.select_related("programme"), pk=intake_id)


def _steps() -> list[Step]:
    return [(_("Intakes"), reverse("desk:intake_list"))]
