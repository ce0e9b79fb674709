"""How does somebody come onto a programme, and leave it? Nothing else writes Enrolment, Grant and Invitation.

Rows are locked in one order, so that no two of these wait for each other: order or invitation, learner, enrolment,
history.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .models import Access, Ended, Enrolment, Grant, Held, Invitation, Order, ProgrammePage, Seat, UnitCompletion, Via
from .progress import units_of

INVITATION_LASTS = timedelta(days=21)


class CannotEnrol(Exception):
    """This way onto the programme is not open to this person now. The message says why."""


class NotOffered(CannotEnrol):
    """The programme is not published, or one comes onto it in another way."""


class AlreadyEnrolled(CannotEnrol):
    """The person is on the programme already."""


class InvitationForAnother(CannotEnrol):
    """The invitation went to an address that is not one of this person's."""


class InvitationUsed(CannotEnrol):
    """Somebody accepted the invitation before."""


class InvitationExpired(CannotEnrol):
    """The invitation was open for 21 days, and they have gone by."""


class StillToDo(CannotEnrol):
    """Another programme comes first."""


@transaction.atomic
def enrol_free(*, learner: User, programme: ProgrammePage, at: datetime) -> Enrolment:
    """Put `learner` on a programme that is open to anyone, or return the enrolment that is open already.

    Raises NotOffered when the programme is not published or is not free.
    """
    learner = _locked_person(learner)
    programme = _offered(programme)
    if already := _open_enrolment(learner, programme):
        return already
    if programme.access != Access.FREE:
        raise NotOffered(_("This programme is not open to everyone. Its page says how one comes onto it."))
    refuse_before_others(learner=learner, programme=programme)
    return _enrol(learner, programme, via=Via.FREE, by=learner, at=at)


@transaction.atomic
def invite(*, programme: ProgrammePage, email: str, by: User, at: datetime) -> Invitation:
    """Offer a place to whoever has this address, for 21 days, and mail the link.

    Repeating while an invitation is open sends the same link again. Raises AlreadyEnrolled when somebody with this
    address is on the programme, and NotOffered when it is not published.
    """
    email = email.strip().lower()
    history.lock("invitations")  # so that two registrars do not send two links to one person
    programme = _offered(programme)
    known = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    if Enrolment.objects.open().filter(programme=programme, learner__in=known).exists():
        raise AlreadyEnrolled(_("Somebody with this address is on the programme already."))
    invitation = _open_invitation(programme, email, at)
    if invitation is None:
        invitation = Invitation.objects.create(
            programme=programme, email=email, invited_by=by, invited_at=at, expires_at=at + INVITATION_LASTS
        )
        history.record(
            chain="invitations",
            verb="invitation.sent",
            subject=history.name_of(invitation),
            actor=by,
            at=at,
            facts={"programme": programme.pk},
        )
    transaction.on_commit(partial(tasks.mail_invitation.enqueue, invitation.pk))
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, person: User, at: datetime) -> Enrolment:
    """Take the place that was offered. An invitation is taken once; the same person repeating gets the same enrolment.

    Somebody who is on the programme already gets that enrolment, and the invitation stays as it was.
    Raises InvitationForAnother unless it went to a verified address of `person`, InvitationUsed, InvitationExpired, and
    NotOffered when the programme is no longer published.
    """
    # The invitation's row is the lock: it is taken once.
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not EmailAddress.objects.filter(user=person, verified=True, email__iexact=invitation.email).exists():
        raise InvitationForAnother(
            _("This invitation went to another address than yours. Sign in with that one, or add it to your account.")
        )
    if invitation.enrolment is not None:
        if invitation.enrolment.learner_id == person.pk and invitation.enrolment.withdrawn_at is None:
            return invitation.enrolment
        raise InvitationUsed(_("This invitation has been used. Ask the registrar for a new one."))
    person = _locked_person(person)
    if already := _open_enrolment(person, invitation.programme):
        return already
    if not invitation.is_open(at):
        raise InvitationExpired(_("This invitation has run out. Ask the registrar for a new one."))
    enrolment = _enrol(person, _offered(invitation.programme), via=Via.INVITATION, by=person, at=at)
    invitation.accepted_at, invitation.enrolment = at, enrolment
    invitation.save(update_fields=["accepted_at", "enrolment"])
    return enrolment


def refuse_before_others(*, learner: User, programme: ProgrammePage) -> None:
    """Raise StillToDo while a programme that comes first is not done: one of its units is not, or it was never begun."""
    for first in programme.after.order_by("path"):
        units = set(units_of(first).values_list("pk", flat=True))
        done = UnitCompletion.objects.filter(enrolment__learner=learner, unit__in=units)
        if not units or units - set(done.values_list("unit_id", flat=True)):
            raise StillToDo(
                _("“%(first)s” comes first. Finish every unit of it, and then come back.") % {"first": first}
            )


def give_access(*, learner: User, order: Order, seat: Seat | None = None, by: User, at: datetime) -> Grant:
    """Let an order, or one seat of it, put the learner on its programme; repeating returns the grant there is.

    Who is on the programme already has one reason more to be. What was paid for is given although the programme is no
    longer published. Called in the transaction, and under the lock, of who says that it was paid.
    """
    learner = _locked_person(learner)
    live = order.grants.filter(ended_at=None, seat=seat).first()
    if live:
        return live
    via = Via.SEAT if seat else Via.ORDER
    enrolment = _open_enrolment(learner, order.programme) or _returned(learner, order, at=at)
    if enrolment is None:
        enrolment = _enrol(learner, order.programme, via=via, by=by, at=at, grant=False)
    grant = Grant.objects.create(enrolment=enrolment, via=via, order=order, seat=seat, given_at=at)
    _record(learner, "access.given", grant, by=by, at=at, facts={"order": order.pk, "programme": order.programme_id})
    _reckon(enrolment, at=at)
    return grant


