"""Who pays less? Coupons, and scholarships out of a fund."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, TitleColumn

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import allowed, person_of
from cms.accounts.templatetags.look import money
from courses.models import Coupon, Fund, Scholarship
from courses.planning import end_coupon, make_coupon
from courses.scholarships import CannotAward, award_scholarship, open_fund, report_of, take_back_scholarship

from ..frame import Act, ask, day, show, show_list
from .forms import AwardForm, CouponForm, FundForm


@require_safe
@allowed("desk.use")
def coupon_list(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "money.see")
    used = Count("uses", filter=Q(uses__given_back_at=None))
    return show_list(
        request,
        title=_("Coupons"),
        icon="tag",
        rows=Coupon.objects.select_related("programme").annotate(used=used).order_by("-begins_at", "-pk"),
        columns=[
            TitleColumn("code", label=_("Code"), url_name="desk:coupon_detail"),
            Column("off", label=_("Takes off"), accessor=_off),
            Column("programme", label=_("Only for"), accessor=lambda row: row.programme or _("Every programme")),
            Column("used", label=_("Used"), accessor=_used),
            Column("ends_at", label=_("Until"), accessor=lambda row: day(row.ends_at) or _("Without end")),
        ],
        buttons=[(_("New coupon"), reverse("desk:coupon_new"), "plus")],
        empty=_("There is no coupon."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def coupon_new(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "money.keep")
    coupon = Coupon(made_by=person_of(request))
    form = CouponForm(request.POST or None, instance=coupon, initial={"begins_at": timezone.now()})
    if form.is_valid():
        make_coupon(coupon=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("The code works from the time you gave."))
        return redirect("desk:coupon_list")
    return ask(
        request, Act(title=_("New coupon"), button=_("Save"), back=reverse("desk:coupon_list"), icon="tag"), form=form
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def coupon_detail(request: HttpRequest, coupon_id: int) -> HttpResponse:
    """One coupon, and the end of it."""
    used = Count("uses", filter=Q(uses__given_back_at=None))
    coupon = policy.fetch(request.user, "money.keep", Coupon.objects.annotate(used=used), pk=coupon_id)
    now = timezone.now()
    if request.method == "POST":
        end_coupon(coupon=coupon, by=person_of(request), at=now)
        messages.success(request, _("The code works no more."))
        return redirect("desk:coupon_list")
    act = Act(
        title=coupon.code,
        button=_("End it now"),
        back=reverse("desk:coupon_list"),
        icon="tag",
        steps=[(_("Coupons"), reverse("desk:coupon_list"))],
        facts=[
            (_("Takes off"), _off(coupon)),
            (_("Used"), _used(coupon)),
            (_("Works from"), day(coupon.begins_at)),
            (_("Until"), day(coupon.ends_at) or _("Without end")),
        ],
        changes=[_("The code works no more. Orders that used it keep their price.")],
        missing=[_("This code has ended.")] if coupon.ends_at and coupon.ends_at <= now else [],
    )
    return ask(request, act)


def _off(coupon: Coupon) -> str:
    if coupon.percent is not None:
        return _("%(percent)d %%") % {"percent": coupon.percent}
    return money(coupon.amount_minor or 0, coupon.currency)


def _used(coupon: Coupon) -> str:
    used = coupon.used  # type: ignore[attr-defined]  # counted by whoever read it
    return f"{used} / {coupon.most_uses}" if coupon.most_uses else str(used)


@require_safe
@allowed("desk.use")
def fund_list(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "money.see")
    return show_list(
        request,
        title=_("Scholarship funds"),
        icon="group",
        rows=Fund.objects.order_by("name", "pk"),
        columns=[
            TitleColumn("name", label=_("Fund"), url_name="desk:fund_detail"),
            Column("amount", label=_("Amount"), accessor=lambda row: money(row.amount_minor, row.currency)),
        ],
        buttons=[(_("New fund"), reverse("desk:fund_new"), "plus")],
        empty=_("There is no fund. Set money aside first, then award it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def fund_new(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "money.keep")
    form = FundForm(request.POST or None)
    if form.is_valid():
        open_fund(fund=form.save(commit=False), by=person_of(request), at=timezone.now())
        messages.success(request, _("The fund is open. Award from it on its page."))
        return redirect("desk:fund_list")
    return ask(
        request, Act(title=_("New fund"), button=_("Save"), back=reverse("desk:fund_list"), icon="group"), form=form
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def fund_detail(request: HttpRequest, fund_id: int) -> HttpResponse:
    """What became of a fund, each award, and a new one."""
    fund = policy.fetch(request.user, "money.keep", Fund.objects.all(), pk=fund_id)
    form = AwardForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        person = User.objects.filter(emailaddress__email__iexact=said["email"], emailaddress__verified=True).first()
        if person is None:
            form.add_error("email", _("Nobody here has confirmed this address. They need an account first."))
        else:
            try:
                award_scholarship(
                    fund=fund, person=person, programme=said["programme"], amount_minor=said["amount_minor"],
                    by=person_of(request), at=timezone.now(),
                )  # fmt: skip
            except CannotAward as refusal:
                form.add_error("amount_minor", str(refusal))
            else:
                messages.success(request, _("Awarded. It is taken off by itself when they order."))
                return redirect("desk:fund_detail", fund.pk)
    report = report_of(fund)
    awards = (
        fund.scholarships.select_related("person", "programme")
        .prefetch_related("orders")
        .order_by("-awarded_at", "-pk")
    )
    return show(
        request,
        "cms/desk/fund.html",
        title=fund.name,
        icon="group",
        steps=[(_("Scholarship funds"), reverse("desk:fund_list"))],
        status=422 if form.errors else 200,
        fund=fund,
        form=form,
        facts=[
            (_("Set aside"), money(fund.amount_minor, fund.currency)),
            (_("Awarded"), money(report.awarded_minor, fund.currency)),
            (_("Of that, used in orders"), money(report.used_minor, fund.currency)),
            (_("Left to award"), money(report.left_minor, fund.currency)),
        ],
        awards=awards,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def scholarship_take_back(request: HttpRequest, scholarship_id: int) -> HttpResponse:
    """Return an unused award to its fund."""
    award = policy.fetch(request.user, "money.keep", Scholarship.objects.all(), pk=scholarship_id)
    if request.method != "POST":
        return redirect("desk:fund_detail", award.fund_id)
    try:
        take_back_scholarship(scholarship=award, by=person_of(request), at=timezone.now())
    except CannotAward as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is back in the fund."))
    return redirect("desk:fund_detail", award.fund_id)
