"""Who ordered what, what was paid and given back, and what may a registrar do about it?"""

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
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
from courses import payments, tasks
from courses.enrolling import CannotEnrol
from courses.models import BY_CARD, Concern, ConcernKind, Dispute, Instalment, MoneyPaper, Order, Payment
from courses.months import end_months
from courses.ordering import cancel_order
from courses.settling import settle
from courses.standing import READ, standing_in_words
from courses.transfers import record_transfer

from ..frame import Act, Fact, Step, ask, choices_of, day, searched, show, show_list
from ..past import past_of
from .forms import TransferForm


@require_safe
@allowed("desk.use")
def order_list(request: HttpRequest) -> HttpResponse:
    """All orders, newest first, or those that a name, an address or a paper's number finds."""
    policy.require(request.user, "money.see")
    states = {
        "all": (_("All"), Q()),
        "waiting": (_("Waiting"), Q(fulfilled_at=None, cancelled_at=None)),
        "paid": (_("Paid"), Q(fulfilled_at__isnull=False)),
        "trouble": (_("With trouble"), in_trouble()),
        "cancelled": (_("Cancelled"), Q(cancelled_at__isnull=False)),
    }
    state, choices = choices_of(request, {name: label for name, (label, _which) in states.items()})
    now = timezone.now()
    rows = Order.objects.filter(states[state][1]).select_related("buyer", "organisation").prefetch_related(*READ)
    if sought := searched(request):
        rows = rows.filter(found_by(sought))
    return show_list(
        request,
        title=_("Orders"),
        icon="list-ul",
        rows=rows.order_by("-placed_at", "-pk"),
        columns=[
            TitleColumn(
                "buyer",
                label=_("Buyer"),
                accessor=lambda row: row.organisation or row.buyer,
                get_url=lambda row: reverse("desk:order_detail", args=[row.pk]),
            ),
            Column("description", label=_("For")),
            Column("total", label=_("Total"), accessor=lambda row: money(row.total_minor, row.currency)),
            Column("placed_at", label=_("Ordered"), accessor=lambda row: day(row.placed_at)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: standing_in_words(row, at=now).text,
                primary=lambda row: standing_in_words(row, at=now).is_good,
            ),
        ],
        choices=choices,
        search=_("A name, an address or a number"),
        empty=_("No order is found by these words.") if sought else _("There are none."),
    )


def in_trouble() -> Q:
    """Something about its money needs a person, a bank disputes it, or a payment was refused and is still unpaid."""
    this = OuterRef("pk")
    return (
        Q(Exists(Concern.objects.filter(order=this, settled_at=None)))
        | Q(Exists(Dispute.objects.filter(payment__order=this, status__in=Dispute.OPEN)))
        | Q(Exists(Instalment.objects.filter(order=this, paid_at=None, failed_at__isnull=False)), cancelled_at=None)
    )


def found_by(sought: str) -> Q:
    """The orders of a buyer or organisation, or those that a paper's number such as RCT-00012 names."""
    found = Q(buyer__display_name__icontains=sought) | Q(buyer__email__icontains=sought)
    found |= Q(organisation__name__icontains=sought)
    kind, _hyphen, number = sought.upper().partition("-")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        papers = MoneyPaper.objects.filter(order=OuterRef("pk"), kind=kind, number=int(number))
        found |= Q(Exists(papers))
    return found


