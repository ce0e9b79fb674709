"""Which rules has each programme had, which hold, and who is held to them?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, Table, TitleColumn

from certificates.eligibility import Rules, with_pin
from certificates.models import Certificate, RequirementDraft, RequirementSet
from certificates.requirements import Promise, rule_of
from cms.accounts import policy
from cms.accounts.policy import allowed
from courses.models import Enrolment, ProgrammePage

from ..frame import Step, day, show, show_list
from ..past import past_of
from .foreseen import show_foreseen


@require_safe
@allowed("desk.use")
def programme_list(request: HttpRequest) -> HttpResponse:
    """Each programme with the rules that hold, those to come, and the draft."""
    policy.require(request.user, "rules.write")
    at = timezone.now()
    sets = RequirementSet.objects.filter(programme=OuterRef("pk"))
    drafts = RequirementDraft.objects.filter(programme=OuterRef("pk"), closed_at=None)
    rows = ProgrammePage.objects.annotate(
        holds=Subquery(sets.filter(published_at__lte=at).order_by("-published_at").values("version")[:1]),
        since=Subquery(sets.filter(published_at__lte=at).order_by("-published_at").values("published_at")[:1]),
        coming=Subquery(sets.filter(published_at__gt=at).order_by("published_at").values("version")[:1]),
        draft=Subquery(drafts.values("version")[:1]),
    )
    return show_list(
        request,
        title=_("Requirements"),
        icon="list-ol",
        rows=rows.order_by("title", "pk"),
        columns=[
            TitleColumn("title", label=_("Programme"), url_name="desk:requirement_programme"),
            Column("holds", label=_("Holds now"), accessor=lambda row: row.holds or _("none")),
            Column("since", label=_("Since"), accessor=lambda row: day(row.since)),
            Column("coming", label=_("To come"), accessor=lambda row: row.coming or ""),
            Column("draft", label=_("Draft"), accessor=lambda row: row.draft or ""),
        ],
        empty=_("There is no programme yet."),
    )


@require_safe
@allowed("desk.use")
def programme_rules(request: HttpRequest, programme_id: int) -> HttpResponse:
    """All versions of one programme's rules, newest first, with how many learners and certificates each has."""
    programme = policy.fetch(request.user, "rules.write", ProgrammePage.objects.all(), pk=programme_id)
    at = timezone.now()
    sets = list(programme.requirement_sets.order_by("-published_at"))
    held, resting = held_to(programme), resting_on(programme)
    newest = next((published.pk for published in sets if published.published_at <= at), None)
    draft = programme.requirement_drafts.filter(closed_at=None).first()
    begin = reverse("desk:requirement_draft_begin", args=[programme.pk])
    return show(
        request,
        "cms/desk/thing.html",
        title=programme.title,
        icon="list-ol",
        steps=steps(),
        heading=_("Requirements"),
        facts=[
            (_("Gives"), programme.credential_title),
            (_("Kind"), programme.get_kind_display()),
            (_("Draft"), draft.version if draft else _("none")),
        ],
        posts=[] if draft else [(_("Write a new version"), begin)],
        links=[(_("Go on with the draft"), reverse("desk:requirement_draft", args=[draft.pk]))] if draft else [],
        table_heading=_("Versions"),
        table_empty=_("Nothing is required yet, so nobody can be certified."),
        table=Table(
            [
                TitleColumn("version", label=_("Version"), url_name="desk:requirement_set"),
                Column("published_at", label=_("Holds from"), accessor=lambda row: day(row.published_at)),
                Column("size", label=_("Requirements")),
                Column("held", label=_("Learners held to it"), accessor=lambda row: held.get(row.pk, 0)),
                Column("resting", label=_("Certificates"), accessor=lambda row: resting.get(row.pk, 0)),
                StatusTagColumn(
                    "state",
                    label=_("State"),
                    accessor=lambda row: state_of(row, newest, at),
                    primary=lambda row: row.pk == newest,
                ),
            ],
            sets,
            caption=_("Versions"),
        )
        if sets
        else None,
    )


