"""Who ordered what, what was paid and given back, and what may a registrar do about it?"""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.models import Certificate
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from cms.accounts.templatetags.look import money
from courses import payments
from courses.enrolling import CannotEnrol
from courses.models import Enrolment, Order
from courses.ordering import cancel_order
from courses.refunding import CannotRefund, RefundPreview, ask_refund, preview_refund
from courses.settling import settle
from courses.transfers import record_transfer

from ..frame import Act, Step, ask, choices_of, day, is_sure, searched, show, show_list
from ..past import past_of
from .forms import RefundForm

STATES: dict[str, Q] = {
    "all": Q(),
    "waiting": Q(fulfilled_at=None, cancelled_at=None),
    "paid": Q(fulfilled_at__isnull=False),
    "cancelled": Q(cancelled_at__isnull=False),
}


@require_safe
@allowed("desk.use")
def order_list(request: HttpRequest) -> HttpResponse:
    """All orders, newest first, or those that a name, an address or a paper's number finds."""
    policy.require(request.user, "money.see")
    labels = {"all": _("All"), "waiting": _("Waiting"), "paid": _("Paid"), "cancelled": _("Cancelled")}
    state, choices = choices_of(request, labels)
    rows = Order.objects.filter(STATES[state]).select_related("buyer", "organisation")
    if sought := searched(request):
        number = sought.rpartition("-")[2]
        found = Q(buyer__display_name__icontains=sought) | Q(buyer__email__icontains=sought)
        found |= Q(organisation__name__icontains=sought)
        if number.isdecimal() and len(number) < 10:
            found |= Q(papers__number=int(number), papers__kind=sought[:3].upper())
        rows = rows.filter(found).distinct()
    return show_list(
        request,
        title=_("Orders"),
        icon="list-ul",
        rows=rows.order_by("-placed_at", "-pk"),
        columns=[
            TitleColumn("description", label=_("For"), url_name="desk:order_detail"),
            Column("buyer", label=_("Buyer"), accessor=lambda row: row.organisation or row.buyer),
            Column("total", label=_("Total"), accessor=lambda row: money(row.total_minor, row.currency)),
            Column("placed_at", label=_("Ordered"), accessor=lambda row: day(row.placed_at)),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.fulfilled_at),
        ],
        choices=choices,
        search=_("Find an order"),
        empty=_("No order is found by these words.") if sought else _("There are none."),
    )


