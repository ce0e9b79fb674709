"""What does each kind of requirement ask, and is it met? Facts in, sentences out; no database here.

Each kind is one small class in a file of its own. `terms` come from the requirement set as plain JSON and are read once,
strictly: a rule that cannot be read is refused when it is published, not when somebody asks for a certificate.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..models import RequirementKind
from .agreement import AgreementSigned
from .attestation import AttestedByStaff
from .documents import DocumentsInDate
from .facts import (
    AgreementFacts,
    BadTerms,
    DocumentFacts,
    Finding,
    Kind,
    ModuleFacts,
    Promise,
    QuizFacts,
    RecommendationFacts,
    Record,
    SessionFacts,
    State,
)
from .live_sessions import LiveSessionsAttended
from .modules import ModulesComplete
from .quizzes import QuizzesPassed
from .recommendation import RecommendedByMentors
from .shadow_days import ShadowDays

__all__ = [
    "KINDS",
    "AgreementFacts",
    "AgreementSigned",
    "AttestedByStaff",
    "BadTerms",
    "DocumentFacts",
    "DocumentsInDate",
    "Finding",
    "Kind",
    "LiveSessionsAttended",
    "ModuleFacts",
    "ModulesComplete",
    "Promise",
    "QuizFacts",
    "QuizzesPassed",
    "RecommendationFacts",
    "RecommendedByMentors",
    "Record",
    "SessionFacts",
    "ShadowDays",
    "State",
    "rule_of",
]

KINDS: dict[RequirementKind, type[Kind]] = {
    RequirementKind.MODULES: ModulesComplete,
    RequirementKind.QUIZZES: QuizzesPassed,
    RequirementKind.SHADOW_DAYS: ShadowDays,
    RequirementKind.AGREEMENT: AgreementSigned,
    RequirementKind.LIVE_SESSIONS: LiveSessionsAttended,
    RequirementKind.ATTESTATION: AttestedByStaff,
    RequirementKind.DOCUMENTS: DocumentsInDate,
    RequirementKind.RECOMMENDATION: RecommendedByMentors,
}


def rule_of(kind: str, terms: Mapping[str, Any]) -> Kind:
    """The rule that a requirement's row describes. Raises BadTerms when it cannot be read."""
    try:
        return KINDS[RequirementKind(kind)](terms)
    except ValueError as problem:
        raise (
            problem
            if isinstance(problem, BadTerms)
            else BadTerms(_("There is no requirement of the kind “%(kind)s”.") % {"kind": kind})
        ) from None
