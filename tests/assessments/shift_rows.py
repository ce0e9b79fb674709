"""A row of every kind around shifts, made and not saved, to be spoilt in one place and tried on the database."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import models

from assessments.mentorships import newest_terms
from assessments.models import (
    AuditDraw,
    CheckIn,
    EvidenceShare,
    HoursProposal,
    JournalEntry,
    Mentor,
    MentorApplication,
    MentorInvitation,
    Mentorship,
    MentorshipTerms,
    Production,
    Shift,
    ShiftDispute,
    ShiftMessage,
    SignLink,
    TitleReading,
)
from assessments.shifts import make_production
from tests.factories.courses import make_enrolment
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.shifts import FAR, make_mentor, make_mentorship, make_shift, make_signed_shift, make_waiting_shift

HOUR = timedelta(hours=1)


def copy_of[Row: models.Model](row: Row, **changes: Any) -> Row:
    """A row that says the same and is not saved, but for what is changed."""
    copy = type(row)(**{field.attname: getattr(row, field.attname) for field in row._meta.local_fields})
    copy.pk = None
    copy._state.adding = True
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


def on_another_day(shift: Shift, **changes: Any) -> Shift:
    """A row that says the same of the day before, as another shift."""
    day = timedelta(days=1)
    moved = {"call_at": shift.call_at - day, "wrap_at": shift.wrap_at - day, "worked_on": shift.worked_on - day}
    return copy_of(shift, record=uuid4(), **moved | changes)


def a_mentor(**changes: Any) -> Mentor:
    return copy_of(make_mentor(), person=make_person(), **changes)


def an_outside_mentor(**changes: Any) -> Mentor:
    said = {"person": None, "outside_name": "Ines", "outside_email": "ines@example.org"}
    return copy_of(make_mentor(), **said | changes)


def an_application(**changes: Any) -> MentorApplication:
    said = {"credential_number": "EX-1", "credential_expires_on": FAR, "applied_at": NOON}
    return MentorApplication(**{"person": make_person()} | said | changes)


def an_application_for_another(**changes: Any) -> MentorApplication:
    said = {"person": None, "for_enrolment": make_enrolment(), "outside_name": "Ines", "outside_email": "i@example.org"}
    return an_application(**said | changes)


def an_invitation(**changes: Any) -> MentorInvitation:
    said = {"email": "i@example.org", "invited_by": make_registrar(), "invited_at": NOON, "expires_at": NOON + HOUR}
    return MentorInvitation(**said | changes)


def a_mentorship(**changes: Any) -> Mentorship:
    return copy_of(make_mentorship(), mentor=make_mentor(), **changes)


def some_terms(**changes: Any) -> MentorshipTerms:
    return copy_of(newest_terms(make_mentorship()), **{"version": 2} | changes)


def a_check_in(**changes: Any) -> CheckIn:
    return CheckIn(**{"mentorship": make_mentorship(), "due_on": date(2026, 12, 1)} | changes)


def a_production(**changes: Any) -> Production:
    return Production(**{"learner": make_person(), "code": "PRJ-7Q2", "made_at": NOON} | changes)


def a_draft(**changes: Any) -> Shift:
    return on_another_day(make_shift(), **changes)


def a_waiting_shift(**changes: Any) -> Shift:
    return on_another_day(make_waiting_shift(), **changes)


def a_signed_shift(**changes: Any) -> Shift:
    return on_another_day(make_signed_shift(), **changes)


def a_message(**changes: Any) -> ShiftMessage:
    return ShiftMessage(**{"shift": make_waiting_shift(), "written_at": NOON, "text": "Why?"} | changes)


def an_entry(**changes: Any) -> JournalEntry:
    return JournalEntry(**{"learner": make_person(), "record": uuid4(), "text": "Mine.", "written_at": NOON} | changes)


def a_proposal(**changes: Any) -> HoursProposal:
    shift = make_waiting_shift()
    said = {"shift": shift, "proposed_at": NOON, "call_at": shift.call_at, "wrap_at": shift.wrap_at}
    return HoursProposal(**said | changes)


def a_dispute(**changes: Any) -> ShiftDispute:
    said = {"shift": make_waiting_shift(), "opened_at": NOON, "account": "I was there."}
    return ShiftDispute(**said | changes)


def a_link(**changes: Any) -> SignLink:
    shift = make_waiting_shift()
    said = {"shift": shift, "mentor": shift.mentorship.mentor, "sent_at": NOON, "expires_at": NOON + HOUR}
    return SignLink(**said | {"digest": uuid4().hex * 2} | changes)


def a_reading(**changes: Any) -> TitleReading:
    said = {"production": make_production(learner=make_person(), at=NOON), "read_by": make_registrar()}
    return TitleReading(**said | {"read_at": NOON, "reason": "The monthly sample."} | changes)


def a_draw(**changes: Any) -> AuditDraw:
    return AuditDraw(**{"month": date(2026, 11, 1), "shift": make_signed_shift(), "drawn_at": NOON} | changes)


def a_share(**changes: Any) -> EvidenceShare:
    said = {"learner": make_person(), "purpose": "A registry", "made_at": NOON, "expires_at": NOON + HOUR}
    return EvidenceShare(**said | {"digest": uuid4().hex * 2} | changes)
