"""Mentors, mentorships and shifts with boring defaults, made through the domain functions."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from assessments.agreements import publish_agreement
from assessments.answering import return_shift
from assessments.mentors import approve_mentor
from assessments.mentorships import TermsSaid, ask_mentor, newest_terms, sign_terms
from assessments.models import (
    Competency,
    CoverRule,
    Duty,
    Level,
    Medium,
    Mentor,
    Mentorship,
    Pay,
    Phase,
    Production,
    Region,
    Scene,
    Shift,
    ShiftRole,
    Union,
)
from assessments.shift_times import span_of
from assessments.shifts import log_shift, make_production, submit_shift
from assessments.signing import sign_shift
from cms.accounts.models import User
from courses.models import Enrolment

from .courses import make_enrolment
from .people import NOON, make_person, make_registrar

_numbers = count(1)
FAR = date(2031, 12, 31)


def make_mentor(
    name: str = "Tomasz",
    *,
    person: User | None = None,
    expires_on: date = FAR,
    by: User | None = None,
    at: datetime = NOON,
    **said: Any,
) -> Mentor:
    return approve_mentor(
        person=person or make_person(name),
        credential_number=f"EX-{next(_numbers)}",
        credential_expires_on=expires_on,
        by=by or make_registrar(),
        at=at,
        **said,
    )


def some_terms(**others: Any) -> TermsSaid:
    """Terms under which every role counts, for years to come."""
    return TermsSaid(
        **{
            "scope": "Closed sets, from preparation to stepping out.",
            "starts_on": date(2020, 1, 1),
            "ends_on": FAR,
            "check_in_days": 30,
            "pay": Pay.PAID,
            "counts": tuple(ShiftRole),
            "cover": CoverRule.AGREED,
            "notice_days": 14,
        }
        | others
    )


def make_mentorship(
    *,
    mentor: Mentor | None = None,
    enrolment: Enrolment | None = None,
    begun: bool = True,
    at: datetime = NOON,
    **terms: Any,
) -> Mentorship:
    mentor = mentor or make_mentor(at=at)
    publish_agreement(slug="mentorship", title="Working together", text="We keep to this.", at=at)
    mentorship = ask_mentor(
        mentor=mentor, enrolment=enrolment or make_enrolment(at=at), terms=some_terms(**terms), at=at
    )
    if begun:
        sign_terms(terms=newest_terms(mentorship), by=mentor.person, at=at)
        mentorship.refresh_from_db()
    return mentorship


def shift_fields(
    *,
    on: date = date(2026, 11, 20),
    call: time = time(7, 30),
    wrap: time = time(18, 15),
    zone: str = "Europe/London",
    **others: Any,
) -> dict[str, Any]:
    """What a learner says about a day: everything `log_shift` takes beside the learner, mentorship and production."""
    span = span_of(day=on, call=call, wrap=wrap, zone=ZoneInfo(zone))
    return {
        "call_at": span.call_at,
        "wrap_at": span.wrap_at,
        "time_zone": zone,
        "break_minutes": 75,
        "role": ShiftRole.ASSIST,
        "medium": Medium.SERIES,
        "region": Region.UK_IRELAND,
        "union": Union.UNION,
        "phases": [Phase.REHEARSAL, Phase.SHOOT],
        "scenes": {Scene.KISS: 2, Scene.PARTIAL_NUDITY: 1},
        "duties": [Duty.RIDERS, Duty.GARMENTS, Duty.MONITOR, Duty.REPORT],
        "competencies": ["SAG-1", "SAG-4", "SKSIC6"],
        "learning_note": "Ask before the door closes.",
    } | others


def make_shift(
    mentorship: Mentorship | None = None, *, production: Production | None = None, at: datetime = NOON, **fields: Any
) -> Shift:
    """A draft: Friday 20 November 2026, 07:30 to 18:15 in London, assisting."""
    mentorship = mentorship or make_mentorship(at=at)
    learner = mentorship.learner
    production = production or learner.productions.first() or make_production(learner=learner, title="Low Tide", at=at)
    return log_shift(learner=learner, mentorship=mentorship, production=production, at=at, **shift_fields(**fields))


def make_waiting_shift(mentorship: Mentorship | None = None, *, at: datetime = NOON, **fields: Any) -> Shift:
    return submit_shift(shift=make_shift(mentorship, at=at, **fields), at=at)


def make_returned_shift(
    mentorship: Mentorship | None = None, *, question: str = "Was the wrap 18:15?", at: datetime = NOON, **fields: Any
) -> Shift:
    shift = make_waiting_shift(mentorship, at=at, **fields)
    return return_shift(shift=shift, mentor=shift.mentorship.mentor, question=question, at=at)


def make_signed_shift(mentorship: Mentorship | None = None, *, at: datetime = NOON, **fields: Any) -> Shift:
    shift = make_waiting_shift(mentorship, at=at, **fields)
    return sign_shift(
        shift=shift,
        mentor=shift.mentorship.mentor,
        rubric={Competency.TALKS: Level.ASSISTED},
        authentication="password",
        at=at,
    )


def days_ago(days: int) -> date:
    """A day of the recent past, for pages that live by the real clock."""
    return (datetime.now(UTC) - timedelta(days=days)).date()
