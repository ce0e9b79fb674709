"""What does a learner see of their totals? How far everything has come, why the rest does not count, and what it consists of."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cms.accounts.policy import person_of, signed_in
from courses.models import Enrolment

from .counting_rules import rules_of
from .mentors import today_of
from .totals import totals_for
from .totals_words import ladder, runs_out, scene_rows, tables


@require_safe
@signed_in
def totals(request: HttpRequest) -> HttpResponse:
    """The learner's own, one enrolment at a time: the one asked for, else the newest they are on."""
    learner = person_of(request)
    enrolments = list(
        Enrolment.objects.filter(learner=learner).select_related("programme").order_by("-enrolled_at", "-pk")
    )
    if not enrolments:
        return render(request, "assessments/totals.html", {"enrolment": None})
    enrolment = _chosen(enrolments, request.GET.get("enrolment"))
    rules = rules_of([enrolment])[enrolment.pk]
    found = totals_for(enrolment, rules, on=today_of(learner, timezone.now()))
    return render(
        request,
        "assessments/totals.html",
        {
            "enrolment": enrolment,
            "others": [other for other in enrolments if other != enrolment],
            "totals": found,
            "ladder": ladder(found),
            "runs_out": runs_out(found),
            "tables": tables(found),
            "scenes": scene_rows(found),
        },
    )


def _chosen(enrolments: Sequence[Enrolment], asked: str | None) -> Enrolment:
    """One of the learner's own. Raises Http404 for any other: what is not yours looks like what is not there."""
    if asked is None:
        return next((enrolment for enrolment in enrolments if enrolment.withdrawn_at is None), enrolments[0])
    for enrolment in enrolments:
        if str(enrolment.pk) == asked:
            return enrolment
    raise Http404
