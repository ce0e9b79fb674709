"""Whose fee does a fund pay, and what is left of it? Nothing else writes Fund and Scholarship."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.templatetags.look import money

from .models import Fund, Order, ProgrammePage, Scholarship


class CannotAward(Exception):
    """The fund does not hold it, or it is not free to be taken back. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What of a fund went to one programme, in minor units. What was used is part of what was awarded."""

    programme: str
    awards: int
    awarded_minor: int  # and not taken back
    used_minor: int  # taken off orders that were fulfilled


@dataclass(frozen=True, kw_only=True)
class FundReport:
    """What became of a fund. `amount = left + awarded`, and the shares of its programmes add up to both."""

    fund: Fund
    shares: tuple[Share, ...]  # by the programme's title

    @property
    def awarded_minor(self) -> int:
        return sum(share.awarded_minor for share in self.shares)

    @property
    def used_minor(self) -> int:
        return sum(share.used_minor for share in self.shares)

    @property
    def left_minor(self) -> int:
        return self.fund.amount_minor - self.awarded_minor


@transaction.atomic
def open_fund(*, fund: Fund, by: User, at: datetime) -> Fund:
    """Set money aside."""
    fund.save(force_insert=True)
    _record("fund.opened", fund, by=by, at=at, facts={"amount_minor": fund.amount_minor})
    return fund


@transaction.atomic
def close_fund(*, fund: Fund, by: User, at: datetime) -> Fund:
    """Award no more from it; what was awarded stays. Repeating changes nothing."""
    fund = Fund.objects.select_for_update().get(pk=fund.pk)
    if fund.closed_at is None:
        fund.closed_at = at
        fund.save(update_fields=["closed_at"])
        _record("fund.closed", fund, by=by, at=at)
    return fund


@transaction.atomic
def award_scholarship(
    *, fund: Fund, person: User, programme: ProgrammePage, amount_minor: int, by: User, at: datetime
) -> Scholarship:
    """Let the fund pay so much of the person's fee for the programme, in the fund's currency.

    Repeating returns the award there is. Raises CannotAward when the fund is closed or does not hold so much, or they
    have another award for the programme.
    """
    fund = Fund.objects.select_for_update().get(pk=fund.pk)  # its last pound is given once
    # And one person is given one award, whatever the fund. no_key leaves foreign keys in peace.
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if known := Scholarship.objects.filter(person=person, programme=programme, taken_back_at=None).first():
        if (known.fund_id, known.amount_minor) == (fund.pk, amount_minor):
            return known
        raise CannotAward(_("They have a scholarship for this programme already. Take that one back first."))
    if fund.closed_at is not None:
        raise CannotAward(_("This fund is closed. Award from another one."))
    left = report_of(fund).left_minor
    if not 0 < amount_minor <= left:
        raise CannotAward(
            _("The fund holds %(left)s more. Award as much as that, or less.") % {"left": money(left, fund.currency)}
        )
    award = Scholarship.objects.create(
        fund=fund, person=person, programme=programme, amount_minor=amount_minor, awarded_by=by, awarded_at=at
    )
    _record("scholarship.awarded", award, by=by, at=at, facts={"fund": fund.pk, "amount_minor": amount_minor})
    return award


@transaction.atomic
def take_back_scholarship(*, scholarship: Scholarship, by: User, at: datetime) -> Scholarship:
    """Return an unused award to its fund. Repeating changes nothing. Raises CannotAward when an order uses it."""
    award = Scholarship.objects.select_for_update().get(pk=scholarship.pk)
    if award.taken_back_at is not None:
        return award
    if award.orders.filter(cancelled_at=None).exists():
        raise CannotAward(_("An order uses it. Cancel that order first, if it is not paid."))
    award.taken_back_at = at
    award.save(update_fields=["taken_back_at"])
    _record("scholarship.taken_back", award, by=by, at=at)
    return award


def keep_what_was_used(*, order: Order, by: User, at: datetime) -> None:
    """Cut the award to what the order needed of it, so that the fund can give the rest to somebody else.

    Called in the transaction that fulfils the order. Repeating changes nothing.
    """
    if order.scholarship_id is None:
        return
    award = Scholarship.objects.select_for_update(no_key=True).get(pk=order.scholarship_id)
    if order.scholarship_minor < award.amount_minor:
        facts: history.Facts = {"awarded_minor": award.amount_minor, "used_minor": order.scholarship_minor}
        award.amount_minor = order.scholarship_minor
        award.save(update_fields=["amount_minor"])
        _record("scholarship.used", award, by=by, at=at, facts=facts)


def report_of(fund: Fund) -> FundReport:
    """How the fund stands now, by programme: two queries."""
    lasting = fund.scholarships.filter(taken_back_at=None)
    awarded = (
        lasting.values("programme", "programme__title")
        .annotate(awards=Count("pk"), sum=Sum("amount_minor"))
        .order_by("programme__title", "programme")
    )
    used = dict(
        lasting.filter(Q(orders__fulfilled_at__isnull=False))
        .values_list("programme")
        .annotate(sum=Sum("orders__scholarship_minor"))
        .order_by("programme")
    )
    return FundReport(
        fund=fund,
        shares=tuple(
            Share(
                programme=row["programme__title"],
                awards=row["awards"],
                awarded_minor=row["sum"],
                used_minor=used.get(row["programme"], 0),
            )
            for row in awarded
        ),
    )


def _record(
    verb: str, thing: Fund | Scholarship, *, by: User, at: datetime, facts: history.Facts | None = None
) -> None:
    history.record(chain="prices", verb=verb, subject=history.name_of(thing), actor=by, at=at, facts=facts)
