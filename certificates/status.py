"""Does a certificate still stand? Status changes, and the signed list of bits by which anyone can tell without us."""

import json
import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .bitstring import LENGTH
from .decisions import told, write_decision
from .documents import status_list_document
from .issuer import issuer_did, status_list_url
from .log.appending import log_change
from .models import Case, Certificate, DecisionKind, PastEdition, RevocationReason, StatusList, WatchChange
from .proofs import add_proof
from .signing import CannotSign, active_signer
from .watching import note_change

HALF = LENGTH // 2  # a list is closed when half full, so that a free index is found at once and the bits stay spread
FRESH = timedelta(days=1)  # how long a built list is served before it is signed anew
LONGEST_REASON = 120  # characters, of a suspension
VALID = timedelta(days=7)  # how long it may be relied on: the specification's caches outlive us for a while


class CannotChangeStatus(Exception):
    """The certificate cannot take this status; the message says why."""


def allocate_index() -> tuple[StatusList, int]:
    """A list with room and a random free place on it: an index tells nothing about when or whom. In a transaction."""
    # The first list has no row to lock yet; and whoever changes a status takes this chain before the list, too.
    history.lock("certificates")
    newest = StatusList.objects.select_for_update().order_by("-number").first()
    if newest is None or newest.certificates.count() >= HALF:
        newest = StatusList.objects.create(number=newest.number + 1 if newest else 1)
    while True:
        index = secrets.randbelow(LENGTH)
        taken = (newest.certificates, newest.past_editions)
        if not any(rows.filter(status_index=index).exists() for rows in taken):
            return newest, index


@transaction.atomic
def build_list(*, status_list: StatusList, at: datetime) -> StatusList:
    """Sign the list as it stands now and keep it. Repeating signs it again."""
    status_list = StatusList.objects.select_for_update().get(pk=status_list.pk)
    ended = Q(revoked_at__isnull=False) | Q(superseded_at__isnull=False)
    indices = set(status_list.certificates.filter(ended).values_list("status_index", flat=True))
    indices |= set(ended_editions(status_list).values_list("status_index", flat=True))
    signer = active_signer()
    document = add_proof(
        status_list_document(
            url=status_list_url(status_list),
            issuer_did=issuer_did(),
            indices=sorted(indices),
            valid_from=at,
            valid_until=at + VALID,
        ),
        verification_method=signer.key.kid,
        sign=signer.sign,
        created=at,
    )
    status_list.document = json.dumps(document, ensure_ascii=False)
    status_list.built_at = at
    status_list.save(update_fields=["document", "built_at"])
    return status_list


def ended_editions(status_list: StatusList) -> QuerySet[PastEdition]:
    """Editions on the list that ended although their certificate stands: those with a place of their own."""
    shared = Q(certificate__status_list=F("status_list"), certificate__status_index=F("status_index"))
    return status_list.past_editions.exclude(shared)


def served_list(*, number: int, at: datetime) -> StatusList:
    """The list of that number, signed within the last day, or within its week while we cannot sign.

    Raises StatusList.DoesNotExist, and CannotSign when the list is older and cannot be signed anew.
    """
    status_list = StatusList.objects.get(number=number)
    if status_list.built_at is None or status_list.built_at + FRESH <= at:
        try:
            return build_list(status_list=status_list, at=at)
        except CannotSign:
            if status_list.built_at is None or status_list.built_at + VALID <= at:
                raise
    return status_list


@transaction.atomic
def revoke_certificate(
    *,
    certificate: Certificate,
    reason: RevocationReason,
    by: User,
    at: datetime,
    because: str = "",
    case: Case | None = None,
) -> Certificate:
    """End the certificate for good; it shows on every surface at once. Repeating changes nothing.

    Who may want that is asked by `revoking`, which is where every page of ours goes. `reason` is what the public reads,
    `because` is for the file. Raises CannotChangeStatus for one that was replaced (revoke the newer one), or one's own.
    """
    certificate = lock_certificate(certificate, by)
    if certificate.revoked_at:
        return certificate
    certificate.revoked_at, certificate.revocation_reason = at, reason
    certificate.save(update_fields=["revoked_at", "revocation_reason"])
    decision = write_decision(
        kind=DecisionKind.REVOKE, certificate=certificate, case=case, reason=because, by=by, at=at
    )
    _write(certificate, "certificate.revoked", by, at, reason=RevocationReason(reason).name, **told(decision))
    build_list(status_list=certificate.status_list, at=at)
    note_change(certificate=certificate, change=WatchChange.REVOKED, at=at, by=by)
    return certificate


