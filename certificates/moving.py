"""Who is moved from one version of the rules to another, and what counts there that was met before?

Nothing else writes RulesMove. A move is looked at first (`foreseeing.foresee_move`), learner by learner, and then made.
Publishing moves nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from .allowing import end, lock, write
from .eligibility import Verdict, set_for, verdict_on
from .models import Allowance, AllowanceKind, Requirement, RequirementSet, RulesMove
from .requirements import State
from .snapshots import digest_of


class CannotMove(Exception):
    """The learner cannot be moved so; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What a move keeps: by the key of an old requirement, the key of the new one that it stands for."""

    met: Mapping[int, int] = field(default_factory=dict)  # who had met the old one has met the new one
    waived: Mapping[int, int] = field(default_factory=dict)  # whoever the old one was waived for needs the new one not


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What came of moving several."""

    moved: list[RulesMove]
    refused: list[tuple[Enrolment, str]]  # each with the sentence


def move_learners(
    *,
    enrolments: Sequence[Enrolment],
    away: RequirementSet,
    to: RequirementSet,
    keeping: Keeping,
    reason: str,
    by: User,
    at: datetime,
) -> Moved:
    """Move each in a transaction of their own: who cannot be moved keeps nobody back. Repeating moves nobody twice."""
    moved, refused = [], []
    for enrolment in enrolments:
        try:
            move = move_learner(enrolment=enrolment, away=away, to=to, keeping=keeping, reason=reason, by=by, at=at)
        except CannotMove as problem:
            refused.append((enrolment, str(problem)))
        else:
            moved += [move] if move else []
    return Moved(moved=moved, refused=refused)


@transaction.atomic
def move_learner(
    *,
    enrolment: Enrolment,
    away: RequirementSet,
    to: RequirementSet,
    keeping: Keeping,
    reason: str,
    by: User,
    at: datetime,
) -> RulesMove | None:
    """Hold one learner to another version from now on. None where that is the one that holds already.

    `away` is the one that held when the move was looked at.

    What is kept is written down as such; whatever else was allowed under the rules before ends with them. A certificate
    that was issued stays under its own rules. Raises CannotMove for oneself, for who has left or waits for an answer, for
    rules of another programme or that do not hold yet, for who was moved meanwhile, and for something kept that is not of
    these rules.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise CannotMove(_("Write the reason; the learner reads it."))
    enrolment = lock(enrolment)
    held = set_for(enrolment)
    if held is not None and held.pk == to.pk:
        return None
    if held is not None and held.pk != away.pk:
        raise CannotMove(_("They were moved meanwhile. Look at them again."))
    waits = enrolment.certification_requests.filter(answered_at=None).exists()
    if problem := refusal_of(enrolment, held, to, waits=waits, by=by, at=at):
        raise CannotMove(problem)
    assert held is not None  # noqa: S101 - else it was refused
    verdict = verdict_on(enrolment, at=at)
    assert verdict is not None  # noqa: S101
    old = list(held.requirements.order_by("position"))
    new = {row.pk: row for row in to.requirements.all()}
    _refuse_strangers(keeping, old, new)
    move = RulesMove.objects.create(
        enrolment=enrolment, from_set=held, to_set=to, moved_at=at, moved_by=by, reason=reason
    )
    before = {each.requirement_id: each for each in enrolment.allowances.filter(withdrawn_at=None)}
    for allowance in before.values():
        end(allowance, by, at)
    for requirement, (kind, was, why) in kept_by(keeping, old, verdict, before).items():
        allowance = Allowance.objects.create(
            enrolment=enrolment,
            requirement=new[requirement],
            kind=kind,
            reason=why,
            allowed_at=at,
            allowed_by=by,
            move=move,
            was=was,
        )
        write(allowance, "allowance.made", by, at)
    history.record(
        chain="requirements",
        verb="rules.moved",
        subject=history.name_of(move),
        actor=by,
        at=at,
        facts={
            "enrolment": enrolment.pk,
            "from": held.version,
            "to": to.version,
            "digest": digest_of_move(move),
        },
    )
    from .tasks import tell_about_rules

    transaction.on_commit(partial(tell_about_rules.enqueue, enrolment.pk))
    return move


def refusal_of(
    enrolment: Enrolment, held: RequirementSet | None, to: RequirementSet, *, waits: bool, by: User, at: datetime
) -> str:
    """Why this learner cannot be moved to these rules now, as a sentence; empty where they can. No query.

    `waits` says whether the registrar has not answered their request yet.
    """
    if enrolment.learner_id == by.pk:
        return _("Nobody moves themselves. Somebody else decides.")
    if enrolment.withdrawn_at:
        return _("They have left the programme.")
    if held is None or held.programme_id != to.programme_id or enrolment.programme_id != to.programme_id:
        return _("These are rules of another programme.")
    if to.published_at > at:
        return _("These rules do not hold yet. Move people once they do.")
    if waits:
        return _("They asked to be certified under the rules they have. Answer that first.")
    return ""


Kept = tuple[AllowanceKind, Requirement, str]  # what, from which old requirement, and a waiver's reason


def kept_by(
    keeping: Keeping, old: Sequence[Requirement], verdict: Verdict, before: Mapping[int, Allowance]
) -> dict[int, Kept]:
    """What a move keeps for one learner, by the key of the new requirement. Pure.

    What was met by evidence, or kept before, is kept as met; that comes before a waiver of the same new requirement.
    """
    found: dict[int, Kept] = {}
    standing = dict(zip((row.pk for row in old), verdict.findings, strict=True))
    for row in old:
        allowance = before.get(row.pk)
        if allowance and allowance.kind == AllowanceKind.WAIVED and row.pk in keeping.waived:
            found[keeping.waived[row.pk]] = (AllowanceKind.WAIVED, row, allowance.reason)
    for row in old:
        if row.pk in keeping.met and standing[row.pk].state in {State.MET, State.KEPT}:
            found[keeping.met[row.pk]] = (AllowanceKind.KEPT, row, "")
    return found


def _refuse_strangers(keeping: Keeping, old: Sequence[Requirement], new: Mapping[int, Requirement]) -> None:
    known = {row.pk for row in old}
    for pairs in (keeping.met, keeping.waived):
        if not set(pairs) <= known or not set(pairs.values()) <= set(new):
            raise CannotMove(_("What is to be kept does not belong to these rules. Look at the page again."))


def digest_of_move(move: RulesMove) -> str:
    """SHA-256 over all of it, in hexadecimal: what history holds it to."""
    said = (
        move.enrolment_id,
        move.from_set_id,
        move.to_set_id,
        move.moved_at.timestamp(),
        move.moved_by_id,
        move.reason,
    )
    return digest_of(said)
