"""Who ordered what, in which parts is it paid, and where was somebody sent to pay?"""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User

from ..pages import ProgrammePage
from .learning import new_token
from .prices import Coupon, Intake, PlanKind, PricePlan, Scholarship
from .seats import Organisation


class Order(models.Model):
    """What one person asked to buy, at the price of that moment: its terms are frozen. Kept for ever.

    For the buyer's own place (no organisation, one seat), or for places of an organisation. It is waiting until its
    first part is paid, which fulfils it; cancelled when nobody will pay. All amounts are in minor units of `currency`.
    """

    # In addresses, and all that the payment provider is told of us.
    reference = models.CharField(max_length=40, unique=True, default=new_token)
    buyer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="orders")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="orders")
    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="orders")
    plan = models.ForeignKey(PricePlan, on_delete=models.PROTECT, related_name="orders")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, related_name="orders")
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, null=True, related_name="orders")
    scholarship = models.ForeignKey(Scholarship, on_delete=models.PROTECT, null=True, related_name="orders")

    kind = models.CharField(max_length=12, choices=PlanKind)
    description = models.CharField(max_length=200)
    seats = models.PositiveSmallIntegerField(_("places"), default=1, validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3)
    list_minor = models.PositiveIntegerField()  # before anything was taken off, for all places
    coupon_minor = models.PositiveIntegerField(default=0)
    scholarship_minor = models.PositiveIntegerField(default=0)
    total_minor = models.PositiveIntegerField()
    tax_name = models.CharField(max_length=20, blank=True)
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3, default=0)  # contained in the total
    tax_by_stripe = models.BooleanField(default=False)
    # What is given back to who leaves, as it was promised when they ordered: later rules are for later orders.
    refund_tiers = models.JSONField(default=list)  # [[days before the start, per cent], …], most days first
    cooling_off_hours = models.PositiveSmallIntegerField(default=0)  # after paying, in which everything is given back

    placed_at = models.DateTimeField()
    fulfilled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    subscription_id = models.CharField(max_length=80, blank=True)  # the provider's, for monthly payments
    subscription_ended_at = models.DateTimeField(
        null=True
    )  # the provider collects no more; what is left is paid by hand
    # The provider is asked outside any lock. Who asked later knows more: an older answer is not written over it.
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(list_minor=F("total_minor") + F("coupon_minor") + F("scholarship_minor")),
                name="order_price_adds_up",
            ),
            models.CheckConstraint(condition=Q(seats__gt=0), name="order_has_a_place"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(organisation=None, seats=1),
                name="order_of_several_places_is_an_organisations",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_at=None) | Q(cancelled_at=None), name="order_not_both_fulfilled_and_cancelled"
            ),
            models.CheckConstraint(condition=Q(answered__lte=F("asked")), name="order_answered_after_asked"),
            models.CheckConstraint(
                condition=Q(subscription_ended_at=None)
                | (Q(subscription_ended_at__isnull=False) & ~Q(subscription_id="")),
                name="order_ends_the_months_it_has",
            ),
            models.CheckConstraint(
                condition=Q(coupon__isnull=False) | Q(coupon=None, coupon_minor=0), name="order_less_by_a_coupon"
            ),
            models.CheckConstraint(
                condition=Q(scholarship__isnull=False) | Q(scholarship=None, scholarship_minor=0),
                name="order_less_by_a_scholarship",
            ),
            models.UniqueConstraint(
                fields=["buyer", "programme"],
                condition=Q(organisation=None, fulfilled_at=None, cancelled_at=None),
                name="order_one_waiting_for_oneself",
                violation_error_message=_("You have an order for this programme that waits to be paid."),
            ),
            models.UniqueConstraint(
                fields=["scholarship"],
                condition=Q(cancelled_at=None, scholarship__isnull=False),
                name="order_uses_a_scholarship_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Order {self.pk}: buyer {self.buyer_id}, plan {self.plan_id}"

    @property
    def is_waiting(self) -> bool:
        return self.fulfilled_at is None and self.cancelled_at is None


class Instalment(models.Model):
    """One part of an order, to be paid on its own. The parts of an order add up to its total."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 … within its order
    amount_minor = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # the first refusal since it fell due
    pay_url = models.URLField(max_length=500, blank=True)  # the provider's page for a refused monthly payment
    reminded_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)  # told that access pauses unless it is paid

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="instalment_numbered_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0, number__gt=0), name="instalment_asks_for_something"),
        ]

    def __str__(self) -> str:
        return f"Instalment {self.pk}: order {self.order_id}, number {self.number}"


class Checkout(models.Model):
    """One time that a buyer was sent to the provider's page. Written before the page is asked for, so that a lost
    answer is asked for again under the same key and gives the same page."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="checkouts")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="checkouts")
    key = models.CharField(max_length=60, unique=True, default=new_token)  # idempotency key
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    session_id = models.CharField(max_length=120, null=True, unique=True)
    url = models.URLField(max_length=2000, blank=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # when the page is of no more use: it runs out, or the buyer is through with it
    closed_at = models.DateTimeField(null=True)  # paid, run out, or refused for good
    failed_at = models.DateTimeField(null=True)  # a bank said no after the page had been left

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instalment"], condition=Q(closed_at=None), name="checkout_one_open_for_an_instalment"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="checkout_asks_for_something"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="checkout_expires_after_opened"),
        ]

    def __str__(self) -> str:
        return f"Checkout {self.pk}: order {self.order_id}"


class StripeEvent(models.Model):
    """One event the provider told us of, noted once by its id, however often it is delivered."""

    event_id = models.CharField(max_length=120, unique=True)
    type = models.CharField(max_length=80)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="events")  # null: not ours
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"StripeEvent {self.pk}: {self.type}"
