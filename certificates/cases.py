"""How does a question about a certificate go from its opening to a decision? Nothing else writes Case, but for appeals.

Opened, notice to the holder, their answer or the end of its time, decision; each step is a Decision, an entry of history
and, where somebody is to know, a mail. The chain is locked first, then the case.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.mentors import today_of
from cms.accounts import history
from cms.accounts.models import User

from . import setting_aside
from .case_states import is_over, was_heard
from .decisions import CHAIN, ReasonMissing, checked_reason, told, write_decision
from .models import (
    Case,
    CaseOrigin,
    CaseSettings,
    Certificate,
    Complaint,
    Decision,
    DecisionKind,
    Flag,
    Outcome,
    SuspensionWords,
)
from .models.cases import LONGEST_TEXT
from .status import reinstate_certificate, suspend_certificate


class CannotDoInCase(Exception):
    """The case is not at that step, or not this person's to act in. The message says why."""


# Steps -----------------------------------------------------------------------------------------------------


@transaction.atomic
def open_case(
    *,
    certificate: Certificate,
    concern: str,
    by: User,
    at: datetime,
    flag: Flag | None = None,
    complaint: Complaint | None = None,
) -> Case:
    """Open a case about a certificate: from a flag, from a complaint that the ombud passes on, or by hand.

    `concern` is for the file; from the ombud it is all that a registrar reads. Repeating gives the case there is. Raises
    CannotDoInCase for one's own certificate, one that was replaced, and without words.
    """
    history.lock(CHAIN)
    certificate = Certificate.objects.select_related("holder").get(pk=certificate.pk)
    if certificate.holder_id == by.pk:
        raise CannotDoInCase(_("This is your own certificate. Somebody else decides about it."))
    if certificate.superseded_at:
        raise CannotDoInCase(_("This certificate was replaced by a newer one. Open the case about that one."))
    concern = _words(concern, _("Say what it is about, in up to 4,000 characters."))
    if complaint is not None:
        if known := Case.objects.filter(complaint=complaint).first():
            return known
        origin = CaseOrigin.COMPLAINT
    else:
        origin = CaseOrigin.FLAG if flag else CaseOrigin.HAND
        same = certificate.cases.filter(decided_at=None, origin=origin, flag=flag or "", opened_by=by)
        if known := next((case for case in same if flag or case.concern == concern), None):
            return known
    case = Case.objects.create(
        certificate=certificate,
        origin=origin,
        flag=flag or "",
        complaint=complaint,
        opened_by=by,
        opened_at=at,
        concern=concern,
    )
    decision = write_decision(kind=DecisionKind.OPEN, certificate=certificate, case=case, reason=concern, by=by, at=at)
    note_case(case, "case.opened", by, at, decision, origin=str(origin), flag=case.flag)
    if complaint is not None:
        from .decision_tasks import tell_registrars_of_case

        transaction.on_commit(partial(tell_registrars_of_case.enqueue, case.pk))
    return case


@transaction.atomic
def give_notice(*, case: Case, notice: str, by: User, at: datetime) -> Case:
    """Tell the holder what is in question, and until when they may answer. Given once; repeating the same changes nothing.

    Raises CannotDoInCase.
    """
    case = lock_case(case, by)
    notice = _words(notice, _("Write what the holder is to know, in up to 4,000 characters."))
    if case.noticed_at:
        if case.notice == notice:
            return case
        raise CannotDoInCase(_("Notice was given already."))
    _still_open(case)
    case.notice, case.noticed_at = notice, at
    case.respond_by = today_of(case.certificate.holder, at) + timedelta(days=CaseSettings.load().respond_days)
    case.save(update_fields=["notice", "noticed_at", "respond_by"])
    decision = write_decision(
        kind=DecisionKind.NOTICE, certificate=case.certificate, case=case, reason=notice, by=by, at=at
    )
    note_case(case, "case.noticed", by, at, decision, until=case.respond_by.isoformat())
    _tell_holder(case)
    return case


