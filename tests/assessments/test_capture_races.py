"""What happens when two tabs send one draft at once? And what would, without the lock?"""

import pytest
from django.db import DatabaseError

from assessments import shifts
from assessments.capture import Captured, capture_shift
from assessments.models import Mentorship, Production, Shift
from assessments.shifts import CannotRecord
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON
from tests.factories.shifts import make_mentorship, shift_fields

pytestmark = pytest.mark.django_db(transaction=True)


def sending(mentorship: Mentorship, **others):
    return lambda: capture_shift(
        learner=mentorship.learner, mentorship=mentorship, production=None, code="", device_key="a-key-of-a-telephone",
        resent=True, at=NOON, **shift_fields(**others),
    )  # fmt: skip


def test_one_draft_sent_by_two_tabs_at_once_is_one_shift_and_both_are_told():
    mentorship = make_mentorship()

    answers = side_by_side(*[sending(mentorship)] * 4)

    assert all(isinstance(answer, Captured) for answer in answers), answers
    assert sorted(answer.was_there for answer in answers) == [False, True, True, True]
    assert (Shift.objects.count(), Production.objects.count()) == (1, 1)


def test_without_the_lock_one_of_the_tabs_is_refused_or_hurt(monkeypatch):
    mentorship = make_mentorship()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, shifts, "overlapping")

    answers = side_by_side(*[sending(mentorship)] * 2)

    assert any(isinstance(answer, (CannotRecord, DatabaseError)) for answer in answers), answers
