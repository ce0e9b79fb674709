"""Which places did an organisation buy, and who sits on them?"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User

from .learning import new_token


class Organisation(models.Model):
    """A company or school that buys places. Its owner buys and gives them out; nobody else sees them."""

    name = models.CharField(_("organisation"), max_length=120)
    address = models.TextField(_("address on invoices"), blank=True, max_length=400)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="organisations")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="organisation_named_once_by_its_owner",
                violation_error_message=_("You have an organisation of that name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """One place of an order: free, offered to an address, or taken by a learner, and then it stays theirs.

    A refund may end single places: `ends_with` names it from the moment it is asked for.
    """

    order = models.ForeignKey("courses.Order", on_delete=models.PROTECT, related_name="seat_rows")
    number = models.PositiveSmallIntegerField()  # 1, 2, 3 … within its order
    email = models.EmailField(_("e-mail address"), blank=True)
    token = models.CharField(max_length=40, unique=True, default=new_token)  # made anew with each offer
    offered_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="seats")
    taken_at = models.DateTimeField(null=True)
    ends_with = models.ForeignKey("courses.Refund", on_delete=models.PROTECT, null=True, related_name="seats")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="seat_numbered_once"),
            models.UniqueConstraint(
                fields=["order", "taken_by"], condition=Q(taken_by__isnull=False), name="seat_one_a_learner"
            ),
            models.UniqueConstraint(
                fields=["order", "email"],
                condition=~Q(email=""),
                name="seat_one_an_address",
                violation_error_message=_("One of your places is offered to this address already."),
            ),
            models.CheckConstraint(
                condition=Q(email="", offered_at=None) | (~Q(email="") & Q(offered_at__isnull=False)),
                name="seat_offered_to_and_when_together",
            ),
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None)
                | (Q(taken_by__isnull=False, taken_at__isnull=False, offered_at__isnull=False)),
                name="seat_taken_by_and_when_after_an_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"Seat {self.pk}: order {self.order_id}, number {self.number}"
