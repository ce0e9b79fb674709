"""Under which rules do a learner's days on set count? Told to `assessments`, whose pages show them and know no sets."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.counting import CountingRules
from assessments.counting_rules import rules_come_from
from courses.models import Enrolment

from .eligibility import with_pin
from .models import Requirement, RequirementKind
from .requirements import ShadowDays


@rules_come_from
def rules_of_days(enrolments: Sequence[Enrolment]) -> dict[int, CountingRules]:
    """The rules of each enrolment's own set, by its key; two queries. Missing for one whose set asks for no days.

    Where a set asks for days more than once, the first is the one that the learner's pages count by.
    """
    pins = dict(with_pin(Enrolment.objects.filter(pk__in=[each.pk for each in enrolments])).values_list("pk", "pin"))
    rows = Requirement.objects.filter(requirement_set__in=set(pins.values()), kind=RequirementKind.SHADOW_DAYS)
    first: dict[int, CountingRules] = {}
    for row in rows.order_by("requirement_set", "position"):
        if row.requirement_set_id not in first:
            first[row.requirement_set_id] = ShadowDays(row.terms).rules
    return {pk: first[pin] for pk, pin in pins.items() if pin in first}