@require_safe
@allowed("desk.use")
def order_detail(request: HttpRequest, order_id: int) -> HttpResponse:
    """Everything about one order, and what can be done."""
    order = _fetch(request, order_id)
    parts = list(order.instalments.order_by("number"))
    payments_made = list(order.payments.order_by("arrived_at", "pk").prefetch_related("refunds", "disputes"))
    return show(
        request,
        "cms/desk/order.html",
        title=order.description,
        icon="list-ul",
        steps=_steps(),
        heading=order.buyer.display_name,
        state=state_of(order),
        state_is_good=order.fulfilled_at is not None,
        order=order,
        facts=_facts(order),
        parts=parts,
        payments=payments_made,
        papers=order.papers.order_by("issued_at", "pk"),
        grants=order.grants.select_related("enrolment__learner").order_by("pk"),
        concerns=order.concerns.filter(settled_at=None).order_by("pk"),
        next_part=next((part for part in parts if part.paid_at is None), None),
        can_refund=bool(payments_made),
        asks_stripe=payments.is_set_up() and order.checkouts.exists(),
        past=past_of(order),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_transfer(request: HttpRequest, order_id: int) -> HttpResponse:
    """Note that the next part arrived in the bank."""
    order = _fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    part = order.instalments.filter(paid_at=None).order_by("number").first()
    missing = [] if part else [_("Every part of this order is paid.")]
    if request.method == "POST" and part:
        try:
            record_transfer(order=order, amount_minor=part.amount_minor, by=person_of(request), at=timezone.now())
        except CannotEnrol as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Recorded. The receipt has gone out."))
            return redirect(here)
    act = Act(
        title=_("Record a bank transfer"),
        button=_("The whole amount has arrived"),
        back=here,
        icon="success",
        steps=[*_steps(), (order.description, here)],
        facts=[*_facts(order), (_("Arrived"), money(part.amount_minor, order.currency) if part else "")],
        changes=[_("What was ordered is given at once, and the buyer gets a receipt by mail.")],
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask for nothing more on an order that is not paid."""
    order = _fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    missing: list[str] = []
    if request.method == "POST":
        try:
            cancel_order(order=order, by=person_of(request), at=timezone.now())
        except (CannotEnrol, payments.PaymentsAway) as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Cancelled. Its place, code and scholarship are free again."))
            return redirect(here)
    act = Act(
        title=_("Cancel the order"),
        button=_("Cancel the order"),
        back=here,
        icon="cross",
        steps=[*_steps(), (order.description, here)],
        facts=_facts(order),
        changes=[_("Nothing more is asked for. Nobody is written to.")],
        serious=True,
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_ask(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask the payment service how the order stands, now."""
    order = _fetch(request, order_id, "money.keep")
    if request.method != "POST":
        return redirect("desk:order_detail", order.pk)
    try:
        settle(order=order, at=timezone.now())
    except payments.PaymentsAway as away:
        messages.error(request, str(away))
    else:
        messages.success(request, _("Asked. What is below is how it stands."))
    return redirect("desk:order_detail", order.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_refund(request: HttpRequest, order_id: int) -> HttpResponse:
    """Give back some or all of what was paid: what the rules say, whom it touches, and then, sure, do it."""
    order = _fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    preview = preview_refund(order=order, at=timezone.now())
    known: dict[str, Any] = {"left_minor": preview.left_minor, "currency": order.currency}
    suggested = {
        "amount_minor": preview.by_the_rules_minor or None,
        "ends_access": True,
        "key": get_random_string(16),
    }
    form = RefundForm(request.POST or None, initial=suggested, **known)
    if request.method == "POST" and form.is_valid() and is_sure(request):
        try:
            ask_refund(order=order, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotRefund as refusal:
            form.add_error("amount_minor", str(refusal))
        else:
            messages.success(request, _("It is on its way back. The credit note goes out by mail when it is done."))
            return redirect(here)
    if request.method == "POST" and form.is_valid() and form.cleaned_data["amount_minor"] > preview.left_minor:
        form.add_error("amount_minor", _("That is more than is left of what was paid."))
    sure = request.method == "POST" and form.is_valid()
    act = Act(
        title=_("Give money back"),
        button=_("Give %(amount)s back") % {"amount": money(form.cleaned_data["amount_minor"], order.currency)}
        if sure
        else _("Go on"),
        back=reverse("desk:order_refund", args=[order.pk]) if sure else here,
        icon="undo",
        steps=[*_steps(), (order.description, here)],
        facts=[*_facts(order), (_("Left of what was paid"), money(preview.left_minor, order.currency))],
        changes=_touched(order, preview),
        serious=sure,
        missing=[] if preview.left_minor else [_("Nothing is left of what was paid.")],
    )
    return ask(request, act, form=form, sure=sure)


def _touched(order: Order, preview: RefundPreview) -> list[str]:
    """What the rules say, whose access ends and whose stays, and which certificates it touches."""
    said = [
        _("By the programme’s rules %(percent)d %% is given back today: %(amount)s.")
        % {"percent": preview.percent, "amount": money(preview.by_the_rules_minor, order.currency)}
    ]
    for enrolment in preview.loses:
        said.append(_("%(name)s leaves the programme, if access ends with it.") % {"name": enrolment.learner})
    for enrolment in preview.keeps:
        said.append(
            _("%(name)s stays on the programme, for there is another reason to be there.") % {"name": enrolment.learner}
        )
    said += [
        _("Certificate %(number)s stays as it is, and is flagged for you to decide.") % {"number": certificate.number}
        for certificate in _certificates([*preview.loses, *preview.keeps])
    ]
    if order.subscription_id:
        said.append(_("If access ends, no more monthly payments are collected."))
    said.append(_("Everything that was done stays on record. The buyer gets a credit note."))
    return said


def _certificates(enrolments: list[Enrolment]) -> QuerySet[Certificate]:
    standing = Certificate.objects.filter(enrolment__in=enrolments, revoked_at=None, superseded_at=None)
    return standing.order_by("pk")


def state_of(order: Order) -> str:
    if order.cancelled_at:
        return _("Cancelled")
    return _("Paid") if order.fulfilled_at else _("Waiting")


def _facts(order: Order) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        (_("Buyer"), order.buyer.display_name),
        (_("E-mail address"), order.buyer.email),
        (_("For"), order.description),
        (_("How it is paid"), order.get_kind_display()),
        (_("Price"), money(order.list_minor, order.currency)),
    ]
    if order.organisation:
        facts.insert(2, (_("Organisation"), f"{order.organisation}, {order.seats}"))
    if order.intake:
        facts.append((_("Intake"), order.intake))
    if order.coupon_minor:
        facts.append((_("Less by coupon"), money(order.coupon_minor, order.currency)))
    if order.scholarship_minor:
        facts.append((_("Less by scholarship"), money(order.scholarship_minor, order.currency)))
    return [*facts, (_("Total"), money(order.total_minor, order.currency)), (_("Ordered"), day(order.placed_at))]


def _fetch(request: HttpRequest, order_id: int, action: str = "money.see") -> Order:
    orders = Order.objects.select_related("buyer", "organisation", "programme", "intake")
    return policy.fetch(request.user, action, orders, pk=order_id)


def _steps() -> list[Step]:
    return [(_("Orders"), reverse("desk:order_list"))]
