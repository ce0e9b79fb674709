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
from courses.enrolling import CannotEnrol, cancel_invoice, confirm_invoice
from courses.models import Invoice

from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list

STATES: dict[str, dict[str, Any]] = {
    "waiting": {"confirmed_at": None, "cancelled_at": None},
    "confirmed": {"confirmed_at__isnull": False},
    "cancelled": {"cancelled_at__isnull": False},
}


@require_safe
@allowed("desk.use")
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or those confirmed or cancelled, newest first."""
    policy.require(request.user, "invoice.confirm")
    state, choices = choices_of(
        request, {"waiting": _("Waiting"), "confirmed": _("Confirmed"), "cancelled": _("Cancelled")}
    )
    settled = {"waiting": None, "confirmed": "confirmed_at", "cancelled": "cancelled_at"}[state]
    columns = [
        TitleColumn(
            "reference", label=_("Invoice"), get_url=lambda row: reverse("desk:invoice_detail", args=[row.number])
        ),
        Column("learner", label=_("Learner")),
        Column("description", label=_("For")),
        Column("amount", label=_("Amount"), accessor=amount_of),
        Column("asked_at", label=_("Asked"), accessor=lambda row: day(row.asked_at)),
    ]
    if settled:
        columns.append(Column("settled", label=choices_label(state), accessor=lambda row: day(getattr(row, settled))))
    rows = _invoices().filter(**STATES[state])
    return show_list(
        request,
        title=_("Invoices"),
        icon="form",
        rows=rows.order_by(f"-{settled}", "-pk") if settled else rows.order_by("asked_at", "pk"),
        columns=[
            *columns,
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.confirmed_at),
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
def invoice_detail(request: HttpRequest, number: int) -> HttpResponse:
    invoice = _fetch(request, number)
    return show(
        request,
        "cms/desk/invoice.html",
        title=invoice.reference,
        icon="form",
        steps=_steps(),
        heading=invoice.learner.display_name,
        state_is_good=invoice.confirmed_at is not None,
        invoice=invoice,
        facts=_facts(invoice),
        waiting=invoice.confirmed_at is None and invoice.cancelled_at is None,
        state=state_of(invoice),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def invoice_confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the fee arrived, and put the learner on the programme."""
    invoice = _fetch(request, number)
    here = reverse("desk:invoice_detail", args=[invoice.number])
    missing: list[str] = []
    if request.method == "POST":
        try:
            enrolment = confirm_invoice(invoice=invoice, by=person_of(request), at=timezone.now())
        except CannotEnrol as refusal:
            missing = [str(refusal)]
        else:
            messages.success(
                request,
                _("Payment confirmed. %(name)s is on the programme.") % {"name": enrolment.learner.display_name},
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
            _("The learner is put on the programme at once."),
            _("They get a mail that their place is confirmed."),
            _("It cannot be undone here: a confirmed invoice is not cancelled."),
        ],
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def invoice_cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for this fee no more."""
    invoice = _fetch(request, number)
    here = reverse("desk:invoice_detail", args=[invoice.number])
    missing: list[str] = []
    if request.method == "POST":
        try:
            cancel_invoice(invoice=invoice, by=person_of(request), at=timezone.now())
        except CannotEnrol as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Cancelled. The learner can ask for a new invoice."))
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
            _("Nobody is written to. If something was paid on it, give it back."),
        ],
        serious=True,
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


def state_of(invoice: Invoice) -> str:
    if invoice.confirmed_at:
        return _("Confirmed")
    return _("Cancelled") if invoice.cancelled_at else _("Waiting")


def amount_of(invoice: Invoice) -> str:
    return money(invoice.amount_minor, invoice.currency)


def _facts(invoice: Invoice) -> list[Fact]:
    facts: list[Fact] = [
        (_("Learner"), invoice.learner.display_name),
        (_("E-mail address"), invoice.learner.email),
        (_("For"), invoice.description),
        (_("Amount"), amount_of(invoice)),
        (_("Reference on the transfer"), invoice.reference),
        (_("Asked"), day(invoice.asked_at)),
    ]
    if invoice.confirmed_at:
        facts += [(_("Confirmed"), day(invoice.confirmed_at)), (_("By"), invoice.confirmed_by)]
    if invoice.cancelled_at:
        facts.append((_("Cancelled"), day(invoice.cancelled_at)))
    return facts


def _invoices() -> QuerySet[Invoice]:
    return Invoice.objects.select_related("learner", "programme", "confirmed_by")


def _fetch(request: HttpRequest, number: int) -> Invoice:
    return policy.fetch(request.user, "invoice.confirm", _invoices(), number=number)


def _steps() -> list[Step]:
    return [(_("Invoices"), reverse("desk:invoice_list"))]
