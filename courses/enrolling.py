"""How does somebody come onto a programme, and leave it? Nothing else writes Enrolment, Invitation and Invoice.

Rows are locked in one order, so that no two of these wait for each other: invoice or invitation, learner, history.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from . import tasks
from .models import Access, Enrolment, Invitation, Invoice, ProgrammePage, Via

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


class InvoiceSettled(CannotEnrol):
    """The invoice was confirmed or cancelled before, and stays so."""


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


@transaction.atomic
def ask_for_invoice(*, learner: User, programme: ProgrammePage, at: datetime) -> Invoice:
    """Write an invoice for the programme's fee, with the next number, and mail it; or return the one that is waiting.

    Its words and amount stay as they are whatever happens to the programme. Raises AlreadyEnrolled, and NotOffered when
    the programme is not published or not offered by invoice.
    """
    learner = _locked_person(learner)
    programme = _offered(programme)
    if _open_enrolment(learner, programme):
        raise AlreadyEnrolled(_("You are on this programme already."))
    if waiting := Invoice.objects.filter(
        learner=learner, programme=programme, confirmed_at=None, cancelled_at=None
    ).first():
        return waiting
    if programme.access != Access.INVOICE:
        raise NotOffered(_("This programme is not offered by invoice. Its page says how one comes onto it."))
    invoice = Invoice.objects.create(
        number=_next_number(),
        learner=learner,
        programme=programme,
        description=programme.title[:200],
        amount_minor=programme.fee_minor,
        currency=programme.currency,
        asked_at=at,
    )
    _record(learner, "invoice.asked", invoice, by=learner, at=at, facts=_terms(invoice))
    transaction.on_commit(partial(tasks.mail_invoice.enqueue, invoice.pk))
    return invoice


@transaction.atomic
def confirm_invoice(*, invoice: Invoice, by: User, at: datetime) -> Enrolment:
    """Note that the fee arrived, and put the learner on the programme, once; repeating returns the same enrolment.

    Raises InvoiceSettled when it was cancelled, and AlreadyEnrolled when the learner came onto the programme another
    way: the invoice then stays open, to be cancelled, and the money is to be given back.
    """
    invoice = _locked_invoice(invoice)
    if invoice.enrolment is not None:
        return invoice.enrolment
    if invoice.cancelled_at is not None:
        raise InvoiceSettled(_("This invoice was cancelled, so it cannot be confirmed."))
    learner = _locked_person(invoice.learner)
    if _open_enrolment(learner, invoice.programme):
        raise AlreadyEnrolled(
            _("They are on this programme already, in another way. Cancel this invoice and give back what was paid.")
        )
    enrolment = _enrol(learner, invoice.programme, via=Via.INVOICE, by=by, at=at)
    invoice.confirmed_at, invoice.confirmed_by, invoice.enrolment = at, by, enrolment
    invoice.save(update_fields=["confirmed_at", "confirmed_by", "enrolment"])
    _record(learner, "invoice.confirmed", invoice, by=by, at=at, facts=_terms(invoice))
    transaction.on_commit(partial(tasks.mail_place.enqueue, enrolment.pk))
    return enrolment


@transaction.atomic
def cancel_invoice(*, invoice: Invoice, by: User, at: datetime) -> Invoice:
    """Ask for this fee no more. Repeating changes nothing. Raises InvoiceSettled when it was confirmed."""
    invoice = _locked_invoice(invoice)
    if invoice.confirmed_at is not None:
        raise InvoiceSettled(_("This invoice was confirmed, so it cannot be cancelled."))
    if invoice.cancelled_at is None:
        invoice.cancelled_at = at
        invoice.save(update_fields=["cancelled_at"])
        _record(invoice.learner, "invoice.cancelled", invoice, by=by, at=at, facts=_terms(invoice))
    return invoice


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User, at: datetime) -> Enrolment:
    """Take the learner off the programme. What they did there stays. Repeating changes nothing."""
    # The enrolment's row is the lock: what they are finishing at this moment is finished before or refused after.
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("learner").get(pk=enrolment.pk)
    if enrolment.withdrawn_at is None:
        enrolment.withdrawn_at = at
        enrolment.save(update_fields=["withdrawn_at"])
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


def _locked_invoice(invoice: Invoice) -> Invoice:
    """The invoice as it is now. Its row is the lock: it is settled once."""
    # Not with its enrolment: to who waited for the lock, PostgreSQL would show the invoice of now beside the enrolments
    # of before, and so none.
    return Invoice.objects.select_for_update(of=("self",)).select_related("learner", "programme").get(pk=invoice.pk)


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


def _enrol(learner: User, programme: ProgrammePage, *, via: Via, by: User, at: datetime) -> Enrolment:
    enrolment = Enrolment.objects.create(learner=learner, programme=programme, via=via, enrolled_at=at)
    _record(learner, "enrolment.begun", enrolment, by=by, at=at, facts={"programme": programme.pk, "via": via.value})
    return enrolment


def _next_number() -> int:
    history.lock("invoices")  # numbers are given out one at a time, and one that is rolled back is given out again
    return 1 + (Invoice.objects.aggregate(last=Max("number"))["last"] or 0)


def _terms(invoice: Invoice) -> history.Facts:
    return {
        "programme": invoice.programme_id,
        "number": invoice.number,
        "amount_minor": invoice.amount_minor,
        "currency": invoice.currency,
    }


def _record(
    learner: User, verb: str, thing: Enrolment | Invoice, *, by: User, at: datetime, facts: history.Facts
) -> None:
    history.record(
        chain=f"learner:{learner.pk}", verb=verb, subject=history.name_of(thing), actor=by, at=at, facts=facts
    )
