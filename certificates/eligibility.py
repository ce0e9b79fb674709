"""Has this learner met what they joined under, and if not, why not yet? Reads the facts; the rules are elsewhere."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BigIntegerField, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.mentors import today_of
from assessments.standing import QuizStanding, quiz_standing, quiz_standings
from assessments.totals import Standing, days_of, standings_for, standings_for_many, worked_in
from cms.accounts import history
from cms.accounts.models import User
from courses.models import CompletedBy, Enrolment, ProgrammePage
from courses.progress import Outline, outline_of, outlines_of

from .models import Allowance, AllowanceKind, DraftLine, Requirement, RequirementSet, RulesMove
from .other_facts import other_facts
from .requirements import Allowed, Finding, Kind, ModuleFacts, QuizFacts, Record, State, rule_of, settled


class CannotPublish(Exception):
    """The requirement set cannot be published; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A learner held against the set that holds for them."""

    requirement_set: RequirementSet
    findings: tuple[Finding, ...]
    rules: tuple[Kind, ...]
    record: Record
    allowed: tuple[Allowed | None, ...]  # by a registrar, for each rule

    @property
    def met(self) -> bool:
        return bool(self.findings) and all(finding.met for finding in self.findings)

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.met)

    def basis(self) -> list[dict[str, str]]:
        """What a certificate rests on, in aggregate: no production, no mentor's name. What was waived says so."""
        return [
            {"requirement": finding.title, "summary": finding.summary}
            | ({"state": "waived"} if finding.state is State.WAIVED else {})
            for finding in self.findings
        ]

    def facts(self) -> list[list[str]]:
        """The two facts that a certificate prints, as [label, words]."""
        return [list(finding.fact) for finding in self.findings if finding.fact][:2]


@transaction.atomic
def publish_requirements(
    *,
    programme: ProgrammePage,
    version: str,
    requirements: Sequence[tuple[str, Mapping[str, Any]]],
    by: User | None,
    at: datetime,
    is_example: bool = True,
    holds_from: datetime | None = None,
) -> RequirementSet:
    """Publish a new version: from `holds_from` on (`at`, when not given), who enrols joins under it.

    Nobody already on the programme is moved, and no certificate changes. `requirements` are (kind, terms) in order.
    Repeating a version raises CannotPublish, as does an unreadable rule, a time in the past or one not after the version
    before.
    """
    holds_from = holds_from or at
    if holds_from < at:
        raise CannotPublish(_("Rules cannot hold for a time that has passed. Choose today or a later day."))
    programme = ProgrammePage.objects.select_for_update().get(pk=programme.pk)
    if not requirements:
        raise CannotPublish(_("A set without requirements would certify everybody. Add at least one."))
    try:
        programme.clean()
    except ValidationError as problem:
        raise CannotPublish(
            _("The programme’s page has words that no certificate can carry. ") + " ".join(problem.messages)
        ) from None
    for kind, terms in requirements:
        try:
            rule_of(kind, terms)
        except ValueError as problem:
            raise CannotPublish(str(problem)) from None
    if programme.requirement_sets.filter(version=version).exists():
        raise CannotPublish(_("Version %(version)s is published already.") % {"version": version})
    if programme.requirement_sets.filter(published_at__gte=holds_from).exists():
        raise CannotPublish(_("A version published earlier cannot start later. Choose a later time."))
    published = RequirementSet.objects.create(
        programme=programme,
        version=version,
        is_example=is_example,
        published_at=holds_from,
        size=len(requirements),
        kind=programme.kind,
        title=programme.credential_title,
        programme_title=programme.title,
        description=programme.summary,
        valid_years=programme.valid_years,
        suspendable=programme.suspendable,
    )
    Requirement.objects.bulk_create(
        Requirement(requirement_set=published, position=place, kind=kind, terms=dict(terms))
        for place, (kind, terms) in enumerate(requirements, start=1)
    )
    history.record(
        chain="requirements",
        verb="requirements.published",
        subject=history.name_of(published),
        actor=by,
        at=at,
        facts={"version": version, "requirements": len(requirements), "digest": digest_of_set(published)},
    )
    return published


