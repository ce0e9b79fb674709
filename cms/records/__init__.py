"""Was anything altered behind the product's back? Every seal, chain, signature and status bit, asked again."""

from collections.abc import Iterator

from assessments.models import (
    AgreementSignature,
    EvidenceDocument,
    MentorshipTerms,
    Recommendation,
    Shift,
    ShiftDispute,
    ShiftMessage,
    TitleReading,
)
from certificates.models import (
    Allowance,
    ApiToken,
    Case,
    Certificate,
    CertificatePaper,
    Checkpoint,
    CheckRecord,
    Complaint,
    CredentialToken,
    CreditEntry,
    Decision,
    DesignVersion,
    LogEntry,
    NameRequest,
    RegisterEntry,
    Renewal,
    RequirementSet,
    RulesMove,
    SigningKey,
    StatusList,
    TrustedIssuer,
    Watch,
)
from cms.accounts import history
from cms.accounts.models import Entry
from courses.models import LedgerEntry, MoneyPaper

from . import (
    agreements,
    awards,
    checks,
    decided,
    documents,
    issuers,
    log,
    money,
    names,
    papers,
    recommendations,
    register,
    renewals,
    rules,
    sealed,
    shifts,
    written,
)
from .fault import Fault

__all__ = ["Fault", "counts", "faults"]


def counts() -> dict[str, int]:
    """How much there is to check."""
    return {
        "history entries": Entry.objects.count(),
        "shifts": Shift.objects.count(),
        "sealed shifts": Shift.objects.filter(signed_at__isnull=False).count(),
        "messages about shifts": ShiftMessage.objects.count(),
        "disputes": ShiftDispute.objects.count(),
        "readings of sealed titles": TitleReading.objects.count(),
        "agreement signatures": AgreementSignature.objects.count(),
        "mentorship terms": MentorshipTerms.objects.count(),
        "outside documents": EvidenceDocument.objects.count(),
        "recommendations": Recommendation.objects.count(),
        "signing keys": SigningKey.objects.count(),
        "certificates": Certificate.objects.count(),
        "decisions": Decision.objects.count(),
        "cases": Case.objects.count(),
        "complaints": Complaint.objects.count(),
        "JWT forms of credentials": CredentialToken.objects.count(),
        "status lists": StatusList.objects.count(),
        "log entries": LogEntry.objects.count(),
        "log checkpoints": Checkpoint.objects.count(),
        "requests for another name": NameRequest.objects.count(),
        "register entries": RegisterEntry.objects.count(),
        "watches": Watch.objects.count(),
        "rule sets": RequirementSet.objects.count(),
        "moves between rules": RulesMove.objects.count(),
        "waivers": Allowance.objects.count(),
        "renewals": Renewal.objects.count(),
        "credit entries": CreditEntry.objects.count(),
        "issuers we know": TrustedIssuer.objects.count(),
        "designs in use": DesignVersion.objects.filter(used_from__isnull=False).count(),
        "files of certificates": CertificatePaper.objects.count(),
        "records of checks": CheckRecord.objects.count(),
        "tokens of programs": ApiToken.objects.count(),
        "ledger entries": LedgerEntry.objects.count(),
        "invoices, receipts and credit notes": MoneyPaper.objects.count(),
    }


def faults() -> Iterator[Fault]:
    """Everything that is not as it was recorded; nothing when all is well. Reads every record once."""
    yield from _history()
    yield from sealed.faults()
    yield from shifts.faults()
    yield from written.faults()
    yield from agreements.faults()
    yield from documents.faults()
    yield from recommendations.faults()
    yield from awards.faults()
    yield from log.faults()
    yield from names.faults()
    yield from register.faults()
    yield from rules.faults()
    yield from renewals.faults()
    yield from issuers.faults()
    yield from papers.faults()
    yield from decided.faults()
    yield from checks.faults()
    yield from money.faults()


def _history() -> Iterator[Fault]:
    for broken in history.breaks():
        row = f"entry:{broken.row}" if broken.row else "entry missing"
        yield Fault(row=f"{row} (chain {broken.chain}, place {broken.number})", reason=broken.reason)
