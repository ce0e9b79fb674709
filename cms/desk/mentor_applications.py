"""Who asks to become a mentor, or names one from outside, and what does the registrar answer?"""

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.applying import CannotDecide, accept_application, asked_by, decline_application
from assessments.inviting import CannotInvite, invite_mentor, open_mentor_invitations
from assessments.mentors import regions_in_words
from assessments.models import MentorApplication, MentorInvitation
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .frame import Act, Fact, Step, ask, choices_of, day, show, show_list
from .mentor_forms import MentorInvitationForm, NoForm
from .past import past_of
from .waiting import waiting_mentor_applications


@require_safe
@allowed("desk.use")
def application_list(request: HttpRequest) -> HttpResponse:
    """Those that wait first, oldest at the top; then what was answered."""
    policy.require(request.user, "mentor.approve")
    state, choices = choices_of(
        request, {"waiting": _("Waiting"), "accepted": _("Accepted"), "declined": _("Declined")}
    )
    rows = {
        "waiting": waiting_mentor_applications(),
        "accepted": MentorApplication.objects.filter(mentor__isnull=False),
        "declined": MentorApplication.objects.filter(answered_at__isnull=False, mentor=None),
    }[state]
    return show_list(
        request,
        title=_("Mentor applications"),
        icon="group",
        rows=_whole(rows).order_by("applied_at", "pk"),
        columns=[
            TitleColumn("about", label=_("Who"), accessor=about, url_name="desk:application_detail"),
            Column("kind", label=_("What"), accessor=kind_of),
            Column("credential_number", label=_("Credential")),
            Column("until", label=_("Last day"), accessor=lambda row: day(row.credential_expires_on)),
            Column("applied_at", label=_("Since"), accessor=lambda row: day(row.applied_at)),
            StatusTagColumn(
                "state", label=_("State"), accessor=state_of, primary=lambda row: row.mentor_id is not None
            ),
        ],
        choices=choices,
        buttons=[(_("Invite a mentor"), reverse("desk:mentor_invite"), "mail")],
        empty=_("There are no such applications."),
    )


