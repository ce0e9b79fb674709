"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .attestations import Attestation
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .designs import CertificateDesign, DesignVersion, ProgrammeDesign, SheetTemplate
from .keys import SigningKey
from .papers import CertificatePaper, PaperFormat, PaperSize
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .statuses import RevocationReason, Status, StatusList

__all__ = [
    "EXPIRING",
    "Attestation",
    "Certificate",
    "CertificateDesign",
    "CertificatePaper",
    "CertificationRequest",
    "DesignVersion",
    "EditionReason",
    "PaperFormat",
    "PaperSize",
    "PastEdition",
    "ProgrammeDesign",
    "Requirement",
    "RequirementKind",
    "RequirementSet",
    "RevocationReason",
    "SheetTemplate",
    "SigningKey",
    "Status",
    "StatusList",
]
