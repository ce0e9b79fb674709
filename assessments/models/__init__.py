"""What was shown? Sittings of quizzes, mentored days on set, outside documents, recommendations, agreements signed."""

from ..pages import QuizPage
from ..questions import Bank, Choice, Difficulty, Kind, Question
from .agreements import Agreement, AgreementSignature
from .documents import DocumentKind, DocumentState, EvidenceDocument
from .limits import ShadowingSettings
from .mentors import (
    CheckIn,
    CoverRule,
    Mentor,
    MentorApplication,
    MentorInvitation,
    Mentorship,
    MentorshipTerms,
    Pay,
)
from .quizzes import Attempt, AttemptQuestion
from .recommendations import Advice, Recommendation, RecommendationRequest
from .registrar import AuditAnswer, AuditDraw, AuditOutcome, EvidenceShare, ShownName, TitleReading
from .shifts import (
    DeclineReason,
    HoursProposal,
    JournalEntry,
    Outcome,
    Production,
    SealedBy,
    Shift,
    ShiftDispute,
    ShiftMessage,
    ShiftQuerySet,
    ShiftState,
    SignLink,
    VoidReason,
)
from .words import Competency, Duty, Level, Medium, Phase, Region, Scene, ShiftRole, Union

__all__ = [
    "Advice",
    "Agreement",
    "AgreementSignature",
    "Attempt",
    "AttemptQuestion",
    "AuditAnswer",
    "AuditDraw",
    "AuditOutcome",
    "Bank",
    "CheckIn",
    "Choice",
    "Competency",
    "CoverRule",
    "DeclineReason",
    "Difficulty",
    "DocumentKind",
    "DocumentState",
    "Duty",
    "EvidenceDocument",
    "EvidenceShare",
    "HoursProposal",
    "JournalEntry",
    "Kind",
    "Level",
    "Medium",
    "Mentor",
    "MentorApplication",
    "MentorInvitation",
    "Mentorship",
    "MentorshipTerms",
    "Outcome",
    "Pay",
    "Phase",
    "Production",
    "Question",
    "QuizPage",
    "Recommendation",
    "RecommendationRequest",
    "Region",
    "Scene",
    "SealedBy",
    "ShadowingSettings",
    "Shift",
    "ShiftDispute",
    "ShiftMessage",
    "ShiftQuerySet",
    "ShiftRole",
    "ShiftState",
    "ShownName",
    "SignLink",
    "TitleReading",
    "Union",
    "VoidReason",
]
