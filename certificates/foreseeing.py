"""What would rules, or a move, mean for the people on a programme? Looked at before anything is done, and nothing changes.

Everybody is read at once: the number of queries is the same for one learner and for 300.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cms.accounts.models import User
from courses.models import Enrolment, ProgrammePage

from .eligibility import Rules, Verdict, allowed_by, evidence_of_many, records_for, verdict_of, with_pin
from .models import (
    Allowance,
    AllowanceKind,
    Certificate,
    CertificationRequest,
    Requirement,
    RequirementSet,
)
from .moving import Keeping, kept_by, refusal_of
from .requirements import Allowed, Finding, Record, State, rule_of, settled

MOST = 300  # learners that are looked at together: those who joined last


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """One learner under the rules that hold for them, and under others."""

    enrolment: Enrolment
    number: int  # 1, 2, 3 …: all that a page says of them where names do not matter
    now: Verdict | None
    then: tuple[Finding, ...]
    certified: bool  # holds a certificate, which stays as it is
    why_not: str = ""  # why they cannot be moved, as a sentence

    @property
    def met_now(self) -> bool:
        return self.now is not None and self.now.met

    @property
    def met_then(self) -> bool:
        return bool(self.then) and all(finding.met for finding in self.then)

    @property
    def no_longer(self) -> bool:
        return self.met_now and not self.met_then

    @property
    def newly(self) -> bool:
        return self.met_then and not self.met_now


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """Everything that was read, by the key of the enrolment."""

    sets: Mapping[int, RequirementSet]
    lines: Mapping[int, list[Requirement]]  # of a set, by its key, in order
    records: Mapping[int, Record]
    allowances: Mapping[int, dict[int, Allowance]]  # what stands for each requirement
    certified: set[int]


def learners_of(programme: ProgrammePage) -> list[Enrolment]:
    """Who is on the programme, with their pins; those who joined last where there are more than 300. One query."""
    rows = with_pin(Enrolment.objects.open().filter(programme=programme)).select_related("learner")
    return list(rows.order_by("-enrolled_at", "-pk")[:MOST])


def foresee_rules(
    *, programme: ProgrammePage, lines: Rules, published: RequirementSet | None, at: datetime
) -> list[Foreseen]:
    """Everybody on the programme under these lines: of a draft, or of the set that was `published` with them."""
    enrolments = learners_of(programme)
    looked = _look(enrolments, programme, lines, at)
    foreseen = []
    for number, enrolment in enumerate(enrolments, start=1):
        record, now = looked.records[enrolment.pk], _now(enrolment, looked)
        theirs = published is not None and now is not None and now.requirement_set.pk == published.pk
        then = (
            now.findings if theirs and now else tuple(rule_of(line.kind, line.terms).finding(record) for line in lines)
        )
        foreseen.append(
            Foreseen(enrolment=enrolment, number=number, now=now, then=then, certified=enrolment.pk in looked.certified)
        )
    return foreseen


def foresee_move(
    *,
    enrolments: Sequence[Enrolment],
    to: RequirementSet,
    keeping: Keeping,
    by: User,
    at: datetime,
) -> list[Foreseen]:
    """These learners, with their pins (`learners_of`), before and after a move to that set."""
    lines = list(to.requirements.order_by("position"))
    looked = _look(enrolments, to.programme, lines, at)
    waiting = set(
        CertificationRequest.objects.filter(enrolment__in=enrolments, answered_at=None).values_list(
            "enrolment_id", flat=True
        )
    )
    foreseen = []
    for number, enrolment in enumerate(enrolments, start=1):
        now = _now(enrolment, looked)
        allowed = _kept(enrolment, now, keeping, looked, at) if now else {}
        record = looked.records[enrolment.pk]
        foreseen.append(
            Foreseen(
                enrolment=enrolment,
                number=number,
                now=now,
                then=tuple(
                    settled(rule_of(line.kind, line.terms).finding(record), allowed.get(line.pk)) for line in lines
                ),
                certified=enrolment.pk in looked.certified,
                why_not=refusal_of(
                    enrolment, now.requirement_set if now else None, to, waits=enrolment.pk in waiting, by=by, at=at
                ),
            )
        )
    return foreseen


def _look(enrolments: Sequence[Enrolment], programme: ProgrammePage, more: Rules, at: datetime) -> _Looked:
    pins = {enrolment.pin for enrolment in enrolments}  # type: ignore[attr-defined]
    sets = RequirementSet.objects.in_bulk(pins - {None})
    lines: dict[int, list[Requirement]] = {pk: [] for pk in sets}
    for row in Requirement.objects.filter(requirement_set__in=sets).order_by("position"):
        lines[row.requirement_set_id].append(row)
    allowances: dict[int, dict[int, Allowance]] = defaultdict(dict)
    rows = Allowance.objects.filter(enrolment__in=enrolments, withdrawn_at=None).select_related("move__from_set")
    for allowance in rows:
        allowances[allowance.enrolment_id][allowance.requirement_id] = allowance
    certified = Certificate.objects.filter(enrolment__in=enrolments, revoked_at=None, superseded_at=None)
    everything = [*more, *(row for those in lines.values() for row in those)]
    return _Looked(
        sets=sets,
        lines=lines,
        records=records_for(enrolments, everything, evidence_of_many(enrolments, programme=programme, at=at)),
        allowances=allowances,
        certified=set(certified.values_list("enrolment_id", flat=True)),
    )


def _now(enrolment: Enrolment, looked: _Looked) -> Verdict | None:
    pin = enrolment.pin  # type: ignore[attr-defined]
    if pin is None:
        return None
    allowed = {pk: allowed_by(each) for pk, each in looked.allowances[enrolment.pk].items()}
    return verdict_of(looked.sets[pin], looked.lines[pin], looked.records[enrolment.pk], allowed)


def _kept(enrolment: Enrolment, now: Verdict, keeping: Keeping, looked: _Looked, at: datetime) -> dict[int, Allowed]:
    kept = kept_by(keeping, looked.lines[now.requirement_set.pk], now, looked.allowances[enrolment.pk])
    return {
        requirement: Allowed(
            state=State.KEPT if kind == AllowanceKind.KEPT else State.WAIVED,
            on=timezone.localdate(at),
            reason=reason,
            version=now.requirement_set.version,
        )
        for requirement, (kind, _was, reason) in kept.items()
    }
