"""On which terms is each programme's certificate renewed, now and before?"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, Table, TitleColumn

from certificates.models import RenewalTerms
from certificates.renewal_terms import CannotPublishTerms, publish_terms
from certificates.renewal_words import terms_lines
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.models import ProgrammePage

from .frame import Step, day, show, show_list
from .past import past_of
from .renewal_forms import TermsForm


@require_safe
@allowed("desk.use")
def renewal_terms_list(request: HttpRequest) -> HttpResponse:
    """Each programme with the newest version it has."""
    policy.require(request.user, "renewal_terms.write")
    newest = RenewalTerms.objects.filter(programme=OuterRef("pk")).order_by("-published_at")
    rows = ProgrammePage.objects.annotate(
        newest=Subquery(newest.values("version")[:1]), since=Subquery(newest.values("published_at")[:1])
    )
    return show_list(
        request,
        title=_("Renewal terms"),
        icon="rotate",
        rows=rows.order_by("title", "pk"),
        columns=[
            TitleColumn("title", label=_("Programme"), url_name="desk:renewal_terms"),
            Column("valid_years", label=_("Valid for"), accessor=lambda row: row.valid_years or _("without end")),
            Column("newest", label=_("Newest version"), accessor=lambda row: row.newest or _("none")),
            Column("since", label=_("Published"), accessor=lambda row: day(row.since)),
        ],
        empty=_("There is no programme yet."),
    )


@require_safe
@allowed("desk.use")
def renewal_terms(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The newest terms of a programme in full, and every version there was."""
    programme = _fetch(request, programme_id)
    versions = list(
        programme.renewal_terms.select_related("published_by").prefetch_related("categories").order_by("-published_at")
    )
    columns = [
        Column("version", label=_("Version")),
        Column("published_at", label=_("Published"), accessor=lambda row: day(row.published_at)),
        Column("published_by", label=_("By"), accessor=lambda row: row.published_by or _("the system")),
        Column("credits", label=_("Credits")),
        Column("categories", label=_("Categories"), accessor=lambda row: ", ".join(_names(row))),
    ]
    return show(
        request,
        "cms/desk/thing.html",
        title=programme.title,
        icon="rotate",
        steps=_steps(),
        heading=_("Renewal terms"),
        facts=terms_lines(versions[0], versions[0].cycle_years or programme.valid_years) if versions else [],
        said=[
            _("A certificate keeps the terms that were in force when its span began, until its end."),
            _("Where there were none yet, the first that came hold."),
        ],
        links=[(_("Write a new version"), reverse("desk:renewal_terms_publish", args=[programme.pk]))],
        table=Table(columns, versions, caption=_("Versions")) if versions else None,
        table_heading=_("Versions"),
        table_empty=_("None is published yet. Until then nothing can be renewed."),
        past=past_of(*versions) if versions else [],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def renewal_terms_publish(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Write and publish a new version, beginning with what the newest says."""
    programme = _fetch(request, programme_id)
    here = reverse("desk:renewal_terms", args=[programme.pk])
    newest = programme.renewal_terms.prefetch_related("categories").order_by("-published_at").first()
    form = TermsForm(request.POST or None, newest=newest)
    if form.is_valid():
        try:
            publish_terms(
                programme=programme,
                version=form.cleaned_data["version"],
                said=form.said(),
                categories=form.categories(),
                is_example=form.cleaned_data["is_example"],
                by=person_of(request),
                at=timezone.now(),
            )
        except CannotPublishTerms as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Published. They hold for every span that begins from now on."))
            return redirect(here)
    return show(
        request,
        "cms/desk/renewal_terms_form.html",
        title=_("Write a new version"),
        icon="rotate",
        steps=[*_steps(), (programme.title, here)],
        status=422 if form.errors else 200,
        form=form,
        back=here,
    )


def _names(terms: RenewalTerms) -> list[str]:
    return [row.name for row in sorted(terms.categories.all(), key=lambda row: row.position)]


def _fetch(request: HttpRequest, programme_id: int) -> ProgrammePage:
    return policy.fetch(request.user, "renewal_terms.write", ProgrammePage.objects.all(), pk=programme_id)


def _steps() -> list[Step]:
    return [(_("Renewal terms"), reverse("desk:renewal_terms_list"))]