@transaction.atomic
def suspend_certificate(
    *, certificate: Certificate, reason: str, by: User, at: datetime, because: str = "", case: Case | None = None
) -> Certificate:
    """Set the certificate aside for a time, with public wording; `because` is for the file. Repeating changes nothing.

    Raises CannotChangeStatus.
    """
    certificate = lock_certificate(certificate, by)
    if certificate.revoked_at:
        raise CannotChangeStatus(_("This certificate is revoked. That is final."))
    if not reason.strip():
        raise CannotChangeStatus(_("Write the reason in the words the public may read."))
    if len(reason.strip()) > LONGEST_REASON:
        raise CannotChangeStatus(_("The reason is longer than %(n)d characters.") % {"n": LONGEST_REASON})
    if certificate.suspended_at:
        return certificate
    certificate.suspended_at, certificate.suspension_reason = at, reason.strip()
    certificate.save(update_fields=["suspended_at", "suspension_reason"])
    decision = write_decision(
        kind=DecisionKind.SUSPEND, certificate=certificate, case=case, reason=because, by=by, at=at
    )
    _write(certificate, "certificate.suspended", by, at, **told(decision))
    _tell_holder(certificate, case)
    note_change(certificate=certificate, change=WatchChange.SUSPENDED, at=at, by=by)
    return certificate


@transaction.atomic
def reinstate_certificate(
    *, certificate: Certificate, by: User, at: datetime, because: str = "", case: Case | None = None
) -> Certificate:
    """Lift a suspension. Repeating changes nothing. Raises CannotChangeStatus for what cannot be lifted."""
    certificate = lock_certificate(certificate, by)
    if certificate.revoked_at:
        raise CannotChangeStatus(_("This certificate is revoked. That is final."))
    if not certificate.suspended_at:
        return certificate
    certificate.suspended_at, certificate.suspension_reason = None, ""
    certificate.save(update_fields=["suspended_at", "suspension_reason"])
    decision = write_decision(
        kind=DecisionKind.REINSTATE, certificate=certificate, case=case, reason=because, by=by, at=at
    )
    _write(certificate, "certificate.reinstated", by, at, **told(decision))
    note_change(certificate=certificate, change=WatchChange.REINSTATED, at=at, by=by)
    _tell_holder(certificate, case)
    return certificate


def lock_certificate(certificate: Certificate, by: User) -> Certificate:
    """The certificate's row as it is now, for a change by this person; the chain first, as whoever allocates a place does.

    Raises CannotChangeStatus for one's own, and for one that was replaced.
    """
    history.lock("certificates")
    locked = Certificate.objects.select_for_update(of=("self",)).select_related("status_list").get(pk=certificate.pk)
    if locked.holder_id == by.pk:
        raise CannotChangeStatus(_("This is your own certificate. Somebody else decides about it."))
    if locked.superseded_at:
        raise CannotChangeStatus(_("This certificate was replaced by a newer one. Change that one."))
    return locked


def _write(certificate: Certificate, verb: str, by: User, at: datetime, **facts: Any) -> None:
    entry = history.record(
        chain="certificates",
        verb=verb,
        subject=history.name_of(certificate),
        actor=by,
        at=at,
        facts={"number": certificate.number, **facts},
    )
    log_change(certificate=certificate, entry=entry)


def _tell_holder(certificate: Certificate, case: Case | None) -> None:
    if case is None:  # a case writes to them itself
        from .decision_tasks import tell_holder_of_status

        transaction.on_commit(partial(tell_holder_of_status.enqueue, certificate.pk))
