"""Somebody gives us a file or some text: what is in it, and what do we answer? Nothing of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from .codes import Code, number_meant, read_code
from .examples import is_example, with_examples
from .verifying import Check, Outcome, Report, Step, Verdict, examine
from .verifying.fetching import Fetcher

LARGEST = 5 * 1024 * 1024  # bytes, of what is uploaded


@dataclass(frozen=True, kw_only=True)
class FileAnswer:
    """One of three: a number to answer about, a code that leads elsewhere, or the report on a credential."""

    report: Report | None = None
    number: str | None = None
    code: Code | None = None

    @property
    def is_example(self) -> bool:
        return self.report is not None and is_example(self.report)

    @property
    def verdict(self) -> Verdict | None:
        """What the page says first. Of an example, as if we knew its issuer: the page says that it is an example."""
        if self.report is None:
            return None
        if self.is_example and self.report.verdict == Verdict.UNKNOWN_ISSUER:
            return Verdict.VALID
        return self.report.verdict

    @property
    def checks(self) -> list[Check]:
        """Every check of the report. Of an example, that we do not know its issuer is nothing against it."""
        checks = list(self.report.checks) if self.report else []
        if not self.is_example:
            return checks
        invented = Check(
            check=Step.ISSUER,
            outcome=Outcome.NOT_CHECKED,
            explanation=_(
                "The issuer is invented. Of a real certificate, this line says whether we know who signed it."
            ),
        )
        return [invented if check.check == Step.ISSUER else check for check in checks]

    @property
    def explanation(self) -> str:
        """The sentence under the headline."""
        if self.report and self.verdict != self.report.verdict:
            return next(check.explanation for check in self.report.checks if check.check == Step.PROOF)
        return self.report.explanation if self.report else ""


def check_contents(data: bytes, *, at: datetime, fetch: Fetcher = with_examples) -> FileAnswer:
    """What a file, or pasted text as UTF-8, comes to: a credential in any of its forms, a picture of a code, or a number.

    Never raises for what `data` holds.
    """
    if len(data) <= 200 and (number := number_meant(data.decode(errors="replace"))):
        return FileAnswer(number=number)
    report = examine(data, at=at, fetch=fetch)
    if _carries_none(report) and (code := read_code(data)):
        return FileAnswer(number=code.number) if code.number else FileAnswer(code=code)
    return FileAnswer(report=report)


def _carries_none(report: Report) -> bool:
    """Whether no credential was found in it: then it may be the photograph of a certificate."""
    return any(check.check == Step.FILE and check.outcome == Outcome.FAILED for check in report.checks)


HEADLINES = {
    Verdict.VALID: lambda: _("Yes, it is valid"),
    Verdict.EXPIRED: lambda: _("No, it has run out"),
    Verdict.NOT_YET_VALID: lambda: _("Not yet"),
    Verdict.SUSPENDED: lambda: _("Not at present"),
    Verdict.REVOKED: lambda: _("No, it was revoked"),
    Verdict.ALTERED: lambda: _("No, do not rely on it"),
    Verdict.UNKNOWN_ISSUER: lambda: _("Signed, but we do not know by whom"),
    Verdict.CANNOT_CHECK_NOW: lambda: _("We cannot tell now"),
    Verdict.MALFORMED: lambda: _("There is nothing in it that we can check"),
}


def headline(answer: FileAnswer) -> str:
    """The verdict in words."""
    if answer.report and answer.report.replaced_by:
        return _("There is a newer one")
    return HEADLINES[answer.verdict]() if answer.verdict else _("This code does not lead to us")
