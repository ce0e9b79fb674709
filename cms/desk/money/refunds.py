"""How much of an order is given back, and what does that touch?"""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from certificates.models import Certificate
from cms.accounts.policy import allowed, person_of
from cms.accounts.templatetags.look import money
from courses import payments
from courses.models import Enrolment, Method, Order, Seat
from courses.refunding import CannotRefund, RefundPreview, ask_refund, preview_refund

from ..frame import Act, ask, goes_back, is_sure
from .forms import RefundForm
from .orders import facts_of, fetch, steps_to_orders


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def order_refund(request: HttpRequest, order_id: int) -> HttpResponse:
    """Give back some or all of what was paid: what the rules say, whom it touches, and then, sure, do it."""
    order = fetch(request, order_id, "money.keep")
    here = reverse("desk:order_detail", args=[order.pk])
    preview = preview_refund(order=order, at=timezone.now())
    form = RefundForm(
        request.POST or None,
        initial={
            "amount_minor": preview.by_the_rules_minor or None,
            "ends_access": not order.organisation_id,
            "key": get_random_string(16),
        },
        left_minor=preview.left_minor,
        currency=order.currency,
        places=len(preview.places) if order.organisation_id else 0,
    )
    if form.is_valid() and is_sure(request):
        try:
            # Sent twice, the same key asks for nothing more, and the second answer is as calm as the first.
            said = form.cleaned_data | {"places": _chosen(preview, form)}
            ask_refund(order=order, by=person_of(request), at=timezone.now(), **said)
        except CannotRefund as refusal:
            form.add_error("amount_minor", str(refusal))
        else:
            messages.success(request, _("It is on its way back. The credit note goes out by mail once it is done."))
            return redirect(here)
    elif form.is_valid() and form.cleaned_data["amount_minor"] > preview.left_minor:
        form.add_error("amount_minor", _("That is more than is left of what was paid."))
    sure = form.is_valid() and not goes_back(request)
    act = Act(
        title=_("Give money back"),
        button=_("Give %(amount)s back") % {"amount": money(form.cleaned_data["amount_minor"], order.currency)}
        if sure
        else _("Go on"),
        back=here,
        icon="rotate",
        steps=[*steps_to_orders(), (order.description, here)],
        facts=[
            *facts_of(order),
            (_("Left of what was paid"), money(preview.left_minor, order.currency)),
            *([(_("Reason, for your records"), form.cleaned_data["reason"] or _("None given"))] if sure else []),
        ],
        changes=_what_happens(order, preview, form) if sure else [*_rule(order, preview), *_touched(order, preview)],
        serious=sure,
        missing=_why_not(preview),
    )
    return ask(request, act, form=form, sure=sure)


def _chosen(preview: RefundPreview, form: RefundForm) -> list[Seat]:
    """The places that end with it, where not every one does."""
    said = form.cleaned_data
    return [] if said["ends_access"] else preview.places[: said.get("places") or 0]


def _why_not(preview: RefundPreview) -> list[str]:
    """Why nothing can be given back now."""
    if not preview.left_minor:
        return [_("Nothing is left of what was paid.")]
    by_card = any(payment.method == Method.CARD and left for payment, left in preview.payments)
    if by_card and not payments.is_set_up():
        return [
            _(
                "What was paid online goes back through Stripe, and payments online are not set up here. Set them up "
                "again, or give the money back in Stripe’s dashboard."
            )
        ]
    return []


def _rule(order: Order, preview: RefundPreview) -> list[str]:
    """What the programme's rules say at this moment, and why."""
    amount = money(preview.by_the_rules_minor, order.currency)
    if preview.cooling_off:
        return [
            _("It was paid within the hours of cooling off: everything is given back, %(amount)s.") % {"amount": amount}
        ]
    if preview.days_before is None:
        return [_("The order has no intake, so there is no start to count from: by the rules nothing is given back.")]
    days = preview.days_before
    if days < 0:
        when = ngettext("The intake began %(n)d day ago.", "The intake began %(n)d days ago.", -days) % {"n": -days}
    elif days == 0:
        when = _("The intake begins today.")
    else:
        when = ngettext("The intake begins in %(n)d day.", "The intake begins in %(n)d days.", days) % {"n": days}
    rule = _(
        "By the programme’s rules %(percent)d %% of what was paid is given back. With what went back already, that is %(amount)s."
    )
    return [f"{when} {rule % {'percent': preview.percent, 'amount': amount}}"]


def _touched(order: Order, preview: RefundPreview) -> list[str]:
    """Whose access would end and whose stays, and which certificates it touches."""
    said = [
        _("%(name)s leaves the programme, if access ends with it.") % {"name": enrolment.learner}
        for enrolment in preview.loses
    ]
    return [*said, *_stays(preview), *_certificates(preview), *_afterwards(order, preview)]


def _what_happens(order: Order, preview: RefundPreview, form: RefundForm) -> list[str]:
    """The same for what was chosen, without ifs."""
    said = form.cleaned_data
    ends = said["ends_access"] or said["amount_minor"] == preview.left_minor
    chosen = _chosen(preview, form)
    names = [] if chosen and not ends else [enrolment.learner for enrolment in preview.loses]
    sentence = _("%(name)s leaves the programme.") if ends else _("%(name)s stays on the programme.")
    amount = money(said["amount_minor"], order.currency)
    more = _stays(preview) + _certificates(preview) if ends else []
    return [
        _("%(amount)s goes back to %(name)s.") % {"amount": amount, "name": order.buyer},
        *(sentence % {"name": name} for name in names),
        *([] if ends else [_place_ends(seat) for seat in chosen]),
        *more,
        *([_("No more monthly payments are collected.")] if said["ends_access"] and order.subscription_id else []),
        *_afterwards(order, preview, sure=True),
    ]


def _place_ends(seat: Seat) -> str:
    if seat.taken_by:
        return _("Place %(n)d ends, and with it the access of %(name)s.") % {"n": seat.number, "name": seat.taken_by}
    return _("Place %(n)d ends. Nobody has taken it.") % {"n": seat.number}


def _stays(preview: RefundPreview) -> list[str]:
    said = _("%(name)s stays on the programme in any case: there is another reason for their place.")
    return [said % {"name": enrolment.learner} for enrolment in preview.keeps]


def _certificates(preview: RefundPreview) -> list[str]:
    said = _("Certificate %(number)s stays as it is, and is flagged for you to decide.")
    return [said % {"number": certificate.number} for certificate in _standing(preview.loses)]


def _standing(enrolments: list[Enrolment]) -> QuerySet[Certificate]:
    standing = Certificate.objects.filter(enrolment__in=enrolments, revoked_at=None, superseded_at=None)
    return standing.order_by("pk")


def _afterwards(order: Order, preview: RefundPreview, *, sure: bool = False) -> list[str]:
    said = []
    if order.subscription_id and not sure:
        said.append(_("If access ends, no more monthly payments are collected."))
    if any(payment.method == Method.TRANSFER and left for payment, left in preview.payments):
        said.append(_("What came by transfer goes back by transfer: make it at your bank. It counts as done at once."))
    said.append(_("Everything that was done stays on record. The buyer gets a credit note by mail."))
    return said
