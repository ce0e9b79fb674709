"""Who may end a certificate for good? Two registrars together; or one, at the holder's own recorded wish.

Nothing else of ours calls `status.revoke_certificate`, and nothing else writes RevocationProposal and GiveUpWish. Every
proposal belongs to a case, so that what it leads to can be read by the holder and appealed: without one, a case is opened
with it. The chain is locked first, then the certificate, then its case.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.roles import Role

from . import setting_aside
from .case_states import was_heard
from .cases import CannotDoInCase, close_case, lock_case, note_case, open_case
from .decisions import CHAIN, ReasonMissing, checked_reason, told, write_decision
from .models import (
    Case,
    Certificate,
    Decision,
    DecisionKind,
    GiveUpWish,
    Outcome,
    RevocationProposal,
    RevocationReason,
)
from .status import lock_certificate, revoke_certificate


class CannotRevoke(Exception):
    """It cannot be proposed, answered or done like this, or not by this person. The message says why."""


def proposals_waiting() -> QuerySet[RevocationProposal]:
    return RevocationProposal.objects.filter(confirmed=None)


def wishes_waiting() -> QuerySet[GiveUpWish]:
    return GiveUpWish.objects.filter(ended_at=None)


@transaction.atomic
def propose_revocation(
    *,
    certificate: Certificate,
    reason: RevocationReason,
    private_reason: str,
    by: User,
    at: datetime,
    case: Case | None = None,
) -> RevocationProposal:
    """Propose to revoke, and ask the other registrars. Nothing changes until one of them confirms.

    `reason` is all that the public will read; `private_reason` is for the second registrar and, once it is revoked, for
    the holder. Repeating gives the proposal that waits. Raises CannotRevoke, and CannotChangeStatus for one's own.
    """
    if reason == RevocationReason.REQUEST:
        raise CannotRevoke(_("At the holder’s request needs the holder’s own wish, and no proposal."))
    certificate = lock_certificate(certificate, by)
    if certificate.revoked_at:
        raise CannotRevoke(_("This certificate is revoked already. That is final."))
    try:
        private_reason = checked_reason(private_reason)
        if waits := certificate.revocation_proposals.filter(confirmed=None).first():
            if waits.proposed_by_id == by.pk:
                return waits
            raise CannotRevoke(_("Another registrar has proposed it already. Confirm or reject that."))
        case = _case_of(certificate, case, private_reason, by=by, at=at)
    except (CannotDoInCase, ReasonMissing) as refusal:
        raise CannotRevoke(str(refusal)) from None
    decision = write_decision(
        kind=DecisionKind.PROPOSE, certificate=certificate, case=case, reason=private_reason, by=by, at=at
    )
    proposal = RevocationProposal.objects.create(
        certificate=certificate, case=case, reason=reason, proposed=decision, proposed_by=by
    )
    _note(proposal, "revocation.proposed", by, at, decision)
    from .decision_tasks import tell_other_registrars

    transaction.on_commit(partial(tell_other_registrars.enqueue, proposal.pk))
    return proposal


def _case_of(certificate: Certificate, case: Case | None, concern: str, *, by: User, at: datetime) -> Case:
    """The case a proposal belongs to; one is opened where there is none. Raises CannotDoInCase, CannotRevoke."""
    if case is None:
        if certificate.cases.filter(decided_at=None).exists():
            raise CannotRevoke(_("There is an open case about this certificate. Propose it there."))
        return open_case(certificate=certificate, concern=concern, by=by, at=at)
    case = lock_case(case, by)
    if case.decided_at:
        raise CannotRevoke(_("This case is decided."))
    if not was_heard(case, at):
        raise CannotRevoke(_("The holder has not been heard: give notice, and wait for their answer or its last day."))
    return case


@transaction.atomic
def confirm_revocation(*, proposal: RevocationProposal, by: User, at: datetime) -> Certificate:
    """The second registrar confirms: it is revoked at once, the case is decided, and the holder is written to.

    Repeating gives the revoked certificate. Raises CannotRevoke for one's own proposal, or one that was rejected or taken
    back; CannotChangeStatus for one's own certificate, or one that was replaced meanwhile.
    """
    certificate = lock_certificate(proposal.certificate, by)
    proposal = _now(proposal)
    if proposal.confirmed:
        return certificate
    if proposal.confirmed is False:
        raise CannotRevoke(_("This proposal was not confirmed. It can be made again."))
    if proposal.proposed_by_id == by.pk:
        raise CannotRevoke(_("You proposed this yourself. Another registrar confirms it."))
    if certificate.revoked_at:
        raise CannotRevoke(_("This certificate is revoked already. That is final."))
    try:
        case = lock_case(proposal.case, by)
    except CannotDoInCase as refusal:
        raise CannotRevoke(str(refusal)) from None
    reason = proposal.proposed.reason
    certificate = revoke_certificate(
        certificate=certificate, reason=RevocationReason(proposal.reason), by=by, at=at, because=reason, case=case
    )
    decision = Decision.objects.get(case=case, kind=DecisionKind.REVOKE)
    _answer(proposal, decision, confirmed=True, by=by)
    _note(proposal, "revocation.confirmed", by, at, decision)
    close_case(case, outcome=Outcome.REVOKE, at=at)
    note_case(case, "case.decided", by, at, outcome=str(Outcome.REVOKE))
    GiveUpWish.objects.filter(certificate=certificate, ended_at=None).update(ended_at=at)
    setting_aside.settle_flag(case, reason=reason, by=by, at=at)
    from .decision_tasks import tell_holder_of_case, tell_proposer

    transaction.on_commit(partial(tell_holder_of_case.enqueue, case.pk))
    transaction.on_commit(partial(tell_proposer.enqueue, proposal.pk))
    return certificate


@transaction.atomic
def reject_revocation(*, proposal: RevocationProposal, reason: str, by: User, at: datetime) -> RevocationProposal:
    """The second registrar does not confirm, and says why to the first. The case stays open. Repeating changes nothing.

    Raises CannotRevoke for one's own (take it back instead), for one that was confirmed, and without words.
    """
    proposal = _locked(proposal, by)
    if proposal.confirmed is False:
        return proposal
    if proposal.confirmed:
        raise CannotRevoke(_("This proposal was confirmed, and the certificate is revoked."))
    if proposal.proposed_by_id == by.pk:
        raise CannotRevoke(_("You proposed this yourself. Take it back instead."))
    return _close(proposal, DecisionKind.REJECT, "revocation.rejected", reason=reason, by=by, at=at)


@transaction.atomic
def take_back_proposal(*, proposal: RevocationProposal, reason: str, by: User, at: datetime) -> RevocationProposal:
    """Whoever proposed it takes it back, with a reason. Repeating changes nothing. Raises CannotRevoke."""
    proposal = _locked(proposal, by)
    if proposal.proposed_by_id != by.pk:
        raise CannotRevoke(_("Only whoever proposed it takes it back. You can reject it."))
    if proposal.confirmed is False:
        return proposal
    if proposal.confirmed:
        raise CannotRevoke(_("This proposal was confirmed, and the certificate is revoked."))
    return _close(proposal, DecisionKind.WITHDRAW, "revocation.taken_back", reason=reason, by=by, at=at)


def _close(
    proposal: RevocationProposal, kind: DecisionKind, verb: str, *, reason: str, by: User, at: datetime
) -> RevocationProposal:
    try:
        reason = checked_reason(reason)
    except ReasonMissing as refusal:
        raise CannotRevoke(str(refusal)) from None
    decision = write_decision(
        kind=kind, certificate=proposal.certificate, case=proposal.case, reason=reason, by=by, at=at
    )
    _answer(proposal, decision, confirmed=False, by=by)
    _note(proposal, verb, by, at, decision)
    if kind == DecisionKind.REJECT:
        from .decision_tasks import tell_proposer

        transaction.on_commit(partial(tell_proposer.enqueue, proposal.pk))
    return proposal


# The holder's own wish -------------------------------------------------------------------------------------


@transaction.atomic
def say_wish(*, certificate: Certificate, at: datetime) -> GiveUpWish:
    """The holder no longer wants it. The registrars are written to. Repeating gives the wish there is. Raises CannotRevoke."""
    history.lock(CHAIN)
    certificate = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if certificate.revoked_at or certificate.superseded_at:
        raise CannotRevoke(_("This certificate does not stand any more."))
    if known := certificate.wishes.filter(ended_at=None).first():
        return known
    wish = GiveUpWish.objects.create(certificate=certificate, said_at=at)
    _note_wish(wish, "wish.said", at, certificate.holder)
    from .decision_tasks import tell_registrars_of_wish

    transaction.on_commit(partial(tell_registrars_of_wish.enqueue, wish.pk))
    return wish


@transaction.atomic
def take_back_wish(*, wish: GiveUpWish, at: datetime) -> GiveUpWish:
    """The holder keeps it after all. Repeating changes nothing. Raises CannotRevoke once it is done."""
    history.lock(CHAIN)
    wish = GiveUpWish.objects.select_for_update(no_key=True, of=("self",)).select_related("certificate__holder").get(
        pk=wish.pk
    )  # fmt: skip
    if wish.done:
        raise CannotRevoke(_("It was revoked, as you asked. That is final."))
    if wish.ended_at is None:
        wish.ended_at = at
        wish.save(update_fields=["ended_at"])
        _note_wish(wish, "wish.taken_back", at, wish.certificate.holder)
    return wish


@transaction.atomic
def revoke_at_request(*, wish: GiveUpWish, by: User, at: datetime) -> Certificate:
    """Revoke what its holder no longer wants. One registrar does, as the holder is the other.

    Repeating gives the revoked certificate. Raises CannotRevoke once the wish was taken back, and while a case about the
    certificate is open: nobody gives up a certificate to be spared a decision. CannotChangeStatus for one's own.
    """
    certificate = lock_certificate(wish.certificate, by)
    wish = GiveUpWish.objects.get(pk=wish.pk)
    if wish.done:
        return certificate
    if wish.ended_at:
        raise CannotRevoke(_("The holder keeps it after all. Nothing was changed."))
    if certificate.cases.filter(decided_at=None).exists():
        raise CannotRevoke(_("There is an open case about this certificate. It is decided first."))
    certificate = revoke_certificate(certificate=certificate, reason=RevocationReason.REQUEST, by=by, at=at)
    wish.ended_at, wish.done = at, True
    wish.save(update_fields=["ended_at", "done"])
    _note_wish(wish, "wish.done", at, by)
    from .decision_tasks import tell_holder_of_status

    transaction.on_commit(partial(tell_holder_of_status.enqueue, certificate.pk))
    return certificate


# -----------------------------------------------------------------------------------------------------------


def other_registrars(proposal: RevocationProposal) -> QuerySet[User]:
    """Who may confirm: registrars with an open account who neither proposed it nor hold the certificate."""
    registrars = User.objects.filter(is_active=True, groups__name=Role.REGISTRAR.value)
    return registrars.exclude(pk__in=[proposal.proposed_by_id, proposal.certificate.holder_id])


def _locked(proposal: RevocationProposal, by: User) -> RevocationProposal:
    history.lock(CHAIN)
    proposal = _now(proposal)
    if proposal.certificate.holder_id == by.pk:
        raise CannotRevoke(_("This is your own certificate. Somebody else decides about it."))
    return proposal


def _now(proposal: RevocationProposal) -> RevocationProposal:
    RevocationProposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    return RevocationProposal.objects.select_related("certificate", "case", "proposed").get(pk=proposal.pk)


def _answer(proposal: RevocationProposal, decision: Decision, *, confirmed: bool, by: User) -> None:
    proposal.answered, proposal.answered_by, proposal.confirmed = decision, by, confirmed
    proposal.save(update_fields=["answered", "answered_by", "confirmed"])


def _note(proposal: RevocationProposal, verb: str, by: User, at: datetime, decision: Decision) -> None:
    history.record(
        chain=CHAIN,
        verb=verb,
        subject=history.name_of(proposal.certificate),
        actor=by,
        at=at,
        facts={"proposal": proposal.pk, "reason": RevocationReason(proposal.reason).name, **told(decision)},
    )


def _note_wish(wish: GiveUpWish, verb: str, at: datetime, by: User) -> None:
    history.record(
        chain=CHAIN, verb=verb, subject=history.name_of(wish.certificate), actor=by, at=at, facts={"wish": wish.pk}
    )
