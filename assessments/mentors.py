"""Who may sign shifts, and if not today, why not? With `assessments.mentor_profile`, all that writes Mentor.

The person's row is the lock while they are being approved, the mentor's row for everything after that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from cms.accounts.timezones import time_zone

from . import tasks
from .models import Mentor, Region

CHAIN = "mentors"
USUAL_CAPACITY = 4  # mentees at a time
MOST_MENTEES = 50
LONGEST_CONFLICTS = 2_000  # characters


class CannotApprove(Exception):
    """This person cannot be approved as a mentor like this."""


# Approval --------------------------------------------------------------------------------------------------


@transaction.atomic
def approve_mentor(
    *,
    person: User,
    credential_number: str,
    credential_expires_on: date,
    regions: Iterable[str] = (),
    capacity: int = USUAL_CAPACITY,
    conflicts: str = "",
    by: User,
    at: datetime,
) -> Mentor:
    """Approve `person` as a mentor, with their own credential and the last day it is good for.

    Repeating with a newer credential takes it over, and leaves what they say of themselves; with the same one it changes
    nothing. A suspension stays until `reinstate_mentor`. Whoever was known as an outside coordinator by an address of
    theirs stays the same mentor, so that nobody counts as two. Raises CannotApprove.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.pk == by.pk:
        raise CannotApprove(_("Nobody approves themselves. Ask another registrar."))
    if mentor := Mentor.objects.filter(person=person).first():
        return renew_credential(
            mentor=mentor,
            credential_number=credential_number,
            credential_expires_on=credential_expires_on,
            by=by,
            at=at,
        )
    number = _credential(credential_number, credential_expires_on, today=today_of(person, at))
    outside = Mentor.objects.filter(person=None, outside_email__in=addresses_of(person)).order_by("pk").first()
    mentor = Mentor.objects.select_for_update(no_key=True).get(pk=outside.pk) if outside else Mentor()
    if outside and outside.mentorships.filter(learner=person).exists():
        raise CannotApprove(_("They named this address as their own mentor’s. Settle that with them first."))
    mentor.person, mentor.outside_name, mentor.outside_email, mentor.takes_mentees = person, "", "", True
    mentor.approved_at, mentor.approved_by = at, by
    mentor.credential_number, mentor.credential_expires_on = number, credential_expires_on
    mentor.regions, mentor.capacity, mentor.conflicts = profile_said(regions, capacity, conflicts, CannotApprove)
    mentor.save()
    facts: history.Facts = {"expires_on": credential_expires_on.isoformat(), "regions": mentor.regions}
    record(mentor, "mentor.given_account" if outside else "mentor.approved", by=by, at=at, facts=facts)
    transaction.on_commit(partial(tasks.tell_new_mentor.enqueue, mentor.pk))
    return mentor


@transaction.atomic
def accept_outside(
    *, name: str, email: str, credential_number: str, credential_expires_on: date, regions: Iterable[str] = (),
    by: User, at: datetime,
) -> Mentor:  # fmt: skip
    """Take somebody on as a mentor without an account, known by this address, who signs by links.

    Repeating for the same address gives the mentor there is, with the credential if it is newer. Raises CannotApprove.
    """
    email = email.strip().lower()
    number = _credential(credential_number, credential_expires_on, today=today_of(Mentor(), at))
    said_regions, capacity, _none = profile_said(regions, USUAL_CAPACITY, "", CannotApprove)
    # Two registrars at once: the address is unique, so the second finds the row of the first.
    mentor, made = Mentor.objects.get_or_create(
        person=None,
        outside_email=email,
        defaults={
            "outside_name": name.strip(),
            "credential_number": number,
            "credential_expires_on": credential_expires_on,
            "regions": said_regions,
            "capacity": capacity,
            "takes_mentees": False,  # nobody finds them among those who can be asked
            "approved_at": at,
            "approved_by": by,
        },
    )
    if made:
        facts: history.Facts = {"expires_on": credential_expires_on.isoformat(), "outside": True}
        record(mentor, "mentor.approved", by=by, at=at, facts=facts)
    elif credential_expires_on > mentor.credential_expires_on:
        mentor = renew_credential(
            mentor=mentor, credential_number=number, credential_expires_on=credential_expires_on, by=by, at=at
        )
    return mentor


