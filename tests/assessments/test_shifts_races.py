"""What happens when two people act on a shift at once? And what would, without the locks?"""

from datetime import time
from itertools import pairwise

import pytest
from django.db import DatabaseError

from assessments import shifts
from assessments import signing as signing_module
from assessments.mentors import suspend_mentor
from assessments.models import Shift, ShiftMessage, ShiftState
from assessments.shifts import (
    CannotRecord,
    amend_shift,
    change_shift,
    log_shift,
    make_production,
    submit_shift,
    take_back_shift,
    what_is_signed,
)
from assessments.signing import CannotSign, sign_shift
from cms.accounts import history
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import (
    make_mentorship,
    make_returned_shift,
    make_shift,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)

pytestmark = pytest.mark.django_db(transaction=True)


def overlapping_pairs() -> int:
    rows = list(Shift.objects.order_by("call_at"))
    return sum(one.wrap_at > other.call_at for one, other in pairwise(rows))


def two_overlapping():
    mentorship = make_mentorship()
    production = make_production(learner=mentorship.learner, at=NOON)
    return [
        lambda start=start: make_shift(mentorship, production=production, call=start, wrap=time(20))
        for start in (time(8), time(9))
    ]


def test_of_two_overlapping_shifts_recorded_at_once_one_is_kept():
    answers = side_by_side(*two_overlapping())

    assert sorted(type(answer).__name__ for answer in answers) == ["CannotRecord", "Shift"]
    assert Shift.objects.count() == 1


def test_without_the_lock_two_overlapping_shifts_are_kept_or_a_caller_is_hurt(monkeypatch):
    calls = two_overlapping()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, shifts, "overlapping")

    answers = side_by_side(*calls)

    assert overlapping_pairs() or any(isinstance(answer, DatabaseError) for answer in answers)


def signing(shift: Shift, **changes):
    given = {"mentor": shift.mentorship.mentor, "rubric": {}, "authentication": "password", "at": NOON}
    return lambda: sign_shift(shift=shift, **given | changes)


def test_two_signatures_at_once_are_one_signature():
    shift = make_waiting_shift()

    answers = side_by_side(signing(shift, word="Good."), signing(shift, word="Good."))

    assert [answer.state for answer in answers] == [ShiftState.SIGNED] * 2
    assert answers[0].seal == answers[1].seal
    assert ShiftMessage.objects.count() == 1
    assert [entry.verb for entry in history.entries_about(shift)].count("shift.signed") == 1


def test_without_the_lock_the_second_signer_is_refused_or_hurt(monkeypatch):
    shift = make_waiting_shift()
    calls = [signing(shift), signing(shift)]
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, signing_module, "seal_of")

    answers = side_by_side(*calls)

    # The compare-and-set still keeps the data true; what is lost is calm.
    assert any(isinstance(answer, (CannotSign, DatabaseError)) for answer in answers)
    assert Shift.objects.whole().get(pk=shift.pk).state is ShiftState.SIGNED


def taking_back_and_changing(shift: Shift):
    def call():
        take_back_shift(shift=shift, at=NOON)
        changed = change_shift(
            shift=shift, mentorship=shift.mentorship, production=shift.production, at=NOON,
            **shift_fields(wrap=time(19)),
        )  # fmt: skip
        return submit_shift(shift=changed, at=NOON)

    return call


def test_a_change_during_signing_is_either_refused_or_refuses_the_signature():
    shift = make_waiting_shift()

    changed, signed = side_by_side(taking_back_and_changing(shift), signing(shift, seen=what_is_signed(shift)))

    row = Shift.objects.whole().get(pk=shift.pk)
    if isinstance(changed, CannotRecord):
        assert (row.state, row.minutes) == (ShiftState.SIGNED, 570)
    else:
        assert isinstance(signed, CannotSign)
        assert (row.state, row.minutes) == (ShiftState.WAITING, 615)


def test_without_the_lock_a_change_takes_a_signature_away_or_hurts_the_learner(monkeypatch):
    shift = make_returned_shift()
    signed: list[object] = []
    look = shifts.overlapping

    def look_and_be_overtaken(row):
        answer = look(row)
        monkeypatch.setattr(shifts, "overlapping", look)
        side_by_side(lambda: submit_shift(shift=shift, at=NOON))
        signed.extend(side_by_side(signing(shift)))
        return answer

    def change():
        return change_shift(
            shift=shift, mentorship=shift.mentorship, production=shift.production, at=NOON,
            **shift_fields(wrap=time(19)),
        )  # fmt: skip

    take_locks_away(monkeypatch)
    monkeypatch.setattr(shifts, "overlapping", look_and_be_overtaken)

    (changed,) = side_by_side(change)

    assert signed[0].state is ShiftState.SIGNED
    assert isinstance(changed, DatabaseError) or Shift.objects.get(pk=shift.pk).signed_at is None


def test_a_suspension_during_signing_comes_before_or_after_it_and_never_between():
    shift = make_waiting_shift()
    mentor, registrar = shift.mentorship.mentor, make_registrar()

    signed, _suspended = side_by_side(signing(shift), lambda: suspend_mentor(mentor=mentor, by=registrar, at=NOON))

    assert isinstance(signed, CannotSign) or signed.state is ShiftState.SIGNED
    assert list(history.breaks()) == []


def test_two_codes_made_at_once_are_two_productions_or_one():
    learner = make_mentorship().learner

    one, other = side_by_side(*[lambda: make_production(learner=learner, code="NIGHT-7", at=NOON)] * 2)

    assert one == other


def sending_from_a_device(mentorship, production):
    return lambda: log_shift(
        learner=mentorship.learner, mentorship=mentorship, production=production, at=NOON, device_key="d-1",
        **shift_fields(),
    )  # fmt: skip


def test_a_draft_that_a_device_sends_twice_at_once_is_one_shift():
    mentorship = make_mentorship()
    production = make_production(learner=mentorship.learner, at=NOON)

    one, other = side_by_side(*[sending_from_a_device(mentorship, production)] * 2)

    assert one == other
    assert Shift.objects.count() == 1


def test_without_the_lock_a_device_that_sends_twice_is_hurt_and_the_data_stays_true(monkeypatch):
    mentorship = make_mentorship()
    production = make_production(learner=mentorship.learner, at=NOON)
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, shifts, "overlapping")

    answers = side_by_side(*[sending_from_a_device(mentorship, production)] * 2)

    assert any(isinstance(answer, DatabaseError) for answer in answers)
    assert Shift.objects.count() == 1


def test_two_amendments_begun_at_once_are_one():
    signed = make_signed_shift()

    one, other = side_by_side(*[lambda: amend_shift(shift=signed, at=NOON)] * 2)

    assert one == other
    assert Shift.objects.filter(record=signed.record).count() == 2


def test_without_the_lock_one_of_two_amendments_is_hurt_and_the_data_stays_true(monkeypatch):
    signed = make_signed_shift()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, shifts, "lock_shift")

    answers = side_by_side(*[lambda: amend_shift(shift=signed, at=NOON)] * 2)

    assert Shift.objects.filter(record=signed.record).count() == 2
    assert any(isinstance(answer, DatabaseError) for answer in answers) or answers[0] == answers[1]
