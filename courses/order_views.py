"""What do the addresses of ordering and paying answer? To the buyer only; to everybody else, nothing is there."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.policy import person_of, signed_in

from . import enrolling, intakes, ordering, paying
from . import payments as service
from .forms import OrderForm
from .models import Access, Intake, Order, ProgrammePage
from .offers import offers_of, why_nothing
from .progress import outline_of
from .settling import settle
from .standing import READ, OrderStanding, standing_in_words, standing_of, state_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def enrol(request: HttpRequest, slug: str) -> HttpResponse:
    """Come onto a programme that is free, or choose how to pay for one that is not."""
    programme = get_object_or_404(ProgrammePage.objects.live(), slug=slug)
    person, now = person_of(request), timezone.now()
    if programme.access != Access.FEE:
        if request.method == "POST":
            try:
                enrolment = enrolling.enrol_free(learner=person, programme=programme, at=now)
            except enrolling.CannotEnrol as refusal:
                messages.error(request, str(refusal))
            else:
                outline = outline_of(programme=programme, enrolment=enrolment, request=request)
                return redirect(outline.next.url if outline.next else outline.url)
        return redirect(programme.get_url(request))
    offers = offers_of(programme, person, at=now)
    if offers.enrolled:
        return redirect(programme.get_url(request))
    form = OrderForm(request.POST if request.method == "POST" else None, offers=offers)
    if form.is_valid():
        try:
            order = ordering.place_order(buyer=person, at=now, **form.cleaned_data)
        except ordering.CouponRefused as refusal:
            form.add_error("code", str(refusal))
        except enrolling.CannotEnrol as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("courses:order", order.reference)
    context = {"programme": programme, "offers": offers, "form": form, "nothing": why_nothing(offers)}
    return render(request, "courses/enrol.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """Join the list of a full intake, or leave it."""
    programme = get_object_or_404(ProgrammePage.objects.live(), slug=slug)
    number = request.POST.get("intake", "")
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    intake = get_object_or_404(Intake, programme=programme, pk=pk, closed_at=None)
    person, now = person_of(request), timezone.now()
    if "leave" in request.POST:
        for place in intake.waiting.filter(person=person, left_at=None):
            intakes.leave_list(waiting=place, by=person, at=now)
        messages.success(request, _("You are off the list."))
    else:
        try:
            intakes.join_list(intake=intake, person=person, at=now)
        except enrolling.CannotEnrol as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You are on the list. When a place is free, we hold it and write to you."))
    return redirect("courses:enrol", programme.slug)


@never_cache
@require_safe
@signed_in
def payments(request: HttpRequest) -> HttpResponse:
    """One's orders, newest first, and every invoice, receipt and credit note."""
    person = person_of(request)
    now = timezone.now()
    orders = person.orders.select_related("programme", "organisation").prefetch_related(*READ)
    context = {
        "lines": [(order, standing_in_words(order, at=now)) for order in orders.order_by("-placed_at", "-pk")],
        "papers": person.papers.order_by("-issued_at", "-pk"),
    }
    return render(request, "courses/payments.html", context)


@never_cache
@require_safe
@signed_in
def order(request: HttpRequest, reference: str) -> HttpResponse:
    """One's own order: what it costs, what is paid, and what to do next."""
    return _page(request, _order(request, reference))


@never_cache
@require_POST
@signed_in
def order_pay(request: HttpRequest, reference: str) -> HttpResponse:
    """On to the hosted page for the next part. A page that a form may not lead to is shown as a link."""
    ordered = _order(request, reference)
    standing = standing_of(ordered, at=timezone.now())
    if standing.looked_at or standing.on_already:
        return redirect("courses:order", ordered.reference)  # which says why nothing is asked for
    try:
        url = paying.page_to_pay(order=ordered, at=timezone.now())
    except service.PaymentsAway as away:
        return _page(request, ordered, refusal=_("%(why)s Nothing was taken. Try again in a minute.") % {"why": away})
    except service.PaymentRefused:
        why = _("The payment service does not take this payment. Nothing was taken. Write to the registrar.")
        return _page(request, ordered, refusal=why)
    except ordering.CannotOrder as refusal:
        return _page(request, ordered, refusal=str(refusal))
    if not url.startswith(tuple(f"{origin}/" for origin in service.pay_page_origins())):
        return render(request, "courses/order_on.html", {"order": ordered, "url": url})
    return redirect(url)


