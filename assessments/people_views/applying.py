"""How does somebody ask to become a mentor, or send their newer credential?"""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.accounts.models import User
from cms.accounts.policy import open_to_anyone, person_of, signed_in

from ..applying import CannotApply, apply_as_mentor
from ..inviting import why_not_invited
from ..models import Mentor, MentorApplication, MentorInvitation
from ..people_forms import ApplyForm, RenewalForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mentor_apply(request: HttpRequest) -> HttpResponse:
    """Apply; or read that it waits, or why it was declined. As a mentor: send a newer credential."""
    return _apply_page(request, person_of(request), invitation=None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone("whoever holds the link may read what they are invited to; applying asks for an account")
def mentor_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and for whoever has that address the form."""
    invitation = get_object_or_404(MentorInvitation, token=token)
    at = timezone.now()
    if isinstance(request.user, User):
        if not (refusal := why_not_invited(invitation, request.user, at)):
            return _apply_page(request, request.user, invitation=invitation)
    elif request.method == "POST":
        return redirect_to_login(request.path)
    else:
        refusal = _run_out(invitation, at)
    context = {"invitation": invitation, "refusal": refusal}
    return render(request, "assessments/mentor_invitation.html", context, status=422 if refusal else 200)


def _run_out(invitation: MentorInvitation, at: datetime) -> str:
    """Why nobody can use it any more, for a visitor; nothing while somebody can."""
    if invitation.application_id:
        return _("This invitation has been used. Ask the registrar for a new one.")
    if invitation.expires_at <= at:
        return _("This invitation has run out. Ask the registrar for a new one.")
    return ""


def _apply_page(request: HttpRequest, person: User, *, invitation: MentorInvitation | None) -> HttpResponse:
    mentor = Mentor.objects.filter(person=person).first()
    last = MentorApplication.objects.filter(person=person).order_by("-applied_at", "-pk").first()
    waiting = last is not None and last.answered_at is None
    form = (RenewalForm if mentor else ApplyForm)(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        if mentor:
            said |= {"regions": mentor.regions, "capacity": mentor.capacity, "conflicts": mentor.conflicts}
        try:
            apply_as_mentor(person=person, invitation=invitation, at=timezone.now(), **said)
        except CannotApply as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent. The registrar reads it, and we write to you."))
            return redirect("assessments:mentor_apply")
    context = {
        "form": form,
        "mentor": mentor,
        "waiting": last if waiting else None,
        "declined": last if last and not waiting and last.mentor_id is None else None,
    }
    return render(request, "assessments/mentor_apply.html", context, status=422 if form.errors else 200)
