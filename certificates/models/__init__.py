"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .attestations import Attestation
from .cases import Appeal, Case, CaseOrigin, CaseSettings, GiveUpWish, Outcome, RevocationProposal
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .complaints import Closing, Complaint, ComplaintMessage, Subject
from .decisions import Decision, DecisionKind, Flag, FlagSetAside, RulesInError, SeenScore
from .designs import CertificateDesign, DesignVersion, ProgrammeDesign, SheetTemplate
from .keys import SigningKey
from .log import Checkpoint, LogEntry, LogHead, LogKey, LogNode
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
from .statuses import RevocationReason, Status, StatusList, SuspensionWords
from .trust import TrustedIssuer
from .watches import EndOfWatch, Watch, WatchChange, WatchNotice

__all__ = [
    "EXPIRING",
    "QUARTERS",
    "Allowance",
    "AllowanceKind",
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
    "Checkpoint",
    "Closing",
    "Complaint",
    "ComplaintMessage",
    "CountedCredit",
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
    "Language",
    "LogEntry",
    "LogHead",
    "LogKey",
    "LogNode",
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
    "Status",
    "StatusList",
    "Subject",
    "SuspensionWords",
    "TrustedIssuer",
    "Watch",
    "WatchChange",
    "WatchNotice",
]
