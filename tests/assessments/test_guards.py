"""Does the database refuse to rewrite and to remove evidence, whoever asks? Each guard is tried, and lets pass what may be."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, ProtectedError

from assessments import guards
from assessments.models import AuditDraw, MentorshipTerms, Shift, ShiftDispute
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_mentorship, make_shift, make_signed_shift, make_waiting_shift
from tests.unguarded import lift_guards, set_guards

from . import shift_rows as rows

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)


def kept(row):
    row.save(force_insert=True)
    return row


def change(row, **changes) -> None:
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**changes)


def made(value):
    return value() if callable(value) else value


def a_void_draft(**changes):
    return rows.a_draft(voided_at=NOON, voided_by=make_registrar(), void_reason="TWICE", **changes)


def a_decided_dispute():
    return rows.a_dispute(
        decided_at=NOON, decided_by=make_registrar(), outcome="COUNTS", reason="The letter says so.", letter="bGV0dGVy",
        letter_type="image/png", letter_digest="a" * 64, call_sheet="b" * 64, mentor_account="No.", mentor_answered_at=NOON,
    )  # fmt: skip


def an_answered_dispute():
    return rows.copy_of(a_decided_dispute(), decided_at=None, decided_by=None, outcome="", reason="")


def a_closed_draw():
    return rows.a_draw(closed_at=NOON, closed_by=make_registrar(), outcome="PASSED")


SIGNED = {
    "id": 99_999, "record": uuid4, "version": 2, "learner": make_person, "device_key": "phone", "logged_at": LATER,
    "enrolment": make_enrolment, "mentorship": make_mentorship, "production": lambda: kept(rows.a_production()),
    "medium": "SHORT", "region": "US", "union": "UNKNOWN", "time_zone": "UTC", "worked_on": date(2026, 1, 1),
    "call_at": F("call_at") + timedelta(minutes=1), "wrap_at": F("wrap_at") - timedelta(minutes=1),
    "break_minutes": 1, "role": "LEAD", "phases": [], "scenes": {}, "duties": [], "competencies": [],
    "submitted_at": NOON - timedelta(minutes=1), "returned_at": NOON, "proposed_at": NOON, "declined_at": NOON,
    "decline_reason": "OTHER", "disputed_at": NOON, "signed_at": LATER, "sealed_by": "OUTSIDE",
    "signed_by": make_person, "signed_as": make_mentor, "rubric": {}, "sealed": {}, "seal": "0" * 64,
    "assertion": {"credential": "c"},
}  # fmt: skip
DISPUTE = {
    "account": "I was not.", "mentor_account": "Yes.", "call_sheet": "", "letter": "b3RoZXI=", "letter_type": "image/jpeg",
    "letter_digest": "c" * 64, "mentor_answered_at": LATER,
}  # fmt: skip
DECISION = {"decided_at": LATER, "decided_by": make_person, "outcome": "DOES_NOT", "reason": "Another."}
TERMS = {
    "mentorship": make_mentorship, "version": 9, "scope": "All.", "starts_on": date(2021, 1, 1), "ends_on": date(2028, 1, 1),
    "check_in_days": 9, "pay": "UNPAID", "counts": [], "cover": "NEVER", "notice_days": 1, "proposed_by": make_person,
    "proposed_at": LATER, "digest": "0" * 64,
}  # fmt: skip
HOURS = {"shift": make_shift, "proposed_at": LATER, "call_at": F("call_at") + timedelta(minutes=1), "break_minutes": 3}
GUARDED = [
    *(("shift_keeps_what_is_sealed", rows.a_signed_shift, {name: value}) for name, value in SIGNED.items()),
    *(
        ("shift_keeps_whose_and_which_it_is", rows.a_draft, {name: SIGNED[name]})
        for name in ("id", "record", "version", "learner", "device_key", "logged_at")
    ),
    (
        "shift_keeps_what_is_sealed",
        rows.a_signed_shift,
        {"signed_at": None, "sealed_by": "", "signed_by": None, "signed_as": None, "sealed": None, "seal": ""},
    ),
    ("shift_is_replaced_once", lambda: rows.a_signed_shift(superseded_at=NOON), {"superseded_at": None}),
    ("shift_is_replaced_once", lambda: rows.a_signed_shift(superseded_at=NOON), {"superseded_at": LATER}),
    ("shift_stays_void", a_void_draft, {"voided_at": None, "voided_by": None, "void_reason": ""}),
    ("shift_stays_void", a_void_draft, {"void_reason": "MISTAKE"}),
    ("shift_stays_void", a_void_draft, {"voided_by": make_person}),
    ("shift_stays_void", a_void_draft, {"role": "LEAD"}),
    ("shift_stays_void", a_void_draft, {"submitted_at": NOON}),
    ("shiftmessage_keeps_its_words", rows.a_message, {"text": "Why not?"}),
    ("shiftmessage_keeps_its_words", rows.a_message, {"author": make_person}),
    ("shiftmessage_keeps_its_words", rows.a_message, {"written_at": LATER}),
    ("shiftmessage_keeps_its_words", rows.a_message, {"shift": make_shift}),
    ("titlereading_keeps_what_was_read", rows.a_reading, {"reason": "Another."}),
    ("titlereading_keeps_what_was_read", rows.a_reading, {"read_by": make_person}),
    *(("hoursproposal_keeps_its_hours", rows.a_proposal, {name: value}) for name, value in HOURS.items()),
    ("hoursproposal_is_closed_once", lambda: rows.a_proposal(closed_at=NOON), {"closed_at": None}),
    ("hoursproposal_is_closed_once", lambda: rows.a_proposal(closed_at=NOON), {"accepted_at": NOON}),
    ("shiftdispute_keeps_its_shift", rows.a_dispute, {"shift": make_shift}),
    ("shiftdispute_keeps_its_shift", rows.a_dispute, {"opened_at": LATER}),
    *(("shiftdispute_keeps_what_was_said", an_answered_dispute, {name: value}) for name, value in DISPUTE.items()),
    *(("shiftdispute_is_decided_once", a_decided_dispute, {name: value}) for name, value in (DISPUTE | DECISION).items()),
    *(("mentorshipterms_keep_their_words", rows.some_terms, {name: value}) for name, value in TERMS.items()),
    ("mentorshipterms_keep_their_signatures", rows.some_terms, {"learner_signed_at": None}),
    ("mentorshipterms_keep_their_signatures", rows.some_terms, {"mentor_signed_at": LATER}),
    ("auditdraw_keeps_what_was_drawn", rows.a_draw, {"month": date(2026, 1, 1)}),
    ("auditdraw_keeps_what_was_drawn", rows.a_draw, {"shift": make_signed_shift}),
    ("auditdraw_is_closed_once", a_closed_draw, {"outcome": "FAILED"}),
    ("auditdraw_is_closed_once", a_closed_draw, {"note": "Other words."}),
]  # fmt: skip
EVIDENCE = {
    "shift": rows.a_draft, "shiftmessage": rows.a_message, "hoursproposal": rows.a_proposal,
    "shiftdispute": rows.a_dispute, "mentorshipterms": rows.some_terms, "titlereading": rows.a_reading,
    "auditdraw": rows.a_draw,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "make", "changes"), GUARDED, ids=[f"{name} {' '.join(how)}" for name, _m, how in GUARDED]
)
def test_evidence_is_not_rewritten(name, make, changes):
    row = kept(make())
    changes = {field: made(value) for field, value in changes.items()}

    with pytest.raises(IntegrityError) as refusal:
        change(row, **changes)

    # What is guarded twice over is refused by the guard that the database asks first.
    said = str(refusal.value).partition(":")[0]
    assert said in {name, "shift_keeps_whose_and_which_it_is", "shiftdispute_keeps_what_was_said", guards.APART}


@pytest.mark.parametrize("model", EVIDENCE)
def test_evidence_is_not_removed(model):
    row = kept(EVIDENCE[model]())

    with pytest.raises(IntegrityError, match=f"{model}_never_goes"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match=f"{model}_never_goes"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).delete()


def test_nor_is_what_evidence_names():
    shift = make_signed_shift()

    for thing in (shift.learner, shift.production, shift.mentorship, shift.mentorship.mentor, shift.enrolment):
        with pytest.raises(ProtectedError), transaction.atomic():
            thing.delete()


@pytest.mark.parametrize(
    "make", [rows.a_draft, rows.a_waiting_shift, rows.a_signed_shift], ids=lambda make: make.__name__
)
def test_two_places_at_once_are_refused(make):
    row = kept(make())

    for changes in ({}, {"call_at": row.wrap_at - rows.HOUR, "wrap_at": row.wrap_at + rows.HOUR, "break_minutes": 0}):
        with pytest.raises(IntegrityError, match="shift_one_at_a_time"), transaction.atomic():
            rows.copy_of(row, record=uuid4(), **changes).save(force_insert=True)
    moved = kept(
        rows.on_another_day(make_shift(), call_at=row.wrap_at, wrap_at=row.wrap_at + rows.HOUR, break_minutes=0)
    )
    assert moved.pk  # of another learner


def test_touching_shifts_void_ones_replaced_ones_versions_and_other_learners_are_let_be():
    row = kept(rows.a_signed_shift())
    after = {"call_at": row.wrap_at, "wrap_at": row.wrap_at + rows.HOUR, "break_minutes": 0}
    void = {"voided_at": NOON, "voided_by": make_registrar(), "void_reason": "TWICE"}

    kept(rows.copy_of(row, record=uuid4(), **after))
    kept(rows.copy_of(row, record=uuid4(), **void))
    kept(rows.copy_of(row, record=uuid4(), superseded_at=NOON))
    kept(rows.copy_of(row, version=2, superseded_at=NOON))
    kept(rows.copy_of(row, record=uuid4(), learner=make_person()))

    assert Shift.objects.standing().filter(learner=row.learner).count() == 3


def test_a_shift_is_not_moved_onto_another_one_nor_made_to_stand_there_again():
    first = kept(rows.a_draft())
    other = kept(rows.on_another_day(first))

    with pytest.raises(IntegrityError, match="shift_one_at_a_time"):
        change(other, call_at=first.call_at, wrap_at=first.wrap_at)


def test_the_last_second_of_a_day_is_allowed_and_the_next_is_not():
    draft = rows.a_draft()
    day = timedelta(hours=24)

    kept(rows.copy_of(draft, call_at=draft.wrap_at - day, break_minutes=24 * 60 - 1))
    with pytest.raises(IntegrityError, match="shift_lasts_24_hours_at_most"):
        change(Shift.objects.get(record=draft.record), call_at=draft.wrap_at - day - timedelta(seconds=1))
    with pytest.raises(IntegrityError, match="shift_breaks_are_shorter_than_the_shift"):
        change(Shift.objects.get(record=draft.record), break_minutes=24 * 60)


def test_what_happens_to_signed_evidence_afterwards_is_let_be():
    signed, other = kept(rows.a_signed_shift()), kept(rows.a_signed_shift())

    change(signed, superseded_at=NOON, reminded_at=NOON, escalated_at=NOON, learning_note="I see it otherwise now.")
    change(other, voided_at=NOON, voided_by=make_registrar(), void_reason="UNTRUE")
    dispute, draw, terms = kept(rows.a_dispute()), kept(rows.a_draw()), kept(rows.some_terms(mentor_signed_at=None))
    change(dispute, mentor_account="No.", mentor_answered_at=NOON)
    change(dispute, decided_at=NOON, decided_by=make_registrar(), outcome="COUNTS", reason="So.")
    change(draw, answer="TITLE", answered_at=NOON)
    change(draw, closed_at=NOON, closed_by=make_registrar(), outcome="PASSED")
    change(terms, mentor_signed_at=NOON)

    assert Shift.objects.get(pk=other.pk).void_reason == "UNTRUE"


def test_every_guard_is_tried_and_is_there():
    alone = {f"{model}_{rule}" for model in guards.SPANS for rule in (guards.LONGEST, guards.BREAKS)}
    tried = {name for name, _make, _how in GUARDED} | {f"{model}_never_goes" for model in EVIDENCE}
    names = {name.removesuffix("_later") for name in guards.NAMES[connection.vendor]}

    assert tried | alone | {guards.APART} == names
    assert guards.missing_guards() == []


def test_every_column_of_guarded_evidence_has_its_place():
    def columns(model):
        return {field.column for field in model._meta.local_fields}

    assert columns(Shift) == {*guards.SIGNED, *guards.AFTERWARDS, *guards.FREE}
    assert columns(ShiftDispute) == set(guards.DISPUTE)
    assert columns(MentorshipTerms) == {*guards.TERMS, "learner_signed_at", "mentor_signed_at"}
    assert columns(AuditDraw) == {*guards.DRAW, *guards.DRAW_ANSWER}
    assert columns(rows.ShiftMessage) == set(guards.MESSAGE)
    assert columns(rows.TitleReading) == set(guards.READING)
    assert columns(rows.HoursProposal) == {*guards.HOURS, "accepted_at", "closed_at"}


def test_guards_that_are_lifted_are_missed_and_can_be_set_anew():
    shift = make_waiting_shift()
    lift_guards()
    assert set(guards.missing_guards()) == set(guards.NAMES[connection.vendor])

    set_guards()
    guards.set_guards()

    assert guards.missing_guards() == []
    with pytest.raises(IntegrityError, match="shift_never_goes"), transaction.atomic():
        shift.delete()
