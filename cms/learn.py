"""What does a learner see first? What is next, how far they are, and what is missing, put together from every layer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.mentorships import open_mentorships
from assessments.models import Shift, ShiftRole
from assessments.standing import QuizStanding
from assessments.totals import ShadowRecord
from certificates.eligibility import Verdict, evidence_of, verdict_on
from certificates.models import Certificate, CertificationRequest, Status
from certificates.requirements import WEIGHT, ShadowDays
from cms.accounts.models import User
from courses.models import Enrolment, Order
from courses.pausing import Late, Pause, late_parts, pause_of
from courses.progress import Outline


@dataclass(frozen=True, kw_only=True)
class RoleLine:
    """One role of the shadow days, as a row of the table."""

    role: ShiftRole
    signed: int
    counts: int
    required: str
    enough: bool
    waiting: int
    stands: str


@dataclass(frozen=True, kw_only=True)
class Today:
    """Everything on the first screen for one enrolment; constant queries."""

    enrolment: Enrolment
    pause: Pause | None
    others: list[Enrolment]
    outline: Outline
    quizzes: list[QuizStanding]
    verdict: Verdict | None
    shadow: ShadowRecord | None  # None where the programme asks for no days on set
    roles: list[RoleLine]
    days_asked: int
    waiting_for: list[str]  # names of mentors
    is_mentored: bool  # somebody has agreed to, so that a day can be recorded
    certificate: Certificate | None
    status: Status | None
    request: CertificationRequest | None

    @property
    def quizzes_passed(self) -> int:
        return sum(quiz.passed_on is not None for quiz in self.quizzes)


@dataclass(frozen=True, kw_only=True)
class Buying:
    """What the first screen says about money: nothing, for who has ordered nothing."""

    orders: list[Order]  # newest first
    late: list[Late]

    @property
    def waiting(self) -> list[Order]:
        return [order for order in self.orders if order.is_waiting]


def buying_of(person: User, *, at: datetime) -> Buying:
    """One query, and one or two for those who have bought something."""
    orders = list(person.orders.select_related("programme").order_by("-placed_at", "-pk"))
    bought = any(order.fulfilled_at for order in orders)
    return Buying(orders=orders, late=late_parts(person, at=at) if bought else [])


def today_of(person: User, *, slug: str, at: datetime) -> Today | None:
    """The screen for the programme of that slug, else the one last read; None for who is on nothing."""
    enrolments = list(Enrolment.objects.open_for(person))
    if not enrolments:
        return None
    enrolments.sort(key=lambda enrolment: enrolment.last_read_at or enrolment.enrolled_at, reverse=True)
    enrolment = next((found for found in enrolments if found.programme.slug == slug), enrolments[0])
    evidence = evidence_of(enrolment)
    certificate = enrolment.certificates.filter(superseded_at=None).order_by("-issued_at").first()
    request = enrolment.certification_requests.order_by("-asked_at").first()
    verdict = verdict_on(enrolment, evidence)
    days = next((rule for rule in verdict.rules if isinstance(rule, ShadowDays)), None) if verdict else None
    shadow = evidence.shadow if days else None
    waiting = Shift.objects.filter(enrolment=enrolment).waiting().values_list(
        "mentorship__mentor__person__display_name", flat=True
    )  # fmt: skip
    return Today(
        enrolment=enrolment,
        pause=pause_of(enrolment),
        others=[other for other in enrolments if other is not enrolment],
        outline=evidence.outline,
        quizzes=evidence.quizzes,
        verdict=verdict,
        shadow=shadow,
        roles=_role_lines(days, verdict, shadow) if days and verdict and shadow else [],
        days_asked=days.days if days else 0,
        waiting_for=sorted(set(waiting)) if days else [],
        is_mentored=days is not None and any(mentorship.begun_at for mentorship in open_mentorships(person)),
        certificate=certificate,
        status=certificate.status(at) if certificate else None,
        request=request if request and request.answered_at is None else None,
    )


def _role_lines(rule: ShadowDays, verdict: Verdict, shadow: ShadowRecord) -> list[RoleLine]:
    signed, counts = rule.count(verdict.record), rule.countable(verdict.record)
    lines = []
    for role in WEIGHT:
        least, most, waiting = rule.least.get(role, 0), rule.most.get(role), shadow.waiting_by_role.get(role, 0)
        if not (least or most is not None or signed[role] or waiting):
            continue
        more = max(least - counts[role], 0)
        lines.append(
            RoleLine(
                role=role,
                signed=signed[role],
                counts=counts[role],
                required=_required(least, most),
                enough=more == 0,
                waiting=waiting,
                stands=_stands(more, waiting),
            )
        )
    return lines


def _required(least: int, most: int | None) -> str:
    if least and most is not None:
        return _("%(least)d to %(most)d") % {"least": least, "most": most}
    if most is not None:
        return _("up to %(most)d") % {"most": most}
    return _("%(least)d or more") % {"least": least} if least else "–"


def _stands(more: int, waiting: int) -> str:
    if waiting:
        return ngettext("%(n)d with your mentor", "%(n)d with your mentor", waiting) % {"n": waiting}
    return _("Enough") if more == 0 else _("%(n)d more") % {"n": more}
