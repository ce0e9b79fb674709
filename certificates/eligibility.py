"""Has this learner met what they joined under, and if not, why not yet? Reads the facts; the rules are elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.agreements import current_agreement
from assessments.models import AgreementSignature
from assessments.standing import quiz_standing
from assessments.totals import shadow_record
from cms.accounts import history
from cms.accounts.models import User
from courses.models import CompletedBy, Enrolment, ProgrammePage
from courses.progress import Outline, outline_of

from .models import Requirement, RequirementKind, RequirementSet
from .requirements import AgreementFacts, DayFacts, Finding, ModuleFacts, QuizFacts, Record, rule_of


class CannotPublish(Exception):
    """The requirement set cannot be published; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A learner held against the set they joined under."""

    requirement_set: RequirementSet
    findings: tuple[Finding, ...]

    @property
    def met(self) -> bool:
        return bool(self.findings) and all(finding.met for finding in self.findings)

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.met)

    def basis(self) -> list[dict[str, str]]:
        """What a certificate rests on, in aggregate: no production, no mentor's name."""
        return [{"requirement": finding.title, "summary": finding.summary} for finding in self.findings]


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
    """The set this learner joined under; the programme's first, for who came before there was any. One or two queries."""
    sets = RequirementSet.objects.filter(programme_id=enrolment.programme_id)
    joined = sets.filter(published_at__lte=enrolment.enrolled_at).order_by("-published_at").first()
    return joined or sets.order_by("published_at").first()


def record_for(enrolment: Enrolment, rules: Sequence[Requirement], *, outline: Outline | None = None) -> Record:
    """The facts the rules look at: a constant number of queries, none for kinds that are not asked for."""
    kinds = {rule.kind for rule in rules}
    facts: dict[str, Any] = {}
    if RequirementKind.MODULES in kinds:
        outline = outline or outline_of(programme=enrolment.programme, enrolment=enrolment)
        facts["modules"] = tuple(
            ModuleFacts(
                title=module.module.title,
                done=sum(line.state == "done" for line in module.units if _is_read(line.unit)),
                total=sum(_is_read(line.unit) for line in module.units),
            )
            for module in outline.modules
        )
    if RequirementKind.QUIZZES in kinds:
        facts["quizzes"] = tuple(
            QuizFacts(
                title=standing.quiz.title,
                pass_mark=standing.pass_mark,
                best=standing.best,
                passed=standing.passed_on is not None,
            )
            for standing in quiz_standing(enrolment)
        )
    if RequirementKind.SHADOW_DAYS in kinds:
        shadow = shadow_record(enrolment)
        facts["days"] = tuple(DayFacts(on=day.on, role=day.role) for day in shadow.days if day.state == "signed")
        facts["waiting_days"] = len({day.on for day in shadow.days if day.state == "waiting"})
        facts["mentors"], facts["productions"] = shadow.mentors, shadow.productions
    facts["agreements"] = {
        slug: found
        for slug in (rule.terms["slug"] for rule in rules if rule.kind == RequirementKind.AGREEMENT)
        if (found := _agreement_facts(enrolment, slug))
    }
    return Record(**facts)


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


def verdict_on(enrolment: Enrolment, *, outline: Outline | None = None) -> Verdict | None:
    """The learner held against their set, requirement by requirement; None while the programme has no set."""
    joined = set_for(enrolment)
    if joined is None:
        return None
    rules = list(joined.requirements.order_by("position"))
    record = record_for(enrolment, rules, outline=outline)
    return Verdict(
        requirement_set=joined,
        findings=tuple(rule_of(rule.kind, rule.terms).finding(record) for rule in rules),
    )
