"""Who may sign shifts, until when, and who should?"""

from datetime import date

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.mentors import CannotApprove, approve_mentor, reinstate_mentor, suspend_mentor
from assessments.models import Mentor
from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.policy import allowed, person_of

from .forms import CredentialForm, MentorForm
from .frame import Act, Fact, Step, ask, choices_of, day, searched, show, show_list
from .past import past_of
from .waiting import mentors_running_out

OPEN = Q(mentorships__begun_at__isnull=False, mentorships__ended_at=None)


@require_safe
@allowed("desk.use")
def mentor_list(request: HttpRequest) -> HttpResponse:
    """Every mentor, the credential that runs out first at the top."""
    policy.require(request.user, "mentor.approve")
    today = timezone.localdate()
    state, choices = choices_of(
        request,
        {
            "all": _("All"),
            "running_out": _("Run out within 60 days"),
            "run_out": _("Run out"),
            "suspended": _("Suspended"),
        },
    )
    rows = {
        "all": Mentor.objects.all(),
        "running_out": mentors_running_out(timezone.now()),
        "run_out": Mentor.objects.filter(credential_expires_on__lt=today),
        "suspended": Mentor.objects.filter(suspended_at__isnull=False),
    }[state]
    if sought := searched(request):
        rows = rows.filter(Q(person__display_name__icontains=sought) | Q(person__email__icontains=sought))
    return show_list(
        request,
        title=_("Mentors"),
        icon="group",
        rows=rows.select_related("person").annotate(open=Count("mentorships", filter=OPEN)).order_by(
            "credential_expires_on", "pk"
        ),
        columns=[
            TitleColumn("person", label=_("Mentor"), url_name="desk:mentor_detail"),
            Column("credential_number", label=_("Credential")),
            Column("until", label=_("Last day"), accessor=lambda row: day(row.credential_expires_on)),
            Column("open", label=_("Open mentorships")),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: state_of(row, today),
                primary=lambda row: _may_sign(row, today),
            ),
        ],
        choices=choices,
        search=_("Find a mentor"),
        buttons=[(_("Approve a mentor"), reverse("desk:mentor_new"), "plus")],
        empty=_("No mentor is found by these words.") if sought else _("There are no such mentors."),
    )  # fmt: skip


@require_safe
@allowed("desk.use")
def mentor_detail(request: HttpRequest, mentor_id: int) -> HttpResponse:
    mentor = _fetch(request, mentor_id)
    today = timezone.localdate()
    return show(
        request,
        "cms/desk/mentor.html",
        title=mentor.name,
        icon="group",
        steps=_steps(),
        mentor=mentor,
        facts=_facts(mentor),
        state=state_of(mentor, today),
        heading=_("Mentor"),
        state_is_good=_may_sign(mentor, today),
        past=past_of(mentor),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_new(request: HttpRequest) -> HttpResponse:
    """Approve somebody who has an account, by the exact address they confirmed."""
    policy.require(request.user, "mentor.approve")
    form = MentorForm(request.POST or None)
    if form.is_valid():
        person = _person_at(form.cleaned_data.pop("email"))
        if person is None:
            form.add_error("email", _("Nobody here has confirmed this address. Ask them to sign up first."))
        else:
            try:
                mentor = approve_mentor(person=person, by=person_of(request), at=timezone.now(), **form.cleaned_data)
            except CannotApprove as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("%(name)s is an approved mentor.") % {"name": person.display_name})
                return redirect("desk:mentor_detail", mentor.pk)
    act = Act(
        title=_("Approve a mentor"),
        button=_("Approve"),
        back=reverse("desk:mentor_list"),
        icon="group",
        steps=_steps(),
        changes=[
            _("Learners can ask them to be their mentor, and they can sign shifts up to the credential’s last day."),
            _("They get a mail that says so."),
        ],
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_renew(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """Take over a mentor's newer credential."""
    mentor = _fetch(request, mentor_id)
    here = reverse("desk:mentor_detail", args=[mentor.pk])
    initial = {"credential_number": mentor.credential_number, "credential_expires_on": mentor.credential_expires_on}
    form = CredentialForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            approve_mentor(person=mentor.person, by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotApprove as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. They can sign up to and on that day."))
            return redirect(here)
    act = Act(
        title=_("Renew the credential"),
        button=_("Save"),
        back=here,
        icon="group",
        steps=[*_steps(), (mentor.name, here)],
        changes=[_("What they signed before keeps the credential they had that day.")],
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_suspend(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """Stop a mentor from signing."""
    mentor = _fetch(request, mentor_id)
    here = reverse("desk:mentor_detail", args=[mentor.pk])
    if request.method == "POST":
        suspend_mentor(mentor=mentor, by=person_of(request), at=timezone.now())
        messages.success(request, _("Suspended. They cannot sign from now on."))
        return redirect(here)
    act = Act(
        title=_("Suspend"),
        button=_("Suspend the mentor"),
        back=here,
        icon="group",
        steps=[*_steps(), (mentor.name, here)],
        facts=_facts(mentor),
        changes=[
            _("They can sign nothing from now on, and nobody can ask them to be their mentor."),
            _("What they signed before stays signed and counts."),
            _("Shifts that wait for them stay with them. Tell their learners."),
        ],
        serious=True,
    )
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_reinstate(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """Let a suspended mentor sign again."""
    mentor = _fetch(request, mentor_id)
    here = reverse("desk:mentor_detail", args=[mentor.pk])
    if request.method == "POST":
        reinstate_mentor(mentor=mentor, by=person_of(request), at=timezone.now())
        messages.success(request, _("Reinstated. They can sign again while their credential is in date."))
        return redirect(here)
    act = Act(
        title=_("Reinstate"),
        button=_("Reinstate the mentor"),
        back=here,
        icon="group",
        steps=[*_steps(), (mentor.name, here)],
        facts=_facts(mentor),
        changes=[_("They can sign again, as long as their credential is in date.")],
    )
    return ask(request, act)


def state_of(mentor: Mentor, today: date) -> str:
    if mentor.suspended_at:
        return _("Suspended")
    return _("Credential run out") if mentor.credential_expires_on < today else _("May sign")


def _may_sign(mentor: Mentor, today: date) -> bool:
    return mentor.suspended_at is None and mentor.credential_expires_on >= today


def _person_at(email: str) -> User | None:
    """Whoever confirmed this address as theirs."""
    return User.objects.filter(
        is_active=True,
        pk__in=EmailAddress.objects.filter(email__iexact=email.strip(), verified=True).values("user"),
    ).first()


def _facts(mentor: Mentor) -> list[Fact]:
    facts: list[Fact] = [
        (_("E-mail address"), mentor.email),
        (_("Credential"), mentor.credential_number),
        (_("Last day"), day(mentor.credential_expires_on)),
        (_("Approved"), day(mentor.approved_at)),
        (_("By"), mentor.approved_by),
        (_("Takes new mentees"), _("Yes") if mentor.takes_mentees else _("No")),
        (_("Open mentorships"), getattr(mentor, "open", 0)),
    ]
    if mentor.suspended_at:
        facts.append((_("Suspended"), day(mentor.suspended_at)))
    return facts


def _mentors() -> QuerySet[Mentor]:
    mentors = Mentor.objects.select_related("person", "approved_by")
    return mentors.annotate(open=Count("mentorships", filter=OPEN))


def _fetch(request: HttpRequest, mentor_id: int) -> Mentor:
    return policy.fetch(request.user, "mentor.approve", _mentors(), pk=mentor_id)


def _steps() -> list[Step]:
    return [(_("Mentors"), reverse("desk:mentor_list"))]
