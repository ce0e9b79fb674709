"""What does each kind of requirement ask, and is it met? Facts in, sentences out; no database here.

Each kind is one small class in a file of its own. `terms` come from the requirement set as plain JSON and are read once,
strictly: a rule that cannot be read is refused when it is typed, not when somebody asks for a certificate.

A new kind is: a member of `RequirementKind`; a class with `FIELDS` (how its terms are typed: `fields.py`), `promise()` and
`finding()`, put into `KINDS` here; what it looks at, as fields of `Record`, read for many learners at once
(`eligibility.records_for`), with a line in `snapshots.NUMBERED` or `snapshots.LEFT_OUT` for whatever names a person, a
production or a file. Its desk form, copying, preview, waivers, moves and the re-evaluation by `verify_records` follow from
that. A sentence begins with “Met” exactly when the requirement is met.
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
    Allowed,
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
    settled,
)
from .fields import Field, Number, Numbers, Pick, PickSome, Ranges, Text, Tick
from .learning_hours import LearningHours
from .live_sessions import LiveSessionsAttended
from .modules import ModulesComplete
from .quizzes import QuizzesPassed
from .recommendation import RecommendedByMentors
from .shadow_days import ShadowDays
from .shadow_hours import ShadowHours

__all__ = [
    "KINDS",
    "AgreementFacts",
    "AgreementSigned",
    "Allowed",
    "AttestedByStaff",
    "BadTerms",
    "DocumentFacts",
    "DocumentsInDate",
    "Field",
    "Finding",
    "Kind",
    "LearningHours",
    "LiveSessionsAttended",
    "ModuleFacts",
    "ModulesComplete",
    "Number",
    "Numbers",
    "Pick",
    "PickSome",
    "Promise",
    "QuizFacts",
    "QuizzesPassed",
    "Ranges",
    "RecommendationFacts",
    "RecommendedByMentors",
    "Record",
    "SessionFacts",
    "ShadowDays",
    "ShadowHours",
    "State",
    "Text",
    "Tick",
    "rule_of",
    "settled",
]

KINDS: dict[RequirementKind, type[Kind]] = {
    RequirementKind.MODULES: ModulesComplete,
    RequirementKind.QUIZZES: QuizzesPassed,
    RequirementKind.LEARNING_HOURS: LearningHours,
    RequirementKind.SHADOW_DAYS: ShadowDays,
    RequirementKind.SHADOW_HOURS: ShadowHours,
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
