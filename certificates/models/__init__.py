"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .api_tokens import ApiToken
from .attestations import Attestation
from .cases import Appeal, Case, CaseOrigin, CaseSettings, GiveUpWish, Outcome, RevocationProposal
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .check_records import CheckRecord
from .complaints import Closing, Complaint, ComplaintMessage, Subject
from .decisions import Decision, DecisionKind, Flag, FlagSetAside, RulesInError, SeenScore
from .designs import CertificateDesign, DesignVersion, ProgrammeDesign, SheetTemplate
from .keys import KeyAlgorithm, KeyBackend, SigningKey
from .log import Checkpoint, LogEntry, LogHead, LogKey, LogNode
from .names import NameRequest, NameRequestKind
from .papers import CertificatePaper, PaperFormat, PaperSize
from .questions import RequestQuestion
from .register import Availability, Facet, Language, RegisterEntry, RegisterMark, Speciality
from .relay import RegisterBlock, RegisterMessage, RegisterSettings
from .renewals import (
    QUARTERS,
    CountedCredit,
    CreditCategory,
    CreditEntry,
    ReminderStep,
    Renewal,
    RenewalPhase,
    RenewalReminder,
    RenewalTerms,
)
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .rules import Allowance, AllowanceKind, DraftLine, RequirementDraft, RulesMove
from .statuses import RevocationReason, Status, StatusList, StatusPurpose, SuspensionWords
from .tokens import CredentialToken
from .trust import TrustedIssuer
from .wallets import SpentNonce, WalletOffer
from .watches import EndOfWatch, Watch, WatchChange, WatchNotice

__all__ = [
    "EXPIRING",
    "QUARTERS",
    "Allowance",
    "AllowanceKind",
    "ApiToken",
    "Appeal",
    "Attestation",
    "Availability",
    "Case",
    "CaseOrigin",
    "CaseSettings",
    "Certificate",
    "CertificateDesign",
    "CertificatePaper",
    "CertificationRequest",
    "CheckRecord",
    "Checkpoint",
    "Closing",
    "Complaint",
    "ComplaintMessage",
    "CountedCredit",
    "CredentialToken",
    "CreditCategory",
    "CreditEntry",
    "Decision",
    "DecisionKind",
    "DesignVersion",
    "DraftLine",
    "EditionReason",
    "EndOfWatch",
    "Facet",
    "Flag",
    "FlagSetAside",
    "GiveUpWish",
    "KeyAlgorithm",
    "KeyBackend",
    "Language",
    "LogEntry",
    "LogHead",
    "LogKey",
    "LogNode",
    "NameRequest",
    "NameRequestKind",
    "Outcome",
    "PaperFormat",
    "PaperSize",
    "PastEdition",
    "ProgrammeDesign",
    "RegisterBlock",
    "RegisterEntry",
    "RegisterMark",
    "RegisterMessage",
    "RegisterSettings",
    "ReminderStep",
    "Renewal",
    "RenewalPhase",
    "RenewalReminder",
    "RenewalTerms",
    "RequestQuestion",
    "Requirement",
    "RequirementDraft",
    "RequirementKind",
    "RequirementSet",
    "RevocationProposal",
    "RevocationReason",
    "RulesInError",
    "RulesMove",
    "SeenScore",
    "SheetTemplate",
    "SigningKey",
    "Speciality",
    "SpentNonce",
    "Status",
    "StatusList",
    "StatusPurpose",
    "Subject",
    "SuspensionWords",
    "TrustedIssuer",
    "WalletOffer",
    "Watch",
    "WatchChange",
    "WatchNotice",
]
