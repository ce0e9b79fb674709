"""What was decided, and which document says so? Rules, decisions, certificates, keys and status lists."""

from .cases import Appeal, Case, CaseOrigin, CaseSettings, GiveUpWish, Outcome, RevocationProposal
from .certificates import EXPIRING, Certificate, EditionReason, PastEdition
from .complaints import Closing, Complaint, ComplaintMessage, Subject
from .decisions import Decision, DecisionKind, Flag, FlagSetAside, RulesInError, SeenScore
from .keys import SigningKey
from .questions import RequestQuestion
from .requests import CertificationRequest
from .requirements import Requirement, RequirementKind, RequirementSet
from .statuses import RevocationReason, Status, StatusList, SuspensionWords

__all__ = [
    "EXPIRING",
    "Appeal",
    "Case",
    "CaseOrigin",
    "CaseSettings",
    "Certificate",
    "CertificationRequest",
    "Closing",
    "Complaint",
    "ComplaintMessage",
    "Decision",
    "DecisionKind",
    "EditionReason",
    "Flag",
    "FlagSetAside",
    "GiveUpWish",
    "Outcome",
    "PastEdition",
    "RequestQuestion",
    "Requirement",
    "RequirementKind",
    "RequirementSet",
    "RevocationProposal",
    "RevocationReason",
    "RulesInError",
    "SeenScore",
    "SigningKey",
    "Status",
    "StatusList",
    "Subject",
    "SuspensionWords",
]
