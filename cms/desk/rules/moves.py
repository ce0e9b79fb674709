"""Who is moved to this version, what would that change for each, and what counts there that was met before?"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from certificates.foreseeing import Foreseen, foresee_move, learners_of
from certificates.models import Requirement, RequirementSet
from certificates.moving import move_learners
from certificates.requirements import Finding, rule_of
from cms.accounts.policy import allowed, person_of
from courses.models import Enrolment

from ..frame import Choice, goes_back, is_sure, show
from .foreseen import standing_in_words
from .forms import MoveForm
from .sets import fetch_set, steps


@dataclass(frozen=True, kw_only=True)
class Line:
    """One learner before and after, for the page."""

    name: str
    url: str
    now: str
    then: str
    good: bool
    certified: bool
    why_not: str
    lost: list[Finding]  # what becomes unmet, as the new rules say it
    won: list[Finding]  # what is met after


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def move(request: HttpRequest, set_id: int) -> HttpResponse:
    """From which version, who, and what counts; then what that changes for each of them; then, sure, do it."""
    to = fetch_set(request, set_id, "rules.move")
    here = reverse("desk:requirement_set", args=[to.pk])
    at = timezone.now()
    everybody = [each for each in learners_of(to.programme) if each.pin and each.pin != to.pk]  # type: ignore[attr-defined]
    sets = RequirementSet.objects.in_bulk({each.pin for each in everybody})  # type: ignore[attr-defined]
    away = _away(request, sets, everybody)
    context: dict[str, Any] = {
        "title": _("Move learners to %(version)s") % {"version": to.version},
        "icon": "arrow-right",
        "heading": to.programme.title,
        "steps": [*steps(to.programme), (to.version, here)],
        "back": here,
        "to": to,
    }
    if to.published_at > at or away is None:
        why = (
            _("These rules do not hold yet. Move people once they do.")
            if to.published_at > at
            else _("Nobody is on the programme under another version.")
        )
        return show(request, "cms/desk/rules/move.html", nobody=why, **context)
    theirs = [each for each in everybody if each.pin == away.pk]  # type: ignore[attr-defined]
    old, new = _titled(away), _titled(to)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        learners=[(str(each.pk), each.learner.display_name) for each in theirs],
        old=old,
        new=new,
        initial={"learners": request.GET.getlist("learner")},
    )
    told = form.is_valid() and not goes_back(request)
    chosen = [each for each in theirs if told and str(each.pk) in form.cleaned_data["learners"]]
    if told and is_sure(request):
        return _do(request, chosen, away, to, form)
    foreseen = (
        foresee_move(enrolments=chosen, to=to, keeping=form.keeping(), by=person_of(request), at=at) if told else []
    )
    can = sum(not each.why_not for each in foreseen)
    return show(
        request,
        "cms/desk/rules/move.html",
        status=422 if form.errors else 200,
        form=form,
        old=[(title, form[f"stands_{row.pk}"], form[f"met_{row.pk}"], form[f"waived_{row.pk}"]) for row, title in old],
        away=away,
        choices=[
            Choice(label=each.version, url=f"{request.path}?from={each.pk}", here=each.pk == away.pk)
            for each in sorted(sets.values(), key=lambda each: each.published_at)
        ],
        lines=[_line(each) for each in foreseen],
        sure=told,
        button=ngettext("Move %(n)d learner", "Move %(n)d learners", can) % {"n": can} if can else "",
        **context,
    )


def _do(
    request: HttpRequest, chosen: list[Enrolment], away: RequirementSet, to: RequirementSet, form: MoveForm
) -> HttpResponse:
    done = move_learners(
        enrolments=chosen,
        away=away,
        to=to,
        keeping=form.keeping(),
        reason=form.cleaned_data["reason"],
        by=person_of(request),
        at=timezone.now(),
    )
    count = len(done.moved)
    if count:
        said = ngettext("%(n)d learner was moved, and written to.", "%(n)d learners were moved, and written to.", count)
        messages.success(request, said % {"n": count})
    for enrolment, why in done.refused:
        messages.warning(request, f"{enrolment.learner.display_name}: {why}")
    return redirect("desk:requirement_set", to.pk)


def _away(request: HttpRequest, sets: dict[int, RequirementSet], everybody: list[Enrolment]) -> RequirementSet | None:
    """The version people are moved from: that of the address or of the learner in it, else the newest that anybody has."""
    asked = request.GET.get("from", "")
    learner = request.GET.get("learner", "")
    if asked.isdecimal() and int(asked) in sets:
        return sets[int(asked)]
    pin = next((each.pin for each in everybody if str(each.pk) == learner), 0)  # type: ignore[attr-defined]
    return sets.get(pin) or max(sets.values(), key=lambda each: each.published_at, default=None)


def _titled(rules: RequirementSet) -> list[tuple[Requirement, str]]:
    """The lines of a set, each with the words one knows it by."""
    titled = []
    for row in rules.requirements.order_by("position"):
        promise = rule_of(row.kind, row.terms).promise()
        titled.append((row, f"{promise.title} ({promise.how_much})"))
    return titled


def _line(foreseen: Foreseen) -> Line:
    now = foreseen.now.findings if foreseen.now else ()
    met = {finding.kind for finding in now if finding.met}
    return Line(
        name=foreseen.enrolment.learner.display_name,
        url=reverse("desk:learner_detail", args=[foreseen.enrolment.pk]),
        now=standing_in_words(now),
        then=standing_in_words(foreseen.then),
        good=foreseen.met_then,
        certified=foreseen.certified,
        why_not=foreseen.why_not,
        lost=[finding for finding in foreseen.then if not finding.met],
        won=[finding for finding in foreseen.then if finding.met and finding.kind not in met],
    )
