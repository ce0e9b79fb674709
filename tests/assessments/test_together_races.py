"""What happens when days are signed together and one of them by itself, at once? And what would, without the locks?"""

from datetime import date

import pytest
from django.db import DatabaseError

from assessments import signing
from assessments.models import Shift, ShiftRole
from assessments.sealing import seal_holds
from assessments.shifts import take_back_shift
from assessments.signing import CannotSign, sign_shift
from assessments.together import sign_together
from cms.accounts import history
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON
from tests.factories.shifts import make_mentorship, make_waiting_shift

pytestmark = pytest.mark.django_db(transaction=True)


def three_days() -> list[Shift]:
    mentorship = make_mentorship()
    return [
        make_waiting_shift(mentorship, on=date(2026, 11, 18 + n), at=NOON, role=ShiftRole.OBSERVE) for n in range(3)
    ]


def all_of(shifts: list[Shift]):
    mentor = shifts[0].mentorship.mentor
    return lambda: sign_together(shifts=shifts, mentor=mentor, seen={}, authentication="password", at=NOON)


def only(shift: Shift):
    mentor = shift.mentorship.mentor
    return lambda: sign_shift(shift=shift, mentor=mentor, rubric={}, authentication="password", at=NOON)


def signatures(shifts: list[Shift]) -> list[int]:
    return [[entry.verb for entry in history.entries_about(shift)].count("shift.signed") for shift in shifts]


def test_days_signed_together_and_one_by_itself_are_each_signed_once():
    shifts = three_days()

    answers = side_by_side(all_of(shifts), only(shifts[2]), all_of(list(reversed(shifts))))

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert signatures(shifts) == [1, 1, 1]
    assert all(seal_holds(shift) for shift in Shift.objects.whole())


def test_of_days_signed_together_and_one_taken_back_at_once_all_or_none_is_signed():
    shifts = three_days()

    together, _taken = side_by_side(all_of(shifts), lambda: take_back_shift(shift=shifts[1], at=NOON))

    signed = Shift.objects.filter(signed_at__isnull=False).count()
    assert signed == (0 if isinstance(together, CannotSign) else 3)


def test_without_the_locks_somebody_signs_twice_or_is_hurt(monkeypatch):
    shifts = three_days()
    calls = [all_of(shifts), all_of(shifts)]
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, signing, "seal_of")

    answers = side_by_side(*calls)

    assert any(isinstance(answer, (DatabaseError, CannotSign)) for answer in answers) or signatures(shifts) != [1, 1, 1]
