"""How does a registrar answer a flag without changing the certificate? Nothing else writes FlagSetAside and RulesInError."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .decisions import CHAIN, ReasonMissing, checked_reason, told, write_decision
from .flags import flags_of, scores_below
from .models import Case, Certificate, DecisionKind, Flag, FlagSetAside, RequirementSet, RulesInError, SeenScore


class CannotSetAside(Exception):
    """The flag cannot be set aside like this; the message says why."""


@transaction.atomic
def set_flag_aside(*, certificate: Certificate, flag: Flag, reason: str, by: User, at: datetime) -> FlagSetAside | None:
    """Let the certificate stay in spite of a flag, with a reason. What happens afterwards flags it again.

    Repeating changes nothing: without the flag there is nothing to set aside, and nothing is returned. Raises
    CannotSetAside for one's own certificate, and without words.
    """
    history.lock(CHAIN)
    certificate = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if certificate.holder_id == by.pk:
        raise CannotSetAside(_("This is your own certificate. Somebody else decides about it."))
    try:
        reason = checked_reason(reason)
    except ReasonMissing as refusal:
        raise CannotSetAside(str(refusal)) from None
    if flag not in flags_of(certificate):
        return None
    return _set(certificate, flag, reason=reason, by=by, at=at, case=None)


def settle_flag(case: Case, *, reason: str, by: User, at: datetime) -> None:
    """The decision of a case is the answer to the flag it came from. Inside the transaction of the decision."""
    if case.flag:
        _set(case.certificate, Flag(case.flag), reason=reason, by=by, at=at, case=case)


def _set(
    certificate: Certificate, flag: Flag, *, reason: str, by: User, at: datetime, case: Case | None
) -> FlagSetAside:
    decision = write_decision(
        kind=DecisionKind.SET_ASIDE, certificate=certificate, case=case, reason=reason, by=by, at=at
    )
    aside = FlagSetAside.objects.create(certificate=certificate, flag=flag, decision=decision)
    if flag == Flag.QUIZ:
        SeenScore.objects.bulk_create(
            SeenScore(set_aside=aside, attempt_id=attempt, score=score) for attempt, score in scores_below(certificate)
        )
    history.record(
        chain=CHAIN,
        verb="flag.set_aside",
        subject=history.name_of(certificate),
        actor=by,
        at=at,
        facts={"flag": str(flag), **told(decision)},
    )
    return aside


@transaction.atomic
def mark_rules_in_error(*, requirement_set: RequirementSet, reason: str, by: User, at: datetime) -> RulesInError:
    """Say that a rule set was published in error. Every certificate that stands under it is flagged; none is altered.

    Who joined under it keeps it. Repeating gives what was said first. Raises CannotSetAside without words.
    """
    history.lock(CHAIN)
    if known := RulesInError.objects.filter(requirement_set=requirement_set).first():
        return known
    try:
        reason = checked_reason(reason)
    except ReasonMissing as refusal:
        raise CannotSetAside(str(refusal)) from None
    said = RulesInError.objects.create(requirement_set=requirement_set, reason=reason, by=by, at=at)
    history.record(
        chain=CHAIN,
        verb="requirements.in_error",
        subject=history.name_of(requirement_set),
        actor=by,
        at=at,
        facts={"version": requirement_set.version},
    )
    return said
