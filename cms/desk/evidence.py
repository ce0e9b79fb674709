"""What has a learner to show on one enrolment? Totals, scores and signatures; no title, no note, no message."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from assessments.models import AgreementSignature, Attempt, Competency, Level, Shift, ShiftRole, ShiftState
from assessments.totals import ShadowRecord, record_of
from certificates.eligibility import Verdict, verdict_on
from courses.models import Enrolment

LEVELS = [level.label for level in Level]


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """Days in one role."""

    role: str
    signed: int
    waiting: int


@dataclass(frozen=True, kw_only=True)
class RubricLine:
    """How often mentors gave each level for one competency, in the order of the levels."""

    competency: str
    counts: list[int]


@dataclass(frozen=True, kw_only=True)
class SignerLine:
    """How many distinct days one mentor signed."""

    name: str
    days: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a registrar weighs."""

    verdict: Verdict | None
    record: ShadowRecord
    hours: str
    roles: list[RoleLine]
    rubric: list[RubricLine]
    signers: list[SignerLine]
    broken: int  # signed shifts whose seal does not hold: they count nothing
    attempts: list[Attempt]
    signatures: list[AgreementSignature]
    levels: list[str]


def evidence_of(enrolment: Enrolment) -> Evidence:
    """The enrolment's whole basis: a constant number of queries. Needs its programme and learner loaded."""
    handed_in = Shift.objects.filter(enrolment=enrolment, submitted_at__isnull=False)
    # What is the learner's and the mentor's own is not even read.
    shifts = list(
        handed_in.select_related("production", "signed_by")
        .defer("learning_note", "production__title")
        .order_by("call_at", "pk")
    )
    record = record_of(shifts)
    states = [(shift, shift.state) for shift in shifts]
    signed = [shift for shift, state in states if state is ShiftState.SIGNED]
    given = Counter((competency, level) for shift in signed for competency, level in shift.rubric.items())
    days = {(shift.signed_by_id, shift.worked_on): str(shift.signed_by) for shift in signed}
    signers = Counter((person, name) for (person, _on), name in days.items())
    return Evidence(
        verdict=verdict_on(enrolment),
        record=record,
        hours=hours_of(record.minutes),
        roles=[
            RoleLine(
                role=str(role.label),
                signed=record.signed_by_role.get(role, 0),
                waiting=record.waiting_by_role.get(role, 0),
            )
            for role in ShiftRole
            if role in record.signed_by_role or role in record.waiting_by_role
        ],
        rubric=[
            RubricLine(competency=str(competency.label), counts=[given[competency, level] for level in Level])
            for competency in Competency
        ]
        if given
        else [],
        signers=[SignerLine(name=name, days=count) for (_person, name), count in signers.most_common()],
        broken=sum(state is ShiftState.BROKEN for _shift, state in states),
        attempts=list(Attempt.objects.filter(enrolment=enrolment).order_by("quiz__path", "number")),
        signatures=list(
            AgreementSignature.objects.filter(person=enrolment.learner_id)
            .select_related("agreement")
            .order_by("signed_at")
        ),
        levels=[str(label) for label in LEVELS],
    )


def hours_of(minutes: int) -> str:
    """Minutes as hours and minutes: "9 h 30"."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02}" if rest else f"{whole} h"


NO_RULES = gettext_lazy("This programme has no published requirements yet.")