def digest_of_set(published: RequirementSet) -> str:
    """SHA-256 over every word and rule of a set, in hexadecimal: what history holds it to. One query."""
    said = [
        published.programme_id, published.version, published.is_example, published.size,
        published.published_at.astimezone(UTC).isoformat(timespec="microseconds"), published.kind, published.title,
        published.programme_title, published.description, published.valid_years,
        list(published.requirements.order_by("position", "pk").values_list("position", "kind", "terms")),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def current_set(programme: ProgrammePage, at: datetime | None = None) -> RequirementSet | None:
    """The set that somebody enrolling at that moment (now, when not given) joins under; one query."""
    return programme.requirement_sets.filter(published_at__lte=at or timezone.now()).order_by("-published_at").first()


def set_for(enrolment: Enrolment) -> RequirementSet | None:
    """The set that holds for this learner: the one they were moved to last, else the one they joined under.

    The programme's first that holds by now, for who came before there was any. For who was moved it has `moved_at` and
    `moved_because`, else None there. One query.
    """
    pin = with_pin(Enrolment.objects.filter(pk=enrolment.pk)).values("pin")[:1]
    move = RulesMove.objects.filter(enrolment=enrolment.pk).order_by("-moved_at")[:1]
    held = RequirementSet.objects.filter(pk=Subquery(pin)).annotate(
        moved_at=Subquery(move.values("moved_at")), moved_because=Subquery(move.values("reason"))
    )
    return held.first()


def with_pin(enrolments: QuerySet[Enrolment]) -> QuerySet[Any]:
    """These enrolments with `pin`, the key of the set that holds for each: no query of its own."""
    moves = RulesMove.objects.filter(enrolment=OuterRef("pk")).order_by("-moved_at").values("to_set")
    sets = RequirementSet.objects.filter(programme=OuterRef("programme"))
    joined = sets.filter(published_at__lte=OuterRef("enrolled_at")).order_by("-published_at").values("pk")
    first = sets.filter(published_at__lte=timezone.now()).order_by("published_at").values("pk")
    pin = Coalesce(Subquery(moves[:1]), Subquery(joined[:1]), Subquery(first[:1]), output_field=BigIntegerField())
    return enrolments.annotate(pin=pin)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a learner has to show on one programme, as each lower layer reads it."""

    outline: Outline
    quizzes: list[QuizStanding]
    shifts: tuple[Standing, ...]
    on: date  # where the learner lives, when it was read


def evidence_of(enrolment: Enrolment, *, at: datetime | None = None) -> Evidence:
    """Everything shown so far, looked at on the day of `at` (now, when not given): a constant number of queries."""
    outline = outline_of(programme=enrolment.programme, enrolment=enrolment)
    return Evidence(
        outline=outline,
        quizzes=quiz_standing(enrolment, outline=outline),
        shifts=standings_for(enrolment),
        on=today_of(enrolment.learner, at or timezone.now()),
    )


def evidence_of_many(enrolments: Sequence[Enrolment], *, programme: ProgrammePage, at: datetime) -> dict[int, Evidence]:
    """The same for many learners of one programme, by the key of their enrolment: as many queries as for one."""
    outlines = outlines_of(programme=programme, enrolments=enrolments)
    quizzes, shifts = quiz_standings(outlines), standings_for_many(enrolments)
    return {
        enrolment.pk: Evidence(
            outline=outlines[enrolment.pk],
            quizzes=quizzes[enrolment.pk],
            shifts=shifts[enrolment.pk],
            on=today_of(enrolment.learner, at),
        )
        for enrolment in enrolments
    }


Rules = Sequence[Requirement | DraftLine]


def record_for(enrolment: Enrolment, rules: Rules, evidence: Evidence) -> Record:
    """The evidence as the rules look at it, with what only some rules ask for."""
    return records_for([enrolment], rules, {enrolment.pk: evidence})[enrolment.pk]


def records_for(enrolments: Sequence[Enrolment], rules: Rules, evidence: Mapping[int, Evidence]) -> dict[int, Record]:
    """The same for many learners of one programme, by the key of their enrolment, as many queries as for one."""
    others = other_facts(enrolments, rules)
    return {enrolment.pk: _record(evidence[enrolment.pk], **others[enrolment.pk]) for enrolment in enrolments}


def _record(evidence: Evidence, **others: Any) -> Record:
    return Record(
        modules=tuple(
            ModuleFacts(
                title=line.module.title,
                done=sum(unit.state == "done" for unit in line.units if _is_read(unit.unit)),
                total=sum(_is_read(unit.unit) for unit in line.units),
                hours=line.module.hours,
                minutes=sum(unit.unit.minutes for unit in line.units if unit.state == "done"),
                finished=line.state == "done",
            )
            for line in evidence.outline.modules
        ),
        quizzes=tuple(
            QuizFacts(
                title=standing.quiz.title,
                pass_mark=standing.pass_mark,
                best=standing.best,
                passed=standing.passed_on is not None,
            )
            for standing in evidence.quizzes
        ),
        days=worked_in(evidence.shifts),
        waiting_days=len({day.on for day in days_of(evidence.shifts) if day.state == "waiting"}),
        on=evidence.on,
        **others,
    )


def _is_read(unit: Any) -> bool:
    return unit.completed_by == CompletedBy.READING


def verdict_on(enrolment: Enrolment, evidence: Evidence | None = None, *, at: datetime | None = None) -> Verdict | None:
    """The learner held against their set, requirement by requirement; None while the programme has no set.

    As of `at` (now, when not given), or of the evidence.
    """
    held = set_for(enrolment)
    if held is None:
        return None
    allowance = Q(allowances__enrolment=enrolment.pk, allowances__withdrawn_at=None)
    rows = list(
        held.requirements.annotate(allowance=FilteredRelation("allowances", condition=allowance))
        .select_related("allowance__move__from_set")  # type: ignore[misc]  # the plugin knows no filtered relations
        .order_by("position")
    )
    record = record_for(enrolment, rows, evidence or evidence_of(enrolment, at=at))
    # Django sets nothing where the join finds nothing.
    return verdict_of(
        held, rows, record, {row.pk: allowed_by(row.allowance) for row in rows if hasattr(row, "allowance")}
    )


def verdict_of(
    held: RequirementSet, rows: Sequence[Requirement], record: Record, allowed: Mapping[int, Allowed]
) -> Verdict:
    """A record held against the lines of a set, with what was allowed for some of them, by their keys. No query."""
    rules = tuple(rule_of(row.kind, row.terms) for row in rows)
    at_each = tuple(allowed.get(row.pk) for row in rows)
    return Verdict(
        requirement_set=held,
        findings=tuple(settled(rule.finding(record), each) for rule, each in zip(rules, at_each, strict=True)),
        rules=rules,
        record=record,
        allowed=at_each,
    )


def allowed_by(allowance: Allowance) -> Allowed:
    """An allowance as rules look at it. Needs its move and that move's sets loaded, where it has one."""
    kept = allowance.kind == AllowanceKind.KEPT
    return Allowed(
        state=State.KEPT if kept else State.WAIVED,
        on=timezone.localdate(allowance.allowed_at),
        reason=allowance.reason,
        version=allowance.move.from_set.version if kept and allowance.move else "",
    )
