"""Who is on which programme, and how far? Nobody's notes, messages or productions are here; each reading is kept."""

from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left, Length
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.mentors import today_of
from certificates.attesting import attested, attested_in
from cms.accounts import history, policy
from cms.accounts.policy import allowed, person_of
from courses.models import Enrolment, ModulePage, ProgrammePage, UnitCompletion, UnitPage
from courses.pages import STEP

from .evidence import evidence_of
from .frame import Fact, choices_of, day, searched, show, show_list
from .past import past_of
from .rules.waivers import decided_about
from .vouched import vouched_for


@require_safe
@allowed("desk.use")
def learner_list(request: HttpRequest) -> HttpResponse:
    """Enrolments by programme, whoever was active last at the top."""
    policy.require(request.user, "learner.read")
    programmes = dict(ProgrammePage.objects.order_by("title", "pk").values_list("pk", "title"))
    chosen, choices = choices_of(
        request,
        {"all": _("All programmes")} | {str(pk): title for pk, title in programmes.items()},
        name="programme",
    )
    rows = with_progress(Enrolment.objects.select_related("learner", "programme"))
    if chosen != "all":
        rows = rows.filter(programme=int(chosen))
    if sought := searched(request):
        rows = rows.filter(Q(learner__display_name__icontains=sought) | Q(learner__email__icontains=sought))
    return show_list(
        request,
        title=_("Learners"),
        icon="user",
        rows=rows.order_by(F("active_at").desc(), "-pk"),
        columns=[
            TitleColumn("learner", label=_("Learner"), url_name="desk:learner_detail"),
            Column("programme", label=_("Programme"), accessor="programme.title"),
            Column("enrolled_at", label=_("Since"), accessor=lambda row: day(row.enrolled_at)),
            Column("units", label=_("Units done"), accessor=units_of),
            Column("active_at", label=_("Last active"), accessor=lambda row: day(row.active_at)),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.withdrawn_at is None),
        ],
        choices=choices,
        search=_("Find a learner"),
        empty=_("Nobody is found by these words.") if sought else _("Nobody is on this programme yet."),
    )


@require_safe
@allowed("desk.use")
def learner_detail(request: HttpRequest, enrolment_id: int) -> HttpResponse:
    """One enrolment and what it has to show. That it was read is written to the audit trail."""
    rows = with_progress(Enrolment.objects.select_related("learner", "programme"))
    enrolment = policy.fetch(request.user, "learner.read", rows, pk=enrolment_id)
    learner = enrolment.learner
    history.audit(
        verb="learner.read",
        subject=history.name_of(learner),
        actor=person_of(request),
        facts={"enrolment": enrolment.pk},
    )
    facts: list[Fact] = [
        (_("E-mail address"), learner.email),
        (_("Pronouns"), learner.pronouns or _("not given")),
        (_("Name on certificates"), learner.certificate_name or learner.display_name),
        (_("Programme"), enrolment.programme.title),
        (_("On it since"), day(enrolment.enrolled_at)),
        (_("How"), enrolment.get_via_display()),
        (_("Units done"), units_of(enrolment)),
        (_("Last active"), day(enrolment.active_at)),  # type: ignore[attr-defined]
    ]
    if enrolment.withdrawn_at:
        facts.append((_("Withdrawn"), day(enrolment.withdrawn_at)))
    certificates = enrolment.certificates.defer("credential", "basis").order_by("-issued_at", "-pk")
    at = timezone.now()
    evidence = evidence_of(enrolment, at=at)
    asked = attested_in(evidence.verdict)
    given = attested(enrolment) if asked else {}
    return show(
        request,
        "cms/desk/learner.html",
        title=learner.display_name,
        icon="user",
        steps=[(_("Learners"), reverse("desk:learner_list"))],
        heading=enrolment.programme.title,
        state_is_good=enrolment.withdrawn_at is None,
        enrolment=enrolment,
        facts=facts,
        state=state_of(enrolment),
        evidence=evidence,
        attestations=[(place, what, given.get(what)) for place, what in enumerate(asked, start=1)],
        vouched=vouched_for(enrolment, reader=person_of(request), on=today_of(learner, at)),
        decided=decided_about(enrolment, evidence.verdict),
        certificates=[(certificate, certificate.status(at)) for certificate in certificates],
        requests=enrolment.certification_requests.order_by("-asked_at", "-pk"),
        others=Enrolment.objects.filter(learner=learner).exclude(pk=enrolment.pk).select_related("programme").order_by("pk"),
        past=past_of(learner, last=20),
    )  # fmt: skip


def with_progress(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """With `done` and `total` units as the learner's own outline counts them, and `active_at`: still one query."""
    units = (
        UnitPage.objects.live()
        .annotate(of_module=Left("path", Length("path") - STEP))
        .filter(Exists(ModulePage.objects.live().filter(path=OuterRef("of_module"))))
    )
    done = UnitCompletion.objects.filter(
        enrolment=OuterRef("pk"), unit__path__startswith=OuterRef("programme__path"), unit__in=units.values("pk")
    )
    return rows.annotate(
        total=_count(units.filter(path__startswith=OuterRef("programme__path"))),
        done=_count(done),
        active_at=Coalesce(F("last_read_at"), F("enrolled_at")),
    )


def _count(things: QuerySet[Any]) -> Coalesce:
    """How many of `things` there are for each row outside; 0 for none."""
    counted = things.order_by().annotate(all=Value(1)).values("all").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def units_of(enrolment: Enrolment) -> str:
    return _("%(done)s of %(total)s") % {"done": enrolment.done, "total": enrolment.total}  # type: ignore[attr-defined]


def state_of(enrolment: Enrolment) -> str:
    return _("Withdrawn") if enrolment.withdrawn_at else _("On the programme")
