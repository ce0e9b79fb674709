"""What would these rules mean for the people on the programme? As learners 1, 2, 3: no name, no key."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates.eligibility import Rules
from certificates.foreseeing import MOST, Foreseen, foresee_rules
from certificates.models import RequirementSet
from certificates.requirements import Finding
from courses.models import ProgrammePage

from ..frame import PER_PAGE, Step, choices_of, show

# Which of them each choice shows.
WHICH = {
    "all": lambda each: True,
    "then": lambda each: each.met_then,
    "no_longer": lambda each: each.no_longer,
    "newly": lambda each: each.newly,
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One learner, without a name."""

    label: str
    now: str
    then: str
    good: bool
    certified: bool
    findings: tuple[Finding, ...]


def show_foreseen(
    request: HttpRequest,
    *,
    programme: ProgrammePage,
    lines: Rules,
    published: RequirementSet | None,
    version: str,
    back: str,
    steps: list[Step],
    at: datetime,
) -> HttpResponse:
    """Counts first, then everybody with each requirement's sentence, in pages of 30."""
    foreseen = foresee_rules(programme=programme, lines=lines, published=published, at=at)
    counts = {name: sum(map(which, foreseen)) for name, which in WHICH.items()}
    state, choices = choices_of(
        request,
        {
            "all": _("Everybody (%(n)d)") % {"n": counts["all"]},
            "then": _("Would pass (%(n)d)") % {"n": counts["then"]},
            "no_longer": _("Pass now, and would not (%(n)d)") % {"n": counts["no_longer"]},
            "newly": _("Would pass, and do not now (%(n)d)") % {"n": counts["newly"]},
        },
    )
    page = Paginator([each for each in foreseen if WHICH[state](each)], PER_PAGE).get_page(request.GET.get("p"))
    return show(
        request,
        "cms/desk/rules/foreseen.html",
        title=_("Who would pass under %(version)s") % {"version": version},
        icon="view",
        steps=steps,
        heading=programme.title,
        choices=choices,
        summary=summary_of(foreseen),
        lines=[line_of(each) for each in page.object_list],
        page_obj=page,
        which=state,
        back=back,
        cut=len(foreseen) == MOST,
        most=MOST,
    )


def summary_of(foreseen: list[Foreseen]) -> list[str]:
    """What it comes to, in sentences."""
    passing, ending, coming = (sum(map(WHICH[name], foreseen)) for name in ("then", "no_longer", "newly"))
    return [
        ngettext("%(passing)d of %(n)d learner would pass.", "%(passing)d of %(n)d learners would pass.", len(foreseen))
        % {"passing": passing, "n": len(foreseen)},
        ngettext(
            "%(n)d passes under their own rules now and no longer would.",
            "%(n)d pass under their own rules now and no longer would.",
            ending,
        )
        % {"n": ending},
        ngettext("%(n)d would newly pass.", "%(n)d would newly pass.", coming) % {"n": coming},
    ]


def line_of(foreseen: Foreseen) -> Line:
    return Line(
        label=_("Learner %(number)d") % {"number": foreseen.number},
        now=standing_in_words(foreseen.now.findings) if foreseen.now else _("No rules hold"),
        then=standing_in_words(foreseen.then),
        good=foreseen.met_then,
        certified=foreseen.certified,
        findings=foreseen.then,
    )


def standing_in_words(findings: tuple[Finding, ...]) -> str:
    missing = sum(not finding.met for finding in findings)
    return ngettext("%(n)d missing", "%(n)d missing", missing) % {"n": missing} if missing else _("Everything met")
