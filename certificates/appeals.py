"""Who looks again when a holder does not accept a decision? Somebody who took no part. Nothing else writes Appeal."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.mentors import today_of
from cms.accounts import history
from cms.accounts.models import User

from .cases import current_version, note_case
from .decisions import CHAIN, write_decision
from .models import Appeal, Case, CaseSettings, DecisionKind, Outcome
from .models.cases import LONGEST_TEXT
from .status import reinstate_certificate


class CannotAppeal(Exception):
    """It cannot be appealed, or the appeal not decided, like this. The message says why."""


def took_part(case: Case) -> set[int]:
    """Keys of everybody who acted in the case, issued the certificate or holds it: none of them looks at its appeal."""
    acted = case.decisions.exclude(kind=DecisionKind.NAME_CONTACT).values_list("by", flat=True)
    certificate = case.certificate
    issued_by = [certificate.confirmed_by_id] if certificate.confirmed_by_id else []
    return {*acted, case.opened_by_id, certificate.holder_id, *issued_by}


def why_not_appealing(case: Case, at: datetime) -> str:
    """Why the holder cannot appeal now, as a sentence to them; nothing when they can. No query if loaded."""
    if getattr(case, "appeal", None) is not None:
        return _("You have appealed.")
    if case.decided_at is None:
        return _("Nothing is decided yet.")
    if case.appeal_by is None:
        return _("There is nothing to appeal.")
    if today_of(case.certificate.holder, at) > case.appeal_by:
        return _("The time to appeal ended on %(day)s.") % {"day": date_format(case.appeal_by, "j F Y")}
    return ""


@transaction.atomic
def lodge_appeal(*, case: Case, words: str, at: datetime) -> Appeal:
    """The holder asks for a second look, until the last day. It goes to the academy's independent contact.

    Where there is none who took no part, a registrar names somebody: the appeal is kept all the same. Repeating gives the
    appeal there is. Raises CannotAppeal.
    """
    case = _locked(case)
    if (known := getattr(case, "appeal", None)) is not None:
        return known
    if reason := why_not_appealing(case, at):
        raise CannotAppeal(reason)
    contact = _usual_contact(case)
    appeal = Appeal.objects.create(
        case=case, words=_words(words), lodged_at=at, contact=contact, named_at=at if contact else None
    )
    case.appeal = appeal
    note_case(case, "appeal.lodged", case.certificate.holder, at)
    _tell_of_appeal(appeal)
    return appeal


@transaction.atomic
def name_contact(*, appeal: Appeal, email: str, by: User, at: datetime) -> Appeal:
    """A registrar names who decides this appeal: the address of an account, of somebody who took no part.

    Repeating with the same person changes nothing. Raises CannotAppeal.
    """
    case = _locked(appeal.case)
    appeal = case.appeal
    if appeal.decision_id:
        raise CannotAppeal(_("This appeal is decided."))
    if case.certificate.holder_id == by.pk:
        raise CannotAppeal(_("This is your own certificate. Somebody else decides about it."))
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise CannotAppeal(_("Nobody has an account under this address."))
    if person.pk in took_part(case):
        raise CannotAppeal(_("They took part in this. Name somebody who did not."))
    if person.pk == by.pk:
        raise CannotAppeal(_("Nobody names themselves."))
    if appeal.contact_id == person.pk:
        return appeal
    appeal.contact, appeal.named_at = person, at
    appeal.save(update_fields=["contact", "named_at"])
    decision = write_decision(kind=DecisionKind.NAME_CONTACT, certificate=case.certificate, case=case, by=by, at=at)
    note_case(case, "appeal.contact_named", by, at, decision)
    _tell_of_appeal(appeal)
    return appeal


@transaction.atomic
def decide_appeal(*, appeal: Appeal, upheld: bool, reason: str, by: User, at: datetime) -> Appeal:
    """The independent contact decides, for good: the decision stands, or falls. Holder and registrars are told.

    Where it falls, a suspension is lifted at once; a revocation cannot be undone, as its bit is never unset, so its holder
    may ask for a new certificate instead. Repeating the same changes nothing. Raises CannotAppeal.
    """
    case = _locked(appeal.case)
    appeal = case.appeal
    if appeal.contact_id != by.pk:
        raise CannotAppeal(_("Somebody else decides this appeal."))
    if appeal.decision_id:
        if appeal.upheld == upheld:
            return appeal
        raise CannotAppeal(_("You have decided this. It is final."))
    if by.pk in took_part(case):
        raise CannotAppeal(_("You took part in this. The registrar names somebody who did not."))
    certificate = current_version(case.certificate)
    decision = write_decision(
        kind=DecisionKind.UPHOLD if upheld else DecisionKind.OVERTURN,
        certificate=certificate,
        case=case,
        reason=_words(reason),
        by=by,
        at=at,
    )
    appeal.upheld, appeal.decision = upheld, decision
    appeal.save(update_fields=["upheld", "decision"])
    if not upheld and case.outcome == Outcome.HOLD and case.lifted_at is None:
        case.lifted_at = at
        case.save(update_fields=["lifted_at"])
        if certificate.suspended_at and not certificate.revoked_at:
            reinstate_certificate(certificate=certificate, by=by, at=at, case=case)
    note_case(case, "appeal.decided", by, at, decision, upheld=upheld)
    from .decision_tasks import tell_holder_of_case, tell_registrar_of_appeal

    transaction.on_commit(partial(tell_holder_of_case.enqueue, case.pk))
    transaction.on_commit(partial(tell_registrar_of_appeal.enqueue, appeal.pk))
    return appeal


def appeals_without_contact() -> QuerySet[Appeal]:
    return Appeal.objects.filter(contact=None)


def _usual_contact(case: Case) -> User | None:
    """The academy's independent contact, unless they took part."""
    email = CaseSettings.load().contact_email
    person = User.objects.filter(email=email, is_active=True).first() if email else None
    return person if person and person.pk not in took_part(case) else None


def _locked(case: Case) -> Case:
    history.lock(CHAIN)
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    return Case.objects.select_related("certificate__holder", "appeal").get(pk=case.pk)


def _words(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise CannotAppeal(_("Say why, in up to 4,000 characters."))
    return text


def _tell_of_appeal(appeal: Appeal) -> None:
    from .decision_tasks import tell_contact_of_appeal, tell_registrars_to_name

    task = tell_contact_of_appeal if appeal.contact_id else tell_registrars_to_name
    transaction.on_commit(partial(task.enqueue, appeal.pk))