@never_cache
@require_safe
@signed_in
def order_done(request: HttpRequest, reference: str) -> HttpResponse:
    """Back from the hosted page: ask whether it is paid. Opening this address gives nothing by itself."""
    ordered = _order(request, reference)
    if _settled(request, ordered) and state_of(ordered, at=timezone.now()) == "to_pay":
        messages.info(request, _("No payment has arrived yet. Once one does, we write to you."))
    return redirect("courses:order", ordered.reference)


@never_cache
@require_safe
@signed_in
def order_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Back from the hosted page by its way back: as after paying, it is asked what came of it."""
    ordered = _order(request, reference)
    if _settled(request, ordered):
        messages.info(request, _what_came_of_it(ordered))
    return redirect("courses:order", ordered.reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def order_cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for nothing more on an order that is not paid; on opening it, what that lets go of."""
    ordered = _order(request, reference)
    if not ordered.is_waiting:
        return redirect("courses:order", ordered.reference)
    if request.method == "POST":
        try:
            ordering.cancel_order(order=ordered, by=person_of(request), at=timezone.now())
        except service.PaymentsAway as away:
            why = _("%(why)s So its page cannot be closed, and it is not cancelled. Write to the registrar, who can.")
            return _page(request, ordered, refusal=why % {"why": away})
        except ordering.CannotOrder as refusal:
            return _page(request, ordered, refusal=str(refusal))
        messages.success(request, _("Your order is cancelled. Nothing is to pay."))
        return redirect("courses:order", ordered.reference)
    return render(request, "courses/order_cancel.html", {"order": ordered})


def _settled(request: HttpRequest, ordered: Order) -> bool:
    """Ask how the order stands at the payment service, which `ordered` then says; where it is away, the person is told."""
    try:
        settle(order=ordered, at=timezone.now())
    except service.PaymentsAway:
        messages.warning(request, _("We could not ask the payment service just now. We go on asking by ourselves."))
        return False
    ordered.refresh_from_db()
    return True


def _what_came_of_it(ordered: Order) -> str:
    """A sentence for who came back without paying, or after all having paid."""
    state = state_of(ordered, at=timezone.now())
    if state == "to_pay":
        return _(
            "Nothing was paid. Your order is kept for a day from when you placed it, so you can go on when you like."
        )
    if state in {"part_paid", "late", "paused"}:
        return _("Nothing more was paid just now. What you paid before stands, and below is what is left.")
    if state == "paid":
        return _("This order is paid. There is nothing more to do.")
    return _("Below is how your order stands.")


def _order(request: HttpRequest, reference: str) -> Order:
    orders = Order.objects.select_related("programme", "organisation", "buyer", "intake", "coupon", "scholarship__fund")
    return policy.fetch(request.user, "order.read", orders, reference=reference)


def _page(request: HttpRequest, ordered: Order, *, refusal: str = "") -> HttpResponse:
    standing = standing_of(ordered, at=timezone.now())
    context: dict[str, Any] = {
        "order": ordered,
        "standing": standing,
        "begin_url": _first_unit(request, standing),
        "refusal": refusal,
    }
    answer = render(request, "courses/order.html", context, status=422 if refusal else 200)
    # Its button leads to the hosted page, and browsers hold the whole way of a form against this.
    answer._csp_config = settings.SECURE_CSP | {"form-action": [CSP.SELF, *service.pay_page_origins()]}  # type: ignore[attr-defined]
    return answer


def _first_unit(request: HttpRequest, standing: OrderStanding) -> str:
    """Where the buyer goes on with what they paid for: the next unit itself, or the programme when all are done."""
    enrolment = standing.learning
    if enrolment is None or enrolment.paused_at is not None:
        return ""
    outline = outline_of(programme=enrolment.programme, enrolment=enrolment, request=request)
    return outline.next.url if outline.next else outline.url
