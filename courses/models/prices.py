"""What does a programme cost, when does it begin, and who pays less?"""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User

from ..pages import ProgrammePage

currency_code = RegexValidator(r"\A[A-Z]{3}\Z", _("Three capital letters, such as GBP."))


class PlanKind(models.TextChoices):
    """How the fee of a plan is paid."""

    FREE = "FREE", _("Free of charge")
    ONCE = "ONCE", _("In one payment by card")
    DEPOSIT = "DEPOSIT", _("A deposit by card, the balance later")
    INSTALMENTS = "INSTALMENTS", _("Monthly by card, for a fixed number of months")
    INVOICE = "INVOICE", _("By transfer, against an invoice")


BY_CARD = (PlanKind.ONCE, PlanKind.DEPOSIT, PlanKind.INSTALMENTS)


class PricePlan(models.Model):
    """One way to pay for one programme. Orders copy its terms; a plan that is no longer offered is closed, not deleted."""

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="plans")
    name = models.CharField(_("name"), max_length=80, help_text=_("Such as: Three monthly payments"))
    kind = models.CharField(_("how it is paid"), max_length=12, choices=PlanKind)
    currency = models.CharField(_("currency"), max_length=3, default="GBP", validators=[currency_code])
    total_minor = models.PositiveIntegerField(_("whole fee, in pence or cents"), default=0)
    deposit_minor = models.PositiveIntegerField(_("deposit, in pence or cents"), null=True, blank=True)
    balance_days = models.PositiveSmallIntegerField(
        _("days until the balance is due"), null=True, blank=True, help_text=_("Counted from the deposit.")
    )
    parts = models.PositiveSmallIntegerField(_("number of monthly payments"), null=True, blank=True)
    for_seats = models.BooleanField(_("organisations may buy several places"), default=False)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PlanKind.FREE, total_minor=0) | (~Q(kind=PlanKind.FREE) & Q(total_minor__gt=0)),
                name="priceplan_costs_something_unless_free",
                violation_error_message=_("A free plan costs 0, and every other plan costs something."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        kind=PlanKind.DEPOSIT,
                        deposit_minor__isnull=False,
                        deposit_minor__gt=0,
                        deposit_minor__lt=F("total_minor"),
                        balance_days__isnull=False,
                        balance_days__gte=1,
                    )
                )
                | (~Q(kind=PlanKind.DEPOSIT) & Q(deposit_minor=None, balance_days=None)),
                name="priceplan_deposit_and_balance_where_it_has_one",
                violation_error_message=_("A deposit is less than the whole fee and has a day for the balance."),
            ),
            models.CheckConstraint(
                condition=Q(kind=PlanKind.INSTALMENTS, parts__isnull=False, parts__gte=2, parts__lte=24)
                | (~Q(kind=PlanKind.INSTALMENTS) & Q(parts=None)),
                name="priceplan_two_to_twenty_four_monthly_payments",
                violation_error_message=_("Monthly payments are 2 to 24."),
            ),
            models.CheckConstraint(
                condition=Q(for_seats=False) | Q(kind__in=[PlanKind.ONCE, PlanKind.INVOICE]),
                name="priceplan_seats_are_paid_at_once",
                violation_error_message=_("Places for an organisation are paid at once, by card or by invoice."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__isnull=False, closed_at__gte=F("opened_at")),
                name="priceplan_closed_after_opened",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """A dated cohort of a programme with a number of places."""

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="intakes")
    name = models.CharField(_("name"), max_length=80, help_text=_("Such as: Spring 2027"))
    starts_on = models.DateField(_("begins on"))
    places = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(places__gt=0), name="intake_has_a_place"),
            models.UniqueConstraint(
                fields=["programme", "name"],
                name="intake_named_once_a_programme",
                violation_error_message=_("This programme has an intake of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Waiting(models.Model):
    """Somebody who waits for a place in an intake. An offer holds one place for them until it runs out."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="waiting")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="waiting")
    joined_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    offer_ends_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)  # placed, gave up, or let the offer run out

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "person"],
                condition=Q(left_at=None),
                name="waiting_once_for_an_intake",
                violation_error_message=_("You are on this list already."),
            ),
            models.CheckConstraint(
                condition=Q(offered_at=None, offer_ends_at=None)
                | Q(offered_at__isnull=False, offer_ends_at__isnull=False, offer_ends_at__gt=F("offered_at")),
                name="waiting_offer_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Waiting {self.pk}: intake {self.intake_id}, person {self.person_id}"

    def holds_a_place(self, at: datetime) -> bool:
        return self.left_at is None and self.offer_ends_at is not None and at < self.offer_ends_at


class RefundTier(models.Model):
    """From this many days before the start, this much of what was paid is given back."""

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="refund_tiers")
    days_before = models.PositiveSmallIntegerField(_("days before the start, or more"))
    percent = models.PositiveSmallIntegerField(_("given back, per cent"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "days_before"],
                name="refundtier_once_a_day",
                violation_error_message=_("There is a line for that many days."),
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=100),
                name="refundtier_at_most_everything",
                violation_error_message=_("At most 100 per cent."),
            ),
        ]

    def __str__(self) -> str:
        return f"RefundTier {self.pk}: {self.days_before} days, {self.percent} %"


class Coupon(models.Model):
    """A word that takes something off a price, for a while and a number of times. Closed, never deleted."""

    code = models.CharField(
        _("code"), max_length=40, unique=True, validators=[RegexValidator(r"\A[A-Z0-9-]{3,40}\Z")],
        help_text=_("Capital letters, digits and hyphens."),
    )  # fmt: skip
    percent = models.PositiveSmallIntegerField(_("per cent off"), null=True, blank=True)
    amount_minor = models.PositiveIntegerField(_("or an amount off, in pence or cents"), null=True, blank=True)
    currency = models.CharField(_("currency of the amount"), max_length=3, blank=True)
    programme = models.ForeignKey(
        ProgrammePage, on_delete=models.PROTECT, null=True, blank=True, related_name="coupons",
        verbose_name=_("only for"),
    )  # fmt: skip
    most_uses = models.PositiveIntegerField(_("number of uses"), null=True, blank=True)
    begins_at = models.DateTimeField(_("works from"))
    ends_at = models.DateTimeField(_("works until"), null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=False, percent__gte=1, percent__lte=100, amount_minor=None, currency="")
                | (Q(percent=None, amount_minor__isnull=False, amount_minor__gt=0) & ~Q(currency="")),
                name="coupon_percent_or_amount",
                violation_error_message=_("Give a percentage from 1 to 100, or an amount with its currency."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__isnull=False, ends_at__gt=F("begins_at")),
                name="coupon_ends_after_it_begins",
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(most_uses=None) | Q(most_uses__isnull=False, most_uses__gt=0),
                name="coupon_can_be_used",
                violation_error_message=_("At least one use."),
            ),
            models.CheckConstraint(condition=Q(code=models.functions.Upper("code")), name="coupon_code_in_capitals"),
        ]

    def __str__(self) -> str:
        return self.code


class CouponUse(models.Model):
    """One use of a coupon, taken by an order and given back when that order comes to nothing."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses")
    order = models.OneToOneField("courses.Order", on_delete=models.PROTECT, related_name="coupon_use")
    number = models.PositiveIntegerField()  # 1 to the coupon's `most_uses`
    taken_at = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coupon", "number"], condition=Q(given_back_at=None), name="couponuse_each_sold_once"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="couponuse_numbered_from_one"),
        ]

    def __str__(self) -> str:
        return f"CouponUse {self.pk}: coupon {self.coupon_id}, number {self.number}"


class Fund(models.Model):
    """Money set aside for scholarships."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    currency = models.CharField(_("currency"), max_length=3, default="GBP", validators=[currency_code])
    amount_minor = models.PositiveIntegerField(_("amount, in pence or cents"))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="fund_holds_something")]

    def __str__(self) -> str:
        return self.name


class Scholarship(models.Model):
    """A part of a programme's fee that a fund pays for one person. Used by one order, or taken back unused."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="scholarships")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="scholarships")
    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="scholarships")
    amount_minor = models.PositiveIntegerField()  # in the fund's currency; at most this much of a price
    awarded_at = models.DateTimeField()
    awarded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="scholarship_gives_something"),
            models.UniqueConstraint(
                fields=["person", "programme"],
                condition=Q(taken_back_at=None),
                name="scholarship_one_a_person_and_programme",
                violation_error_message=_("They have a scholarship for this programme already."),
            ),
        ]

    def __str__(self) -> str:
        return f"Scholarship {self.pk}: person {self.person_id}, programme {self.programme_id}"
