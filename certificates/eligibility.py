"""Has this learner met what they joined under, and if not, why not yet? Reads the facts; the rules are elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.agreements import current_agreement
from assessments.mentors import today_of
from assessments.models import AgreementSignature
from assessments.standing import QuizStanding, quiz_standing
from assessments.totals import Standing, days_of, standings_for, worked_in
from cms.accounts import history
from cms.accounts.models import User
from courses.attending import taken_by
from courses.models import CompletedBy, Enrolment, ProgrammePage
from courses.progress import Outline, outline_of

from .models import Requirement, RequirementKind, RequirementSet
from .requirements import AgreementFacts, Finding, Kind, ModuleFacts, QuizFacts, Record, SessionFacts, rule_of


class CannotPublish(Exception):
    """The requirement set cannot be published; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A learner held against the set they joined under."""

    requirement_set: RequirementSet
    findings: tuple[Finding, ...]
    rules: tuple[Kind, ...]
    record: Record

    @property
    def met(self) -> bool:
        return bool(self.findings) and all(finding.met for finding in self.findings)

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.met)

    def basis(self) -> list[dict[str, str]]:
        """What a certificate rests on, in aggregate: no production, no mentor's name."""
        return [{"requirement": finding.title, "summary": finding.summary} for finding in self.findings]

    def facts(self) -> list[list[str]]:
        """The two facts that a certificate prints, as [label, words]."""
        return [list(finding.fact) for finding in self.findings if finding.fact][:2]

    def results(self) -> list[dict[str, str]]:
        """What was measured: the best score of each quiz, and the hours studied and worked. Amounts are text."""
        scores = [
            {
                "name": quiz.title,
                "measure": "score",
                "value": in_words(quiz.best),
                "minimum": "0",
                "maximum": "100",
                "required": str(quiz.pass_mark),
            }
            for quiz in self.record.quizzes
            if quiz.best is not None
        ]
        minutes = sum(worked.minutes for worked in self.record.days)
        hours = {
            _("Study hours"): Decimal(sum(module.hours for module in self.record.modules)),
            _("Shadow hours"): Decimal(minutes) / 60,
        }
        measured = [
            {"name": str(name), "measure": "hours", "value": in_words(amount)}
            for name, amount in hours.items()
            if amount
        ]
        return _told_apart([*scores, *measured])


def in_words(amount: Decimal) -> str:
    """An amount as a credential writes it: one decimal at most, rounded down, without an exponent."""
    cut = amount.quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return f"{cut.normalize():f}"


def _told_apart(results: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same results under names of their own: two quizzes may have one title."""
    seen: dict[str, int] = {}
    for result in results:
        name = result["name"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            result["name"] = f"{name} ({seen[name]})"
    return results


@transaction.atomic
def publish_requirements(
    *,
    programme: ProgrammePage,
    version: str,
    requirements: Sequence[tuple[str, Mapping[str, Any]]],
    by: User | None,
    at: datetime,
    is_example: bool = True,
) -> RequirementSet:
    """Publish a new version: from `at` on, who enrols joins under it; nobody already on the programme is moved.

    `requirements` are (kind, terms) in order. Repeating a version raises CannotPublish, as does an unreadable rule or a
    time not after the version before.
    """
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
    if programme.requirement_sets.filter(published_at__gte=at).exists():
        raise CannotPublish(_("A version published earlier cannot start later. Choose a later time."))
    published = RequirementSet.objects.create(
        programme=programme,
        version=version,
        is_example=is_example,
        published_at=at,
        kind=programme.kind,
        title=programme.credential_title,
        programme_title=programme.title,
        description=programme.summary,
        valid_years=programme.valid_years,
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
        facts={"version": version, "requirements": len(requirements)},
    )
    return published


def current_set(programme: ProgrammePage, at: datetime | None = None) -> RequirementSet | None:
    """The set that somebody enrolling at that moment (now, when not given) joins under; one query."""
    return programme.requirement_sets.filter(published_at__lte=at or timezone.now()).order_by("-published_at").first()


def set_for(enrolment: Enrolment) -> RequirementSet | None:
    """The set this learner joined under; the programme's first, for who came before there was any. One query."""
    return set_joined(
        RequirementSet.objects.filter(programme_id=enrolment.programme_id).order_by("published_at"), enrolment
    )


def set_joined(sets: Iterable[RequirementSet], enrolment: Enrolment) -> RequirementSet | None:
    """Which of its programme's sets, oldest first, an enrolment joined under."""
    known = list(sets)
    joined = [published for published in known if published.published_at <= enrolment.enrolled_at]
    return next(reversed(joined), next(iter(known), None))


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


def record_for(enrolment: Enrolment, rules: Sequence[Requirement], evidence: Evidence) -> Record:
    """The evidence as the rules look at it, with what only some rules ask for: two queries for each agreement and for
    live sessions, one for attestations.
    """
    return Record(
        modules=tuple(
            ModuleFacts(
                title=line.module.title,
                done=sum(unit.state == "done" for unit in line.units if _is_read(unit.unit)),
                total=sum(_is_read(unit.unit) for unit in line.units),
                hours=line.module.hours,
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
        agreements={
            slug: found
            for slug in (rule.terms["slug"] for rule in rules if rule.kind == RequirementKind.AGREEMENT)
            if (found := _agreement_facts(enrolment, slug))
        },
        sessions=_session_facts(enrolment) if _asks(rules, RequirementKind.LIVE_SESSIONS) else (),
        attested=_attested(enrolment) if _asks(rules, RequirementKind.ATTESTATION) else {},
    )


def _asks(rules: Sequence[Requirement], kind: RequirementKind) -> bool:
    return any(rule.kind == kind for rule in rules)


def _session_facts(enrolment: Enrolment) -> tuple[SessionFacts, ...]:
    return tuple(SessionFacts(on=taken.on, made_up=taken.made_up) for taken in taken_by(enrolment))


def _attested(enrolment: Enrolment) -> dict[str, date]:
    return dict(enrolment.attestations.filter(taken_back_at=None).values_list("what", "on"))


def _is_read(unit: Any) -> bool:
    return unit.completed_by == CompletedBy.READING


def _agreement_facts(enrolment: Enrolment, slug: str) -> AgreementFacts | None:
    current = current_agreement(slug)
    if current is None:
        return None
    newest = (
        AgreementSignature.objects.filter(person=enrolment.learner_id, agreement__slug=slug)
        .select_related("agreement")
        .order_by("-agreement__version")
        .first()
    )
    return AgreementFacts(
        title=current.title,
        version=current.version,
        signed_version=newest.agreement.version if newest else None,
        signed_on=newest.signed_at.date() if newest else None,
    )


def verdict_on(enrolment: Enrolment, evidence: Evidence | None = None, *, at: datetime | None = None) -> Verdict | None:
    """The learner held against their set, requirement by requirement; None while the programme has no set.

    As of `at` (now, when not given), or of the evidence.
    """
    joined = set_for(enrolment)
    if joined is None:
        return None
    rows = list(joined.requirements.order_by("position"))
    record = record_for(enrolment, rows, evidence or evidence_of(enrolment, at=at))
    rules = tuple(rule_of(row.kind, row.terms) for row in rows)
    return Verdict(
        requirement_set=joined,
        findings=tuple(rule.finding(record) for rule in rules),
        rules=rules,
        record=record,
    )