@require_safe
@allowed("desk.use")
def set_detail(request: HttpRequest, set_id: int) -> HttpResponse:
    """One published version, as a visitor reads it. Nothing on it can be changed."""
    published = fetch_set(request, set_id)
    at = timezone.now()
    newest = published.programme.requirement_sets.filter(published_at__lte=at).order_by("-published_at").first()
    move = reverse("desk:requirement_move", args=[published.pk])
    return show(
        request,
        "cms/desk/rules/set.html",
        title=published.version,
        icon="list-ol",
        steps=steps(published.programme),
        heading=published.programme_title,
        state=state_of(published, newest.pk if newest else None, at),
        state_is_good=newest == published,
        facts=[
            (_("Holds from"), day(published.published_at)),
            (_("Gives"), published.title),
            (_("Kind"), published.get_kind_display()),
            (_("Valid for"), _("%(n)d years") % {"n": published.valid_years} if published.valid_years else _("ever")),
            (_("An example"), _("yes, and said so") if published.is_example else _("no")),
            (_("Learners held to it"), held_to(published.programme).get(published.pk, 0)),
            (_("Certificates that rest on it"), resting_on(published.programme).get(published.pk, 0)),
        ],
        lines=in_words(published.requirements.order_by("position")),
        links=[
            (_("Who would pass"), reverse("desk:requirement_set_foreseen", args=[published.pk])),
            *([(_("Move learners to it …"), move)] if published.published_at <= at else []),
        ],
        past=past_of(published),
    )


@require_safe
@allowed("desk.use")
def set_foreseen(request: HttpRequest, set_id: int) -> HttpResponse:
    """Everybody on the programme under this version."""
    published = fetch_set(request, set_id)
    here = reverse("desk:requirement_set", args=[published.pk])
    return show_foreseen(
        request,
        programme=published.programme,
        lines=list(published.requirements.order_by("position")),
        published=published,
        version=published.version,
        back=here,
        steps=[*steps(published.programme), (published.version, here)],
        at=timezone.now(),
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One requirement, as its row and as a visitor reads it."""

    row: Any
    promise: Promise
    has_terms: bool  # else there is nothing to change about it


def in_words(rows: Rules | QuerySet[Any]) -> list[Line]:
    read = [(row, rule_of(row.kind, row.terms)) for row in rows]
    return [Line(row=row, promise=rule.promise(), has_terms=bool(rule.FIELDS)) for row, rule in read]


def held_to(programme: ProgrammePage) -> dict[int, int]:
    """How many learners are held to each version, by its key: one query."""
    rows = with_pin(Enrolment.objects.open().filter(programme=programme)).values("pin").annotate(n=Count("pk"))
    return dict(rows.values_list("pin", "n"))


def resting_on(programme: ProgrammePage) -> dict[int, int]:
    """How many certificates that stand rest on each version, by its key: one query."""
    rows = Certificate.objects.filter(requirement_set__programme=programme, revoked_at=None, superseded_at=None).values(
        "requirement_set"
    )
    return dict(rows.annotate(n=Count("pk")).values_list("requirement_set", "n"))


def state_of(published: RequirementSet, newest: int | None, at: datetime) -> str:
    if published.pk == newest:
        return _("Holds for who joins now")
    return _("To come") if published.published_at > at else _("For who joined under it")


def fetch_set(request: HttpRequest, set_id: int, action: str = "rules.write") -> RequirementSet:
    return policy.fetch(request.user, action, RequirementSet.objects.select_related("programme"), pk=set_id)


def steps(programme: ProgrammePage | None = None) -> list[Step]:
    found = [(_("Requirements"), reverse("desk:requirement_programme_list"))]
    return (
        [*found, (programme.title, reverse("desk:requirement_programme", args=[programme.pk]))] if programme else found
    )
