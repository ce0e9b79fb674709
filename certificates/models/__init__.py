"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .attestations import Attestation
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .designs import CertificateDesign, DesignVersion, ProgrammeDesign, SheetTemplate
from .keys import SigningKey
from .log import Checkpoint, LogEntry, LogHead, LogKey, LogNode
from .names import NameRequest, NameRequestKind
from .papers import CertificatePaper, PaperFormat, PaperSize
from .register import Availability, Facet, Language, RegisterEntry, RegisterMark, Speciality
from .relay import RegisterBlock, RegisterMessage, RegisterSettings
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .rules import Allowance, AllowanceKind, DraftLine, RequirementDraft, RulesMove
from .statuses import RevocationReason, Status, StatusList
from .trust import TrustedIssuer
from .wallets import SpentNonce, WalletOffer
from .watches import EndOfWatch, Watch, WatchChange, WatchNotice

__all__ = [
    "EXPIRING",
    "Allowance",
    "AllowanceKind",
    "Attestation",
    "Availability",
    "Certificate",
    "CertificateDesign",
    "CertificatePaper",
    "CertificationRequest",
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
    "NameRequest",
    "NameRequestKind",
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
    "SpentNonce",
    "Status",
    "StatusList",
    "TrustedIssuer",
    "WalletOffer",
    "Watch",
    "WatchChange",
    "WatchNotice",
]
