"""Who has been offered a place, and have they taken it?"""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn

from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.enrolling import CannotEnrol, invite
from courses.models import Invitation

from .forms import InviteForm
from .frame import Act, ask, choices_of, day, show_list
from .waiting import open_invitations


@require_safe
@allowed("desk.use")
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Every invitation, newest first, with its state."""
    policy.require(request.user, "invitation.send")
    at = timezone.now()
    state, choices = choices_of(
        request, {"all": _("All"), "open": _("Open"), "accepted": _("Accepted"), "expired": _("Expired")}
    )
    rows = {
        "all": Invitation.objects.all(),
        "open": open_invitations(at),
        "accepted": Invitation.objects.filter(accepted_at__isnull=False),
        "expired": Invitation.objects.filter(accepted_at=None, expires_at__lte=at),
    }[state]
    return show_list(
        request,
        title=_("Invitations"),
        icon="mail",
        rows=rows.select_related("programme", "invited_by").order_by("-invited_at", "-pk"),
        columns=[
            Column("email", label=_("Address")),
            Column("programme", label=_("Programme"), accessor="programme.title"),
            Column("invited_at", label=_("Invited"), accessor=lambda row: day(row.invited_at)),
            Column("invited_by", label=_("By")),
            Column("until", label=_("Open until"), accessor=lambda row: day(row.expires_at)),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: state_of(row, at),
                primary=lambda row: row.accepted_at is not None,
            ),
        ],
        choices=choices,
        buttons=[(_("Invite somebody"), reverse("desk:invitation_new"), "plus")],
        empty=_("There are no such invitations."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def invitation_new(request: HttpRequest) -> HttpResponse:
    """Offer a place to an address."""
    policy.require(request.user, "invitation.send")
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            invitation = invite(by=person_of(request), at=timezone.now(), **form.cleaned_data)
        except CannotEnrol as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(
                request,
                _("The link goes to %(address)s and works until %(day)s.")
                % {"address": invitation.email, "day": day(invitation.expires_at)},
            )
            return redirect("desk:invitation_list")
    act = Act(
        title=_("Invite somebody"),
        button=_("Send the invitation"),
        back=reverse("desk:invitation_list"),
        icon="mail",
        steps=[(_("Invitations"), reverse("desk:invitation_list"))],
        changes=[
            _("Inviting the same address again while its link is open sends that link once more."),
            _("Whoever accepts is put on the programme without a fee."),
        ],
    )
    return ask(request, act, form=form)


def state_of(invitation: Invitation, at: datetime) -> str:
    if invitation.accepted_at:
        return _("Accepted")
    return _("Open") if invitation.is_open(at) else _("Expired")
