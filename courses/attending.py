"""Who was at a live session? Nothing else plans one, or notes that somebody took part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from .models import Attendance, CompletedBy, Enrolment, Grant, How, LiveSession, LiveSessionPage, UnitPage
from .progress import complete_unit


class CannotPlanSession(Exception):
    """The session cannot be planned or cancelled so. The message says why."""


class CannotNote(Exception):
    """It cannot be noted that they took part. The message says why."""


@transaction.atomic
def plan_session(*, session: LiveSession, by: User | None, at: datetime) -> LiveSession:
    """Put a date into the programme. Raises CannotPlanSession for an intake of another programme."""
    if session.intake and session.intake.programme.path != session.page.programme_path:
        raise CannotPlanSession(_("That intake is of another programme."))
    session.planned_at, session.planned_by = at, by
    session.save(force_insert=True)
    _record("session.planned", session, by=by, at=at)
    return session


@transaction.atomic
def cancel_session(*, session: LiveSession, by: User, at: datetime) -> LiveSession:
    """Take a date off. Repeating changes nothing. Raises CannotPlanSession once somebody was noted to have been there."""
    session = _locked(session)
    if session.cancelled_at:
        return session
    if session.attendances.filter(taken_back_at=None).exists():
        raise CannotPlanSession(
            _("Somebody is noted as having been there. Take that back first, if it did not take place.")
        )
    session.cancelled_at, session.cancelled_by = at, by
    session.save(update_fields=["cancelled_at", "cancelled_by"])
    _record("session.cancelled", session, by=by, at=at)
    return session


@transaction.atomic
def note_attendance(
    *, session: LiveSession, enrolment: Enrolment, by: User, at: datetime, made_up_by: str = ""
) -> Attendance:
    """Note that the learner was there or, with `made_up_by`, what they did instead; their unit is done then.

    Repeating returns what was noted first. Raises CannotNote before it has begun, for a cancelled one, for a learner of
    another programme, and for oneself.
    """
    session = _locked(session)
    if noted := session.attendances.filter(enrolment=enrolment, taken_back_at=None).first():
        return noted
    if session.cancelled_at:
        raise CannotNote(_("This date was cancelled."))
    if at < session.starts_at:
        raise CannotNote(_("It has not begun yet."))
    if enrolment.learner_id == by.pk:
        raise CannotNote(_("This is you. Another registrar notes that you were there."))
    page = session.page
    if page.programme_path != enrolment.programme.path or enrolment.withdrawn_at is not None:
        raise CannotNote(_("They are not on this programme."))
    made_up_by = made_up_by.strip()
    noted = Attendance.objects.create(
        session=session,
        enrolment=enrolment,
        how=How.MADE_UP if made_up_by else How.PRESENT,
        made_up_by=made_up_by,
        noted_at=at,
        noted_by=by,
    )
    complete_unit(enrolment=enrolment, unit=page, event=CompletedBy.ATTENDED, at=at)
    _record("attendance.noted", session, by=by, at=at, enrolment=enrolment.pk, how=str(noted.how))
    return noted


@transaction.atomic
def take_attendance_back(*, attendance: Attendance, by: User, at: datetime) -> Attendance:
    """A mistake: it no longer counts. The unit stays done, as progress never falls. Repeating changes nothing."""
    session = _locked(attendance.session)
    attendance = Attendance.objects.get(pk=attendance.pk)
    if attendance.taken_back_at is None:
        attendance.taken_back_at, attendance.taken_back_by = at, by
        attendance.save(update_fields=["taken_back_at", "taken_back_by"])
        _record("attendance.taken_back", session, by=by, at=at, enrolment=attendance.enrolment_id)
    return attendance


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One live session of a programme, as one learner has taken part in it."""

    title: str
    on: date | None  # where the learner lives; None when they have not taken part
    made_up: bool


def taken_by(enrolment: Enrolment) -> list[Taken]:
    """Every live session that is published, in order, and whether the learner took part: two queries."""
    return taken_by_many([enrolment])[enrolment.pk]


