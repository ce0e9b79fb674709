"""Does a certificate rest on this piece of evidence? The layer that issues them says so here; this one only asks.

Certificates live in `certificates`, to the right of this layer. So a function is put down with `rests_is_told_by`, as a
policy's rule is. Without one, nothing rests on anything.
"""

from __future__ import annotations

from collections.abc import Callable

from cms.accounts.models import User
from courses.models import Enrolment

from .models import EvidenceDocument, Recommendation

Source = Callable[[EvidenceDocument | Recommendation], bool]

_sources: list[Source] = []


def rests_is_told_by(source: Source) -> Source:
    """Name the one function that knows whether a certificate rests on a document or a recommendation.

    Raises ValueError when there is one already.
    """
    if _sources:
        raise ValueError("What certificates rest on is told by somebody already.")
    _sources.append(source)
    return source


def a_certificate_rests_on(evidence: EvidenceDocument | Recommendation) -> bool:
    """Whether a certificate that stands rests on it. Ask under `lock_enrolments`: then none is issued meanwhile."""
    return bool(_sources) and _sources[0](evidence)


def lock_enrolments(learner: User) -> None:
    """Until the transaction ends, no certificate is issued to this learner: issuing locks the enrolment as well."""
    list(Enrolment.objects.select_for_update(no_key=True).filter(learner=learner).order_by("pk").values_list("pk"))
