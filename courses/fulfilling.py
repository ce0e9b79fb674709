"""What does an order give once it is paid, and how long does it last?

Everything here is called under the order's lock, in the transaction that says what was paid or given back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction

from cms.accounts import history
from cms.accounts.academy import AcademySettings
from cms.accounts.models import User

from . import tasks
from .enrolling import end_access, give_access, hold_access
from .intakes import places_left
from .models import (
    Concern,
    ConcernKind,
    CouponUse,
    Dispute,
    Ended,
    Enrolment,
    Held,
    Intake,
    Order,
    Payment,
    Refund,
    Seat,
)
from .papers import close_invoice
from .scholarships import keep_what_was_used


def fulfil(*, order: Order, by: User, at: datetime) -> None:
    """Give what was bought, once: the buyer's own place, or the organisation's. Repeating changes nothing.

    What was cancelled and yet paid is given as well, if what it held is still there: its place, the coupon's use, the
    scholarship. Otherwise a registrar decides, and nothing is given.
    """
    if order.fulfilled_at is not None:
        return
    if order.cancelled_at is not None:
        notice(order, ConcernKind.PAID_AFTER_CANCEL, at=at)
        if not _held_again(order, at=at):
            return
    order.fulfilled_at, order.cancelled_at = at, None
    order.save(update_fields=["fulfilled_at", "cancelled_at"])
    close_invoice(order=order, at=at)
    keep_what_was_used(order=order, by=by, at=at)
    if order.organisation_id is not None:
        Seat.objects.bulk_create(Seat(order=order, number=number) for number in range(1, order.seats + 1))
    else:
        if Enrolment.objects.open_for(order.buyer).filter(programme=order.programme_id).exists():
            notice(order, ConcernKind.PAID_TWICE, at=at)
        grant = give_access(learner=order.buyer, order=order, by=by, at=at)
        transaction.on_commit(partial(tasks.mail_place.enqueue, grant.enrolment_id))
    history.record(
        chain=f"learner:{order.buyer_id}",
        verb="order.fulfilled",
        subject=history.name_of(order),
        actor=by,
        at=at,
        facts={"programme": order.programme_id, "seats": order.seats},
    )


def _held_again(order: Order, *, at: datetime) -> bool:
    """Take up again what a cancelled order let go of, if nobody has it meanwhile.

    No lock is waited for: who holds the coupon or the intake may wait for this order's buyer. The constraints say no.
    """
    if order.intake_id is not None:
        intake = Intake.objects.select_for_update(skip_locked=True).filter(pk=order.intake_id).first()
        if intake is None or places_left(intake, at=at, beside=order.buyer) == 0:
            return False
    try:
        with transaction.atomic():
            Order.objects.filter(pk=order.pk).update(cancelled_at=None)  # order_uses_a_scholarship_once
            CouponUse.objects.filter(order=order).update(given_back_at=None)  # couponuse_each_sold_once
    except IntegrityError:
        return False
    return True


def follow_money(*, order: Order, at: datetime) -> None:
    """Let what the order gave last, rest or end, as what was paid and given back says. Repeating changes nothing.

    What is over is paid for no more: its pages are closed and its monthly payments end.
    """
    if order.fulfilled_at is None:
        return
    disputes = list(Dispute.objects.filter(payment__order=order).order_by("pk"))
    for seat in order.seat_rows.filter(ends_with__given_at__isnull=False, ends_with__failed_at=None):
        end_access(order=order, seat=seat, because=Ended.REFUNDED, at=at)
    if because := over(order, *money_of(order), disputes):
        end_access(order=order, because=because, at=at)
        ask_for_no_more(order)
        return
    if order.grants.filter(ended_because=Ended.WITHDRAWN).exists():
        return  # a person was taken off it; no payment brings them back
    if order.organisation_id is None:
        give_access(learner=order.buyer, order=order, by=order.buyer, at=at)  # again, after a dispute was won
    else:
        for seat in (
            order.seat_rows.filter(taken_by__isnull=False, ends_with=None).select_related("taken_by").order_by("pk")
        ):
            give_access(learner=seat.taken_by, order=order, seat=seat, by=seat.taken_by, at=at)  # type: ignore[arg-type]
    hold_access(order=order, because=resting(order, disputes, at=at), at=at)


def ask_for_no_more(order: Order) -> None:
    """Once it is committed: end the monthly payments, and close the pages on which somebody could still pay."""
    if order.subscription_id and order.subscription_ended_at is None:
        transaction.on_commit(partial(tasks.end_subscription.enqueue, order.pk))
    if order.checkouts.filter(closed_at=None).exists():
        transaction.on_commit(partial(tasks.close_pages.enqueue, order.pk))


def is_over(order: Order) -> bool:
    """Whether what the order gave is over for good, as the money says. Three queries."""
    return over(order, *money_of(order), list(Dispute.objects.filter(payment__order=order))) is not None


def money_of(order: Order) -> tuple[list[Payment], list[Refund]]:
    """What came for the order, and what went back of it and arrived."""
    refunds = Refund.objects.filter(payment__order=order, given_at__isnull=False, failed_at=None)
    return list(order.payments.all()), list(refunds)


def over(order: Order, payments: list[Payment], refunds: list[Refund], disputes: list[Dispute]) -> Ended | None:
    """Why what the order gave is over; None while it is not. Pure.

    It is over when everything paid went back, or a registrar said so with a refund, or a bank took a payment for good.
    """
    if any(dispute.status == "lost" for dispute in disputes):
        return Ended.DISPUTE_LOST
    paid = sum(payment.amount_minor for payment in payments)
    back = sum(refund.amount_minor for refund in refunds)
    if any(refund.ends_access for refund in refunds) or (paid and back >= paid):
        return Ended.REFUNDED
    return None


def resting(order: Order, disputes: list[Dispute], *, at: datetime) -> Held | None:
    """Why what the order gave rests: a dispute is open, or a part is unpaid longer than the days of grace."""
    if any(dispute.status in Dispute.OPEN for dispute in disputes):
        return Held.DISPUTE
    grace = timedelta(days=AcademySettings.load().grace_days)
    late = order.instalments.filter(paid_at=None, due_at__lte=at - grace).order_by("number").first()
    return Held.UNPAID if late else None


def notice(order: Order, kind: ConcernKind, *, about: str = "", at: datetime) -> None:
    """Note that a person has to look at the order's money. The same is noted once."""
    Concern.objects.get_or_create(order=order, kind=kind, about=about, defaults={"noticed_at": at})
