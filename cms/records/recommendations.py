"""Does every mentor's word still stand as it was sealed, and are its words those that history recorded?"""

from __future__ import annotations

from collections.abc import Iterator

from assessments.models import Recommendation, RecommendationRequest
from assessments.recommending import row_digest, seal_holds

from .fault import CANNOT_BE_READ, UNKNOWN, UNREADABLE, Fault, Told, chunks, gone, readable, told_about


def faults() -> Iterator[Fault]:
    # What is sealed in its column is opened elsewhere; here it is compared as it is kept.
    rows = Recommendation.objects.select_related("mentorship").defer(
        "words_to_registrar", "words_to_learner", "withdrawn_because"
    )
    for keys in chunks(Recommendation.objects.all()):
        found, unreadable = readable(rows, keys)
        told = told_about([f"recommendation:{key}" for key in keys])
        yield from (Fault(row=f"recommendation:{key}", reason=CANNOT_BE_READ) for key in unreadable)
        for word in found:
            try:
                reason = _what_is_wrong(word, told[f"recommendation:{word.pk}"])
            except UNREADABLE:
                reason = CANNOT_BE_READ
            if reason:
                yield Fault(row=f"recommendation:{word.pk}", reason=reason)
    yield from gone(Recommendation)
    yield from gone(RecommendationRequest)


def _what_is_wrong(word: Recommendation, told: list[Told]) -> str:
    """The first thing that is not as recorded, as a sentence; nothing when all is. One query, for what is encrypted."""
    noted = [entry for entry in told if "row" in entry.facts]
    if not noted:
        return UNKNOWN
    if not seal_holds(word):
        return "its seal is broken: a sealed field or the seal was changed"
    if noted[0].facts.get("seal") != word.seal or noted[0].actor != word.given_by_id:
        return "its seal is not the one that history recorded"
    if noted[-1].facts["row"] != row_digest(word):
        return "it is not as history left it"
    return ""
