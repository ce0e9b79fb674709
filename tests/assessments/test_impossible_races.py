"""What happens when a learner records two overlapping shifts at once? And what does the database do without the lock?"""

from datetime import time
from itertools import pairwise

import pytest
from django.db import DatabaseError

from assessments import shifts
from assessments.models import Shift
from assessments.shifts import CannotRecord, make_production
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON
from tests.factories.shifts import make_mentorship, make_shift

pytestmark = pytest.mark.django_db(transaction=True)


def two_overlapping():
    mentorship = make_mentorship()
    production = make_production(learner=mentorship.learner, at=NOON)
    return [
        lambda start=start: make_shift(mentorship, production=production, call=start, wrap=time(20))
        for start in (time(8), time(9))
    ]


def overlaps() -> int:
    return sum(one.wrap_at > other.call_at for one, other in pairwise(Shift.objects.order_by("call_at")))


def test_with_the_lock_one_is_kept_and_the_other_learns_why():
    answers = side_by_side(*two_overlapping())

    assert overlaps() == 0
    assert {type(answer) for answer in answers} == {Shift, CannotRecord}


def test_without_the_lock_the_database_keeps_the_data_true_and_a_caller_is_hurt(monkeypatch):
    calls = two_overlapping()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, shifts, "overlapping")

    answers = side_by_side(*calls)

    assert any(isinstance(answer, DatabaseError) for answer in answers)
    assert Shift.objects.count() <= 1
    assert overlaps() == 0
