"""Does the database refuse every row around shifts that cannot be? Each constraint is tried by a row that breaks only it."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from assessments.models import mentors, registrar, shifts
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import make_mentor, make_shift, make_signed_shift

from . import shift_rows as rows

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)
BEFORE = NOON - timedelta(days=90)
PLACED = ((mentors, "mentors"), (shifts, "shifts"), (registrar, "registrar"))
MODELS = [
    model
    for module, _name in PLACED
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, models.Model) and model.__module__ == module.__name__
]


def refused(row: models.Model) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save(force_insert=True)
    return str(refusal.value)


MADE = [
    rows.a_mentor, rows.an_outside_mentor, rows.an_application, rows.an_application_for_another, rows.an_invitation,
    rows.a_mentorship, rows.some_terms, rows.a_check_in, rows.a_production, rows.a_draft, rows.a_waiting_shift,
    rows.a_signed_shift, rows.a_message, rows.an_entry, rows.a_proposal, rows.a_dispute, rows.a_link, rows.a_reading,
    rows.a_draw, rows.a_share,
]  # fmt: skip


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_a_row_that_can_be_is_kept(make):
    row = make()

    row.save(force_insert=True)

    assert row.pk


# Which row cannot be, and which constraint says so. A value that can be called is made for the row.
ALONE = [
    ("mentor_with_an_account_or_from_outside", rows.a_mentor, {"outside_name": "Ines"}),
    ("mentor_with_an_account_or_from_outside", rows.a_mentor, {"person": None}),
    ("mentor_with_an_account_or_from_outside", rows.an_outside_mentor, {"outside_email": ""}),
    ("mentor_with_an_account_or_from_outside", rows.an_outside_mentor, {"outside_name": ""}),
    ("mentor_not_approved_by_themselves", rows.a_mentor, {"approved_by": lambda row: row.person}),
    ("mentor_has_a_credential_number", rows.a_mentor, {"credential_number": ""}),
    ("mentor_has_room_for_somebody", rows.a_mentor, {"capacity": 0}),
    ("mentor_stop_and_when_it_was_said_together", rows.a_mentor, {"stops_on": date(2027, 1, 1)}),
    ("mentor_stop_and_when_it_was_said_together", rows.a_mentor, {"stop_said_at": NOON}),
    ("mentorapplication_of_oneself_or_by_a_learner", rows.an_application, {"person": None}),
    ("mentorapplication_of_oneself_or_by_a_learner", rows.an_application, {"outside_email": "i@example.org"}),
    ("mentorapplication_of_oneself_or_by_a_learner", rows.an_application_for_another, {"for_enrolment": None}),
    ("mentorapplication_answered_at_and_by_together", rows.an_application, {"answered_at": NOON}),
    ("mentorapplication_answered_at_and_by_together", rows.an_application, {"answered_by": lambda row: make_person()}),
    ("mentorapplication_answered_at_and_by_together", rows.an_application, {"mentor": lambda row: make_mentor()}),
    ("mentorinvitation_lasts_a_while", rows.an_invitation, {"expires_at": NOON}),
    ("mentorship_not_both_begun_and_declined", rows.a_mentorship, {"declined_at": NOON}),
    ("mentorship_ended_after_begun", rows.a_mentorship, {"ended_at": BEFORE}),
    ("mentorship_ended_after_begun", rows.a_mentorship, {"begun_at": None, "ended_at": NOON}),
    ("mentorship_notice_with_day_who_and_when", rows.a_mentorship, {"ends_on": NOON.date()}),
    ("mentorshipterms_numbered_from_one", rows.some_terms, {"version": 0}),
    ("mentorshipterms_end_after_they_begin", rows.some_terms, {"ends_on": date(2019, 1, 1)}),
    ("mentorshipterms_check_in_now_and_then", rows.some_terms, {"check_in_days": 0}),
    ("mentorshipterms_check_in_now_and_then", rows.some_terms, {"check_in_days": 367}),
    ("checkin_held_recorded_at_and_by_together", rows.a_check_in, {"held_on": date(2026, 12, 1)}),
    ("checkin_held_recorded_at_and_by_together", rows.a_check_in, {"recorded_at": NOON}),
    ("shift_versions_begin_at_one", rows.a_draft, {"version": 0}),
    ("shift_wraps_after_its_call", rows.a_draft, {"wrap_at": lambda row: row.call_at}),
    ("shift_wraps_after_its_call", rows.a_draft, {"wrap_at": lambda row: row.call_at - rows.HOUR}),
    ("shift_returned_only_while_with_the_mentor", rows.a_draft, {"returned_at": NOON}),
    ("shift_returned_only_while_with_the_mentor", rows.a_signed_shift, {"returned_at": NOON}),
    ("shift_returned_only_while_with_the_mentor", rows.a_waiting_shift, {"returned_at": NOON, "proposed_at": NOON}),
    ("shift_hours_proposed_only_while_with_the_mentor", rows.a_draft, {"proposed_at": NOON}),
    ("shift_hours_proposed_only_while_with_the_mentor", rows.a_signed_shift, {"proposed_at": NOON}),
    ("shift_declined_with_a_reason", rows.a_waiting_shift, {"declined_at": NOON}),
    ("shift_declined_with_a_reason", rows.a_waiting_shift, {"decline_reason": "OTHER"}),
    ("shift_declined_with_a_reason", rows.a_draft, {"declined_at": NOON, "decline_reason": "OTHER"}),
    ("shift_disputed_only_while_unsigned", rows.a_draft, {"disputed_at": NOON}),
    ("shift_disputed_only_while_unsigned", rows.a_signed_shift, {"disputed_at": NOON}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"signed_at": NOON}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"seal": "a" * 64}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"sealed": {}}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"sealed_by": "MENTOR"}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"signed_by": lambda row: make_person()}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"signed_as": lambda row: make_mentor()}),
    ("shift_signature_with_who_when_and_seal", rows.a_waiting_shift, {"assertion": {"credential": "c"}}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"signed_at": None}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"signed_by": None}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"signed_as": None}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"sealed_by": ""}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"sealed_by": "OUTSIDE"}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"sealed_by": "REGISTRAR"}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"seal": ""}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"seal": "a" * 63}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"sealed": None}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"submitted_at": None}),
    ("shift_signature_with_who_when_and_seal", rows.a_signed_shift, {"submitted_at": LATER}),
    ("shift_never_signed_by_its_learner", rows.a_signed_shift, {"signed_by": lambda row: row.learner}),
    ("shift_submitted_after_it_was_worked", rows.a_waiting_shift, {"submitted_at": BEFORE}),
    ("shift_superseded_after_it_was_signed", rows.a_signed_shift, {"superseded_at": BEFORE}),
    ("shift_voided_with_who_when_and_why", rows.a_draft, {"voided_at": NOON}),
    ("shift_voided_with_who_when_and_why", rows.a_draft, {"voided_at": NOON, "void_reason": "TWICE"}),
    ("shift_voided_with_who_when_and_why", rows.a_draft, {"voided_at": NOON, "voided_by": lambda row: make_person()}),
    ("shift_voided_with_who_when_and_why", rows.a_draft, {"void_reason": "TWICE"}),
    ("shift_lasts_24_hours_at_most", rows.a_draft, {"call_at": lambda row: row.wrap_at - 24 * rows.HOUR - rows.HOUR / 60}),
    ("shift_breaks_are_shorter_than_the_shift", rows.a_draft, {"break_minutes": 645}),
    ("hoursproposal_wraps_after_its_call", rows.a_proposal, {"wrap_at": lambda row: row.call_at}),
    ("hoursproposal_accepted_and_closed_together", rows.a_proposal, {"accepted_at": NOON}),
    ("hoursproposal_lasts_24_hours_at_most", rows.a_proposal, {"call_at": lambda row: row.wrap_at - 25 * rows.HOUR}),
    ("hoursproposal_breaks_are_shorter_than_the_shift", rows.a_proposal, {"break_minutes": 645}),
    ("shiftdispute_decided_at_by_and_how_together", rows.a_dispute, {"decided_at": NOON}),
    ("shiftdispute_decided_at_by_and_how_together", rows.a_dispute, {"outcome": "COUNTS"}),
    ("shiftdispute_decided_at_by_and_how_together", rows.a_dispute, {"decided_by": lambda row: make_registrar()}),
    ("shiftdispute_letter_with_its_digest", rows.a_dispute, {"letter_digest": "a" * 64}),
    ("shiftdispute_letter_with_its_digest", rows.a_dispute, {"letter_type": "image/png"}),
    ("shiftdispute_letter_with_its_digest", rows.a_dispute, {"letter_type": "image/png", "letter_digest": "a"}),
    ("signlink_lasts_a_while", rows.a_link, {"expires_at": NOON}),
    ("auditdraw_answered_how_and_when_together", rows.a_draw, {"answered_at": NOON}),
    ("auditdraw_answered_how_and_when_together", rows.a_draw, {"answer": "TITLE"}),
    ("auditdraw_closed_at_by_and_how_together", rows.a_draw, {"closed_at": NOON}),
    ("auditdraw_closed_at_by_and_how_together", rows.a_draw, {"outcome": "PASSED"}),
    ("evidenceshare_lasts_a_while", rows.a_share, {"expires_at": NOON}),
    ("evidenceshare_opened_and_when_together", rows.a_share, {"opened_count": 1}),
    ("evidenceshare_opened_and_when_together", rows.a_share, {"opened_at": NOON}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "changes"), ALONE, ids=[f"{name} {' '.join(how)}" for name, _m, how in ALONE])
def test_a_row_that_cannot_be_is_refused(name, make, changes):
    row = make()
    for field, value in changes.items():
        setattr(row, field, value(row) if callable(value) else value)

    assert name in refused(row)


def again(make, **changes):
    """A saved row, and another that says the same but for the changes."""
    first = make()
    first.save(force_insert=True)
    return rows.copy_of(first, **changes)


def void_and_signed():
    signed = make_signed_shift()
    return rows.copy_of(signed, voided_at=NOON, voided_by=make_registrar(), void_reason="TWICE")


def twice_from_a_device():
    first = rows.a_draft(device_key="phone-1")
    first.save(force_insert=True)
    return rows.on_another_day(first)


TWICE = {
    "mentor_outside_once_an_address": partial(again, rows.an_outside_mentor),
    "mentorapplication_one_waiting_a_person": partial(again, rows.an_application),
    "mentorapplication_one_waiting_about_an_address": partial(again, rows.an_application_for_another),
    "mentorship_one_open_for_a_pair": partial(again, rows.a_mentorship),
    "mentorshipterms_each_version_once": partial(again, rows.some_terms),
    "checkin_once_a_due_day": partial(again, rows.a_check_in),
    "production_code_once_a_learner": partial(again, rows.a_production),
    "shift_each_version_once": void_and_signed,
    "shift_one_live_signature": lambda: rows.copy_of(make_signed_shift(), version=2),
    "shift_one_open_version": lambda: rows.copy_of(make_shift(), version=2),
    "shift_once_from_a_device": twice_from_a_device,
    "journalentry_one_a_shift": partial(again, rows.an_entry),
    "hoursproposal_one_open_a_shift": partial(again, rows.a_proposal),
    "shiftdispute_one_open_a_shift": partial(again, rows.a_dispute),
    "signlink_one_open_a_shift": partial(again, rows.a_link, digest="b" * 64),
    "titlereading_once_at_a_time": partial(again, rows.a_reading),
    "auditdraw_once_a_month": partial(again, rows.a_draw),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_row_that_is_there_already_is_refused(name):
    said = refused(TWICE[name]())

    if connection.vendor == "postgresql":
        assert name in said
    else:  # SQLite names the columns
        constraint = next(one for model in MODELS for one in model._meta.constraints if one.name == name)
        assert {part.rsplit(".", 1)[1].removesuffix("_id") for part in said.split(": ")[1].split(", ")} == set(
            constraint.fields
        )


def test_every_constraint_is_tried():
    here = [constraint for model in MODELS for constraint in model._meta.constraints]

    assert {one.name for one in here if isinstance(one, UniqueConstraint)} == set(TWICE)
    assert {one.name for one in here if isinstance(one, CheckConstraint)} <= {name for name, _make, _how in ALONE}
