"""Where is a case, and what may its holder know of it? Read off its dates; nothing is changed here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy

from assessments.mentors import today_of

from .models import Case, DecisionKind, Outcome, RevocationProposal


class CaseState(StrEnum):
    """Where a case is, read off its dates."""

    OPENED = "opened"
    WITH_HOLDER = "with_holder"
    ANSWERED = "answered"  # or the time to answer is over
    SECOND_PERSON = "second_person"
    APPEALABLE = "appealable"
    APPEALED = "appealed"
    CLOSED = "closed"


STATES = {
    CaseState.OPENED: gettext_lazy("Opened, no notice yet"),
    CaseState.WITH_HOLDER: gettext_lazy("With the holder"),
    CaseState.ANSWERED: gettext_lazy("To be decided"),
    CaseState.SECOND_PERSON: gettext_lazy("Waits for a second registrar"),
    CaseState.APPEALABLE: gettext_lazy("Decided, can be appealed"),
    CaseState.APPEALED: gettext_lazy("Appealed"),
    CaseState.CLOSED: gettext_lazy("Closed"),
}


def cases_with_state() -> QuerySet[Case]:
    """Cases with all that `state_of` and a list need: one query."""
    waits = RevocationProposal.objects.filter(case=OuterRef("pk"), confirmed=None)
    return Case.objects.annotate(proposed=Exists(waits)).select_related("certificate__holder", "appeal", "opened_by")


def state_of(case: Case, at: datetime) -> CaseState:
    """Where the case is at that moment. No query for one of `cases_with_state`."""
    appeal = getattr(case, "appeal", None)
    today = today_of(case.certificate.holder, at)
    if appeal is not None:
        return CaseState.CLOSED if appeal.decision_id else CaseState.APPEALED
    if case.decided_at:
        return CaseState.APPEALABLE if case.appeal_by and today <= case.appeal_by else CaseState.CLOSED
    proposed = getattr(case, "proposed", None)
    if proposed is None:
        proposed = case.proposals.filter(confirmed=None).exists()
    if proposed:
        return CaseState.SECOND_PERSON
    if case.noticed_at is None:
        return CaseState.OPENED
    return CaseState.ANSWERED if was_heard(case, at) else CaseState.WITH_HOLDER


def was_heard(case: Case, at: datetime) -> bool:
    """Whether the holder has answered, or had their time to. Needs certificate and holder loaded."""
    if case.responded_at:
        return True
    return case.respond_by is not None and today_of(case.certificate.holder, at) > case.respond_by


def is_told(case: Case) -> bool:
    """Whether the holder knows of the case: they were written to. A query at most."""
    if case.noticed_at or (case.decided_at and case.outcome != Outcome.NO_ACTION):
        return True
    return any(decision.kind == DecisionKind.SUSPEND for decision in case.decisions.all())


def open_cases() -> QuerySet[Case]:
    return Case.objects.filter(decided_at=None)


def is_over(case: Case, at: datetime) -> bool:
    """Whether a suspension by decision has come to its day, where the holder lives. Needs certificate and holder loaded."""
    if case.outcome != Outcome.HOLD or case.lifted_at or case.suspended_until is None:
        return False
    return today_of(case.certificate.holder, at) >= case.suspended_until


def suspensions_to_end(on: date) -> QuerySet[Case]:
    """Those whose day may have come, wherever their holder lives: one query."""
    held = Case.objects.filter(outcome=Outcome.HOLD, lifted_at=None, suspended_until__lte=on + timedelta(days=1))
    return held.select_related("certificate__holder").order_by("pk")
