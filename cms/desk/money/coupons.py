"""Which words take something off a price?"""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
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
from courses.models import Coupon
from courses.planning import end_coupon, make_coupon

from ..frame import Act, Step, ask, day, show_list
from .forms import CouponForm


@require_safe
@allowed("desk.use")
def coupon_list(request: HttpRequest) -> HttpResponse:
    """All codes, newest first, each with the uses that are left."""
    policy.require(request.user, "money.see")
    now = timezone.now()
    return show_list(
        request,
        title=_("Coupons"),
        icon="tag",
        rows=_counted().order_by("-begins_at", "-pk"),
        columns=[
            TitleColumn("code", label=_("Code"), url_name="desk:coupon_end"),
            Column("off", label=_("Takes off"), accessor=_off),
            Column("programme", label=_("Only for"), accessor=lambda row: row.programme or _("Every programme")),
            Column("used", label=_("Used"), accessor="used"),
            Column("left", label=_("Uses left"), accessor=_left),
            Column("ends_at", label=_("Until"), accessor=lambda row: day(row.ends_at) or _("Without end")),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: _("Over") if row.ends_at and row.ends_at <= now else _("Works"),
                primary=lambda row: not (row.ends_at and row.ends_at <= now),
            ),
        ],
        buttons=[(_("New coupon"), reverse("desk:coupon_new"), "plus")],
        empty=_("There is no coupon."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def coupon_new(request: HttpRequest) -> HttpResponse:
    """Make a code."""
    policy.require(request.user, "money.keep")
    now = timezone.now()
    form = CouponForm(request.POST or None, instance=Coupon(made_by=person_of(request), begins_at=now))
    if form.is_valid():
        make_coupon(coupon=form.save(commit=False), by=person_of(request), at=now)
        messages.success(request, _("The code works from the time you gave."))
        return redirect("desk:coupon_list")
    act = Act(title=_("New coupon"), button=_("Make it"), back=reverse("desk:coupon_list"), icon="tag", steps=_steps())
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def coupon_end(request: HttpRequest, coupon_id: int) -> HttpResponse:
    """One coupon, and the end of it."""
    coupon = policy.fetch(request.user, "money.keep", _counted(), pk=coupon_id)
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
        steps=_steps(),
        facts=[
            (_("Takes off"), _off(coupon)),
            (_("Only for"), coupon.programme or _("Every programme")),
            (_("Used"), _times(coupon.used)),  # type: ignore[attr-defined]  # counted by `_counted`
            (_("Uses left"), _left(coupon)),
            (_("Works from"), day(coupon.begins_at)),
            (_("Until"), day(coupon.ends_at) or _("Without end")),
        ],
        changes=[_("The code works no more. Orders that used it keep their price.")],
        missing=[_("This code has ended.")] if coupon.ends_at and coupon.ends_at <= now else [],
    )
    return ask(request, act)


def _counted() -> QuerySet[Coupon]:
    """Coupons with the number of uses that orders hold, as `used`."""
    return Coupon.objects.select_related("programme").annotate(used=Count("uses", filter=Q(uses__given_back_at=None)))


def _off(coupon: Coupon) -> str:
    if coupon.percent is not None:
        return _("%(percent)d %%") % {"percent": coupon.percent}
    return money(coupon.amount_minor or 0, coupon.currency)


def _times(count: int) -> str:
    return ngettext("%(n)d time", "%(n)d times", count) % {"n": count}


def _left(coupon: Coupon) -> str:
    if coupon.most_uses is None:
        return _("Without limit")
    return str(coupon.most_uses - coupon.used)  # type: ignore[attr-defined]  # counted by `_counted`


def _steps() -> list[Step]:
    return [(_("Coupons"), reverse("desk:coupon_list"))]