@transaction.atomic
def respond(*, case: Case, response: str, at: datetime) -> Case:
    """The holder's own account, once and until the last day. Repeating the same changes nothing. Raises CannotDoInCase."""
    case = _locked(case)
    response = _words(response, _("Write your answer, in up to 4,000 characters."))
    if case.responded_at:
        if case.response == response:
            return case
        raise CannotDoInCase(_("You have answered already. Write to the registrar to add something."))
    if reason := why_not_responding(case, at):
        raise CannotDoInCase(reason)
    case.response, case.responded_at = response, at
    case.save(update_fields=["response", "responded_at"])
    note_case(case, "case.answered", case.certificate.holder, at)
    from .decision_tasks import tell_registrar_of_response

    transaction.on_commit(partial(tell_registrar_of_response.enqueue, case.pk))
    return case


def why_not_responding(case: Case, at: datetime) -> str:
    """Why the holder cannot answer now, as a sentence to them; nothing when they can. No query if loaded."""
    if case.noticed_at is None or case.respond_by is None:
        return _("There is nothing to answer yet.")
    if case.responded_at:
        return _("You have answered.")
    if case.decided_at:
        return _("It is decided.")
    if today_of(case.certificate.holder, at) > case.respond_by:
        return _("The time to answer ended on %(day)s.") % {"day": date_format(case.respond_by, "j F Y")}
    return ""


@transaction.atomic
def suspend_meanwhile(*, case: Case, because: str, by: User, at: datetime) -> Case:
    """Suspend the certificate while the case runs. The public reads that a case is being looked into, and no more.

    Repeating changes nothing. Raises CannotDoInCase, and CannotChangeStatus as suspending does.
    """
    case = lock_case(case, by)
    _still_open(case)
    try:
        because = checked_reason(because)
    except ReasonMissing as refusal:
        raise CannotDoInCase(str(refusal)) from None
    certificate = current_version(case.certificate)
    if certificate.suspended_at is None:
        suspend_certificate(
            certificate=certificate, reason=str(SuspensionWords.CASE.label), because=because, by=by, at=at, case=case
        )
        note_case(case, "case.suspended", by, at)
        _tell_holder(case)
    return case


@transaction.atomic
def decide_case(
    *,
    case: Case,
    outcome: Outcome,
    reason: str,
    by: User,
    at: datetime,
    until: date | None = None,
) -> Case:
    """Decide: no action, suspended `until` a day, or to be corrected. The holder reads the reason, and may appeal.

    A revocation is proposed by `revoking.propose_revocation` instead, as it takes two. What was suspended meanwhile
    stands again unless it is suspended now. A flag the case came from is set aside with it. Repeating the same changes
    nothing. Raises CannotDoInCase.
    """
    if outcome == Outcome.REVOKE:
        raise CannotDoInCase(_("A revocation takes two: propose it, and another registrar confirms."))
    case = lock_case(case, by)
    if case.decided_at:
        if case.outcome == outcome:
            return case
        raise CannotDoInCase(_("This case is decided."))
    reason = _words(reason, _("Say why. The holder reads it."))
    if case.proposals.filter(confirmed=None).exists():
        raise CannotDoInCase(_("A revocation is proposed. It is confirmed, rejected or taken back first."))
    if outcome == Outcome.HOLD:
        if not was_heard(case, at):
            raise CannotDoInCase(
                _("The holder has not been heard: give notice, and wait for their answer or its last day.")
            )
        if until is None or until <= today_of(case.certificate.holder, at):
            raise CannotDoInCase(_("Say until which day; one that is still to come."))
    close_case(case, outcome=outcome, at=at, until=until if outcome == Outcome.HOLD else None)
    certificate = current_version(case.certificate)
    lift_interim(case, certificate, by=by, at=at)
    if outcome == Outcome.HOLD:
        suspend_certificate(
            certificate=certificate, reason=str(SuspensionWords.DECIDED.label), because=reason, by=by, at=at, case=case
        )
    decision = write_decision(
        kind=DecisionKind(outcome.value), certificate=certificate, case=case, reason=reason, by=by, at=at
    )
    note_case(case, "case.decided", by, at, decision, outcome=str(outcome))
    setting_aside.settle_flag(case, reason=reason, by=by, at=at)
    # Nobody is told of a case they never heard of, when nothing comes of it.
    if case.noticed_at or outcome != Outcome.NO_ACTION:
        _tell_holder(case)
    return case


