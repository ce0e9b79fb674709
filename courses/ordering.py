"""How does somebody order, and how does an order come to nothing? Nothing else writes Order, Instalment and CouponUse.

Rows are locked in one order: intake, coupon, scholarship, order, buyer. What costs nothing is fulfilled at once;
everything else by `courses.settling` or, for a transfer, by `courses.transfers`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.academy import AcademySettings
from cms.accounts.models import User

from . import payments
from .enrolling import AlreadyEnrolled, CannotEnrol, NotOffered, refuse_before_others
from .fulfilling import fulfil
from .intakes import take_place
from .models import (
    BY_CARD,
    Access,
    Coupon,
    CouponUse,
    Enrolment,
    Instalment,
    Intake,
    Order,
    Organisation,
    PlanKind,
    PricePlan,
    Scholarship,
)
from .papers import close_invoice, issue_invoice
from .planning import tiers_of
from .pricing import LEAST_BY_CARD, MOST_IN_AN_ORDER, Price, price_of


class CannotOrder(CannotEnrol):
    """It cannot be ordered so. The message says why."""


class CouponRefused(CannotOrder):
    """The code is not known, not for this, over, or used up."""


class StillPaying(CannotOrder):
    """The order is paid, or is being paid at this moment."""


@transaction.atomic
def place_order(
    *,
    buyer: User,
    plan: PricePlan,
    at: datetime,
    intake: Intake | None = None,
    code: str = "",
    organisation: Organisation | None = None,
    seats: int = 1,
) -> Order:
    """Order the plan's programme for oneself or, with `organisation`, so many places; the price is frozen.

    A scholarship of the buyer's for the programme is used of itself. For oneself, repeating returns the order that
    waits where its terms are the same, and cancels it where they are others and it was not sent to be paid.
    Raises AlreadyEnrolled, NotOffered, StillToDo, CouponRefused, IntakeFull and CannotOrder.
    """
    intake = Intake.objects.select_for_update().get(pk=intake.pk) if intake else None
    coupon = _usable_coupon(code, plan, at=at) if code.strip() else None
    scholarship = None if organisation else _scholarship_of(buyer, plan)
    # Others may still point at this person meanwhile: no_key leaves foreign keys in peace.
    buyer = User.objects.select_for_update(no_key=True).get(pk=buyer.pk)
    plan = PricePlan.objects.select_related("programme").get(pk=plan.pk)
    _refuse_not_offered(plan, organisation=organisation, seats=seats, intake=intake, at=at)
    if organisation is None:
        if Enrolment.objects.open_for(buyer).filter(programme=plan.programme).exists():
            raise AlreadyEnrolled(_("You are on this programme already."))
        refuse_before_others(learner=buyer, programme=plan.programme)
        if waiting := waiting_order(buyer, plan):
            if _same(waiting, plan, intake, coupon, scholarship):
                return waiting
            if waiting.checkouts.filter(closed_at=None).exists():  # a page is closed outside of a transaction
                raise CannotOrder(_("You have begun to pay in another way. Finish that order, or cancel it first."))
            _give_up(waiting, by=buyer, at=at)
    price = price_of(
        plan,
        seats=seats,
        coupon=coupon,
        scholarship_minor=scholarship.amount_minor if scholarship else 0,
        at=at,
    )
    _refuse_unpayable(plan, price)
    if intake:
        take_place(intake=intake, person=buyer, at=at)
    order = _write(buyer, plan, price, at=at, intake=intake, coupon=coupon, scholarship=scholarship,
                   organisation=organisation, seats=seats)  # fmt: skip
    if coupon:
        _take_use(coupon, order, at=at)
    _record(order, "order.placed", by=buyer, at=at)
    if price.total_minor == 0:
        fulfil(order=order, by=buyer, at=at)
    elif plan.kind == PlanKind.INVOICE:
        issue_invoice(order=order, at=at)
    return order


def waiting_order(buyer: User, plan: PricePlan) -> Order | None:
    """The order for the buyer's own place that waits to be paid."""
    return Order.objects.filter(
        buyer=buyer, programme=plan.programme_id, organisation=None, fulfilled_at=None, cancelled_at=None
    ).first()


def cancel_order(*, order: Order, by: User | None, at: datetime) -> Order:
    """Ask for nothing more on an order that is not paid, and let go of the coupon, scholarship and place it held.

    A page at the payment service is closed first, so that nobody pays on it afterwards. Repeating changes nothing.
    Raises StillPaying when it is paid or being paid, and PaymentsAway when the service cannot be asked.
    """
    for checkout in order.checkouts.filter(closed_at=None, session_id__isnull=False):
        seen = payments.session_seen(checkout.session_id or "")
        if seen and seen.open and payments.close_page(seen.session_id):
            continue
        if seen and not seen.expired and not seen.failed:
            raise StillPaying(_("This order is being paid at this moment, so it cannot be cancelled."))
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).select_related("buyer").get(pk=order.pk)
        if order.fulfilled_at is not None:
            raise StillPaying(_("This order is paid, so it cannot be cancelled."))
        _give_up(order, by=by, at=at)
    return order


def _give_up(order: Order, *, by: User | None, at: datetime) -> None:
    """Under the order's or its buyer's lock: cancelled, once, with everything it held."""
    if order.cancelled_at is not None:
        return
    order.cancelled_at = at
    order.save(update_fields=["cancelled_at"])
    order.checkouts.filter(closed_at=None).update(closed_at=at)
    CouponUse.objects.filter(order=order, given_back_at=None).update(given_back_at=at)
    close_invoice(order=order, at=at)
    _record(order, "order.cancelled", by=by, at=at)


