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

from .bitstring import LENGTH, decode, indices_set
from .decisions import told, write_decision
from .documents import status_list_document
from .issuer import issuer_did, status_list_url
from .log.appending import log_change
from .models import (
    Case,
    Certificate,
    DecisionKind,
    KeyAlgorithm,
    PastEdition,
    RevocationReason,
    SigningKey,
    StatusList,
    StatusPurpose,
    WatchChange,
)
from .proofs import add_proof, proof_holds, raw_public_key
from .signing import CannotSign, active_signer
from .tokens import sign_token
from .watching import note_change

HALF = LENGTH // 2  # a list is closed when half full, so that a free index is found at once and the bits stay spread
# How long a built list is served as it is. Every list is built daily, so that a request signs only where no scheduler runs.
FRESH = timedelta(hours=36)
LONGEST_REASON = 120  # characters, of a suspension
VALID = timedelta(days=7)  # how long it may be relied on: the specification's caches outlive us for a while


class CannotChangeStatus(Exception):
    """The certificate cannot take this status; the message says why."""


def allocate_index(purpose: StatusPurpose = StatusPurpose.REVOCATION) -> tuple[StatusList, int]:
    """A list with room and a random free place on it: an index tells nothing about when or whom. In a transaction."""
    # The first list has no row to lock yet; and whoever changes a status takes this chain before the list, too.
    history.lock("certificates")
    newest = StatusList.objects.select_for_update().filter(purpose=purpose).order_by("-number").first()
    if newest is None or _placed(newest).count() >= HALF:
        newest = StatusList.objects.create(purpose=purpose, number=newest.number + 1 if newest else 1)
    while True:
        index = secrets.randbelow(LENGTH)
        if not _is_taken(newest, index):
            return newest, index


@transaction.atomic
def build_list(*, status_list: StatusList, at: datetime) -> StatusList:
    """Sign the list as it stands now and keep it, as a JWT too where a key for those is active. Repeating signs it again.

    A bit of a revocation list that we once signed stays set, whatever the rows say since: that is final.
    Raises CannotSign when no key is active.
    """
    status_list = StatusList.objects.select_for_update().get(pk=status_list.pk)
    indices = set_places(status_list)
    if status_list.purpose == StatusPurpose.REVOCATION:
        indices |= signed_places(status_list)
    said = status_list_document(
        url=status_list_url(status_list),
        issuer_did=issuer_did(),
        indices=sorted(indices),
        valid_from=at,
        valid_until=at + VALID,
        purpose="suspension" if status_list.purpose == StatusPurpose.SUSPENSION else "revocation",
    )
    signer = active_signer()
    document = add_proof(said, verification_method=signer.key.kid, sign=signer.sign, created=at)
    status_list.document = json.dumps(document, ensure_ascii=False)
    status_list.token = _token(said)
    status_list.built_at = at
    status_list.save(update_fields=["document", "token", "built_at"])
    return status_list


def build_lists(*, at: datetime) -> int:
    """Sign every list as it stands now, and say how many. Repeating signs them again. Raises CannotSign."""
    lists = StatusList.objects.order_by("pk")
    for status_list in lists:
        build_list(status_list=status_list, at=at)
    return len(lists)


def set_places(status_list: StatusList) -> set[int]:
    """The places on the list that its rows say are set."""
    if status_list.purpose == StatusPurpose.SUSPENSION:
        suspended = status_list.suspendable_certificates.filter(suspended_at__isnull=False)
        return {index for index in suspended.values_list("suspension_index", flat=True) if index is not None}
    ended = Q(revoked_at__isnull=False) | Q(superseded_at__isnull=False)
    indices = set(status_list.certificates.filter(ended).values_list("status_index", flat=True))
    return indices | set(ended_editions(status_list).values_list("status_index", flat=True))


def signed_places(status_list: StatusList) -> set[int]:
    """The places that are set in the list as we last signed it; nothing where it is not signed, or not by us."""
    try:
        document = json.loads(status_list.document)
        key = SigningKey.objects.get(kid=document["proof"]["verificationMethod"])
        if not proof_holds(document, public_key=raw_public_key(key.public_multibase)):
            return set()
        return indices_set(decode(document["credentialSubject"]["encodedList"]))
    except (ValueError, LookupError, TypeError, SigningKey.DoesNotExist):
        return set()


def ended_editions(status_list: StatusList) -> QuerySet[PastEdition]:
    """Editions on the list that ended although their certificate stands: those with a place of their own."""
    shared = Q(certificate__status_list=F("status_list"), certificate__status_index=F("status_index"))
    return status_list.past_editions.exclude(shared)


def _placed(status_list: StatusList) -> QuerySet[Certificate]:
    """The certificates with a place on the list now."""
    if status_list.purpose == StatusPurpose.SUSPENSION:
        return status_list.suspendable_certificates.all()
    return status_list.certificates.all()


def _is_taken(status_list: StatusList, index: int) -> bool:
    """Whether the place is some certificate's, now or in an earlier edition."""
    if status_list.purpose == StatusPurpose.SUSPENSION:
        return _placed(status_list).filter(suspension_index=index).exists()
    return any(
        rows.filter(status_index=index).exists() for rows in (status_list.certificates, status_list.past_editions)
    )


def _token(said: dict[str, Any]) -> str:
    try:
        signer = active_signer(KeyAlgorithm.RS256)
        return sign_token(said, kid=signer.key.kid, sign=signer.sign)
    except CannotSign:
        return ""


def served_list(*, number: int, at: datetime, purpose: StatusPurpose = StatusPurpose.REVOCATION) -> StatusList:
    """The list of that number, signed within the last days, or within its week while we cannot sign.

    Raises StatusList.DoesNotExist, and CannotSign when the list is older and cannot be signed anew.
    """
    status_list = StatusList.objects.get(purpose=purpose, number=number)
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
    certificate.status_list = build_list(status_list=certificate.status_list, at=at)
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
    _build_suspensions(certificate, at)
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
    _build_suspensions(certificate, at)
    note_change(certificate=certificate, change=WatchChange.REINSTATED, at=at, by=by)
    _tell_holder(certificate, case)
    return certificate


def _build_suspensions(certificate: Certificate, at: datetime) -> None:
    """Where its programme is suspendable, other people's verifiers read it, too."""
    if certificate.suspension_list:
        certificate.suspension_list = build_list(status_list=certificate.suspension_list, at=at)


def lock_certificate(certificate: Certificate, by: User) -> Certificate:
    """The certificate's row as it is now, for a change by this person; the chain first, as whoever allocates a place does.

    Raises CannotChangeStatus for one's own, and for one that was replaced.
    """
    history.lock("certificates")
    lists = Certificate.objects.select_related("status_list", "suspension_list")
    locked = lists.select_for_update(of=("self",)).get(pk=certificate.pk)
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
