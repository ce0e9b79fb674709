"""How does a certificate go on? Its holder asks once everything is met, and another person confirms. Nothing else writes Renewal.

Under the enrolment's lock what was learned is counted again, the new edition is made by `editions`, and what was counted is
kept. How things stood when the holder asked decides: no day is lost while a registrar looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.agreements import current_agreement
from assessments.mentors import today_of
from assessments.models import Agreement
from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from .allowing import lock
from .credits import Claim, Tally, in_credits, tally
from .editions import new_edition
from .models import Certificate, CountedCredit, CreditEntry, EditionReason, Renewal, RenewalPhase
from .renewal_spans import Span, span_of
from .renewal_terms import categories_of
from .snapshots import RENEWED, digest_of

LONGEST_WORDS, LONGEST_REASON, LONGEST_EXCUSE = 1_000, 1_000, 300  # characters


class CannotRenew(Exception):
    """It cannot be asked, confirmed or declined so; the message says why. `field` names what is to be put right."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """A certificate held against its terms at one moment: what was learned, what is signed, and what stops it."""

    certificate: Certificate
    span: Span
    phase: RenewalPhase
    entries: Sequence[CreditEntry]  # of this span, newest first, with those that were returned
    tally: Tally
    agreement: Agreement | None  # that must be signed
    signed: bool
    next_end: datetime

    def obstacles(self) -> list[str]:
        """Everything but the credits that stops a renewal, as sentences; none when it may be asked for."""
        return [*what_ended(self.certificate), *closed(self.span, self.phase), *unsigned(self.agreement, self.signed)]

    @property
    def may_ask(self) -> bool:
        """With the credits; or, once it has lapsed, in words to the registrar."""
        return not self.obstacles() and (self.tally.met or self.phase is RenewalPhase.LAPSED)


def what_ended(certificate: Certificate) -> list[str]:
    """Why this certificate is not renewed as it stands, whatever was learned."""
    if certificate.superseded_at:
        return [_("This certificate was replaced by a newer one. Renew that one.")]
    if certificate.revoked_at:
        return [_("This certificate is revoked. That is final.")]
    if certificate.suspended_at:
        return [_("This certificate is suspended. It can be renewed once it is reinstated.")]
    return []


def closed(span: Span, phase: RenewalPhase) -> list[str]:
    """Why it is not the time."""
    if phase is RenewalPhase.EARLY:
        return [_("You can ask from %(day)s.") % {"day": _day(span.opens_at)}]
    if phase is RenewalPhase.OVER:
        return [
            _("The last day to ask was %(day)s. Write to the registrar about a way back.") % {"day": _day(span.over_at)}
        ]
    return []


def unsigned(agreement: Agreement | None, signed: bool) -> list[str]:
    if agreement is None or signed:
        return []
    return [
        _("%(title)s: version %(version)d is not signed yet.")
        % {"title": agreement.title, "version": agreement.version}
    ]


def prospect_of(certificate: Certificate, *, at: datetime) -> Prospect | None:
    """How a renewal stands at that moment; None for a certificate without an end or without terms.

    Seven queries at most, however long the ledger is. Needs the certificate's holder and rule set loaded.
    """
    span = span_of(certificate)
    if span is None:
        return None
    phase = span.phase(at)
    agreement = current_agreement(span.terms.agreement_slug) if span.terms.agreement_slug else None
    entries = list(
        CreditEntry.objects.filter(
            enrolment=certificate.enrolment_id, on__gte=span.begins_on, withdrawn_at=None, counted=None
        )
        .select_related("category")
        .order_by("-on", "-pk")
    )
    return Prospect(
        certificate=certificate,
        span=span,
        phase=phase,
        entries=entries,
        tally=tally(
            [
                Claim(
                    key=entry.pk,
                    category=entry.category.slug,
                    quarters=entry.quarters,
                    on=entry.on,
                    accepted=entry.is_accepted,
                )
                for entry in entries
                if entry.returned_at is None
            ],
            categories=categories_of(span.terms),
            needed_credits=span.credits_needed(phase),
            begins_on=span.begins_on,
            last_day=today_of(certificate.holder, at),
        ),
        agreement=agreement,
        signed=agreement is not None and agreement.signatures.filter(person=certificate.holder_id).exists(),
        next_end=span.next_end(phase, at=at),
    )


@transaction.atomic
def ask_to_renew(*, certificate: Certificate, words: str = "", by: User, at: datetime) -> Renewal:
    """The holder asks; it waits for a registrar. Repeating gives what waits.

    `words` are for the registrar, where a lapsed certificate lacks credits. Raises CannotRenew.
    """
    enrolment = lock(certificate.enrolment)
    if enrolment.learner_id != by.pk:
        raise CannotRenew(_("Only its holder asks to renew a certificate."))
    if waiting := open_renewal(enrolment):
        return waiting
    certificate = _fresh(certificate)
    prospect = prospect_of(certificate, at=at)
    if prospect is None:
        raise CannotRenew(
            _("There is nothing to renew: this certificate has no end, or its programme no terms for it.")
        )
    if obstacles := prospect.obstacles():
        raise CannotRenew(" ".join(obstacles))
    words = words.strip()
    if len(words) > LONGEST_WORDS:
        raise CannotRenew(_("Write it in under 1,000 characters."), field="words")
    if not prospect.tally.met:
        if prospect.phase is not RenewalPhase.LAPSED:
            raise CannotRenew(prospect.tally.sentence())
        if not words:
            raise CannotRenew(
                _("Credits are missing. Say why the registrar should decide all the same."), field="words"
            )
    renewal = Renewal.objects.create(
        certificate=certificate,
        terms=prospect.span.terms,
        phase=prospect.phase,
        from_until=prospect.span.until,
        words="" if prospect.tally.met else words,
        asked_at=at,
    )
    _note(renewal, "renewal.asked", by=by, at=at)
    return renewal


@transaction.atomic
def confirm_renewal(*, renewal: Renewal, excused_because: str = "", by: User, at: datetime) -> Certificate:
    """The registrar confirms: a new edition at the same number and address. Repeating returns the certificate.

    A renewal in the window or the days of grace runs from the old end, a reinstatement from today. `excused_because`
    lets a lapsed certificate be renewed without the credits it lacks. Raises CannotRenew, and CannotIssue or CannotSign
    as new editions do.
    """
    enrolment = lock(renewal.certificate.enrolment)
    history.lock("certificates")  # before the certificate, as whoever changes one does
    renewal = _locked(renewal)
    if renewal.to_until:
        return _fresh(renewal.certificate)
    if renewal.answered_at:
        raise CannotRenew(_("This was declined. The holder can ask again."))
    _refuse_own(enrolment, by)
    certificate = _standing(enrolment)
    prospect = prospect_of(certificate, at=renewal.asked_at) if certificate else None
    if certificate is None or prospect is None or prospect.span.until != renewal.from_until:
        raise CannotRenew(
            _("The certificate is not what it was when this was asked. Decline, and let the holder ask again.")
        )
    if obstacles := prospect.obstacles():
        raise CannotRenew(" ".join(obstacles))
    excused_because = "" if prospect.tally.met else " ".join(excused_because.split())
    if not prospect.tally.met and (prospect.phase is not RenewalPhase.LAPSED or not excused_because):
        raise CannotRenew(prospect.tally.sentence(), field="excused_because")
    if len(excused_because) > LONGEST_EXCUSE:
        raise CannotRenew(_("Write it in under 300 characters."), field="excused_because")
    until = prospect.span.next_end(prospect.phase, at=at)
    if until <= at:
        raise CannotRenew(_("It would have run out again by now. Decline, and let the holder ask for a reinstatement."))
    CountedCredit.objects.bulk_create(
        CountedCredit(renewal=renewal, entry_id=entry, quarters=quarters)
        for entry, quarters in prospect.tally.of_entry.items()
    )
    renewed = new_edition(
        certificate=certificate,
        because=EditionReason.RENEWAL,
        by=by,
        at=at,
        valid_until=until,
        basis=basis_after(certificate, prospect.tally.counted),
    )
    renewal.certificate, renewal.to_until, renewal.edition = renewed, until, renewed.edition
    renewal.counted_quarters, renewal.excused_because = prospect.tally.counted, excused_because
    renewal.answered_at, renewal.answered_by = at, by
    renewal.save()
    _note(renewal, "renewal.confirmed", by=by, at=at)
    from .tasks import print_paper, tell_renewed

    transaction.on_commit(partial(tell_renewed.enqueue, renewal.pk))
    transaction.on_commit(partial(print_paper.enqueue, renewed.pk))
    return renewed


@transaction.atomic
def decline_renewal(*, renewal: Renewal, reason: str, by: User, at: datetime) -> Renewal:
    """The registrar declines, with a reason its holder reads. Repeating changes nothing. Raises CannotRenew."""
    enrolment = lock(renewal.certificate.enrolment)
    renewal = _locked(renewal)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise CannotRenew(_("Write the reason, in under 1,000 characters; the holder will read it."), field="reason")
    if renewal.to_until:
        raise CannotRenew(_("This is confirmed, and the certificate renewed."))
    if renewal.answered_at:
        return renewal
    _refuse_own(enrolment, by)
    renewal.answered_at, renewal.answered_by, renewal.declined_because = at, by, reason
    renewal.save(update_fields=["answered_at", "answered_by", "declined_because"])
    _note(renewal, "renewal.declined", by=by, at=at)
    from .tasks import tell_renewal_declined

    transaction.on_commit(partial(tell_renewal_declined.enqueue, renewal.pk))
    return renewal


# Reads -----------------------------------------------------------------------------------------------------


def waiting_renewals() -> QuerySet[Renewal]:
    return Renewal.objects.filter(answered_at=None)


def open_renewal(enrolment: Enrolment) -> Renewal | None:
    """What waits for a registrar, also under an earlier name: one query."""
    return Renewal.objects.filter(certificate__enrolment=enrolment, answered_at=None).first()


def renewed_certificate(renewal: Renewal) -> Certificate:
    """The certificate that it renews: the one it was asked for, or the one in its place. A query where it was replaced."""
    if renewal.certificate.superseded_at is None:
        return renewal.certificate
    rows = Certificate.objects.select_related("holder", "requirement_set")
    newer = rows.filter(enrolment=renewal.certificate.enrolment_id, superseded_at=None).order_by("-issued_at").first()
    return newer or renewal.certificate


def basis_after(certificate: Certificate, counted: int) -> list[dict[str, str]]:
    """The public basis with the line of a renewal, in place of that of the one before. `counted` in quarter-hours."""
    kept = [line for line in certificate.basis if line.get("state") != RENEWED]
    if not counted:
        return [
            *kept,
            {"requirement": _("Renewed"), "summary": _("No continuing education is asked for"), "state": RENEWED},
        ]
    return [*kept, {"requirement": _("Continuing education"), "summary": in_credits(counted), "state": RENEWED}]


def digest_of_renewal(renewal: Renewal) -> str:
    """SHA-256 over everything on the row but the holder's words, and over what was counted, in hexadecimal. One query."""
    counted = renewal.counted.order_by("entry").values_list("entry", "quarters")
    moments = (getattr(renewal, name) for name in ("from_until", "asked_at", "answered_at", "to_until"))
    return digest_of(
        [
            renewal.certificate_id, renewal.terms_id, str(renewal.phase), renewal.answered_by_id, renewal.declined_because,
            renewal.excused_because, renewal.edition, renewal.counted_quarters, [list(row) for row in counted],
            *(moment.timestamp() if moment else None for moment in moments),
        ]
    )  # fmt: skip