def _refuse_not_offered(
    plan: PricePlan, *, organisation: Organisation | None, seats: int, intake: Intake | None, at: datetime
) -> None:
    programme = plan.programme
    if not programme.live or programme.access != Access.FEE or plan.closed_at is not None:
        raise NotOffered(_("This is not offered at present. The programme’s page says what is."))
    if organisation is not None and not plan.for_seats:
        raise NotOffered(_("Places for an organisation are not offered in this way."))
    if not 1 <= seats <= 500 or (organisation is None and seats != 1):
        raise CannotOrder(_("Order from 1 to 500 places."))
    if organisation is not None and intake is not None:
        raise NotOffered(_("Places for an organisation are not bound to an intake."))
    if intake is not None and (intake.programme_id != programme.pk or intake.closed_at or intake.starts_on < at.date()):
        raise NotOffered(_("This intake is closed. Choose another one."))
    if plan.kind in BY_CARD and plan.total_minor and not payments.is_set_up():
        raise NotOffered(_("Payments online are not set up here. Ask for an invoice, or write to the registrar."))


def _refuse_unpayable(plan: PricePlan, price: Price) -> None:
    if price.list_minor > MOST_IN_AN_ORDER:
        raise CannotOrder(_("That is more than one order can hold. Order fewer places at a time."))
    if plan.kind in BY_CARD and 0 < price.total_minor < LEAST_BY_CARD:
        raise CannotOrder(_("What is left to pay is less than a card can pay. Write to the registrar for your place."))


def _usable_coupon(code: str, plan: PricePlan, *, at: datetime) -> Coupon:
    """The coupon of that code, locked: its last use is sold once."""
    coupon = Coupon.objects.select_for_update().filter(code=code.strip().upper()).first()
    if coupon is None or (coupon.programme_id and coupon.programme_id != plan.programme_id):
        raise CouponRefused(_("There is no such code for this programme. Check its spelling, or go on without it."))
    if at < coupon.begins_at or (coupon.ends_at and at >= coupon.ends_at):
        raise CouponRefused(_("This code does not work at present. Go on without it."))
    if coupon.amount_minor is not None and coupon.currency != plan.currency:
        raise CouponRefused(_("This code is for another currency. Go on without it."))
    return coupon


def _take_use(coupon: Coupon, order: Order, *, at: datetime) -> None:
    """The lowest number that is free. The coupon's row is locked."""
    taken = set(coupon.uses.filter(given_back_at=None).values_list("number", flat=True))
    number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    if coupon.most_uses is not None and number > coupon.most_uses:
        raise CouponRefused(_("This code has been used as often as it can be. Go on without it."))
    CouponUse.objects.create(coupon=coupon, order=order, number=number, taken_at=at)


def _scholarship_of(buyer: User, plan: PricePlan) -> Scholarship | None:
    """The buyer's unused scholarship for the programme, locked: it is used once."""
    return (
        Scholarship.objects.select_for_update(of=("self",))
        .filter(person=buyer, programme=plan.programme_id, taken_back_at=None, fund__currency=plan.currency)
        .exclude(orders__in=Order.objects.filter(fulfilled_at__isnull=False))
        .first()
    )


def _same(
    order: Order, plan: PricePlan, intake: Intake | None, coupon: Coupon | None, scholarship: Scholarship | None
) -> bool:
    """Whether ordering so now would come to the order that waits. A scholarship awarded since makes another price."""
    needs_none = order.list_minor == order.coupon_minor
    return (order.plan_id, order.intake_id, order.coupon_id, order.scholarship_id) == (
        plan.pk,
        intake.pk if intake else None,
        coupon.pk if coupon else None,
        scholarship.pk if scholarship and not needs_none else None,
    )


def _write(
    buyer: User,
    plan: PricePlan,
    price: Price,
    *,
    at: datetime,
    intake: Intake | None,
    coupon: Coupon | None,
    scholarship: Scholarship | None,
    organisation: Organisation | None,
    seats: int,
) -> Order:
    academy = AcademySettings.load()
    order = Order.objects.create(
        buyer=buyer,
        organisation=organisation,
        programme=plan.programme,
        plan=plan,
        intake=intake,
        coupon=coupon,
        scholarship=scholarship if price.scholarship_minor else None,
        kind=plan.kind,
        description=plan.programme.title[:200],
        seats=seats,
        currency=plan.currency,
        list_minor=price.list_minor,
        coupon_minor=price.coupon_minor,
        scholarship_minor=price.scholarship_minor,
        total_minor=price.total_minor,
        tax_name=academy.tax_name,
        tax_percent=Decimal(academy.tax_percent),
        tax_by_stripe=academy.tax_by_stripe and plan.kind in BY_CARD,
        refund_tiers=tiers_of(plan.programme),
        cooling_off_hours=academy.cooling_off_hours,
        placed_at=at,
    )
    Instalment.objects.bulk_create(
        Instalment(order=order, number=number, amount_minor=part.amount_minor, due_at=part.due_at)
        for number, part in enumerate(price.parts, start=1)
    )
    return order


def _record(order: Order, verb: str, *, by: User | None, at: datetime) -> None:
    history.record(
        chain=f"learner:{order.buyer_id}",
        verb=verb,
        subject=history.name_of(order),
        actor=by,
        at=at,
        facts={
            "programme": order.programme_id,
            "plan": order.plan_id,
            "seats": order.seats,
            "total_minor": order.total_minor,
            "currency": order.currency,
        },
    )