def close_case(case: Case, *, outcome: Outcome, at: datetime, until: date | None = None) -> None:
    """Put the outcome on the locked row, with the last day to appeal where something was done."""
    case.outcome, case.decided_at, case.suspended_until = outcome, at, until
    if outcome != Outcome.NO_ACTION:
        today = today_of(case.certificate.holder, at)
        case.appeal_by = today + timedelta(days=CaseSettings.load().appeal_days)
    case.save(update_fields=["outcome", "decided_at", "suspended_until", "appeal_by"])


def lift_interim(case: Case, certificate: Certificate, *, by: User, at: datetime) -> None:
    """Let it stand again, where this very case suspended it and no other case still holds it."""
    acts = (DecisionKind.SUSPEND, DecisionKind.REINSTATE)
    last = (
        Decision.objects.filter(certificate__enrolment=certificate.enrolment_id, kind__in=acts).order_by("-pk").first()
    )
    suspended = certificate.suspended_at and not certificate.revoked_at
    if suspended and last and last.kind == DecisionKind.SUSPEND and last.case_id == case.pk:
        reinstate_certificate(certificate=certificate, by=by, at=at, case=case)


@transaction.atomic
def end_suspension(*, case: Case, at: datetime) -> Case:
    """Let a certificate stand again on the day its suspension was decided to end, in the name of who decided.

    Repeating changes nothing; so does a day that is still to come.
    """
    case = _locked(case)
    if not is_over(case, at):
        return case
    case.lifted_at = at
    case.save(update_fields=["lifted_at"])
    decided = case.decisions.select_related("by").get(kind=DecisionKind.HOLD)
    certificate = current_version(case.certificate)
    if certificate.suspended_at and not certificate.revoked_at and certificate.holder_id != decided.by_id:
        reinstate_certificate(certificate=certificate, by=decided.by, at=at, case=case)
    note_case(case, "case.suspension_ended", None, at)
    _tell_holder(case)
    return case


# -----------------------------------------------------------------------------------------------------------


def current_version(certificate: Certificate) -> Certificate:
    """The certificate itself, or the one that took its place since: a query for each step."""
    certificate = Certificate.objects.select_related("holder").get(pk=certificate.pk)
    while certificate.superseded_at:
        certificate = Certificate.objects.select_related("holder").get(replaces=certificate)
    return certificate


def lock_case(case: Case, by: User) -> Case:
    """The case as it is now, for an act of this person. Raises CannotDoInCase when it is not theirs to act in."""
    case = _locked(case)
    if case.certificate.holder_id == by.pk:
        raise CannotDoInCase(_("This is your own certificate. Somebody else decides about it."))
    appeal = getattr(case, "appeal", None)
    if appeal is not None and appeal.contact_id == by.pk:
        raise CannotDoInCase(_("You are the independent contact in this case, and decide its appeal only."))
    return case


def _locked(case: Case) -> Case:
    history.lock(CHAIN)
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    return Case.objects.select_related("certificate__holder", "appeal").get(pk=case.pk)


def _still_open(case: Case) -> None:
    if case.decided_at:
        raise CannotDoInCase(_("This case is decided."))


def _words(text: str, refusal: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise CannotDoInCase(refusal)
    return text


def mark_of_case(case: Case) -> str:
    """SHA-256 over everything a case and its appeal say, in hexadecimal."""
    appeal = getattr(case, "appeal", None)
    said = [getattr(case, field.attname) for field in case._meta.concrete_fields]
    said += [getattr(appeal, field.attname) for field in appeal._meta.concrete_fields] if appeal else []
    return hashlib.sha256(json.dumps([_plain(value) for value in said], ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def note_case(
    case: Case, verb: str, by: User | None, at: datetime, decision: Decision | None = None, **facts: Any
) -> None:
    """One entry about the case, with the mark of all it says now."""
    history.record(
        chain=CHAIN,
        verb=verb,
        subject=history.name_of(case),
        actor=by,
        at=at,
        facts={"row": mark_of_case(case), **facts, **(told(decision) if decision else {})},
    )


def _tell_holder(case: Case) -> None:
    from .decision_tasks import tell_holder_of_case

    transaction.on_commit(partial(tell_holder_of_case.enqueue, case.pk))
