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
from .facts import (
    AgreementFacts,
    BadTerms,
    Finding,
    Kind,
    ModuleFacts,
    Promise,
    QuizFacts,
    Record,
    SessionFacts,
    State,
)
from .live_sessions import LiveSessionsAttended
from .modules import ModulesComplete
from .quizzes import QuizzesPassed
from .shadow_days import ShadowDays

__all__ = [
    "KINDS",
    "AgreementFacts",
    "AgreementSigned",
    "AttestedByStaff",
    "BadTerms",
    "Finding",
    "Kind",
    "LiveSessionsAttended",
    "ModuleFacts",
    "ModulesComplete",
    "Promise",
    "QuizFacts",
    "QuizzesPassed",
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
