"""What can be ordered, when does it begin, and what is given back to who leaves?"""

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from cms.accounts.templatetags.look import money
from courses.intakes import offer_places, places_left
from courses.models import Intake, PricePlan, ProgrammePage
from courses.planning import (
    EXAMPLE_TIERS,
    CannotPlan,
    close_intake,
    close_plan,
    open_intake,
    open_plan,
    set_refund_tiers,
)

from ..frame import Act, ask, choices_of, day, show_list
from .forms import IntakeForm, PlanForm, TiersForm


@require_safe
@allowed("desk.use")
def plan_list(request: HttpRequest) -> HttpResponse:
    """The ways to pay, by programme."""
    policy.require(request.user, "money.see")
    state, choices = choices_of(request, {"open": _("Offered"), "closed": _("Closed")})
    rows = PricePlan.objects.filter(closed_at__isnull=state == "open").select_related("programme")
    return show_list(
        request,
        title=_("Price plans"),
        icon="tag",
        rows=rows.annotate(ordered=Count("orders")).order_by("programme__title", "position", "pk"),
        columns=[
            TitleColumn("name", label=_("Plan"), url_name="desk:plan_close"),
            Column("programme", label=_("Programme")),
            Column("kind", label=_("How it is paid"), accessor=lambda row: row.get_kind_display()),
            Column("total", label=_("Fee"), accessor=lambda row: money(row.total_minor, row.currency)),
            Column("ordered", label=_("Ordered")),
        ],
        choices=choices,
        buttons=[(_("New plan"), reverse("desk:plan_new"), "plus")],
        empty=_("No plan yet. A programme for a fee needs one before anybody can order it.")
        if state == "open"
        else _("None has been closed."),
        note=_("A plan is not changed once it is made, as orders rest on it: close it and make another."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def plan_new(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "money.keep")
    form = PlanForm(request.POST or None)
    if form.is_valid():
        open_plan(plan=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("It is offered from now on."))
        return redirect("desk:plan_list")
    return _new(request, form, title=_("New price plan"), back=reverse("desk:plan_list"), icon="tag")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def plan_close(request: HttpRequest, plan_id: int) -> HttpResponse:
    """One plan, and the end of it."""
    plan = policy.fetch(request.user, "money.keep", PricePlan.objects.select_related("programme"), pk=plan_id)
    if request.method == "POST":
        close_plan(plan=plan, by=person_of(request), at=timezone.now())
        messages.success(request, _("It is offered no more."))
        return redirect("desk:plan_list")
    act = Act(
        title=plan.name,
        button=_("Offer it no more"),
        back=reverse("desk:plan_list"),
        icon="tag",
        steps=[(_("Price plans"), reverse("desk:plan_list"))],
        facts=[
            (_("Programme"), plan.programme),
            (_("How it is paid"), plan.get_kind_display()),
            (_("Fee"), money(plan.total_minor, plan.currency)),
            (_("Deposit"), money(plan.deposit_minor, plan.currency) if plan.deposit_minor else ""),
            (_("Monthly payments"), plan.parts or ""),
            (_("Offered since"), day(plan.opened_at)),
            (_("Closed"), day(plan.closed_at)),
        ],
        changes=[_("Nobody can order by it any more. Who has ordered by it goes on paying by it.")],
        missing=[_("This plan is closed.")] if plan.closed_at else [],
    )
    return ask(request, act)


@require_safe
@allowed("desk.use")
def intake_list(request: HttpRequest) -> HttpResponse:
    """The dated cohorts, soonest first."""
    policy.require(request.user, "money.see")
    state, choices = choices_of(request, {"coming": _("Coming"), "all": _("All")})
    rows = Intake.objects.select_related("programme").annotate(
        taken=Count("orders", filter=Q(orders__cancelled_at=None), distinct=True),
        listed=Count("waiting", filter=Q(waiting__left_at=None), distinct=True),
    )
    if state == "coming":
        rows = rows.filter(closed_at=None, starts_on__gte=timezone.localdate())
    return show_list(
        request,
        title=_("Intakes"),
        icon="date",
        rows=rows.order_by("starts_on", "pk"),
        columns=[
            TitleColumn("name", label=_("Intake"), url_name="desk:intake_detail"),
            Column("programme", label=_("Programme")),
            Column("starts_on", label=_("Begins"), accessor=lambda row: day(row.starts_on)),
            Column("taken", label=_("Ordered"), accessor=lambda row: f"{row.taken} / {row.places}"),
            Column("listed", label=_("Waiting")),
            StatusTagColumn("state", label=_("State"), accessor=lambda row: _("Closed") if row.closed_at else _("Open"),
                            primary=lambda row: row.closed_at is None),
        ],
        choices=choices,
        buttons=[(_("New intake"), reverse("desk:intake_new"), "plus")],
        empty=_("No intake. Without one, people begin when they like."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_new(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "money.keep")
    form = IntakeForm(request.POST or None)
    if form.is_valid():
        open_intake(intake=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("People can order a place in it now."))
        return redirect("desk:intake_list")
    return _new(request, form, title=_("New intake"), back=reverse("desk:intake_list"), icon="date")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_detail(request: HttpRequest, intake_id: int) -> HttpResponse:
    """One intake, who waits for it, and the end of it."""
    intake = policy.fetch(request.user, "money.keep", Intake.objects.select_related("programme"), pk=intake_id)
    now = timezone.now()
    if request.method == "POST":
        close_intake(intake=intake, by=person_of(request), at=now)
        messages.success(request, _("Nobody can order a place in it any more."))
        return redirect("desk:intake_list")
    waiting = intake.waiting.filter(left_at=None).select_related("person").order_by("joined_at", "pk")
    act = Act(
        title=intake.name,
        button=_("Close the intake"),
        back=reverse("desk:intake_list"),
        icon="date",
        steps=[(_("Intakes"), reverse("desk:intake_list"))],
        facts=[
            (_("Programme"), intake.programme),
            (_("Begins"), day(intake.starts_on)),
            (_("Places"), intake.places),
            (_("Left"), places_left(intake, at=now)),
            *((day(place.joined_at), f"{place.person}{_(', offered a place') if place.offered_at else ''}")
              for place in waiting),
        ],
        changes=[
            _("Nobody can order a place in it any more; who has one keeps it."),
            _("Free places are offered to who waits longest, every hour by themselves."),
        ],
        missing=[_("This intake is closed.")] if intake.closed_at else [],
    )  # fmt: skip
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def intake_offer(request: HttpRequest, intake_id: int) -> HttpResponse:
    """Offer the free places now."""
    intake = policy.fetch(request.user, "money.keep", Intake.objects.all(), pk=intake_id)
    if request.method != "POST":
        return redirect("desk:intake_detail", intake.pk)
    count = len(offer_places(intake=intake, by=person_of(request), at=timezone.now()))
    messages.success(request, ngettext("%(n)d place was offered.", "%(n)d places were offered.", count) % {"n": count})
    return redirect("desk:intake_detail", intake.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def refund_rules(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The refund rules of one programme."""
    programme = policy.fetch(request.user, "money.keep", ProgrammePage.objects.all(), pk=programme_id)
    current = list(programme.refund_tiers.order_by("-days_before").values_list("days_before", "percent"))
    lines = "\n".join(f"{days}: {percent}" for days, percent in current or EXAMPLE_TIERS)
    form = TiersForm(request.POST or None, initial={"tiers": lines})
    if form.is_valid():
        try:
            set_refund_tiers(
                programme=programme, tiers=form.cleaned_data["tiers"], by=person_of(request), at=timezone.now()
            )
        except CannotPlan as refusal:
            form.add_error("tiers", str(refusal))
        else:
            messages.success(request, _("These rules hold from now on."))
            return redirect("desk:rule_list")
    return _new(
        request,
        form,
        title=_("Refund rules: %(programme)s") % {"programme": programme},
        back=reverse("desk:rule_list"),
        icon="undo",
        warning="" if current else _("No rules yet. What stands below is an example: change it to your own."),
    )


@require_safe
@allowed("desk.use")
def rule_list(request: HttpRequest) -> HttpResponse:
    """What each programme gives back."""
    policy.require(request.user, "money.see")
    return show_list(
        request,
        title=_("Refund rules"),
        icon="undo",
        rows=ProgrammePage.objects.prefetch_related("refund_tiers").order_by("title", "pk"),
        columns=[
            TitleColumn("title", label=_("Programme"), url_name="desk:refund_rules"),
            Column("rules", label=_("Given back"), accessor=_rules_of),
        ],
        empty=_("There is no programme yet."),
    )


def _rules_of(programme: ProgrammePage) -> str:
    tiers = sorted(programme.refund_tiers.all(), key=lambda tier: -tier.days_before)
    lines = [_("%(days)d days: %(percent)d %%") % {"days": t.days_before, "percent": t.percent} for t in tiers]
    return ", ".join(lines) or _("In the hours of cooling off only")


def _new(request: HttpRequest, form: BaseForm, *, title: str, back: str, icon: str, warning: str = "") -> HttpResponse:
    act = Act(title=title, button=_("Save"), back=back, icon=icon, warning=warning)
    return ask(request, act, form=form)