def taken_by_many(enrolments: Sequence[Enrolment]) -> dict[int, list[Taken]]:
    """The same for many learners of one programme, by the key of their enrolment: two queries."""
    if not enrolments:
        return {}
    programme = enrolments[0].programme
    pages = list(
        LiveSessionPage.objects.live()
        .filter(path__startswith=programme.path)
        .order_by("path")
        .only("pk", "title", "path")
    )
    noted: dict[tuple[int, int], Attendance] = {}
    rows = Attendance.objects.filter(enrolment__in=[each.pk for each in enrolments], taken_back_at=None)
    for attendance in rows.select_related("session").order_by("session__starts_at", "pk"):
        noted.setdefault((attendance.enrolment_id, attendance.session.page_id), attendance)
    return {
        enrolment.pk: [
            Taken(
                title=page.title,
                on=_day_of(found, enrolment) if (found := noted.get((enrolment.pk, page.pk))) else None,
                made_up=found is not None and found.how == How.MADE_UP,
            )
            for page in pages
        ]
        for enrolment in enrolments
    }


def _day_of(attendance: Attendance, enrolment: Enrolment) -> date:
    return attendance.session.starts_at.astimezone(time_zone(enrolment.learner.time_zone)).date()


def dates_for(page: UnitPage, enrolment: Enrolment, *, at: datetime) -> list[LiveSession]:
    """The dates this learner may come to, and those they came to, soonest first: theirs, or everybody's. One query."""
    mine = Grant.objects.filter(enrolment=enrolment, ended_at=None, order__intake=OuterRef("intake"))
    came = Attendance.objects.filter(session=OuterRef("pk"), enrolment=enrolment, taken_back_at=None)
    rows = LiveSession.objects.filter(Q(intake=None) | Exists(mine), page=page.pk, cancelled_at=None).alias(
        came=Exists(came)
    )
    return list(rows.filter(Q(came=True) | Q(starts_at__gte=at - timedelta(days=1))).order_by("starts_at", "pk"))


def learners_of(session: LiveSession) -> QuerySet[Enrolment]:
    """Who is expected, by name: those of its intake, or everybody on the programme; and who is noted already."""
    rows = Enrolment.objects.filter(programme__path=session.page.programme_path)
    noted = Attendance.objects.filter(session=session, enrolment=OuterRef("pk"), taken_back_at=None)
    in_intake = Grant.objects.filter(enrolment=OuterRef("pk"), ended_at=None, order__intake=session.intake_id)
    everybody = session.intake_id is None
    return (
        rows.alias(here=Value(True) if everybody else Exists(in_intake))
        .filter(Q(withdrawn_at=None, here=True) | Exists(noted))
        .select_related("learner", "programme")
        .prefetch_related(
            Prefetch(
                "attendances",
                queryset=Attendance.objects.filter(session=session, taken_back_at=None).order_by("pk"),
                to_attr="noted",
            )
        )
        .order_by("learner__display_name", "pk")
    )


def note_all(*, session: LiveSession, enrolments: Iterable[Enrolment], by: User, at: datetime) -> int:
    """Note that each of them was there; how many were new. Raises CannotNote, and then nobody is noted."""
    with transaction.atomic():
        before = session.attendances.filter(taken_back_at=None).count()
        for enrolment in enrolments:
            note_attendance(session=session, enrolment=enrolment, by=by, at=at)
        return session.attendances.filter(taken_back_at=None).count() - before


def _locked(session: LiveSession) -> LiveSession:
    """The session, which nobody else changes or takes a register of until the transaction ends."""
    return LiveSession.objects.select_for_update(of=("self",)).select_related("page", "intake").get(pk=session.pk)


def _record(verb: str, session: LiveSession, *, by: User | None, at: datetime, **facts: int | str) -> None:
    history.record(
        chain="sessions",
        verb=verb,
        subject=history.name_of(session),
        actor=by,
        at=at,
        facts={"unit": session.page_id, **facts},
    )
