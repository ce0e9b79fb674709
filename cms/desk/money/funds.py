"""Whose fee do funds pay, and what became of each fund?"""

from django.contrib import messages
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, Table, TitleColumn

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import allowed, person_of
from cms.accounts.spreadsheet import as_csv, decimal
from cms.accounts.templatetags.look import money
from courses import tasks
from courses.models import Fund, Scholarship
from courses.scholarships import (
    CannotAward,
    FundReport,
    award_scholarship,
    close_fund,
    open_fund,
    report_of,
    take_back_scholarship,
)

from ..frame import Act, Fact, Step, ask, day, show, show_list
from .forms import AwardForm, FundForm


@require_safe
@allowed("desk.use")
def fund_list(request: HttpRequest) -> HttpResponse:
    """The funds, by name."""
    policy.require(request.user, "money.see")
    return show_list(
        request,
        title=_("Scholarship funds"),
        icon="group",
        rows=Fund.objects.annotate(
            awarded=Coalesce(Sum("scholarships__amount_minor", filter=Q(scholarships__taken_back_at=None)), 0)
        ).order_by("name", "pk"),
        columns=[
            TitleColumn("name", label=_("Fund"), url_name="desk:fund_detail"),
            Column("amount", label=_("Set aside"), accessor=lambda row: money(row.amount_minor, row.currency)),
            Column("left", label=_("Left"), accessor=lambda row: money(row.amount_minor - row.awarded, row.currency)),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.closed_at is None),
        ],
        buttons=[(_("New fund"), reverse("desk:fund_new"), "plus")],
        empty=_("There is no fund. Set money aside first, then award it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def fund_new(request: HttpRequest) -> HttpResponse:
    """Set money aside."""
    policy.require(request.user, "money.keep")
    form = FundForm(request.POST or None)
    if form.is_valid():
        fund = open_fund(fund=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("The fund is open. Award from it here."))
        return redirect("desk:fund_detail", fund.pk)
    act = Act(title=_("New fund"), button=_("Open it"), back=reverse("desk:fund_list"), icon="group", steps=_steps())
    return ask(request, act, form=form)


@require_safe
@allowed("desk.use")
def fund_detail(request: HttpRequest, fund_id: int) -> HttpResponse:
    """What became of a fund, by programme, and each award."""
    fund = _fetch(request, fund_id, "money.see")
    report = report_of(fund)
    awards = list(
        fund.scholarships.select_related("person", "programme")
        .prefetch_related("orders")
        .order_by("-awarded_at", "-pk")
    )
    links = [(_("As CSV"), reverse("desk:fund_csv", args=[fund.pk]))]
    if fund.closed_at is None:
        links = [
            (_("Award from it …"), reverse("desk:fund_award", args=[fund.pk])),
            *links,
            (_("Close the fund …"), reverse("desk:fund_close", args=[fund.pk])),
        ]

    def amount(minor: int) -> str:
        return money(minor, fund.currency)

    return show(
        request,
        "cms/desk/fund.html",
        title=fund.name,
        icon="group",
        steps=_steps(),
        heading=fund.name,
        state=state_of(fund),
        state_is_good=fund.closed_at is None,
        facts=_facts(report),
        links=links,
        shares=Table(
            [
                Column("programme", label=_("Programme")),
                Column("awards", label=_("Awards")),
                Column("awarded", label=_("Awarded"), accessor=lambda row: amount(row.awarded_minor)),
                Column("used", label=_("Of that, used"), accessor=lambda row: amount(row.used_minor)),
            ],
            report.shares,
            caption=_("By programme"),
        )
        if report.shares
        else None,
        awards=Table(
            [
                TitleColumn(
                    "person", label=_("To"), get_url=lambda row: reverse("desk:scholarship_take_back", args=[row.pk])
                ),
                Column("programme", label=_("Programme")),
                Column("amount", label=_("Amount"), accessor=lambda row: amount(row.amount_minor)),
                Column("awarded_at", label=_("Awarded"), accessor=lambda row: day(row.awarded_at)),
                Column("state", label=_("How it stands"), accessor=how_it_stands),
            ],
            awards,
            caption=_("Awards"),
        )
        if awards
        else None,
    )


@require_safe
@allowed("desk.use")
def fund_csv(request: HttpRequest, fund_id: int) -> StreamingHttpResponse:
    """The report as a file: a row for each programme, and one for what is left."""
    fund = _fetch(request, fund_id, "money.see")
    report = report_of(fund)
    rows: list[list[object]] = [
        [fund.name, share.programme, share.awards, decimal(share.awarded_minor), decimal(share.used_minor),
         fund.currency, share.awarded_minor, share.used_minor]
        for share in report.shares
    ]  # fmt: skip
    left = [
        fund.name,
        _("Left to award"),
        0,
        decimal(report.left_minor),
        decimal(0),
        fund.currency,
        report.left_minor,
        0,
    ]
    columns = ("fund", "programme", "awards", "awarded", "used", "currency", "awarded_minor", "used_minor")
    return as_csv("fund", columns, [*rows, left])


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def fund_award(request: HttpRequest, fund_id: int) -> HttpResponse:
    """Let the fund pay a part of somebody's fee, or all of it."""
    fund = _fetch(request, fund_id)
    here = reverse("desk:fund_detail", args=[fund.pk])
    form = AwardForm(request.POST or None)
    if form.is_valid():
        try:
            _award(fund, form, by=person_of(request))
        except CannotAward as refusal:
            form.add_error("amount_minor", str(refusal))
        if not form.errors:
            messages.success(request, _("Awarded. It is taken off by itself when they order. They are told by mail."))
            return redirect(here)
    act = Act(
        title=_("Award a scholarship"),
        button=_("Award it"),
        back=here,
        icon="group",
        steps=[*_steps(), (fund.name, here)],
        facts=_facts(report_of(fund)),
        changes=[
            _("It is taken off the price by itself when they order this programme."),
            _("At most the price is paid: what an order does not need is not paid out."),
            _("They are told by mail."),
        ],
        missing=[_("This fund is closed. Award from another one.")] if fund.closed_at else [],
    )
    return ask(request, act, form=form)


def _award(fund: Fund, form: AwardForm, *, by: User) -> None:
    said = form.cleaned_data
    person = User.objects.filter(emailaddress__email__iexact=said["email"], emailaddress__verified=True).first()
    if person is None:
        form.add_error("email", _("Nobody here has confirmed this address. They need an account first."))
        return
    now = timezone.now()
    award = award_scholarship(
        fund=fund, person=person, programme=said["programme"], amount_minor=said["amount_minor"], by=by, at=now
    )
    if award.awarded_at == now:  # and not one there was already
        tasks.mail_award.enqueue(award.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def fund_close(request: HttpRequest, fund_id: int) -> HttpResponse:
    """Award no more from it."""
    fund = _fetch(request, fund_id)
    here = reverse("desk:fund_detail", args=[fund.pk])
    if request.method == "POST":
        close_fund(fund=fund, by=person_of(request), at=timezone.now())
        messages.success(request, _("Nothing more is awarded from it."))
        return redirect(here)
    act = Act(
        title=_("Close the fund"),
        button=_("Close the fund"),
        back=here,
        icon="group",
        steps=[*_steps(), (fund.name, here)],
        facts=_facts(report_of(fund)),
        changes=[_("Nothing more is awarded from it. What was awarded stays, and can be used.")],
        missing=[_("This fund is closed.")] if fund.closed_at else [],
    )
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def scholarship_take_back(request: HttpRequest, scholarship_id: int) -> HttpResponse:
    """One award, and its way back to the fund while no order uses it."""
    awards = Scholarship.objects.select_related("fund", "person", "programme", "awarded_by").prefetch_related("orders")
    award = policy.fetch(request.user, "money.keep", awards, pk=scholarship_id)
    here = reverse("desk:fund_detail", args=[award.fund_id])
    missing = [_("It has been taken back.")] if award.taken_back_at else []
    if not missing and any(order.cancelled_at is None for order in award.orders.all()):
        missing = [_("An order uses it. Cancel that order first, if it is not paid.")]
    if not missing and request.method == "POST":
        try:
            take_back_scholarship(scholarship=award, by=person_of(request), at=timezone.now())
        except CannotAward as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("It is back in the fund. Nobody was written to."))
            return redirect(here)
    act = Act(
        title=_("Scholarship of %(name)s") % {"name": award.person},
        button=_("Take it back"),
        back=here,
        icon="rotate",
        steps=[*_steps(), (award.fund.name, here)],
        facts=[
            (_("To"), award.person),
            (_("E-mail address"), award.person.email),
            (_("Programme"), award.programme),
            (_("Amount"), money(award.amount_minor, award.fund.currency)),
            (_("Awarded"), day(award.awarded_at)),
            (_("By"), award.awarded_by),
            (_("How it stands"), how_it_stands(award)),
        ],
        changes=[_("The amount is back in the fund, and can be awarded again. They pay the whole price.")],
        missing=missing,
    )
    return ask(request, act, status=422 if request.method == "POST" else 200)


def how_it_stands(award: Scholarship) -> str:
    """Where an award is, in a word. Its orders are read beforehand."""
    if award.taken_back_at:
        return _("Taken back")
    orders = [order for order in award.orders.all() if order.cancelled_at is None]
    if any(order.fulfilled_at for order in orders):
        return _("Used")
    return _("In an order that waits to be paid") if orders else _("Not used yet")


def state_of(fund: Fund) -> str:
    return _("Closed") if fund.closed_at else _("Open")


def _facts(report: FundReport) -> list[Fact]:
    currency = report.fund.currency
    return [
        (_("Set aside"), money(report.fund.amount_minor, currency)),
        (_("Awarded"), money(report.awarded_minor, currency)),
        (_("Of that, used in orders"), money(report.used_minor, currency)),
        (_("Left to award"), money(report.left_minor, currency)),
    ]


def _fetch(request: HttpRequest, fund_id: int, action: str = "money.keep") -> Fund:
    return policy.fetch(request.user, action, Fund.objects.all(), pk=fund_id)


def _steps() -> list[Step]:
    return [(_("Scholarship funds"), reverse("desk:fund_list"))]