@require_safe
@allowed("desk.use")
def order_detail(request: HttpRequest, order_id: int) -> HttpResponse:
    """Everything about one order, and what can be done."""
    order = fetch(request, order_id)
    prefetch_related_objects([order], *READ)
    parts = sorted(order.instalments.all(), key=lambda part: part.number)
    arrived = sorted(order.payments.all(), key=lambda payment: (payment.arrived_at, payment.pk))
    refunds = [refund for payment in arrived for refund in payment.refunds.all()]
    disputes = [dispute for payment in arrived for dispute in payment.disputes.all()]
    grants = list(order.grants.select_related("enrolment__learner").order_by("pk"))
    concerns = sorted(order.concerns.all(), key=lambda concern: concern.pk)
    standing = standing_in_words(order, at=timezone.now())
    unpaid = any(part.paid_at is None for part in parts)
    return show(
        request,
        "cms/desk/order.html",
        title=order.description,
        icon="list-ul",
        steps=steps_to_orders(),
        heading=order.organisation or order.buyer.display_name,
        state=standing.text,
        state_is_good=standing.is_good,
        order=order,
        facts=facts_of(order),
        parts=parts,
        payments=arrived,
        papers=list(order.papers.order_by("issued_at", "pk")),
        grants=grants,
        concerns=[concern for concern in concerns if concern.settled_at is None],
        can_transfer=unpaid
        and not order.cancelled_at
        and (
            not order.subscription_id
            or order.subscription_ended_at is not None
            or any(concern.kind == ConcernKind.PAID_OUTSIDE and concern.settled_at is None for concern in concerns)
        ),
        can_refund=_left_minor(arrived) > 0,
        can_cancel=order.is_waiting,
        can_end_months=bool(order.subscription_id) and order.subscription_ended_at is None and unpaid,
        asks_stripe=payments.is_set_up() and order.checkouts.exists(),
        past=past_of(order, *arrived, *refunds, *disputes, *grants, *concerns),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_transfer(request: HttpRequest, order_id: int) -> HttpResponse:
    """Note that the next part arrived in the bank."""
    order = fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    part = order.instalments.filter(paid_at=None).order_by("number").first()
    form = TransferForm(request.POST or None, initial={"part": part.number if part else None})
    missing = [] if part else [_("Every part of this order is paid.")]
    if form.is_valid():
        named = order.instalments.filter(number=form.cleaned_data["part"]).first() or part
        try:
            record_transfer(
                order=order,
                amount_minor=named.amount_minor if named else 0,
                number=named.number if named else None,
                by=person_of(request),
                at=timezone.now(),
            )
        except CannotEnrol as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Recorded. The receipt goes out by mail."))
            return redirect(here)
    act = Act(
        title=_("Record a bank transfer"),
        button=_("The whole amount has arrived"),
        back=here,
        icon="success",
        steps=[*steps_to_orders(), (order.description, here)],
        facts=[
            *facts_of(order),
            *([(_("To arrive now"), money(part.amount_minor, order.currency))] if part else []),
        ],
        changes=[
            _("What was ordered is given at once: the buyer’s place, or the organisation’s places to give away."),
            _("The buyer gets a receipt by mail. A wrong entry is put right by a refund."),
        ],
        missing=missing,
    )
    return ask(request, act, form=form, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask for nothing more on an order that is not paid."""
    order = fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    missing = (
        [_("This order is paid, so it cannot be cancelled. Give money back instead.")] if order.fulfilled_at else []
    )
    if order.cancelled_at:
        missing = [_("This order is cancelled.")]
    elif request.method == "POST":
        try:
            cancel_order(order=order, by=person_of(request), at=timezone.now())
        except (CannotEnrol, payments.PaymentsAway) as refusal:
            missing = [str(refusal)]
        else:
            tasks.mail_cancelled.enqueue(order.pk)
            messages.success(
                request, _("Cancelled, and the buyer is told by mail. Its place, code and scholarship are free.")
            )
            return redirect(here)
    act = Act(
        title=_("Cancel the order"),
        button=_("Cancel the order"),
        back=here,
        icon="cross",
        steps=[*steps_to_orders(), (order.description, here)],
        facts=facts_of(order),
        changes=[
            _("Nothing more is asked for, and its page at Stripe is closed."),
            _("Its place in an intake, its code and its scholarship are free again. The buyer is told by mail."),
        ],
        serious=True,
        missing=missing,
    )
    return ask(request, act, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_end_months(request: HttpRequest, order_id: int) -> HttpResponse:
    """Collect no more by card, so that what is left can be paid in another way."""
    order = fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    missing = []
    if not order.subscription_id or order.subscription_ended_at is not None:
        missing = [_("No monthly payments are collected for this order.")]
    elif request.method == "POST":
        try:
            end_months(order=order, by=person_of(request), at=timezone.now())
        except (CannotEnrol, payments.PaymentsAway) as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("No more months are collected. What is left can be paid on the order’s page."))
            return redirect(here)
    act = Act(
        title=_("End the monthly payments"),
        button=_("End the monthly payments"),
        back=here,
        icon="cross",
        steps=[*steps_to_orders(), (order.description, here)],
        facts=facts_of(order),
        changes=[
            _("Nothing more is collected from the card. Access stays as it is."),
            _("What is unpaid is still due, on its day: on the order’s page, or by a transfer that you record."),
            _("Months that were ended do not begin again. Nobody is written to: tell the buyer."),
        ],
        serious=True,
        missing=missing,
    )
    return ask(request, act, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_ask(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask the payment service how the order stands, now."""
    order = fetch(request, order_id, "money.keep")
    if request.method != "POST":
        return redirect("desk:order_detail", order.pk)
    try:
        settle(order=order, at=timezone.now())
    except payments.PaymentsAway as away:
        messages.error(request, str(away))
    else:
        messages.success(request, _("Asked. What is below is how it stands."))
    return redirect("desk:order_detail", order.pk)


def _left_minor(arrived: list[Payment]) -> int:
    """What can still be given back of what was paid. Refunds and disputes are read beforehand."""
    refunds = [refund.amount_minor for payment in arrived for refund in payment.refunds.all() if not refund.failed_at]
    lost = [
        dispute.amount_minor for payment in arrived for dispute in payment.disputes.all() if dispute.status == "lost"
    ]
    return sum(payment.amount_minor for payment in arrived) - sum(refunds) - sum(lost)


def facts_of(order: Order) -> list[Fact]:
    """Who ordered what, and how its price came about."""

    def amount(minor: int) -> str:
        return money(minor, order.currency)

    facts: list[Fact] = [(_("Buyer"), order.buyer.display_name), (_("E-mail address"), order.buyer.email)]
    if order.organisation:
        places = ngettext("%(n)d place", "%(n)d places", order.seats) % {"n": order.seats}
        facts += [(_("Organisation"), order.organisation), (_("Places"), places)]
    facts.append((_("For"), order.description))
    if order.intake:
        facts.append((_("Intake"), f"{order.intake}, {day(order.intake.starts_on)}"))
    facts += [(_("How it is paid"), order.get_kind_display()), (_("Price"), amount(order.list_minor))]
    if order.coupon_minor:
        facts.append((_("Less by coupon %(code)s") % {"code": order.coupon}, f"−{amount(order.coupon_minor)}"))
    if order.scholarship_minor:
        facts.append((_("Less by scholarship"), f"−{amount(order.scholarship_minor)}"))
    return [
        *facts,
        (_("Total"), amount(order.total_minor)),
        (_("Ordered"), day(order.placed_at)),
        *([(_("Its name at Stripe"), order.reference)] if order.kind in BY_CARD else []),
    ]


def fetch(request: HttpRequest, order_id: int, action: str = "money.see") -> Order:
    """One order, for who may."""
    orders = Order.objects.select_related("buyer", "organisation", "programme", "intake", "coupon")
    return policy.fetch(request.user, action, orders, pk=order_id)


def steps_to_orders() -> list[Step]:
    return [(_("Orders"), reverse("desk:order_list"))]
