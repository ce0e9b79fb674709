"""What is there once, and asked for twice at the same moment? One gets it, both are answered; without the locks, not."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from cms.accounts import history
from cms.accounts.academy import AcademySettings
from courses import intakes, ledger, papers, refunding, scholarships, transfers
from courses.intakes import join_list, offer_places
from courses.models import Fund, Intake, MoneyPaper, PaperKind, Payment, PlanKind, Refund, Scholarship, Waiting
from courses.refunding import ask_refund
from courses.scholarships import CannotAward, award_scholarship, take_back_scholarship
from courses.transfers import record_transfer
from tests.factories.people import make_person, make_registrar

from .buying import a_plan, order_of
from .races import meet_in, side_by_side, take_locks_away

pytestmark = pytest.mark.django_db(transaction=True)


def the_last_of_a_fund() -> list[Callable[[], Any]]:
    """Two people, and a fund that holds enough for one."""
    plan, registrar = a_plan(), make_registrar()
    fund = Fund.objects.create(name="Understudies", amount_minor=10_000)
    return [
        partial(award_scholarship, fund=fund, person=make_person(), programme=plan.programme, amount_minor=10_000,
                by=registrar, at=timezone.now())
        for _each in range(2)
    ]  # fmt: skip


def awarded() -> int:
    return sum(Scholarship.objects.filter(taken_back_at=None).values_list("amount_minor", flat=True))


def test_the_last_of_a_fund_is_awarded_once():
    answers = side_by_side(*the_last_of_a_fund())

    assert awarded() == 10_000
    assert {type(answer) for answer in answers} == {Scholarship, CannotAward}


def test_without_the_lock_a_fund_gives_more_than_it_holds(monkeypatch):
    calls = the_last_of_a_fund()
    take_locks_away(monkeypatch)
    connections["default"].close()
    meet_in(monkeypatch, scholarships, "report_of")

    answers = side_by_side(*calls)

    assert awarded() > 10_000 or any(isinstance(a, Exception) and not isinstance(a, CannotAward) for a in answers)


def an_award() -> Callable[[], Any]:
    plan, registrar = a_plan(), make_registrar()
    fund = Fund.objects.create(name="Understudies", amount_minor=10_000)
    award = award_scholarship(
        fund=fund, person=make_person(), programme=plan.programme, amount_minor=1_000, by=registrar, at=timezone.now()
    )
    return partial(take_back_scholarship, scholarship=award, by=registrar, at=timezone.now())


def taken_back() -> int:
    return history.entries_about(Scholarship.objects.get()).filter(verb="scholarship.taken_back").count()


def test_an_award_is_taken_back_once():
    call = an_award()

    answers = side_by_side(call, call)

    assert {type(answer) for answer in answers} == {Scholarship}
    assert taken_back() == 1


def one_free_place() -> Callable[[], Any]:
    intake = Intake.objects.create(
        programme=a_plan().programme, name="Spring", starts_on=timezone.localdate() + timedelta(days=60), places=1
    )
    for minutes in (2, 1):
        join_list(intake=intake, person=make_person(), at=timezone.now() - timedelta(minutes=minutes))
    return partial(offer_places, intake=intake, by=None, at=timezone.now())


def test_a_free_place_is_offered_once():
    call = one_free_place()

    answers = side_by_side(call, call)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Waiting.objects.filter(offered_at__isnull=False).count() == 1


def test_without_the_lock_a_free_place_is_offered_twice_or_somebody_meets_an_error(monkeypatch):
    call = one_free_place()
    take_locks_away(monkeypatch)
    connections["default"].close()
    meet_in(monkeypatch, intakes, "_free_in")

    answers = side_by_side(call, call)

    twice = [each for answer in answers if isinstance(answer, list) for each in answer]
    assert len(twice) > 1 or any(isinstance(answer, Exception) for answer in answers)


def an_invoice() -> Callable[[], Any]:
    order = order_of(a_plan(PlanKind.INVOICE))
    return partial(record_transfer, order=order, amount_minor=40_000, by=make_registrar(), at=timezone.now())


def test_a_transfer_is_recorded_once():
    call = an_invoice()

    answers = side_by_side(call, call)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Payment.objects.count() == MoneyPaper.objects.filter(kind=PaperKind.RECEIPT).count() == 1


def test_without_the_lock_recording_it_twice_meets_an_error(monkeypatch):
    call = an_invoice()
    take_locks_away(monkeypatch)
    connections["default"].close()
    meet_in(monkeypatch, transfers, "is_over")

    answers = side_by_side(call, call)

    assert any(isinstance(answer, Exception) for answer in answers)


def a_refund() -> Callable[[], Any]:
    order = order_of(a_plan(PlanKind.INVOICE))
    record_transfer(order=order, amount_minor=40_000, by=make_registrar(), at=timezone.now())
    return partial(
        ask_refund, order=order, amount_minor=40_000, ends_access=True, reason="", by=make_registrar(),
        at=timezone.now(), key="pressedtwice",
    )  # fmt: skip


def test_a_refund_pressed_twice_is_asked_for_once():
    call = a_refund()

    answers = side_by_side(call, call)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Refund.objects.count() == 1


def test_without_the_lock_pressing_twice_meets_an_error(monkeypatch):
    call = a_refund()
    take_locks_away(monkeypatch)
    connections["default"].close()
    meet_in(monkeypatch, refunding, "preview_refund")

    answers = side_by_side(call, call)

    assert any(isinstance(answer, Exception) for answer in answers)


# Numbers -------------------------------------------------------------------------------------------------------


def paid() -> None:
    call = an_invoice()
    call()


def numbers(issuer: str = "main") -> list[int]:
    receipts = MoneyPaper.objects.filter(issuer=issuer, kind=PaperKind.RECEIPT)
    return list(receipts.order_by("number").values_list("number", flat=True))


def test_receipts_written_at_once_have_numbers_without_gaps():
    answers = side_by_side(*[an_invoice() for _each in range(4)])

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert numbers() == [1, 2, 3, 4]


def test_without_the_lock_two_receipts_want_one_number(monkeypatch):
    calls = [an_invoice() for _each in range(2)]
    take_locks_away(monkeypatch)
    connections["default"].close()
    meet_in(monkeypatch, papers, "digest_of") if connections["default"].vendor == "sqlite" else meet_in(
        monkeypatch, ledger, "tax_in"
    )

    answers = side_by_side(*calls)

    assert any(isinstance(answer, Exception) for answer in answers) or numbers() != [1, 2]


def test_a_number_that_was_rolled_back_is_given_out_again():
    class Undo(Exception):
        pass

    paid()
    call = an_invoice()
    with pytest.raises(Undo), transaction.atomic():
        call()
        assert numbers() == [1, 2]
        raise Undo
    paid()

    assert numbers() == [1, 2]


def test_each_issuer_counts_from_one():
    paid()
    academy = AcademySettings.load()
    academy.issuer_code = "successor"
    academy.save()
    paid()
    academy.issuer_code = "main"
    academy.save()
    paid()

    assert (numbers(), numbers("successor")) == ([1, 2], [1])