@require_safe
@allowed("desk.use")
def application_detail(request: HttpRequest, application_id: int) -> HttpResponse:
    application = _fetch(request, application_id)
    return show(
        request,
        "cms/desk/mentor_application.html",
        title=about(application),
        icon="group",
        steps=_steps(),
        application=application,
        facts=_facts(application),
        heading=kind_of(application),
        state=state_of(application),
        state_is_good=application.mentor_id is not None,
        own=asked_by(application).pk == person_of(request).pk,
        past=past_of(application),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def application_accept(request: HttpRequest, application_id: int) -> HttpResponse:
    application = _fetch(request, application_id)
    here = reverse("desk:application_detail", args=[application.pk])
    missing: list[str] = []
    if request.method == "POST":
        try:
            accept_application(application=application, by=person_of(request), at=timezone.now())
        except CannotDecide as refusal:
            missing = [str(refusal)]
        else:
            messages.success(request, _("Accepted. They are written to."))
            return redirect(here)
    act = Act(
        title=_("Accept"),
        button=_("Accept"),
        back=here,
        icon="group",
        steps=[*_steps(), (about(application), here)],
        facts=_facts(application),
        changes=_what_a_yes_changes(application),
        missing=missing,
    )
    return ask(request, act, status=422 if missing else 200)


def _what_a_yes_changes(application: MentorApplication) -> list[str]:
    if application.person_id is None:
        return [
            _("The learner can record days with them from now on, and they sign by a link in a mail."),
            _("Both are written to. Check first that the address is really theirs: whoever reads it can sign."),
        ]
    if hasattr(application.person, "mentor"):
        return [_("Their newer credential counts from now on; what they signed before keeps the one of that day.")]
    return [
        _("Learners can ask them to be their mentor, and they can sign shifts up to the credential’s last day."),
        _("They get a mail that says so."),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def application_decline(request: HttpRequest, application_id: int) -> HttpResponse:
    application = _fetch(request, application_id)
    here = reverse("desk:application_detail", args=[application.pk])
    form = NoForm(request.POST or None)
    if form.is_valid():
        try:
            decline_application(
                application=application, reason=form.cleaned_data["reason"], by=person_of(request), at=timezone.now()
            )
        except CannotDecide as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Declined. They are written to, and read the reason on their page."))
            return redirect(here)
    act = Act(
        title=_("Decline"),
        button=_("Decline"),
        back=here,
        icon="group",
        steps=[*_steps(), (about(application), here)],
        changes=[_("They can ask again.")],
        serious=True,
    )
    return ask(request, act, form=form)


@require_safe
@allowed("desk.use")
def mentor_invitation_list(request: HttpRequest) -> HttpResponse:
    """Every invitation to mentor, newest first."""
    policy.require(request.user, "mentor.approve")
    at = timezone.now()
    state, choices = choices_of(
        request, {"all": _("All"), "open": _("Open"), "used": _("Used"), "expired": _("Expired")}
    )
    rows = {
        "all": MentorInvitation.objects.all(),
        "open": open_mentor_invitations(at),
        "used": MentorInvitation.objects.filter(application__isnull=False),
        "expired": MentorInvitation.objects.filter(application=None, expires_at__lte=at),
    }[state]
    return show_list(
        request,
        title=_("Mentor invitations"),
        icon="mail",
        rows=rows.select_related("invited_by").order_by("-invited_at", "-pk"),
        columns=[
            Column("email", label=_("Address")),
            Column("invited_at", label=_("Invited"), accessor=lambda row: day(row.invited_at)),
            Column("invited_by", label=_("By")),
            Column("until", label=_("Open until"), accessor=lambda row: day(row.expires_at)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: _invitation_state(row, at),
                primary=lambda row: row.application_id is not None,
            ),
        ],
        choices=choices,
        buttons=[(_("Invite a mentor"), reverse("desk:mentor_invite"), "plus")],
        empty=_("There are no such invitations."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_invite(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "mentor.approve")
    form = MentorInvitationForm(request.POST or None)
    if form.is_valid():
        try:
            invitation = invite_mentor(email=form.cleaned_data["email"], by=person_of(request), at=timezone.now())
        except CannotInvite as refusal:
            form.add_error("email", str(refusal))
        else:
            words = _("The link goes to %(address)s and works until %(day)s.")
            messages.success(request, words % {"address": invitation.email, "day": day(invitation.expires_at)})
            return redirect("desk:mentor_invitation_list")
    back = reverse("desk:mentor_invitation_list")
    act = Act(
        title=_("Invite a mentor"),
        button=_("Send the invitation"),
        back=back,
        icon="mail",
        steps=[(_("Mentor invitations"), back)],
        changes=[
            _("Inviting the same address again while its link is open sends that link once more."),
            _("They apply with their credential; the application then waits here."),
        ],
    )
    return ask(request, act, form=form)


def about(application: MentorApplication) -> str:
    """Whose name is on it."""
    return application.person.display_name if application.person else application.outside_name


def kind_of(application: MentorApplication) -> str:
    if application.person is None:
        return _("Coordinator from outside")
    return _("Newer credential") if hasattr(application.person, "mentor") else _("Wants to mentor")


def state_of(application: MentorApplication) -> str:
    if application.answered_at is None:
        return _("Waiting")
    return _("Accepted") if application.mentor_id else _("Declined")


def _invitation_state(invitation: MentorInvitation, at: datetime) -> str:
    if invitation.application_id:
        return _("Used")
    return _("Open") if invitation.expires_at > at else _("Expired")


def _facts(application: MentorApplication) -> list[Fact]:
    facts: list[Fact] = [
        (_("E-mail address"), application.person.email if application.person else application.outside_email),
        (_("Credential"), application.credential_number),
        (_("Last day"), day(application.credential_expires_on)),
        (_("Works in"), ", ".join(regions_in_words(application.regions)) or _("Not said")),
        (_("Asked"), day(application.applied_at)),
    ]
    if enrolment := application.for_enrolment:
        facts += [(_("Named by"), enrolment.learner.display_name), (_("Programme"), enrolment.programme.title)]
    else:
        facts += [
            (_("Mentees at a time"), application.capacity),
            (_("Conflicts of interest"), application.conflicts or _("None said")),
            (_("Invited"), _("Yes") if hasattr(application, "invitation") else _("No")),
        ]
    return [*facts, (_("In their words"), application.words or _("Nothing"))]


def _whole(rows: QuerySet[MentorApplication]) -> QuerySet[MentorApplication]:
    return rows.select_related(
        "person__mentor", "for_enrolment__learner", "for_enrolment__programme", "answered_by", "mentor", "invitation"
    )


def _fetch(request: HttpRequest, application_id: int) -> MentorApplication:
    rows = _whole(MentorApplication.objects.all())
    return policy.fetch(request.user, "mentor.approve", rows, pk=application_id)


def _steps() -> list[Step]:
    return [(_("Mentor applications"), reverse("desk:application_list"))]
