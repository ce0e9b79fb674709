"""Under which rules do a learner's days on set count? Told to `assessments`, whose pages show them and know no sets."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.counting import CountingRules
from assessments.counting_rules import rules_come_from
from courses.models import Enrolment

from .eligibility import set_joined
from .models import RequirementKind, RequirementSet
from .requirements import ShadowDays


@rules_come_from
def rules_of_days(enrolments: Sequence[Enrolment]) -> dict[int, CountingRules]:
    """The rules of each enrolment's own set, by its key; two queries. Missing for one whose set asks for no days.

    Where a set asks for days more than once, the first is the one that the learner's pages count by.
    """
    sets = list(
        RequirementSet.objects.filter(programme__in={enrolment.programme_id for enrolment in enrolments})
        .prefetch_related("requirements")
        .order_by("published_at")
    )
    found = {}
    for enrolment in enrolments:
        of_programme = [published for published in sets if published.programme_id == enrolment.programme_id]
        if joined := set_joined(of_programme, enrolment):
            rows = sorted(joined.requirements.all(), key=lambda row: row.position)
            terms = [row.terms for row in rows if row.kind == RequirementKind.SHADOW_DAYS]
            if terms:
                found[enrolment.pk] = ShadowDays(terms[0]).rules
    return found
