"""Which act was it, whose, and why? Nothing else writes Decision.

A decision is written in the transaction of what it decides, and history tells of it: the entry of the act holds the row's
key and its digest, so a decision that was changed, added or taken away behind the product's back shows.
"""

import hashlib
import json
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import Case, Certificate, CertificationRequest, Decision, DecisionKind

CHAIN = "certificates"
LONGEST_REASON = 4_000  # characters


class ReasonMissing(Exception):
    """A decision needs words for it, and not too many."""


def checked_reason(reason: str) -> str:
    """The reason without space around it. Raises ReasonMissing."""
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(_("Write the reason. It is kept with the decision."))
    if len(reason) > LONGEST_REASON:
        raise ReasonMissing(_("Keep it under 4,000 characters."))
    return reason


def write_decision(
    *,
    kind: DecisionKind,
    by: User,
    at: datetime,
    reason: str = "",
    request: CertificationRequest | None = None,
    certificate: Certificate | None = None,
    case: Case | None = None,
) -> Decision:
    """Keep who did what and why. Called inside the transaction of the act; every call keeps another."""
    return Decision.objects.create(
        kind=kind, request=request, certificate=certificate, case=case, reason=reason.strip(), by=by, at=at
    )


def told(decision: Decision) -> history.Facts:
    """What the entry of the act says of its decision."""
    facts: history.Facts = {"decision": decision.pk, "decided": digest_of_decision(decision)}
    if decision.case_id:
        facts["case"] = decision.case_id
    return facts


def digest_of_decision(decision: Decision) -> str:
    """SHA-256 over everything a decision says, in hexadecimal."""
    said = [
        decision.pk,
        decision.kind,
        decision.request_id,
        decision.certificate_id,
        decision.case_id,
        decision.reason,
        decision.by_id,
        decision.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
