"""What does a check of a credential say? One verdict, each check in a sentence, and what may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    """The one answer. The values are the published contract's."""

    VALID = "valid", _("Valid")
    EXPIRED = "expired", _("Expired")
    NOT_YET_VALID = "not_yet_valid", _("Not valid yet")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    ALTERED = "altered", _("Altered, or not signed by whom it names")
    UNKNOWN_ISSUER = "unknown_issuer", _("Signed by an issuer we do not know")
    CANNOT_CHECK_NOW = "cannot_check_now", _("Cannot be checked now")
    MALFORMED = "malformed", _("Not a credential that can be checked")


class Outcome(models.TextChoices):
    """How one check ended."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    NOT_CHECKED = "not_checked", _("Not checked")


class Step(models.TextChoices):
    """What is checked, in this order. The first that fails up to the signature is the last that is looked at."""

    FILE = "file", _("File")  # a kind of file we read, of a size we read, with exactly one credential in it
    DOCUMENT = "document", _("Document")  # strict JSON, not too large, deep or wide
    CONTEXT = "context", _("Vocabulary")  # only the contexts we hold, so that words mean what we think
    SCHEMA = "schema", _("Format")  # the official Open Badges 3.0 schema
    SHAPE = "shape", _("Shape")  # written so that what is signed is what is read
    PROOF = "proof", _("Signature")  # by a key that the issuer publishes for this
    RECORD = "record", _("Our records")  # ours only: it is what we hold
    DATES = "dates", _("Dates")
    STATUS = "status", _("Status")  # revoked or suspended
    ISSUER = "issuer", _("Issuer")  # ourselves, or an issuer we know


class FileKind(models.TextChoices):
    """In which kind of file the credential was found."""

    JSON = "json", _("JSON file")
    JWT = "jwt", _("JWT")
    PDF = "pdf", _("PDF")
    PNG = "png", _("PNG image")
    SVG = "svg", _("SVG image")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check and how it ended. `explanation` is one plain sentence for people."""

    check: Step
    outcome: Outcome
    explanation: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the credential says, cut to lengths that can be shown. Text of strangers: escape it.

    Whether it is true is the verdict's to say. Of a certificate of ours that was replaced, or of an earlier edition, these are
    the words that we show today, and `holder` is None where the name is no longer shown.
    """

    title: str
    holder: str | None
    issuer_name: str | None
    issuer_id: str
    issuer_url: str | None  # http or https, safe to link; of strangers, add rel="nofollow noopener"
    awarded_at: datetime | None
    valid_from: datetime
    valid_until: datetime | None
    kind: str | None  # of the Open Badges vocabulary: "Certification", "CertificateOfCompletion", "ext:…"
    credential_id: str
    number: str | None = None  # ours only


# Where more than one check may fail, the one that the verdict is about.
_CARRIED_BY = {
    Verdict.EXPIRED: Step.DATES,
    Verdict.NOT_YET_VALID: Step.DATES,
    Verdict.SUSPENDED: Step.STATUS,
    Verdict.REVOKED: Step.STATUS,
    Verdict.UNKNOWN_ISSUER: Step.ISSUER,
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """The answer to "may I rely on this?", at the moment `at`. Nothing in it is kept anywhere."""

    verdict: Verdict
    checks: tuple[Check, ...]  # every step that applies, in order; what was not reached is `not_checked`
    credential: Facts | None  # None when malformed
    at: datetime
    found_in: FileKind | None = None  # None when the file was not recognised
    ours: bool = False  # we are the issuer it names
    is_earlier_edition: bool = False  # ours, and issued anew under the same number since
    replaced_by: str | None = None  # ours, and superseded: the number of the certificate that counts now

    @property
    def stands(self) -> bool:
        """Whether it may be relied on."""
        return self.verdict == Verdict.VALID

    @property
    def explanation(self) -> str:
        """The sentence that carries the verdict."""
        wanted = {Verdict.VALID: Outcome.PASSED, Verdict.CANNOT_CHECK_NOW: Outcome.NOT_CHECKED}.get(
            self.verdict, Outcome.FAILED
        )
        carrying = _CARRIED_BY.get(self.verdict)
        fitting = [check for check in self.checks if check.outcome == wanted and carrying in {None, check.check}]
        return fitting[-1 if self.verdict == Verdict.VALID else 0].explanation

    def as_json(self) -> dict[str, object]:
        """Verdict and checks for programs, in the shape of the published contract."""
        return {
            "verdict": self.verdict.value,
            "checks": [
                {"check": check.check.value, "outcome": check.outcome.value, "explanation": check.explanation}
                for check in self.checks
            ],
        }
