"""Is a void shift over for everybody, also where a dispute about it was open?"""

import pytest

from assessments.answering import decline_shift
from assessments.disputing import CannotDispute, answer_dispute, decide_dispute, open_dispute
from assessments.models import DeclineReason, Outcome, Shift, ShiftDispute, ShiftState, VoidReason
from assessments.shift_history import replay
from assessments.shifts import amend_shift, submit_shift, void_shift
from cms.accounts import history
from tests.factories.people import NOON, make_registrar
from tests.factories.shifts import make_mentorship, make_signed_shift, make_waiting_shift

pytestmark = pytest.mark.django_db


def disputed(shift: Shift) -> ShiftDispute:
    decline_shift(shift=shift, mentor=shift.mentorship.mentor, reason=DeclineReason.NOT_SO, at=NOON)
    return open_dispute(shift=shift, account="I was there.", call_sheet="ab" * 32, at=NOON)


def void(shift: Shift) -> ShiftDispute:
    void_shift(shift=shift, by=make_registrar(), reason=VoidReason.UNTRUE, at=NOON, as_registrar=True)
    return ShiftDispute.objects.get()


def test_a_dispute_about_a_void_shift_is_over_and_is_not_decided_otherwise():
    dispute = void(disputed(make_waiting_shift()).shift)
    said = {"dispute": dispute, "reason": "So.", "by": make_registrar(), "authentication": "password", "at": NOON}

    assert decide_dispute(outcome=Outcome.DOES_NOT, **said) == dispute  # as it is: repeating is calm
    with pytest.raises(CannotDispute, match="decided already"):
        decide_dispute(outcome=Outcome.COUNTS, **said)
    with pytest.raises(CannotDispute, match="decided already"):
        answer_dispute(dispute=dispute, account="No.", at=NOON)

    shift = Shift.objects.whole().get()
    verbs = [(entry.verb, entry.subject) for entry in history.entries_about(shift)]
    assert (dispute.outcome, shift.signed_at) == (Outcome.DOES_NOT, None)
    assert replay(verbs) is shift.state is ShiftState.VOIDED
    assert verbs[-1][0] == "shift.voided"


def test_a_void_shift_ends_the_dispute_about_its_amendment():
    signed = make_signed_shift(make_mentorship())
    disputed(submit_shift(shift=amend_shift(shift=signed, at=NOON), at=NOON))

    dispute = void(signed)

    assert (dispute.outcome, dispute.decided_at) == (Outcome.DOES_NOT, NOON)
    assert {shift.state for shift in Shift.objects.whole()} == {ShiftState.VOIDED}
