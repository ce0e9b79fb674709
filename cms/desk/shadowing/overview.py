"""How do the days on set stand, by cohort and by mentor?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, TitleColumn

from assessments.mentor_figures import Figures, figures_of
from assessments.models import Level, Mentor
from assessments.overseeing import FEWEST, LOOKS_BACK, Cohort, Limits, Pace, cohorts, limits, mentor_loads
from cms.accounts import policy
from cms.accounts.policy import allowed

from ..frame import Fact, day, show, show_list

ANSWERED = {
    "shift.signed": gettext_lazy("Signed"),
    "shift.returned": gettext_lazy("Asked about"),
    "shift.hours_proposed": gettext_lazy("Other hours proposed"),
    "shift.declined": gettext_lazy("Declined"),
}


@require_safe
@allowed("desk.use")
def shadowing(request: HttpRequest) -> HttpResponse:
    """Cohorts: learners, signed days, and what waits for mentors, by age."""
    policy.require(request.user, "shift.oversee")
    within = limits()
    return show_list(
        request,
        title=_("Days on set"),
        icon="date",
        rows=cohorts(timezone.now(), within),
        columns=[
            Column("programme", label=_("Programme")),
            Column("intake", label=_("Intake"), accessor=lambda row: row.intake or _("none")),
            Column("learners", label=_("Learners")),
            Column("signed_days", label=_("Signed days")),
            *_age_columns(within),
        ],
        note=_("Signed days are distinct dates of a learner. What waits is counted from the day it was handed in."),
        empty=_("Nobody is on a programme yet."),
    )


def _age_columns(within: Limits) -> list[Column]:
    waits = _("Waits %(days)s days")
    ages = {
        "fresh": waits % {"days": f"0–{within.first}"},
        "late": waits % {"days": f"{within.first + 1}–{within.second}"},
        "overdue": _("Waits over %(days)d days") % {"days": within.second},
    }

    def count(row: Cohort, age: str) -> int:
        return int(getattr(row, age))

    return [Column(age, label=label, accessor=lambda row, age=age: count(row, age)) for age, label in ages.items()]


@require_safe
@allowed("desk.use")
def mentor_load_list(request: HttpRequest) -> HttpResponse:
    """Every mentor, whose card has waited longest at the top."""
    policy.require(request.user, "shift.oversee")
    return show_list(
        request,
        title=_("Mentors’ load"),
        icon="group",
        rows=mentor_loads(timezone.now()),
        columns=[
            TitleColumn(
                "name", label=_("Mentor"), get_url=lambda row: reverse("desk:mentor_figures", args=[row.mentor.pk])
            ),
            Column(
                "mentees",
                label=_("Mentees"),
                accessor=lambda row: _("%(n)d of %(all)d") % {"n": row.mentees, "all": row.mentor.capacity},
            ),
            Column("waiting", label=_("Cards that wait")),
            Column("oldest", label=_("Oldest"), accessor=lambda row: day(row.oldest)),
            Column("pace", label=_("Days to an answer, median"), accessor=lambda row: pace_words(row.pace)),
        ],
        note=_("Days to an answer are those of the last %(days)d days, and are not given below %(n)d answers.")
        % {"days": LOOKS_BACK.days, "n": FEWEST},
        empty=_("There is no mentor yet."),
    )


def pace_words(pace: Pace) -> str:
    """How quickly, with the number it rests on; nothing where there are too few."""
    if pace.days is None:
        return _("too few to say (n = %(n)d)") % {"n": pace.answers}
    return _("%(days)s (n = %(n)d)") % {"days": number_format(round(pace.days, 1)), "n": pace.answers}


@require_safe
@allowed("desk.use")
def mentor_figures(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """How one mentor answers and judges, next to all."""
    mentor = policy.fetch(request.user, "mentor.approve", Mentor.objects.select_related("person"), pk=mentor_id)
    figures = figures_of(mentor, timezone.now())
    return show(
        request,
        "cms/desk/mentor_figures.html",
        title=mentor.name,
        icon="group",
        steps=[
            (_("Days on set"), reverse("desk:shadowing")),
            (_("Mentors’ load"), reverse("desk:mentor_load_list")),
        ],
        heading=_("How they answer and judge"),
        mentor=mentor,
        figures=figures,
        too_few=_too_few(figures),
        facts=_facts(figures) if figures.enough else [],
        levels=[level.label for level in Level],
        judged=[
            (line.competency.label, [_with_share(n, line.own) for n in line.own], [_with_share(n, line.all) for n in line.all])
            for line in figures.judged
        ],
        shows_all=figures.signed_by_all - figures.signed >= FEWEST,
    )  # fmt: skip


def _too_few(figures: Figures) -> str:
    return ngettext(
        "They have answered %(n)d card. Figures begin at %(fewest)d: fewer say nothing about how somebody judges.",
        "They have answered %(n)d cards. Figures begin at %(fewest)d: fewer say nothing about how somebody judges.",
        figures.cards,
    ) % {"n": figures.cards, "fewest": FEWEST}


def _facts(figures: Figures) -> list[Fact]:
    def share(cards: int) -> str:
        return _("%(n)d of %(all)d (%(percent)d %%)") % {
            "n": cards, "all": figures.cards, "percent": round(100 * cards / figures.cards),
        }  # fmt: skip

    return [
        (_("Cards answered"), figures.cards),
        *((str(ANSWERED[verb]), share(cards)) for verb, cards in figures.answers),
        (_("Days to an answer, median"), pace_words(figures.pace)),
        (_("Random checks that stood"), figures.audits_passed),
        (_("Random checks that did not"), figures.audits_failed),
        (_("Disputes where the day counted without them"), figures.disputes_counted),
        (_("Disputes where it did not"), figures.disputes_refused),
    ]


def _with_share(count: int, of: tuple[int, ...]) -> str:
    total = sum(of)
    return f"{count} ({round(100 * count / total)} %)" if total else "0"