def hold_access(*, order: Order, because: Held | None, at: datetime) -> None:
    """Let what the order gave rest, or last again (None). Repeating changes nothing."""
    for grant in _live_grants(order):
        if grant.held_because == (because or ""):
            continue
        grant.held_at, grant.held_because = (at, because) if because else (None, "")
        grant.save(update_fields=["held_at", "held_because"])
        verb = "access.held" if because else "access.resumed"
        facts: history.Facts = {"order": order.pk, "because": because.value if because else ""}
        _record(grant.enrolment.learner, verb, grant, by=None, at=at, facts=facts)
        _reckon(grant.enrolment, at=at)


def end_access(*, order: Order, because: Ended, at: datetime, seat: Seat | None = None) -> None:
    """End what the order gave, or one seat of it, and nothing else: who is there for another reason too stays.

    Repeating changes nothing.
    """
    for grant in _live_grants(order):
        if seat is not None and grant.seat_id != seat.pk:
            continue
        grant.ended_at, grant.ended_because = at, because
        grant.save(update_fields=["ended_at", "ended_because"])
        facts: history.Facts = {"order": order.pk, "because": because.value}
        _record(grant.enrolment.learner, "access.ended", grant, by=None, at=at, facts=facts)
        _reckon(grant.enrolment, at=at)


def _live_grants(order: Order) -> list[Grant]:
    return list(order.grants.filter(ended_at=None).select_related("enrolment__learner").order_by("pk"))


def _reckon(enrolment: Enrolment, *, at: datetime) -> None:
    """Say on the enrolment what its grants come to: open while one lasts, paused while all of those are held."""
    enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    live = list(enrolment.grants.filter(ended_at=None))
    if not live:
        enrolment.withdrawn_at, enrolment.paused_at = enrolment.withdrawn_at or at, None
    elif all(grant.held_at for grant in live):
        enrolment.paused_at = enrolment.paused_at or at
    else:
        enrolment.paused_at = None
    enrolment.save(update_fields=["withdrawn_at", "paused_at"])


def _returned(learner: User, order: Order, *, at: datetime) -> Enrolment | None:
    """The enrolment this very order gave before and that was ended with it: what was done there is found again."""
    before = Enrolment.objects.filter(
        learner=learner, grants__order=order, withdrawn_at__isnull=False
    ).order_by("-pk").first()  # fmt: skip
    if before:
        before.withdrawn_at = None
        before.save(update_fields=["withdrawn_at"])
        _record(learner, "enrolment.reopened", before, by=learner, at=at, facts={"order": order.pk})
    return before


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User, at: datetime) -> Enrolment:
    """Take the learner off the programme. What they did there stays. Repeating changes nothing."""
    # The enrolment's row is the lock: what they are finishing at this moment is finished before or refused after.
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("learner").get(pk=enrolment.pk)
    if enrolment.withdrawn_at is None:
        enrolment.grants.filter(ended_at=None).update(ended_at=at, ended_because=Ended.WITHDRAWN)
        enrolment.withdrawn_at, enrolment.paused_at = at, None
        enrolment.save(update_fields=["withdrawn_at", "paused_at"])
        _record(
            enrolment.learner,
            "enrolment.withdrawn",
            enrolment,
            by=by,
            at=at,
            facts={"programme": enrolment.programme_id},
        )
    return enrolment


def _locked_person(person: User) -> User:
    """The learner's row, which is the lock while no enrolment or invoice is there to be locked."""
    # Others may still point at this person meanwhile: no_key leaves foreign keys in peace.
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _offered(programme: ProgrammePage) -> ProgrammePage:
    """The programme as it is published now. Raises NotOffered when it is not."""
    published = ProgrammePage.objects.live().filter(pk=programme.pk).first()
    if published is None:
        raise NotOffered(_("This programme is not published at present."))
    return published


def _open_invitation(programme: ProgrammePage, email: str, at: datetime) -> Invitation | None:
    return Invitation.objects.filter(programme=programme, email=email, accepted_at=None, expires_at__gt=at).first()


def _open_enrolment(learner: User, programme: ProgrammePage) -> Enrolment | None:
    return Enrolment.objects.open_for(learner).filter(programme=programme).first()


def _enrol(
    learner: User, programme: ProgrammePage, *, via: Via, by: User, at: datetime, grant: bool = True
) -> Enrolment:
    enrolment = Enrolment.objects.create(learner=learner, programme=programme, via=via, enrolled_at=at)
    _record(learner, "enrolment.begun", enrolment, by=by, at=at, facts={"programme": programme.pk, "via": via.value})
    if grant:
        Grant.objects.create(enrolment=enrolment, via=via, given_at=at)
    return enrolment


def _record(
    learner: User, verb: str, thing: Enrolment | Grant, *, by: User | None, at: datetime, facts: history.Facts
) -> None:
    history.record(
        chain=f"learner:{learner.pk}", verb=verb, subject=history.name_of(thing), actor=by, at=at, facts=facts
    )