# Small things ----------------------------------------------------------------------------------------------


def _locked(renewal: Renewal) -> Renewal:
    rows = Renewal.objects.select_for_update(of=("self",)).select_related("certificate__enrolment", "terms")
    return rows.get(pk=renewal.pk)


def _fresh(certificate: Certificate) -> Certificate:
    rows = Certificate.objects.select_related("holder", "requirement_set", "enrolment")
    return rows.get(pk=certificate.pk)


def _standing(enrolment: Enrolment) -> Certificate | None:
    """The certificate that stands, which may have another name by now; nobody changes it until the transaction ends."""
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("holder", "requirement_set", "enrolment")
    return rows.filter(enrolment=enrolment, revoked_at=None, superseded_at=None).first()


def _refuse_own(enrolment: Enrolment, by: User) -> None:
    if enrolment.learner_id == by.pk:
        raise CannotRenew(_("This is your own certificate. Another registrar decides."))


def _note(renewal: Renewal, verb: str, *, by: User, at: datetime) -> None:
    history.record(
        chain="certificates",
        verb=verb,
        subject=history.name_of(renewal),
        actor=by,
        at=at,
        facts={"certificate": renewal.certificate_id, "digest": digest_of_renewal(renewal)},
    )


def _day(at: datetime) -> str:
    return date_format(at, "j F Y")
