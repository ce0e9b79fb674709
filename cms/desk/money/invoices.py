"""Which fees are asked for, and which have arrived?"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from cms.accounts.templatetags.look import money
from courses import tasks
from courses.dates import due_on
from courses.enrolling import CannotEnrol
from courses.models import MoneyPaper, PaperKind
from courses.ordering import cancel_order
from courses.transfers import record_transfer

from ..frame import Act, Fact, Step, ask, choices_of, day, show, show_list

STATES: dict[str, dict[str, Any]] = {
    "waiting": {"closed_at": None},
    "confirmed": {"closed_at__isnull": False, "order__fulfilled_at__isnull": False},
    "cancelled": {"closed_at__isnull": False, "order__cancelled_at__isnull": False},
}


@require_safe
@allowed("desk.use")
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or those confirmed or cancelled, newest first."""
    policy.require(request.user, "money.keep")
    state, choices = choices_of(
        request, {"waiting": _("Waiting"), "confirmed": _("Confirmed"), "cancelled": _("Cancelled")}
    )
    settled = None if state == "waiting" else "closed_at"
    columns = [
        TitleColumn("payer", label=_("Buyer"), url_name="desk:invoice_detail"),
        Column("reference", label=_("Invoice")),
        Column("description", label=_("For"), accessor=lambda row: row.order.description),
        Column("amount", label=_("Amount"), accessor=amount_of),
        Column("issued_at", label=_("Asked"), accessor=lambda row: day(row.issued_at)),
    ]
    if settled:
        columns.append(Column("settled", label=choices_label(state), accessor=lambda row: day(getattr(row, settled))))
    rows = _invoices().filter(**STATES[state])
    return show_list(
        request,
        title=_("Invoices"),
        icon="form",
        rows=rows.order_by(f"-{settled}", "-pk") if settled else rows.order_by("issued_at", "pk"),
        columns=[
            *columns,
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.order.fulfilled_at),
        ],
        choices=choices,
        empty={
            "waiting": _("No invoice waits for a payment."),
            "confirmed": _("No payment has been confirmed yet."),
            "cancelled": _("No invoice has been cancelled."),
        }[state],
    )


def choices_label(state: str) -> str:
    return _("Confirmed") if state == "confirmed" else _("Cancelled")


@require_safe
@allowed("desk.use")
def invoice_detail(request: HttpRequest, paper_id: int) -> HttpResponse:
    invoice = _fetch(request, paper_id)
    return show(
        request,
        "cms/desk/invoice.html",
        title=invoice.reference,
        icon="form",
        steps=_steps(),
        heading=invoice.words["payer"],
        state_is_good=invoice.order.fulfilled_at is not None,
        invoice=invoice,
        facts=_facts(invoice),
        waiting=invoice.closed_at is None,
        state=state_of(invoice),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def invoice_confirm(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Note that the fee arrived, and put the learner on the programme."""
    invoice = _fetch(request, paper_id)
    here = reverse("desk:invoice_detail", args=[invoice.pk])
    missing: list[str] = []
    if request.method == "POST":
        try:
            record_transfer(
                order=invoice.order, amount_minor=invoice.total_minor, by=person_of(request), at=timezone.now()
            )
        except CannotEnrol as refusal:
            missing = [str(refusal)]
        else:
            messages.success(
                request,
                _("Payment confirmed. %(name)s has what was ordered, and a receipt.")
                % {"name": invoice.payer.display_name},
            )
            return redirect(here)
    elif state_of(invoice) != _("Waiting"):
        messages.warning(request, _("This invoice has been settled. Nothing was changed."))
        return redirect(here)
    act = Act(
        title=_("Confirm the payment"),
        button=_("The whole amount has arrived"),
        back=here,
        icon="success",
        steps=[*_steps(), (invoice.reference, here)],
        facts=_facts(invoice),
        changes=[
            _("What was ordered is given at once: the buyer’s place, or the organisation’s places to give away."),
            _("The buyer gets a receipt by mail, and for their own place the way to begin."),
            _("A confirmed invoice is not cancelled. A wrong entry is put right by a refund, from its order."),
        ],
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def invoice_cancel(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Ask for this fee no more."""
    invoice = _fetch(request, paper_id)
    here = reverse("desk:invoice_detail", args=[invoice.pk])
    missing: list[str] = []
    if request.method == "POST":
        try:
            cancel_order(order=invoice.order, by=person_of(request), at=timezone.now())
        except CannotEnrol as refusal:
            missing = [str(refusal)]
        else:
            if state_of(invoice) == _("Waiting"):  # as it was before
                tasks.mail_cancelled.enqueue(invoice.order_id)
            messages.success(request, _("Cancelled, and the buyer is told by mail. They can order again."))
            return redirect(here)
    elif state_of(invoice) != _("Waiting"):
        messages.warning(request, _("This invoice has been settled. Nothing was changed."))
        return redirect(here)
    act = Act(
        title=_("Cancel the invoice"),
        button=_("Cancel the invoice"),
        back=here,
        icon="cross",
        steps=[*_steps(), (invoice.reference, here)],
        facts=_facts(invoice),
        changes=[
            _("The fee is no longer asked for, and this number is not used again."),
            _("Its place in an intake, its code and its scholarship are free again."),
            _("The buyer is told by mail. If something was paid on it, give it back."),
        ],
        serious=True,
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


def state_of(invoice: MoneyPaper) -> str:
    if invoice.closed_at is None:
        return _("Waiting")
    return _("Cancelled") if invoice.order.cancelled_at else _("Confirmed")


def amount_of(invoice: MoneyPaper) -> str:
    return money(invoice.total_minor, invoice.currency)


def _facts(invoice: MoneyPaper) -> list[Fact]:
    facts: list[Fact] = [
        (_("To"), invoice.words["payer"]),
        (_("E-mail address"), invoice.payer.email),
        (_("For"), invoice.order.description),
        (_("Amount"), amount_of(invoice)),
        (_("Reference on the transfer"), invoice.reference),
        (_("Asked"), day(invoice.issued_at)),
        (_("To be paid by"), day(due_on(invoice.issued_at))),
    ]
    if invoice.closed_at:
        facts.append((state_of(invoice), day(invoice.closed_at)))
    return facts


def _invoices() -> QuerySet[MoneyPaper]:
    return MoneyPaper.objects.filter(kind=PaperKind.INVOICE).select_related("payer", "order")


def _fetch(request: HttpRequest, paper_id: int) -> MoneyPaper:
    return policy.fetch(request.user, "money.keep", _invoices(), pk=paper_id)


def _steps() -> list[Step]:
    return [(_("Invoices"), reverse("desk:invoice_list"))]
