"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .certificates import EXPIRING, Certificate
from .keys import SigningKey
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .rules import Allowance, AllowanceKind, DraftLine, RequirementDraft, RulesMove
from .statuses import RevocationReason, Status, StatusList

__all__ = [
    "EXPIRING",
    "Allowance",
    "AllowanceKind",
    "Certificate",
    "CertificationRequest",
    "DraftLine",
    "Requirement",
    "RequirementDraft",
    "RequirementKind",
    "RequirementSet",
    "RevocationReason",
    "RulesMove",
    "SigningKey",
    "Status",
    "StatusList",
]
