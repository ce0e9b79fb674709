"""Did something happen since a certificate was issued that a person should look at? It never changes one by itself.

A flag is not kept: it is read off what happened, by the day of the award and after it, for certificates that stand. A
certificate in place of another carries the question along, and so does what was answered: a flag that a registrar set
aside is seen again only for what happened later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncDate

from assessments.models import Attempt, AuditDraw, AuditOutcome, Shift
from courses.models import Ended, Grant

from .models import (
    Certificate,
    Flag,
    FlagSetAside,
    Requirement,
    RequirementKind,
    RequirementSet,
    RulesInError,
    SeenScore,
)

PAID_BACK = (Ended.REFUNDED, Ended.DISPUTE_LOST)


def flagged(flag: Flag | None = None) -> QuerySet[Certificate]:
    """Certificates that stand and have this flag, or any: one query."""
    standing = Certificate.objects.filter(revoked_at=None, superseded_at=None)
    if flag is not None:
        return standing.filter(_HAPPENED[flag]())
    any_of_them = Q()
    for happened in _HAPPENED.values():
        any_of_them |= Q(happened())
    return standing.filter(any_of_them)


def with_flags(certificates: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """With a mark for each flag, which `flags_in` reads: still one query."""
    return certificates.annotate(
        **{f"flag_{flag.lower()}": Exists(flagged(flag).filter(pk=OuterRef("pk"))) for flag in Flag}
    )


def flags_in(certificate: Certificate) -> list[Flag]:
    """The flags of a certificate of `with_flags`. No query."""
    return [flag for flag in Flag if getattr(certificate, f"flag_{flag.lower()}")]


def flags_of(certificate: Certificate) -> list[Flag]:
    """The flags of this certificate: one query."""
    return flags_in(with_flags(Certificate.objects.filter(pk=certificate.pk).only("pk")).get())


# What happened ---------------------------------------------------------------------------------------------
# Each is a condition on a query about certificates.


def _paid_back() -> Q:
    """The place was paid back, or lost to a bank. Who is on the programme for another reason is not among them."""
    grants = Grant.objects.filter(enrolment=OuterRef("enrolment"))
    lost = grants.alias(day=TruncDate("ended_at", tzinfo=UTC)).filter(
        ~_answered(Flag.PAID_BACK, "ended_at"), ended_because__in=PAID_BACK, day__gte=OuterRef("awarded_on")
    )
    return Q(Exists(lost)) & ~Q(Exists(grants.filter(ended_at=None)))


def _shift_fell() -> Q:
    """A shift it rests on was voided or amended, or failed a random check.

    A certificate rests on the shifts of its enrolment that were signed by the day of the award, where its rules ask for
    shadowing.
    """
    failed = AuditDraw.objects.filter(
        ~_answered(Flag.SHIFT, "closed_at", enrolment="shift__enrolment"),
        shift=OuterRef("pk"),
        outcome=AuditOutcome.FAILED,
    )
    fell = (
        _signed_by_the_award()
        .alias(
            voided_on=TruncDate("voided_at", tzinfo=UTC),
            replaced_on=TruncDate("superseded_at", tzinfo=UTC),
        )
        .filter(
            Q(~_answered(Flag.SHIFT, "voided_at"), voided_on__gte=OuterRef("awarded_on"))
            | Q(~_answered(Flag.SHIFT, "superseded_at"), replaced_on__gte=OuterRef("awarded_on"))
            | Q(Exists(failed), voided_at=None, superseded_at=None)
        )
    )
    return Q(_asks_for("shadow")) & Q(Exists(fell))


def _mentor_fell() -> Q:
    """A mentor who signed a shift that it rests on is suspended, and was not when it was issued."""
    theirs = (
        _signed_by_the_award()
        .alias(fell_on=TruncDate("signed_as__suspended_at", tzinfo=UTC))
        .filter(
            ~_answered(Flag.MENTOR, "signed_as__suspended_at"),
            voided_at=None,
            superseded_at=None,
            fell_on__gte=OuterRef("awarded_on"),
        )
    )
    return Q(_asks_for("shadow")) & Q(Exists(theirs))


def _quiz_fell() -> Q:
    """A quiz sat by the day of the award has no passing result from that time any more: it was marked again."""
    return Q(_asks_for(RequirementKind.QUIZZES)) & Q(Exists(_below().filter(enrolment=OuterRef("enrolment"))))


def _below() -> QuerySet[Attempt]:
    """Results by the day of the award, of quizzes without a passing one from then; without those seen and set aside."""
    mine = Attempt.objects.alias(day=TruncDate("submitted_at", tzinfo=UTC))
    raised = (
        Requirement.objects.filter(
            requirement_set=OuterRef(OuterRef(OuterRef("requirement_set"))), kind=RequirementKind.QUIZZES
        )
        .alias(mark=Cast(KeyTextTransform("mark", "terms"), IntegerField()))
        .filter(mark__gt=OuterRef("score"))
    )
    passing = mine.filter(
        ~Exists(raised),
        enrolment=OuterRef("enrolment"),
        quiz=OuterRef("quiz"),
        passed=True,
        day__lte=OuterRef(OuterRef("awarded_on")),
    )
    seen = SeenScore.objects.filter(attempt=OuterRef("pk"), score=OuterRef("score"))
    return mine.filter(~Exists(passing), ~Exists(seen), day__lte=OuterRef("awarded_on"))


def _rules_fell() -> Q:
    """Its rule set was published in error."""
    said = RulesInError.objects.filter(requirement_set=OuterRef("requirement_set"))
    answered = FlagSetAside.objects.filter(certificate__enrolment=OuterRef("enrolment"), flag=Flag.RULES)
    return Q(Exists(said)) & ~Q(Exists(answered))


_HAPPENED = {
    Flag.PAID_BACK: _paid_back,
    Flag.SHIFT: _shift_fell,
    Flag.QUIZ: _quiz_fell,
    Flag.MENTOR: _mentor_fell,
    Flag.RULES: _rules_fell,
}


def _answered(flag: Flag, moment: str, *, enrolment: str = "enrolment") -> Exists:
    """Whether what happened at `moment` was there already when a registrar set this flag of the enrolment aside."""
    return Exists(
        FlagSetAside.objects.filter(
            certificate__enrolment=OuterRef(enrolment), flag=flag, decision__at__gte=OuterRef(moment)
        )
    )


def _signed_by_the_award() -> QuerySet[Shift]:
    signed = Shift.objects.filter(enrolment=OuterRef("enrolment")).alias(signed_on=TruncDate("signed_at", tzinfo=UTC))
    return signed.filter(signed_on__lte=OuterRef("awarded_on"))


def _asks_for(kind: str) -> Exists:
    """Whether its rules ask for this kind, or one that begins so: whatever is asked of shadowing begins with that word."""
    return Exists(Requirement.objects.filter(requirement_set=OuterRef("requirement_set"), kind__startswith=kind))


# For other pages -------------------------------------------------------------------------------------------


def scores_below(certificate: Certificate) -> list[tuple[int, Decimal]]:
    """The results that flag this certificate, as (key of the attempt, score in per cent), also those seen: two queries."""
    asked = Requirement.objects.filter(requirement_set=certificate.requirement_set_id, kind=RequirementKind.QUIZZES)
    mark = max((terms.get("mark", 0) for terms in asked.values_list("terms", flat=True)), default=0)
    by_then = [
        (attempt, attempt.score)
        for attempt in Attempt.objects.filter(enrolment=certificate.enrolment_id).order_by("pk")
        if attempt.score is not None
        and attempt.submitted_at is not None
        and attempt.submitted_at.astimezone(UTC).date() <= certificate.awarded_on
    ]
    passed = {attempt.quiz_id for attempt, score in by_then if attempt.passed and score >= mark}
    return [(attempt.pk, score) for attempt, score in by_then if attempt.quiz_id not in passed]


def paid_back() -> QuerySet[Certificate]:
    """Certificates that stand and whose place was paid back, or lost to a bank, after they were issued."""
    return flagged(Flag.PAID_BACK)


def paid_back_since(certificates: Iterable[Certificate]) -> set[int]:
    """Keys of those of the given certificates of which that is so: one query."""
    return set(paid_back().filter(pk__in=[certificate.pk for certificate in certificates]).values_list("pk", flat=True))


def shaken() -> QuerySet[Certificate]:
    """Certificates that stand, and rest on a shift that was voided or amended since, or failed a random check."""
    return flagged(Flag.SHIFT)


def shaken_among(certificates: Iterable[Certificate]) -> set[int]:
    """Keys of those of the given certificates of which that is so: one query."""
    return set(shaken().filter(pk__in=[certificate.pk for certificate in certificates]).values_list("pk", flat=True))


def resting_on(shift: Shift) -> Certificate | None:
    """The certificate that stands and rests on this shift, if there is one: a query at most."""
    if shift.signed_at is None:
        return None
    standing = Certificate.objects.filter(
        _asks_for("shadow"),
        enrolment=shift.enrolment_id,
        revoked_at=None,
        superseded_at=None,
        awarded_on__gte=shift.signed_at.astimezone(UTC).date(),
    )
    return standing.defer("credential", "basis").first()


def outdated(at: datetime) -> QuerySet[Certificate]:
    """Certificates that stand under rules which newer ones of their programme have followed. Good to know; nothing to do."""
    newer = RequirementSet.objects.filter(
        programme=OuterRef("requirement_set__programme"),
        published_at__gt=OuterRef("requirement_set__published_at"),
        published_at__lte=at,
    )
    return Certificate.objects.filter(Exists(newer), revoked_at=None, superseded_at=None)
