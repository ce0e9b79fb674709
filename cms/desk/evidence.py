"""What has a learner to show on one enrolment? Totals, scores and signatures; no title, no note, no message."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.counting import WEIGHT, CountingRules, Reason
from assessments.models import AgreementSignature, Attempt, Competency, Level
from assessments.totals import Step, Totals, totals_of
from assessments.totals_parts import Part, by_mentor
from assessments.totals_words import Rung, ladder
from certificates import eligibility
from certificates.eligibility import Verdict, verdict_on
from certificates.models import RequirementKind
from certificates.requirements import Finding, ShadowDays
from courses.models import Enrolment

LEVELS = [level.label for level in Level]


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """Days in one role."""

    role: str
    signed: int
    counts: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class RubricLine:
    """How often mentors gave each level for one competency, in the order of the levels."""

    competency: str
    counts: list[int]


@dataclass(frozen=True, kw_only=True)
class BasisLine:
    """One requirement with what there is for it, and where at the desk one sees it."""

    finding: Finding
    links: list[tuple[str, str]]  # labels and addresses


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a registrar weighs."""

    verdict: Verdict | None
    basis: list[BasisLine]
    totals: Totals
    ladder: list[Rung]
    roles: list[RoleLine]
    rubric: list[RubricLine]
    signers: list[Part]
    broken: int  # signed shifts whose seal does not hold: they count nothing
    attempts: list[Attempt]
    signatures: list[AgreementSignature]
    levels: list[str]


def evidence_of(enrolment: Enrolment, *, at: datetime) -> Evidence:
    """The enrolment's whole basis, the age of days reckoned from `at`. Needs its programme and learner loaded.

    A constant number of queries.
    """
    shown = eligibility.evidence_of(enrolment, at=at)
    verdict = verdict_on(enrolment, shown)
    rules = next((rule.rules for rule in verdict.rules if isinstance(rule, ShadowDays)), None) if verdict else None
    # A draft is its learner's alone, even that there is one.
    handed_in = [standing for standing in shown.shifts if standing.shift.submitted_at]
    totals = totals_of(handed_in, rules or CountingRules(), on=shown.on)
    counted, waiting = totals.counted, totals.waiting_by_role
    signed = counted.signed_by_role
    signed_shifts = [standing.shift for standing in shown.shifts if standing.why is None]
    given = Counter((competency, level) for shift in signed_shifts for competency, level in shift.rubric.items())
    return Evidence(
        verdict=verdict,
        basis=[BasisLine(finding=finding, links=_links(finding, enrolment)) for finding in verdict.findings]
        if verdict
        else [],
        totals=totals,
        ladder=ladder(totals) if handed_in else [],
        roles=[
            RoleLine(role=str(role.label), signed=signed[role], counts=counted.by_role[role], waiting=waiting[role])
            for role in WEIGHT
            if signed[role] or waiting[role]
        ],
        rubric=[
            RubricLine(competency=str(competency.label), counts=[given[competency, level] for level in Level])
            for competency in Competency
        ]
        if given
        else [],
        signers=[part for part in by_mentor(totals) if part.amounts[Step.SIGNED].shifts],
        broken=totals.because(Reason.BROKEN).shifts,
        attempts=list(Attempt.objects.filter(enrolment=enrolment).order_by("quiz__path", "number")),
        signatures=list(
            AgreementSignature.objects.filter(person=enrolment.learner_id)
            .select_related("agreement")
            .order_by("signed_at")
        ),
        levels=[str(label) for label in LEVELS],
    )


def _links(finding: Finding, enrolment: Enrolment) -> list[tuple[str, str]]:
    """Where at the desk a registrar sees what a requirement rests on: its part of this page, and pages of its own."""
    kind = str(finding.kind)
    if kind.startswith("shadow"):
        shifts = f"{reverse('desk:shadow_shift_list')}?{urlencode({'state': 'signed', 'q': enrolment.learner.email})}"
        return [(_("Days on set"), "#e-days"), (_("The shifts"), shifts)]
    if kind == RequirementKind.QUIZZES:
        return [(_("Results"), "#e-quizzes")]
    if kind == RequirementKind.AGREEMENT:
        return [(_("Signatures"), "#e-agreements")]
    return [(_("The learner’s record"), reverse("desk:learner_detail", args=[enrolment.pk]))]


NO_RULES = gettext_lazy("This programme has no published requirements yet.")
