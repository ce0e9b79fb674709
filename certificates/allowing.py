"""What does a registrar let count that the evidence does not meet? A waiver, by name and with a reason.

What a move keeps from earlier rules is written by `moving`. Nothing else writes Allowance.
"""

import unicodedata
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.typesetting.glyphs import unprintable_characters
from courses.models import Enrolment

from .documents import unsafe_text
from .eligibility import set_for
from .models import Allowance, AllowanceKind, Requirement
from .snapshots import digest_of

LONGEST_REASON = 120  # characters: it is signed, and read by anyone who checks


class CannotAllow(Exception):
    """This cannot be waived, or the waiver not be withdrawn; the message says why."""


def check_reason(reason: str) -> str:
    """The reason as it will be signed, in composed letters. Raises CannotAllow where it cannot be signed or printed."""
    reason = " ".join(unicodedata.normalize("NFC", reason).split())
    if not reason:
        raise CannotAllow(_("Write the reason, in words that anyone who checks the certificate may read."))
    if problem := unsafe_text(reason, longest=LONGEST_REASON):
        raise CannotAllow(problem)
    if unknown := unprintable_characters(reason):
        raise CannotAllow(
            _("Our typefaces have no %(characters)s. Please write it another way.") % {"characters": ", ".join(unknown)}
        )
    return reason


@transaction.atomic
def waive_requirement(
    *, enrolment: Enrolment, requirement: Requirement, reason: str, by: User, at: datetime
) -> Allowance:
    """Let one learner be certified without one requirement. Repeating with the same reason gives the waiver there is.

    The reason is public: it stands on the certificate's basis, without the name of who waived. Raises CannotAllow for
    one's own, for a requirement of other rules than theirs, after a certificate was issued, or where another reason
    stands.
    """
    reason = check_reason(reason)
    enrolment = lock(enrolment)
    if enrolment.learner_id == by.pk:
        raise CannotAllow(_("Nobody waives anything for themselves. Somebody else decides."))
    if enrolment.withdrawn_at:
        raise CannotAllow(_("They have left the programme."))
    held = set_for(enrolment)
    if held is None or requirement.requirement_set_id != held.pk:
        raise CannotAllow(_("This requirement is not one of the rules that hold for this learner."))
    if there := enrolment.allowances.filter(requirement=requirement, withdrawn_at=None).first():
        if there.reason == reason:
            return there
        raise CannotAllow(_("This requirement counts already. Withdraw that first."))
    _refuse_after_issue(enrolment)
    allowance = Allowance.objects.create(
        enrolment=enrolment,
        requirement=requirement,
        kind=AllowanceKind.WAIVED,
        reason=reason,
        allowed_at=at,
        allowed_by=by,
    )
    write(allowance, "allowance.made", by, at)
    _tell(enrolment)
    return allowance


@transaction.atomic
def withdraw_allowance(*, allowance: Allowance, by: User, at: datetime) -> Allowance:
    """Let it count no longer. Repeating changes nothing. Raises CannotAllow for one's own, and once a certificate rests on it."""
    enrolment = lock(allowance.enrolment)
    allowance = Allowance.objects.get(pk=allowance.pk)
    if allowance.withdrawn_at:
        return allowance
    if enrolment.learner_id == by.pk:
        raise CannotAllow(_("This is about yourself. Somebody else decides."))
    _refuse_after_issue(enrolment)
    _tell(enrolment)
    return end(allowance, by, at)


def end(allowance: Allowance, by: User, at: datetime) -> Allowance:
    """Close an allowance, under the enrolment's lock; for this file and for moves."""
    allowance.withdrawn_at, allowance.withdrawn_by = at, by
    allowance.save(update_fields=["withdrawn_at", "withdrawn_by"])
    write(allowance, "allowance.withdrawn", by, at)
    return allowance


def lock(enrolment: Enrolment) -> Enrolment:
    """The enrolment, whose rules, allowances and certificate nobody else may decide until the transaction ends."""
    return Enrolment.objects.select_for_update(of=("self",)).select_related("programme", "learner").get(pk=enrolment.pk)


def _refuse_after_issue(enrolment: Enrolment) -> None:
    if enrolment.certificates.filter(revoked_at=None, superseded_at=None).exists():
        raise CannotAllow(
            _("A certificate is issued, and its basis never changes. Decide about the certificate instead.")
        )


def _tell(enrolment: Enrolment) -> None:
    from .tasks import tell_about_rules

    transaction.on_commit(partial(tell_about_rules.enqueue, enrolment.pk))


def write(allowance: Allowance, verb: str, by: User, at: datetime) -> None:
    """Into history: which requirement of which learner, and no word of the reason but its digest."""
    history.record(
        chain="requirements",
        verb=verb,
        subject=history.name_of(allowance),
        actor=by,
        at=at,
        facts={
            "enrolment": allowance.enrolment_id,
            "requirement": allowance.requirement_id,
            "kind": str(allowance.kind),
            "digest": digest_of_allowance(allowance),
        },
    )


def digest_of_allowance(allowance: Allowance) -> str:
    """SHA-256 over all that never changes about it, in hexadecimal: what history holds it to."""
    said = (
        allowance.enrolment_id, allowance.requirement_id, str(allowance.kind), allowance.reason,
        allowance.allowed_at.timestamp(), allowance.allowed_by_id, allowance.move_id, allowance.was_id,
    )  # fmt: skip
    return digest_of(said)
