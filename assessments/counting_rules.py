"""Under which rules do a learner's days count? The layer that has rules says so here; this one only asks.

Requirement sets live in `certificates`, and the pages that show totals here, to the left of it. So a function is put down
with `rules_come_from`, as a policy's rule is, and called by whoever counts. Without one, every signed day counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from courses.models import Enrolment

from .counting import CountingRules

Source = Callable[[Sequence[Enrolment]], Mapping[int, CountingRules]]

_sources: list[Source] = []


def rules_come_from(source: Source) -> Source:
    """Name the one function that knows the rules of enrolments, by their key, in a constant number of queries.

    Raises ValueError when there is one already.
    """
    if _sources:
        raise ValueError("Counting rules have a source already.")
    _sources.append(source)
    return source


def rules_of(enrolments: Sequence[Enrolment]) -> dict[int, CountingRules]:
    """The rules of each enrolment by its key; those that limit nothing, for one without any."""
    known = _sources[0](enrolments) if _sources else {}
    return {enrolment.pk: known.get(enrolment.pk, CountingRules()) for enrolment in enrolments}
