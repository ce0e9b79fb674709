"""Whom did a registrar invite to become a mentor, and can the link still be used? Nothing else writes MentorInvitation.

The chain of invitations is the lock for sending one, the invitation's row for using it (`assessments.applying`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .mentors import addresses_of, person_at
from .models import Mentor, MentorApplication, MentorInvitation

LASTS = timedelta(days=21)
CHAIN = "mentor invitations"


class CannotInvite(Exception):
    """This address is not invited."""


@transaction.atomic
def invite_mentor(*, email: str, by: User, at: datetime) -> MentorInvitation:
    """Ask somebody to apply as a mentor: a link for this address, for 21 days and one application.

    Repeating while one is open sends the same link again. Raises CannotInvite for an approved mentor's address.
    """
    email = email.strip().lower()
    history.lock(CHAIN)  # so that two registrars do not send two links to one person
    known = person_at(email)
    if known and Mentor.objects.filter(person=known).exists():
        raise CannotInvite(_("This is the address of an approved mentor."))
    invitation = open_mentor_invitations(at).filter(email=email).first()
    if invitation is None:
        invitation = MentorInvitation.objects.create(email=email, invited_by=by, invited_at=at, expires_at=at + LASTS)
        history.record(
            chain=CHAIN,
            verb="mentor_invitation.sent",
            subject=history.name_of(invitation),
            actor=by,
            at=at,
        )
    transaction.on_commit(partial(tasks.mail_mentor_invitation.enqueue, invitation.pk))
    return invitation


def open_mentor_invitations(at: datetime) -> QuerySet[MentorInvitation]:
    """Those that can still be used."""
    return MentorInvitation.objects.filter(application=None, expires_at__gt=at)


def why_not_invited(invitation: MentorInvitation, person: User, at: datetime) -> str:
    """Why this person cannot use the invitation, as a sentence to them; nothing when they can. The same person may again."""
    if invitation.email not in addresses_of(person):
        return _(
            "This invitation went to another address than yours. Sign in with that one, or add it to your account."
        )
    if invitation.application_id:
        own = MentorApplication.objects.filter(pk=invitation.application_id, person=person, answered_at=None)
        return "" if own.exists() else _("This invitation has been used. Ask the registrar for a new one.")
    if invitation.expires_at <= at:
        return _("This invitation has run out. Ask the registrar for a new one.")
    return ""


def use_up(invitation: MentorInvitation | None, application: MentorApplication) -> None:
    """Note on a locked invitation what became of it. None, and one that was used, are left alone."""
    if invitation and invitation.application_id is None and not hasattr(application, "invitation"):
        invitation.application = application
        invitation.save(update_fields=["application"])
