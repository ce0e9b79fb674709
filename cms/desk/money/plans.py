"""In which ways can each programme be paid?"""

from django.contrib import messages
from django.db.models import Count
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
from courses import payments
from courses.models import BY_CARD, PricePlan, ProgrammePage
from courses.planning import CannotPlan, change_plan, close_plan, open_plan

from ..frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from ..past import past_of
from .forms import PlanForm, PlanWordsForm


@require_safe
@allowed("desk.use")
def plan_list(request: HttpRequest) -> HttpResponse:
    """The ways to pay, programme by programme, in the order in which a buyer reads them; those offered first."""
    policy.require(request.user, "money.see")
    titles = ProgrammePage.objects.filter(plans__isnull=False).distinct().order_by("title", "pk")
    programmes = {str(pk): title for pk, title in titles.values_list("pk", "title")}
    chosen, choices = choices_of(request, {"all": _("All programmes")} | programmes, name="programme")
    rows = PricePlan.objects.select_related("programme").annotate(ordered=Count("orders"))
    if chosen != "all":
        rows = rows.filter(programme=int(chosen))
    return show_list(
        request,
        title=_("Price plans"),
        icon="tag",
        rows=rows.order_by("programme__title", "programme", "closed_at", "position", "pk"),
        columns=[
            TitleColumn("name", label=_("Plan"), url_name="desk:plan_detail"),
            Column("programme", label=_("Programme")),
            Column("kind", label=_("How it is paid"), accessor=lambda row: row.get_kind_display()),
            Column("total", label=_("Fee"), accessor=lambda row: money(row.total_minor, row.currency)),
            Column("ordered", label=_("Orders")),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=is_offered),
        ],
        choices=choices,
        buttons=[(_("New plan"), reverse("desk:plan_new"), "plus")],
        empty=_("No plan yet. A programme for a fee needs one before anybody can order it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def plan_new(request: HttpRequest) -> HttpResponse:
    """Offer another way to pay."""
    policy.require(request.user, "money.keep")
    form = PlanForm(request.POST or None)
    if form.is_valid():
        try:
            open_plan(plan=form.save(commit=False), by=person_of(request), at=timezone.now())
        except CannotPlan as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is offered from now on."))
            return redirect("desk:plan_list")
    act = Act(
        title=_("New price plan"), button=_("Offer it"), back=reverse("desk:plan_list"), icon="tag", steps=_steps()
    )
    return ask(request, act, form=form)


@require_safe
@allowed("desk.use")
def plan_detail(request: HttpRequest, plan_id: int) -> HttpResponse:
    """One plan, its terms, and what happened to it."""
    plan = _fetch(request, plan_id, "money.see")
    links = []
    if plan.closed_at is None:
        links = [
            (_("Change …"), reverse("desk:plan_change", args=[plan.pk])),
            (_("Offer it no more …"), reverse("desk:plan_close", args=[plan.pk])),
        ]
    return show(
        request,
        "cms/desk/thing.html",
        title=plan.name,
        icon="tag",
        steps=_steps(),
        heading=plan.name,
        state=state_of(plan),
        state_is_good=is_offered(plan),
        facts=_facts(plan),
        links=links,
        past=past_of(plan),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def plan_change(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Change its terms while nobody ordered by it; its name and place in the list at any time."""
    plan = _fetch(request, plan_id)
    here = reverse("desk:plan_detail", args=[plan.pk])
    ordered = plan.orders.exists()
    form = (PlanWordsForm if ordered else PlanForm)(request.POST or None, instance=plan)
    if form.is_valid():
        try:
            change_plan(plan=form.save(commit=False), by=person_of(request), at=timezone.now())
        except CannotPlan as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Changed. Orders that were placed before keep their terms."))
            return redirect(here)
    act = Act(
        title=_("Change the plan"),
        button=_("Save"),
        back=here,
        icon="tag",
        steps=[*_steps(), (PricePlan.objects.get(pk=plan.pk).name, here)],
        facts=_facts(PricePlan.objects.select_related("programme").get(pk=plan.pk)) if ordered else [],
        warning=_("Somebody has ordered by this plan, so its terms stay. Close it and make another to change them.")
        if ordered
        else "",
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def plan_close(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Offer it no more."""
    plan = _fetch(request, plan_id)
    here = reverse("desk:plan_detail", args=[plan.pk])
    if request.method == "POST":
        close_plan(plan=plan, by=person_of(request), at=timezone.now())
        messages.success(request, _("It is offered no more."))
        return redirect(here)
    act = Act(
        title=_("Close the plan"),
        button=_("Offer it no more"),
        back=here,
        icon="tag",
        steps=[*_steps(), (plan.name, here)],
        facts=_facts(plan),
        changes=[
            _("Nobody can order by it any more."),
            _("Who has ordered by it goes on paying by it. It is not opened again: make another instead."),
        ],
        missing=[_("This plan is closed.")] if plan.closed_at else [],
    )
    return ask(request, act)


def is_offered(plan: PricePlan) -> bool:
    return plan.closed_at is None and (plan.kind not in BY_CARD or payments.is_set_up())


def state_of(plan: PricePlan) -> str:
    if plan.closed_at:
        return _("Closed")
    return _("Offered") if is_offered(plan) else _("Not offered: payments online are not set up")


def _facts(plan: PricePlan) -> list[Fact]:
    facts: list[Fact] = [
        (_("Programme"), plan.programme),
        (_("How it is paid"), plan.get_kind_display()),
        (_("Whole fee"), money(plan.total_minor, plan.currency)),
    ]
    if plan.deposit_minor and plan.balance_days:
        days = ngettext("%(n)d day after the deposit", "%(n)d days after the deposit", plan.balance_days)
        facts += [
            (_("Deposit"), money(plan.deposit_minor, plan.currency)),
            (_("Balance due"), days % {"n": plan.balance_days}),
        ]
    if plan.parts:
        facts.append((_("Monthly payments"), plan.parts))
    facts += [
        (_("For organisations"), _("Several places at once") if plan.for_seats else _("No")),
        (_("Orders"), plan.orders.count()),
        (_("Offered since"), day(plan.opened_at)),
    ]
    return [*facts, (_("Closed"), day(plan.closed_at))] if plan.closed_at else facts


def _fetch(request: HttpRequest, plan_id: int, action: str = "money.keep") -> PricePlan:
    return policy.fetch(request.user, action, PricePlan.objects.select_related("programme"), pk=plan_id)


def _steps() -> list[Step]:
    return [(_("Price plans"), reverse("desk:plan_list"))]
