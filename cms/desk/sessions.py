"""When do live sessions take place, and who was there? The register is taken here."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.attending import (
    CannotNote,
    CannotPlanSession,
    cancel_session,
    learners_of,
    note_all,
    note_attendance,
    plan_session,
    take_attendance_back,
)
from courses.models import Attendance, Enrolment, LiveSession

from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .past import past_of
from .session_forms import MadeUpForm, SessionForm


@require_safe
@allowed("session.keep")
def session_list(request: HttpRequest) -> HttpResponse:
    """The dates to come, soonest first, or those that have been."""
    state, choices = choices_of(request, {"coming": _("Coming"), "past": _("Past"), "all": _("All")})
    rows = LiveSession.objects.select_related("page", "intake").annotate(
        there=Count("attendances", filter=Q(attendances__taken_back_at=None))
    )
    now = timezone.now()
    if state == "coming":
        rows = rows.filter(starts_at__gte=now)
    elif state == "past":
        rows = rows.filter(starts_at__lt=now)
    return show_list(
        request,
        title=_("Live sessions"),
        icon="date",
        rows=rows.order_by("starts_at" if state == "coming" else "-starts_at", "pk"),
        columns=[
            TitleColumn("page", label=_("Session"), url_name="desk:session_detail"),
            Column("starts_at", label=_("Begins"), accessor=lambda row: moment(row)),
            Column("intake", label=_("For"), accessor=lambda row: row.intake or _("everybody on the programme")),
            Column("there", label=_("Noted")),
            StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda row: row.cancelled_at is None),
        ],
        choices=choices,
        buttons=[(_("New date"), reverse("desk:session_new"), "plus")],
        empty=_("There is none. Editors make the unit; its dates are planned here."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("session.keep")
def session_new(request: HttpRequest) -> HttpResponse:
    """Plan a date."""
    form = SessionForm(request.POST or None)
    if form.is_valid():
        try:
            session = plan_session(session=form.save(commit=False), by=person_of(request), at=timezone.now())
        except CannotPlanSession as refusal:
            form.add_error("intake", str(refusal))
        else:
            messages.success(request, _("Planned. Those it is for find it on the unit; nobody was written to."))
            return redirect("desk:session_detail", session.pk)
    act = Act(
        title=_("New date of a live session"),
        button=_("Plan it"),
        back=reverse("desk:session_list"),
        icon="date",
        steps=_steps(),
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("session.keep")
def session_detail(request: HttpRequest, session_id: int) -> HttpResponse:
    """One date and its register: tick who was there."""
    session = _fetch(request, session_id)
    begun = session.starts_at <= timezone.now() and session.cancelled_at is None
    learners = learners_of(session)
    if request.method == "POST":
        ticked = [enrolment for enrolment in learners if str(enrolment.pk) in request.POST.getlist("there")]
        try:
            count = note_all(session=session, enrolments=ticked, by=person_of(request), at=timezone.now())
        except CannotNote as refusal:
            messages.error(request, _("Nobody was noted. %(reason)s") % {"reason": refusal})
        else:
            said = ngettext("%(n)d person was noted.", "%(n)d people were noted.", count) % {"n": count}
            messages.success(request, said if count else _("Nobody new was ticked."))
        return redirect("desk:session_detail", session.pk)
    links = []
    if session.cancelled_at is None:
        links.append((_("Cancel this date …"), reverse("desk:session_cancel", args=[session.pk])))
    return show(
        request,
        "cms/desk/session.html",
        title=session.page.title,
        icon="date",
        steps=_steps(),
        heading=moment(session),
        state=state_of(session),
        state_is_good=session.cancelled_at is None,
        facts=_facts(session),
        links=links,
        session=session,
        begun=begun,
        learners=learners,
        past=past_of(session),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("session.keep")
def session_made_up(request: HttpRequest, session_id: int, enrolment_id: int) -> HttpResponse:
    """Somebody who could not come has shown the same in another way."""
    session = _fetch(request, session_id)
    enrolment = policy.fetch(
        request.user, "learner.read", Enrolment.objects.select_related("learner", "programme"), pk=enrolment_id
    )
    here = reverse("desk:session_detail", args=[session.pk])
    form = MadeUpForm(request.POST or None)
    if form.is_valid():
        try:
            note_attendance(
                session=session,
                enrolment=enrolment,
                by=person_of(request),
                at=timezone.now(),
                made_up_by=form.cleaned_data["made_up_by"],
            )
        except CannotNote as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. The unit is done for them."))
            return redirect(here)
    act = Act(
        title=_("Made up for"),
        button=_("Note it"),
        back=here,
        icon="date",
        steps=[*_steps(), (session.page.title, here)],
        facts=[(_("Learner"), enrolment.learner), (_("Date missed"), moment(session))],
        changes=[_("The unit is done for them, and it counts where their rules let it.")],
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("session.keep")
def attendance_back(request: HttpRequest, attendance_id: int) -> HttpResponse:
    """Take back what was noted by mistake."""
    rows = Attendance.objects.select_related("session__page", "enrolment__learner")
    attendance = policy.fetch(request.user, "session.keep", rows, pk=attendance_id)
    here = reverse("desk:session_detail", args=[attendance.session_id])
    if request.method == "POST":
        take_attendance_back(attendance=attendance, by=person_of(request), at=timezone.now())
        messages.success(request, _("Taken back. It no longer counts."))
        return redirect(here)
    act = Act(
        title=_("Take it back"),
        button=_("Take it back"),
        back=here,
        icon="date",
        steps=[*_steps(), (attendance.session.page.title, here)],
        facts=[(_("Learner"), attendance.enrolment.learner), (_("Noted"), attendance.get_how_display())],
        changes=[
            _("It no longer counts towards a certificate."),
            _("The unit stays done on their page: progress never falls."),
            _("A certificate that rests on it is not altered. Look at it yourself."),
        ],
        missing=[_("This was taken back already.")] if attendance.taken_back_at else [],
    )
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("session.keep")
def session_cancel(request: HttpRequest, session_id: int) -> HttpResponse:
    """It does not take place."""
    session = _fetch(request, session_id)
    here = reverse("desk:session_detail", args=[session.pk])
    if request.method == "POST":
        try:
            cancel_session(session=session, by=person_of(request), at=timezone.now())
        except CannotPlanSession as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Cancelled. Tell those it was for."))
        return redirect(here)
    act = Act(
        title=_("Cancel this date"),
        button=_("Cancel this date"),
        back=here,
        icon="date",
        steps=[*_steps(), (session.page.title, here)],
        facts=_facts(session),
        changes=[_("It is no longer listed on the unit. Nobody is written to: tell those it was for.")],
        missing=[_("This date is cancelled.")] if session.cancelled_at else [],
    )
    return ask(request, act)


def moment(session: LiveSession) -> str:
    local = timezone.localtime(session.starts_at)
    return f"{day(local.date())}, {local:%H:%M}"


def state_of(session: LiveSession) -> str:
    if session.cancelled_at:
        return _("Cancelled")
    return _("Past") if session.ends_at <= timezone.now() else _("Planned")


def _facts(session: LiveSession) -> list[Fact]:
    return [
        (_("Begins"), moment(session)),
        (_("Minutes"), session.minutes),
        (_("Where"), session.place),
        (_("For"), session.intake or _("everybody on the programme")),
    ]


def _fetch(request: HttpRequest, session_id: int) -> LiveSession:
    return policy.fetch(
        request.user, "session.keep", LiveSession.objects.select_related("page", "intake"), pk=session_id
    )


def _steps() -> list[Step]:
    return [(_("Live sessions"), reverse("desk:session_list"))]
