"""What do we answer about many numbers at once? One line for each, in their order, by the same rules as one number's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .checking import Answer, answerable, as_json, can_be_told
from .models import Certificate, Status
from .numbers import BadNumber, read_number
from .verifying import Outcome, Verdict

MOST = 1_000  # numbers at a time

VERDICTS = {
    Status.ACTIVE: Verdict.VALID,
    Status.EXPIRING: Verdict.VALID,
    Status.EXPIRED: Verdict.EXPIRED,
    Status.SUSPENDED: Verdict.SUSPENDED,
    Status.REVOKED: Verdict.REVOKED,
    Status.SUPERSEDED: Verdict.REVOKED,  # as its bit on the status list says
}


class NumberStep(models.TextChoices):
    """What is checked of a number, in this order."""

    NUMBER = "number", gettext_lazy("Number")
    RECORD = "record", gettext_lazy("Our records")
    PROOF = "proof", gettext_lazy("Signature")
    DATES = "dates", gettext_lazy("Dates")
    STATUS = "status", gettext_lazy("Status")


@dataclass(frozen=True, kw_only=True)
class NumberCheck:
    """One check and how it ended, in a plain sentence."""

    check: NumberStep
    outcome: Outcome
    explanation: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A number and what we answer. Without an answer it is no number, or none of ours."""

    asked: str
    number: str | None  # in its normal form; None when it is no number
    answer: Answer | None
    problem: str = ""  # why it is no number, for who typed it

    @property
    def is_unknown(self) -> bool:
        """Whether it is written as ours are, and we issued no such certificate."""
        return self.number is not None and self.answer is None

    @property
    def status(self) -> str:
        """As at the number's own address: a status, `unknown`, `malformed`, or `cannot_check_now`."""
        if self.answer is None:
            return "unknown" if self.number else "malformed"
        return self.answer.status.value if self.answer.sound else Verdict.CANNOT_CHECK_NOW.value

    @property
    def verdict(self) -> Verdict:
        """One of the contract's. A number that we never issued is nothing that can be checked."""
        if self.answer is None:
            return Verdict.MALFORMED
        return VERDICTS[self.answer.status] if self.answer.sound else Verdict.CANNOT_CHECK_NOW

    @property
    def checks(self) -> list[NumberCheck]:
        """Every check in order; what was not reached is not checked."""
        found = self._found()
        for step in list(NumberStep)[len(found) :]:
            found.append(
                NumberCheck(
                    check=step,
                    outcome=Outcome.NOT_CHECKED,
                    explanation=_("Not looked at, as an earlier check did not pass."),
                )
            )
        return found

    def as_json(self) -> dict[str, Any]:
        """For programs: `certificate` is what its own address answers; null where there is none to rely on."""
        answer = self.answer
        return {
            "number": self.number or self.asked,
            "verdict": self.verdict.value,
            "status": self.status,
            "checks": [
                {"check": check.check.value, "outcome": check.outcome.value, "explanation": check.explanation}
                for check in self.checks
            ],
            "certificate": as_json(answer) if answer and answer.sound else None,
        }

    def _found(self) -> list[NumberCheck]:
        if self.number is None:
            return [_check(NumberStep.NUMBER, False, self.problem)]
        found = [_check(NumberStep.NUMBER, True, _("It is written as our numbers are."))]
        answer = self.answer
        if answer is None:
            return [*found, _check(NumberStep.RECORD, False, _("We have issued no certificate with this number."))]
        found.append(_check(NumberStep.RECORD, True, _("We issued a certificate with this number.")))
        if not answer.sound:
            return [
                *found,
                _check(NumberStep.PROOF, False, _("What we hold is not what was signed: ask the registrar.")),
            ]
        expired = answer.status is Status.EXPIRED
        return [
            *found,
            _check(NumberStep.PROOF, True, _("It is what we signed, and was not altered since.")),
            _check(NumberStep.DATES, not expired, _("It has run out.") if expired else _("It is within its time.")),
            _check(NumberStep.STATUS, answer.status not in STATUS_FAILED, _said_of_status(answer)),
        ]


STATUS_FAILED = {Status.SUSPENDED, Status.REVOKED, Status.SUPERSEDED}


def check_numbers(asked: Sequence[str], *, at: datetime) -> list[Checked]:
    """An answer for each, in the order they were asked, a number asked twice answered twice.

    The queries are the same few for one number and for a thousand; one more for each time over that something was replaced.
    """
    read = [_read(text) for text in asked]
    rows = (
        answerable()
        .select_related(None)  # a list of statuses is large, and a thousand certificates share one
        .prefetch_related("signing_key", "status_list", "requirement_set")
        .filter(number__in={line.number for line in read if line.number})
    )
    answers = {row.number: _answer(row, at) for row in rows}
    newest = _newest([row.certificate for row in answers.values() if row.status is Status.SUPERSEDED], at)
    for number, answer in answers.items():
        if answer.status is Status.SUPERSEDED:
            answers[number] = replace(answer, newest=newest[answer.certificate.pk])
    return [replace(line, answer=answers.get(line.number or "")) for line in read]


def _read(text: str) -> Checked:
    try:
        return Checked(asked=text, number=read_number(text), answer=None)
    except BadNumber as problem:
        return Checked(asked=text, number=None, answer=None, problem=str(problem))


def _answer(certificate: Certificate, at: datetime) -> Answer:
    status = certificate.status(at)
    return Answer(
        certificate=certificate,
        at=at,
        status=status,
        sound=can_be_told(certificate, status),
        newest=None,
        log_index=certificate.log_index,  # type: ignore[attr-defined]  # annotated
    )


def _newest(superseded: list[Certificate], at: datetime) -> dict[int, Certificate]:
    """For each certificate that was replaced, the one that counts now. One query for each time over."""
    leads = {row.pk: row for row in superseded}
    while old := {row.pk for row in leads.values() if row.superseded_at and row.superseded_at <= at}:
        newer = {row.replaces_id: row for row in Certificate.objects.filter(replaces__in=old)}
        leads = {first: newer.get(row.pk, row) for first, row in leads.items()}
    return leads


def _check(step: NumberStep, passed: bool, explanation: str) -> NumberCheck:
    return NumberCheck(check=step, outcome=Outcome.PASSED if passed else Outcome.FAILED, explanation=str(explanation))


def _said_of_status(answer: Answer) -> str:
    if answer.newest:
        return _("It was replaced by a newer certificate, %(number)s, and only that one counts.") % {
            "number": answer.newest.number
        }
    return {
        Status.REVOKED: _("We have revoked it."),
        Status.SUSPENDED: _("We have suspended it for the time being."),
    }.get(answer.status, _("It is neither revoked nor suspended: read in our records just now."))
