"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .attestations import Attestation
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .keys import SigningKey
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .statuses import RevocationReason, Status, StatusList
from .trust import TrustedIssuer

__all__ = [
    "EXPIRING",
    "Attestation",
    "Certificate",
    "CertificationRequest",
    "EditionReason",
    "PastEdition",
    "Requirement",
    "RequirementKind",
    "RequirementSet",
    "RevocationReason",
    "SigningKey",
    "Status",
    "StatusList",
    "TrustedIssuer",
]
