"""Which money came and went, on which paper was it said, and what needs a person to look at it?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User

from .orders import Instalment, Order


class Method(models.TextChoices):
    """How money came."""

    CARD = "CARD", _("Paid online")  # a card, or whatever else the provider's page takes
    TRANSFER = "TRANSFER", _("Bank transfer")


class Payment(models.Model):
    """Money that arrived for an order, once. `provider_id` names it at the provider; a transfer has none."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    instalment = models.OneToOneField(  # null: more came than was asked for
        Instalment, on_delete=models.PROTECT, null=True, related_name="payment"
    )
    method = models.CharField(max_length=12, choices=Method)
    provider_id = models.CharField(max_length=120, null=True, unique=True)
    amount_minor = models.PositiveIntegerField()
    tax_minor = models.PositiveIntegerField(default=0)  # contained in the amount
    currency = models.CharField(max_length=3)
    arrived_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(method=Method.CARD, provider_id__isnull=False, recorded_by=None)
                | Q(method=Method.TRANSFER, provider_id=None, recorded_by__isnull=False),
                name="payment_online_by_the_provider_or_a_transfer_by_a_person",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_is_of_something"),
            models.CheckConstraint(condition=Q(tax_minor__lte=F("amount_minor")), name="payment_tax_within_the_amount"),
        ]

    def __str__(self) -> str:
        return f"Payment {self.pk}: order {self.order_id}"


class Refund(models.Model):
    """Money given back of one payment: asked for by a registrar, or made at the provider. Kept when it fails.

    It is asked for first and done at the provider after; `given_at` says that it is.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    provider_id = models.CharField(max_length=120, null=True, unique=True)
    key = models.CharField(max_length=60, unique=True)  # idempotency key
    amount_minor = models.PositiveIntegerField()
    tax_minor = models.PositiveIntegerField(default=0)
    ends_access = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: at the provider
    given_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_of_something"),
            models.CheckConstraint(condition=Q(tax_minor__lte=F("amount_minor")), name="refund_tax_within_the_amount"),
        ]

    def __str__(self) -> str:
        return f"Refund {self.pk}: payment {self.payment_id}"


class Dispute(models.Model):
    """A bank that takes a payment back on its holder's word. `status` is the provider's, as last asked."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_id = models.CharField(max_length=120, unique=True)
    amount_minor = models.PositiveIntegerField()
    status = models.CharField(max_length=40)
    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    # What is still open, by the provider’s words. An inquiry ("warning…") takes no money, and so no access.
    OPEN: ClassVar = ("needs_response", "under_review")
    TAKES_MONEY: ClassVar = ("needs_response", "under_review", "lost")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="dispute_is_of_something")]

    def __str__(self) -> str:
        return f"Dispute {self.pk}: payment {self.payment_id}, {self.status}"


class LedgerKind(models.TextChoices):
    """Why money moved."""

    PAID = "PAID", _("Paid")
    GIVEN_BACK = "GIVEN_BACK", _("Given back")
    BACK_AGAIN = "BACK_AGAIN", _("A refund that failed")
    DISPUTED = "DISPUTED", _("Taken by a dispute")
    DISPUTE_WON = "DISPUTE_WON", _("Returned by a dispute")


IN = (LedgerKind.PAID, LedgerKind.BACK_AGAIN, LedgerKind.DISPUTE_WON)


class LedgerEntry(models.Model):
    """One movement of money, in or out, never changed. All of an order together are what it brought in."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=12, choices=LedgerKind)
    amount_minor = models.IntegerField()  # out is negative
    tax_minor = models.IntegerField(default=0)  # contained in the amount, with its sign
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="ledger")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="ledger")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, related_name="ledger")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=IN, amount_minor__gt=0) | (~Q(kind__in=IN) & Q(amount_minor__lt=0)),
                name="ledger_sign_fits_the_kind",
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(kind=LedgerKind.PAID), name="ledger_payment_comes_once"
            ),
            models.UniqueConstraint(
                fields=["refund", "kind"], condition=Q(refund__isnull=False), name="ledger_refund_goes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"LedgerEntry {self.pk}: order {self.order_id}, {self.kind}"


class PaperKind(models.TextChoices):
    """Three papers about money, each with numbers of its own. The value begins its reference."""

    INVOICE = "INV", _("Invoice")  # asks for a transfer
    RECEIPT = "RCT", _("Receipt")  # says that money came
    CREDIT = "CRN", _("Credit note")  # says that money went back


class MoneyPaper(models.Model):
    """An invoice, receipt or credit note with every word as it was said. Never changed but by its closing date."""

    issuer = models.SlugField(max_length=20)  # whose numbers: the academy's code at the time
    kind = models.CharField(max_length=3, choices=PaperKind)
    number = models.PositiveIntegerField()  # 1, 2, 3 … without gaps for each issuer and kind
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="papers")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="receipt")
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, null=True, related_name="credit_note")
    payer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="papers")
    words = models.JSONField()  # see courses.papers.Words
    total_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    issued_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # an invoice: paid or cancelled

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "kind", "number"], name="moneypaper_numbered_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="moneypaper_numbered_from_one"),
            models.CheckConstraint(
                condition=Q(kind=PaperKind.INVOICE, payment=None, refund=None)
                | Q(kind=PaperKind.RECEIPT, payment__isnull=False, refund=None, closed_at=None)
                | Q(kind=PaperKind.CREDIT, payment=None, refund__isnull=False, closed_at=None),
                name="moneypaper_about_what_its_kind_says",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind=PaperKind.INVOICE, closed_at=None),
                name="moneypaper_one_open_invoice",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name it, such as on a bank transfer."""
        return f"{self.kind}-{self.number:05d}"


class ConcernKind(models.TextChoices):
    """What about money a person has to look at."""

    WRONG_AMOUNT = "WRONG_AMOUNT", _("Something else was paid than was asked")
    WRONG_CURRENCY = "WRONG_CURRENCY", _("It was paid in another currency")
    NOT_OURS = "NOT_OURS", _("The provider’s page does not fit the order")
    PAID_TWICE = "PAID_TWICE", _("Paid twice, or on the programme already")
    GIVEN_BACK_IN_PART = "GIVEN_BACK_IN_PART", _("A part was given back at the provider")
    ENROLLED_UNPAID = "ENROLLED_UNPAID", _("On the programme, and the provider knows of no payment")
    PAID_AFTER_CANCEL = "PAID_AFTER_CANCEL", _("Paid after the order was cancelled")
    PAID_AFTER_END = "PAID_AFTER_END", _("Paid after access had ended")
    PAID_OUTSIDE = "PAID_OUTSIDE", _("A month was marked as paid at the provider, without a payment")
    MONTHS_ENDED = "MONTHS_ENDED", _("The monthly payments ended before all was paid")
    DISPUTE = "DISPUTE", _("A bank disputes a payment")
    DISPUTE_LOST = "DISPUTE_LOST", _("A dispute was lost")
    REFUND_FAILED = "REFUND_FAILED", _("A refund did not arrive")
    REFUNDED_TWICE = "REFUNDED_TWICE", _("One refund was made twice at the provider")


class Concern(models.Model):
    """Something about an order's money that a registrar has to look at, noted once, until they say it is settled."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="concerns")
    kind = models.CharField(max_length=20, choices=ConcernKind)
    about = models.CharField(max_length=120, blank=True)  # the provider's id of what it is about
    noticed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, max_length=2000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind", "about"], name="concern_noted_once"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="concern_settled_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"Concern {self.pk}: order {self.order_id}, {self.kind}"
