"""Who may sign shifts, and if not today, why not? Nothing else writes Mentor."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from . import tasks
from .models import Mentor

CHAIN = "mentors"


class CannotApprove(Exception):
    """This person cannot be approved as a mentor like this."""


@transaction.atomic
def approve_mentor(
    *, person: User, credential_number: str, credential_expires_on: date, by: User, at: datetime
) -> Mentor:
    """Approve `person` as a mentor, with their own credential and the last day it is good for.

    Repeating with a newer credential takes it over; with the same one it changes nothing. A suspension stays until
    `reinstate_mentor`. Raises CannotApprove.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    credential_number = credential_number.strip()
    if person.pk == by.pk:
        raise CannotApprove(_("Nobody approves themselves. Ask another registrar."))
    if not credential_number:
        raise CannotApprove(_("Write the number of their credential."))
    if credential_expires_on < today_of(person, at):
        raise CannotApprove(_("This credential has run out already."))
    mentor = Mentor.objects.filter(person=person).first()
    if mentor is None:
        mentor = Mentor(person=person, approved_at=at, approved_by=by)
        verb = "mentor.approved"
    elif (mentor.credential_number, mentor.credential_expires_on) == (credential_number, credential_expires_on):
        return mentor
    else:
        verb = "mentor.credential_renewed"
    mentor.credential_number, mentor.credential_expires_on = credential_number, credential_expires_on
    mentor.save()
    _record(mentor, verb, by=by, at=at, facts={"expires_on": credential_expires_on.isoformat()})
    if verb == "mentor.approved":
        transaction.on_commit(partial(tasks.tell_new_mentor.enqueue, mentor.pk))
    return mentor


@transaction.atomic
def suspend_mentor(*, mentor: Mentor, by: User, at: datetime) -> Mentor:
    """Stop a mentor from signing from now on; what they signed stays signed. Repeating changes nothing."""
    mentor = Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    if mentor.suspended_at is None:
        mentor.suspended_at = at
        mentor.save(update_fields=["suspended_at"])
        _record(mentor, "mentor.suspended", by=by, at=at)
    return mentor


@transaction.atomic
def reinstate_mentor(*, mentor: Mentor, by: User, at: datetime) -> Mentor:
    """Let a suspended mentor sign again. Repeating changes nothing."""
    mentor = Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    if mentor.suspended_at is not None:
        mentor.suspended_at = None
        mentor.save(update_fields=["suspended_at"])
        _record(mentor, "mentor.reinstated", by=by, at=at)
    return mentor


def why_not_signing(mentor: Mentor, on: date) -> str:
    """Why this mentor may not sign on that day, as a sentence to them; nothing when they may. No query."""
    if mentor.stops_on is not None and on > mentor.stops_on:
        return _("You stopped signing after %(day)s, as you announced. Write to the registrar to begin again.") % {
            "day": date_format(mentor.stops_on, "j F Y")
        }
    if mentor.suspended_at is not None:
        return _("Your signing is suspended. Write to the registrar; what you signed before stays signed.")
    if on > mentor.credential_expires_on:
        return _("Your credential ran out on %(day)s. Send the registrar the new one, and you can sign again.") % {
            "day": date_format(mentor.credential_expires_on, "j F Y")
        }
    return ""


def mentors_taking_mentees(learner: User, on: date) -> models.QuerySet[Mentor]:
    """Approved mentors who can be asked on that day, by name, without the learner themselves: one query."""
    able = Mentor.objects.filter(
        suspended_at=None, stop_said_at=None, takes_mentees=True, credential_expires_on__gte=on, person__is_active=True
    )
    load = Count("mentorships", filter=Q(mentorships__begun_at__isnull=False, mentorships__ended_at=None))
    free = able.annotate(load=load).filter(load__lt=F("capacity"))
    return free.exclude(person=learner).select_related("person").order_by("person__display_name", "pk")


def today_of(person: User | Mentor, at: datetime) -> date:
    """The date where this person lives; by UTC for an outside coordinator, of whom we do not know."""
    return at.astimezone(time_zone(person.time_zone)).date()


def _record(mentor: Mentor, verb: str, *, by: User, at: datetime, facts: history.Facts | None = None) -> None:
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(mentor), actor=by, at=at, facts=facts)
