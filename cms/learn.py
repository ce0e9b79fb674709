"""What does a learner see first? What is next, how far they are, and what is missing, put together from every layer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.counting import WEIGHT, Reason
from assessments.mentorships import open_mentorships
from assessments.models import ShiftRole
from assessments.standing import QuizStanding
from assessments.totals import Totals, totals_of
from assessments.totals_words import runs_out
from certificates.eligibility import Verdict, evidence_of, verdict_on
from certificates.models import Certificate, CertificationRequest, Status
from certificates.renewal_words import hint_of
from certificates.requirements import ShadowDays
from cms.accounts.models import User
from courses.dates import intake_of
from courses.models import Ended, Enrolment, Grant, Intake, Order
from courses.pausing import Late, Pause, late_parts, pause_of
from courses.progress import Outline
from courses.standing import Standing, standing_in_words


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
    intake: Intake | None  # the dated group they are in
    pause: Pause | None
    others: list[Enrolment]
    outline: Outline
    quizzes: list[QuizStanding]
    verdict: Verdict | None
    shadow: Totals | None  # None where the programme asks for no days on set
    roles: list[RoleLine]
    runs_out: str  # which days grow too old soon, as a sentence
    waiting_for: list[str]  # names of mentors
    is_mentored: bool  # somebody has agreed to, so that a day can be recorded
    certificate: Certificate | None
    status: Status | None
    renewal: str  # what can be done about its end now
    request: CertificationRequest | None

    @property
    def quizzes_passed(self) -> int:
        return sum(quiz.passed_on is not None for quiz in self.quizzes)


@dataclass(frozen=True, kw_only=True)
class Buying:
    """What the first screen says about money: nothing, for who has ordered nothing."""

    orders: list[Order]  # newest first
    waiting: list[WaitingOrder]
    late: list[Late]
    ended: list[Grant]  # places that ended with a refund or a dispute in the last month

    @property
    def places(self) -> bool:
        """Whether they buy places for an organisation, and are not led to them by the first screen itself."""
        return any(order.organisation_id for order in self.orders)


@dataclass(frozen=True, kw_only=True)
class WaitingOrder:
    """An order that is not paid."""

    order: Order
    standing: Standing
    needless: bool  # they are on its programme already


SAID_FOR = timedelta(days=30)  # how long the first screen says that a place has ended


def buying_of(person: User, *, at: datetime) -> Buying:
    """Two queries, and for those who have ordered something a few more, however much it was."""
    orders = list(person.orders.select_related("programme").order_by("-placed_at", "-pk"))
    waiting = [order for order in orders if order.is_waiting]
    prefetch_related_objects(waiting, "checkouts", "concerns")
    on = set(Enrolment.objects.open().filter(learner=person).values_list("programme", flat=True)) if waiting else set()
    ended = Grant.objects.filter(
        enrolment__learner=person,
        enrolment__withdrawn_at__isnull=False,
        ended_because__in=[Ended.REFUNDED, Ended.DISPUTE_LOST],
        ended_at__gte=at - SAID_FOR,
    )
    return Buying(
        orders=orders,
        waiting=[
            WaitingOrder(
                order=order,
                standing=standing_in_words(order, at=at),
                needless=order.organisation_id is None and order.programme_id in on,
            )
            for order in waiting
        ],
        late=late_parts(person, at=at) if any(order.fulfilled_at for order in orders) else [],
        ended=list(ended.select_related("order", "enrolment__programme").order_by("-ended_at", "-pk")),
    )


def today_of(person: User, *, slug: str, at: datetime) -> Today | None:
    """The screen for the programme of that slug, else the one last read; None for who is on nothing."""
    enrolments = list(Enrolment.objects.open_for(person))
    if not enrolments:
        return None
    enrolments.sort(key=lambda enrolment: enrolment.last_read_at or enrolment.enrolled_at, reverse=True)
    enrolment = next((found for found in enrolments if found.programme.slug == slug), enrolments[0])
    enrolment.learner = person  # as `open_for` sought it: it need not be fetched again
    evidence = evidence_of(enrolment, at=at)
    certificate = enrolment.certificates.filter(superseded_at=None).order_by("-issued_at").first()
    request = enrolment.certification_requests.order_by("-asked_at").first()
    verdict = verdict_on(enrolment, evidence)
    days = next((rule for rule in verdict.rules if isinstance(rule, ShadowDays)), None) if verdict else None
    shadow = totals_of(evidence.shifts, days.rules, on=evidence.on) if days else None
    waiting = {
        standing.shift.mentorship.mentor.name for standing in evidence.shifts if standing.why is Reason.WITH_MENTOR
    }
    return Today(
        enrolment=enrolment,
        intake=intake_of(enrolment),
        pause=pause_of(enrolment),
        others=[other for other in enrolments if other is not enrolment],
        outline=evidence.outline,
        quizzes=evidence.quizzes,
        verdict=verdict,
        shadow=shadow,
        roles=_role_lines(shadow) if shadow else [],
        runs_out=runs_out(shadow) if shadow else "",
        waiting_for=sorted(waiting) if days else [],
        is_mentored=days is not None and any(mentorship.begun_at for mentorship in open_mentorships(person)),
        certificate=certificate,
        status=certificate.status(at) if certificate else None,
        renewal=hint_of(certificate, at=at),
        request=request if request and request.answered_at is None else None,
    )


def _role_lines(shadow: Totals) -> list[RoleLine]:
    rules, signed, counts, waits = (
        shadow.rules,
        shadow.counted.signed_by_role,
        shadow.counted.by_role,
        shadow.waiting_by_role,
    )
    lines = []
    for role in WEIGHT:
        least, most, waiting = rules.least.get(role, 0), rules.most.get(role), waits[role]
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
