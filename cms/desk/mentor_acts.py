"""What does a registrar do about a mentor? Approve, renew, suspend, reinstate, let them begin again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.mentor_profile import take_back_stop
from assessments.mentors import (
    CannotApprove,
    approve_mentor,
    person_at,
    reinstate_mentor,
    renew_credential,
    suspend_mentor,
)
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .frame import Act, ask
from .mentor_forms import CredentialForm, MentorForm
from .mentors import facts_of, fetch_mentor, steps


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_new(request: HttpRequest) -> HttpResponse:
    """Approve somebody who has an account, by the exact address they confirmed."""
    policy.require(request.user, "mentor.approve")
    form = MentorForm(request.POST or None)
    if form.is_valid():
        person = person_at(form.cleaned_data.pop("email"))
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
        steps=steps(),
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
    mentor = fetch_mentor(request, mentor_id)
    here = reverse("desk:mentor_detail", args=[mentor.pk])
    initial = {"credential_number": mentor.credential_number, "credential_expires_on": mentor.credential_expires_on}
    form = CredentialForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            renew_credential(mentor=mentor, by=person_of(request), at=timezone.now(), **form.cleaned_data)
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
        steps=[*steps(), (mentor.name, here)],
        changes=[_("What they signed before keeps the credential they had that day.")],
    )
    return ask(request, act, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_suspend(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """Stop a mentor from signing."""
    mentor = fetch_mentor(request, mentor_id)
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
        steps=[*steps(), (mentor.name, here)],
        facts=facts_of(mentor),
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
    mentor = fetch_mentor(request, mentor_id)
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
        steps=[*steps(), (mentor.name, here)],
        facts=facts_of(mentor),
        changes=[_("They can sign again, as long as their credential is in date.")],
    )
    return ask(request, act)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def mentor_resume(request: HttpRequest, mentor_id: int) -> HttpResponse:
    """Let a mentor who announced that they stop begin again."""
    mentor = fetch_mentor(request, mentor_id)
    here = reverse("desk:mentor_detail", args=[mentor.pk])
    if request.method == "POST":
        take_back_stop(mentor=mentor, by=person_of(request), at=timezone.now())
        messages.success(
            request, _("They go on signing while their credential is in date. Their mentees are written to.")
        )
        return redirect(here)
    act = Act(
        title=_("Begin again"),
        button=_("Let them begin again"),
        back=here,
        icon="group",
        steps=[*steps(), (mentor.name, here)],
        facts=facts_of(mentor),
        changes=[
            _("They can sign again, as long as their credential is in date, and learners can ask them."),
            _("Each learner who works with them is written to."),
        ],
    )
    return ask(request, act)
