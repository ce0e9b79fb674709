"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .attestations import Attestation
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .check_records import CheckRecord
from .designs import CertificateDesign, DesignVersion, ProgrammeDesign, SheetTemplate
from .keys import SigningKey
from .log import Checkpoint, LogEntry, LogHead, LogKey, LogNode
from .papers import CertificatePaper, PaperFormat, PaperSize
from .register import Availability, Facet, Language, RegisterEntry, RegisterMark, Speciality
from .relay import RegisterBlock, RegisterMessage, RegisterSettings
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .rules import Allowance, AllowanceKind, DraftLine, RequirementDraft, RulesMove
from .statuses import RevocationReason, Status, StatusList
from .tokens import ApiToken
from .trust import TrustedIssuer
from .watches import EndOfWatch, Watch, WatchChange, WatchNotice

__all__ = [
    "EXPIRING",
    "Allowance",
    "AllowanceKind",
    "ApiToken",
    "Attestation",
    "Availability",
    "Certificate",
    "CertificateDesign",
    "CertificatePaper",
    "CertificationRequest",
    "CheckRecord",
    "Checkpoint",
    "DesignVersion",
    "DraftLine",
    "EditionReason",
    "EndOfWatch",
    "Facet",
    "Language",
    "LogEntry",
    "LogHead",
    "LogKey",
    "LogNode",
    "PaperFormat",
    "PaperSize",
    "PastEdition",
    "ProgrammeDesign",
    "RegisterBlock",
    "RegisterEntry",
    "RegisterMark",
    "RegisterMessage",
    "RegisterSettings",
    "Requirement",
    "RequirementDraft",
    "RequirementKind",
    "RequirementSet",
    "RevocationReason",
    "RulesMove",
    "SheetTemplate",
    "SigningKey",
    "Speciality",
    "Status",
    "StatusList",
    "TrustedIssuer",
    "Watch",
    "WatchChange",
    "WatchNotice",
]
