"""In which access does a dispute end, however it goes?"""

import pytest
from django.db.models import Sum

from courses.ledger import balances
from courses.models import Concern, ConcernKind, Dispute, Enrolment, Grant, LedgerEntry, UnitCompletion
from tests.factories.courses import lessons_of

from .buying import a_plan, order_of, pay_and_tell

pytestmark = pytest.mark.django_db(transaction=True)


def standing() -> str:
    """Of the one enrolment: on it, resting, or off it."""
    enrolment = Enrolment.objects.get()
    if enrolment.withdrawn_at:
        return "off"
    return "resting" if enrolment.paused_at else "on"


@pytest.mark.parametrize(
    ("steps", "stands", "money"),
    [
        (["needs_response"], "resting", 0),
        (["needs_response", "under_review"], "resting", 0),
        (["needs_response", "won"], "on", 40_000),
        (["needs_response", "lost"], "off", 0),
        (["needs_response", "lost", "under_review"], "resting", 0),
        (["needs_response", "lost", "won"], "on", 40_000),
        (["needs_response", "won", "needs_response", "lost"], "off", 0),
        (["warning_needs_response"], "on", 40_000),
        (["warning_needs_response", "warning_closed"], "on", 40_000),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else str(value),
)
def test_a_dispute_ends_in_the_stated_access(stripe, steps, stands, money):
    order = pay_and_tell(stripe, order_of(a_plan()))
    session = order.checkouts.get().session_id

    for status in steps:
        stripe.dispute(session, status)
        stripe.deliver(stripe.undelivered() * 2)

    assert standing() == stands
    assert balances(LedgerEntry.objects.all()) == {"GBP": money}
    assert Dispute.objects.get().status == steps[-1]
    # A loss is news of its own, also for who had settled the concern about the dispute before.
    expected = {ConcernKind.DISPUTE} | ({ConcernKind.DISPUTE_LOST} if "lost" in steps else set())
    assert set(Concern.objects.values_list("kind", flat=True)) == expected


def test_only_the_last_word_is_told_and_it_is_enough(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    session = order.checkouts.get().session_id
    for status in ("needs_response", "lost", "won"):
        stripe.dispute(session, status)

    stripe.deliver(stripe.undelivered()[-1:])

    assert standing() == "on"
    assert LedgerEntry.objects.aggregate(sum=Sum("amount_minor"))["sum"] == 40_000


def test_what_was_done_is_found_again_when_a_dispute_is_won_after_all(stripe):
    order = pay_and_tell(stripe, order_of(a_plan()))
    session = order.checkouts.get().session_id
    enrolment = Enrolment.objects.get()
    lesson = lessons_of(order.programme)[0]
    UnitCompletion.objects.create(enrolment=enrolment, unit=lesson, event="READING", completed_at=enrolment.enrolled_at)

    for status in ("lost", "won"):
        stripe.dispute(session, status)
        stripe.deliver(stripe.undelivered())

    assert Enrolment.objects.get() == enrolment
    assert standing() == "on"
    assert enrolment.completions.count() == 1
    assert Grant.objects.filter(ended_at=None).count() == 1