@transaction.atomic
def renew_credential(
    *, mentor: Mentor, credential_number: str, credential_expires_on: date, by: User, at: datetime
) -> Mentor:
    """Take over a mentor's newer credential. Repeating with the same one changes nothing. Raises CannotApprove."""
    Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    mentor = Mentor.objects.select_related("person").get(pk=mentor.pk)
    if mentor.person_id == by.pk:
        raise CannotApprove(_("Nobody approves themselves. Ask another registrar."))
    number = _credential(credential_number, credential_expires_on, today=today_of(mentor, at))
    if (mentor.credential_number, mentor.credential_expires_on) == (number, credential_expires_on):
        return mentor
    mentor.credential_number, mentor.credential_expires_on = number, credential_expires_on
    mentor.save(update_fields=["credential_number", "credential_expires_on"])
    facts: history.Facts = {"expires_on": credential_expires_on.isoformat()}
    record(mentor, "mentor.credential_renewed", by=by, at=at, facts=facts)
    return mentor


@transaction.atomic
def suspend_mentor(*, mentor: Mentor, by: User, at: datetime) -> Mentor:
    """Stop a mentor from signing from now on; what they signed stays signed. Repeating changes nothing."""
    mentor = Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    if mentor.suspended_at is None:
        mentor.suspended_at = at
        mentor.save(update_fields=["suspended_at"])
        record(mentor, "mentor.suspended", by=by, at=at)
    return mentor


@transaction.atomic
def reinstate_mentor(*, mentor: Mentor, by: User, at: datetime) -> Mentor:
    """Let a suspended mentor sign again. Repeating changes nothing."""
    mentor = Mentor.objects.select_for_update(no_key=True).get(pk=mentor.pk)
    if mentor.suspended_at is not None:
        mentor.suspended_at = None
        mentor.save(update_fields=["suspended_at"])
        record(mentor, "mentor.reinstated", by=by, at=at)
    return mentor


# Reading ---------------------------------------------------------------------------------------------------


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


def addresses_of(person: User) -> list[str]:
    """The addresses this person has shown to be theirs, in small letters: one query."""
    verified = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return sorted({person.email.lower(), *(email.lower() for email in verified)})


def person_at(email: str) -> User | None:
    """Whoever has shown that this address is theirs, however it is written: one query."""
    verified = EmailAddress.objects.filter(email__iexact=email.strip(), verified=True)
    return User.objects.filter(is_active=True, pk__in=verified.values("user")).order_by("pk").first()


def regions_in_words(regions: Iterable[str]) -> list[str]:
    """Regions as people read them, in the order of their list."""
    said = set(regions)
    return [str(region.label) for region in Region if region.value in said]


# -----------------------------------------------------------------------------------------------------------


def _credential(number: str, expires_on: date, *, today: date) -> str:
    number = number.strip()
    if not number:
        raise CannotApprove(_("Write the number of their credential."))
    if expires_on < today:
        raise CannotApprove(_("This credential has run out already."))
    return number


def profile_said(
    regions: Iterable[str], capacity: int, conflicts: str, refusal: type[Exception]
) -> tuple[list[str], int, str]:
    """What a mentor says of themselves, trimmed and in order. Raises the refusal for what cannot be."""
    said, conflicts = set(regions), conflicts.strip()
    if not said <= set(Region):
        raise refusal(_("Choose regions from the list."))
    if not 1 <= capacity <= MOST_MENTEES:
        raise refusal(_("Take between 1 and 50 mentees at a time."))
    if len(conflicts) > LONGEST_CONFLICTS:
        raise refusal(_("Keep it under 2,000 characters."))
    return [region.value for region in Region if region in said], capacity, conflicts


def record(mentor: Mentor, verb: str, *, by: User | None, at: datetime, facts: history.Facts | None = None) -> None:
    """One entry in the mentors' chain."""
    history.record(chain=CHAIN, verb=verb, subject=history.name_of(mentor), actor=by, at=at, facts=facts)
