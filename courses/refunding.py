"""How much is given back, what does that touch, and how is it done? Nothing else writes what a Refund asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import payments, tasks
from .fulfilling import ask_for_no_more, follow_money, notice
from .ledger import enter_failed_refund, enter_refund
from .models import ConcernKind, Dispute, Enrolment, Grant, Method, Order, Payment, Refund, Seat
from .pricing import percent_given_back
from .settling import locked, settle


class CannotRefund(Exception):
    """So much cannot be given back. The message says why."""


@dataclass(frozen=True, kw_only=True)
class RefundPreview:
    """What giving something back comes to, before it is done."""

    payments: list[tuple[Payment, int]]  # each with what can still be given back of it, newest first
    left_minor: int  # of all of them
    percent: int  # by the programme's tiers, at this moment
    cooling_off: bool  # within the hours in which everything is given back
    days_before: int | None  # until the start, negative after it; None where there is none to count from
    by_the_rules_minor: int  # what those give, less what went back already
    loses: list[Enrolment]  # would be ended with it
    keeps: list[Enrolment]  # stay, as there is another reason to be on the programme
    places: list[Seat]  # of an organisation, that a part of the money can end: those that nobody uses first


def preview_refund(*, order: Order, at: datetime) -> RefundPreview:
    """What the programme's rules give back of the order now, and whose access ends with it. Changes nothing."""
    paid = list(order.payments.order_by("-arrived_at", "-pk"))
    gone = _gone_of(paid)
    left = [(payment, payment.amount_minor - gone[payment.pk]) for payment in paid]
    total, rest = sum(payment.amount_minor for payment in paid), sum(amount for _payment, amount in left)
    starts_on = order.intake.starts_on if order.intake else None
    paid_at = paid[-1].arrived_at if paid else order.placed_at
    hours = order.cooling_off_hours
    percent = percent_given_back(
        order.refund_tiers, starts_on=starts_on, paid_at=paid_at, at=at, cooling_off_hours=hours
    )
    loses: list[Enrolment] = []
    keeps: list[Enrolment] = []
    others = Grant.objects.filter(enrolment=OuterRef("enrolment"), ended_at=None).exclude(pk=OuterRef("pk"))
    lasting = order.grants.filter(ended_at=None).annotate(others=Exists(others)).order_by("pk")
    for grant in lasting.select_related("enrolment__learner", "enrolment__programme"):
        (keeps if grant.others else loses).append(grant.enrolment)
    return RefundPreview(
        payments=left,
        left_minor=rest,
        percent=percent,
        cooling_off=at <= paid_at + timedelta(hours=hours),
        days_before=(starts_on - at.date()).days if starts_on else None,
        by_the_rules_minor=max(total * percent // 100 - (total - rest), 0),
        loses=loses,
        keeps=keeps,
        places=list(
            order.seat_rows.filter(ends_with=None)
            .select_related("taken_by")
            .order_by(F("taken_at").asc(nulls_first=True), F("offered_at").asc(nulls_first=True), "-number")
        ),
    )


def _gone_of(paid: list[Payment]) -> dict[int, int]:
    """What is no more left of each payment: refunds, asked for or done, and what a lost dispute took. Two queries."""
    gone = dict.fromkeys((payment.pk for payment in paid), 0)
    back = Refund.objects.filter(payment__in=paid, failed_at=None).values_list("payment", "amount_minor")
    lost = Dispute.objects.filter(payment__in=paid, status="lost").values_list("payment", "amount_minor")
    for payment, amount in [*back, *lost]:
        gone[payment] += amount
    return {payment.pk: min(gone[payment.pk], payment.amount_minor) for payment in paid}


@transaction.atomic
def ask_refund(
    *,
    order: Order,
    amount_minor: int,
    ends_access: bool,
    reason: str,
    by: User,
    at: datetime,
    key: str = "",
    places: Sequence[Seat] = (),
) -> list[Refund]:
    """Ask for so much of what was paid to be given back, from the newest payment on; it is done after the commit.

    A transfer is given back by the registrar's own hand and counts as done at once. With `ends_access`, or when nothing
    that was paid is left, what the order gave ends once the money has gone back; with `places`, these of an
    organisation's: they are given out no more from now on. Repeating with the same `key` returns what was asked for the
    first time; without one each call asks for more. Raises CannotRefund for more than is left.
    """
    order = locked(order)
    key = key or get_random_string(32)
    if before := list(Refund.objects.filter(payment__order=order, key__startswith=f"refund-{key}-").order_by("pk")):
        return before
    if amount_minor <= 0:
        raise CannotRefund(_("Give an amount above nothing."))
    preview = preview_refund(order=order, at=at)
    if amount_minor > preview.left_minor:
        raise CannotRefund(_("That is more than is left of what was paid."))
    asked: list[Refund] = []
    rest = amount_minor
    for payment, left in preview.payments:
        part = min(left, rest)
        if part == 0:
            continue
        rest -= part
        refund = Refund.objects.create(
            payment=payment,
            key=f"refund-{key}-{len(asked)}",
            amount_minor=part,
            ends_access=ends_access,
            reason=reason[:200],
            asked_at=at,
            asked_by=by,
        )
        history.record(
            chain=f"learner:{order.buyer_id}",
            verb="refund.asked",
            subject=history.name_of(refund),
            actor=by,
            at=at,
            facts={"order": order.pk, "amount_minor": part, "ends_access": ends_access},
        )
        if payment.method == Method.TRANSFER:
            enter_refund(refund=refund, at=at)
        else:
            transaction.on_commit(partial(tasks.give_back.enqueue, refund.pk))
        asked.append(refund)
    if places and not ends_access:
        order.seat_rows.filter(pk__in=[seat.pk for seat in places], ends_with=None).update(ends_with=asked[0])
    if ends_access:
        ask_for_no_more(order)  # nothing more is collected, however long the money takes to go back
    follow_money(order=order, at=at)
    return asked


def carry_out(*, refund_id: int, at: datetime) -> None:
    """Do at the payment service what was asked for, once by its key, and let it take effect. Raises PaymentsAway.

    What the service refuses is noted as failed, for a registrar to look at.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=refund_id)
    order = refund.payment.order
    if refund.given_at is None and refund.failed_at is None and refund.provider_id is None:
        settle(order=order, at=at)  # it may have been done, and the answer lost: the key is remembered for a day only
        refund.refresh_from_db()
    if refund.given_at is None and refund.failed_at is None and refund.provider_id is None:
        try:
            payments.give_back(
                payment_id=refund.payment.provider_id or "", amount_minor=refund.amount_minor, key=refund.key
            )
        except payments.PaymentRefused:
            settle(order=order, at=at)  # it may have been given back at the service meanwhile
            with transaction.atomic():
                order = locked(order)
                refund.refresh_from_db()
                if refund.provider_id is None:
                    enter_failed_refund(refund=refund, at=at)
                    refund.seats.update(ends_with=None)
                    notice(order, ConcernKind.REFUND_FAILED, about=refund.key, at=at)
            return
    settle(order=order, at=at)


def unfinished() -> list[int]:
    """Refunds that were asked for and not carried out, as after a crash: their keys in the database."""
    waiting = Refund.objects.filter(given_at=None, failed_at=None, provider_id=None, payment__method=Method.CARD)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
