"""What do our own records say of this credential? For those that name us as their issuer, they have the last word."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from ..checking import check_certificate, is_sound
from ..issuer import credential_id, issuer_url
from ..issuing import ACHIEVEMENT_TYPES
from ..models import Certificate, PastEdition
from .report import Facts


@dataclass(frozen=True, kw_only=True)
class Ours:
    """A certificate of ours and which edition of it the file is: the present one, when `past` is None."""

    certificate: Certificate
    past: PastEdition | None
    replaced_by: str | None  # number of the certificate that counts now, when superseded
    sound: bool

    @property
    def withdrawn(self) -> bool:
        """Whether the file is an earlier edition that its holder no longer agrees to: its own bit is set."""
        row, past = self.certificate, self.past
        return past is not None and (past.status_list_id, past.status_index) != (row.status_list_id, row.status_index)

    @property
    def renewed(self) -> bool:
        """Whether the file is an earlier edition and the present one runs longer."""
        if self.past is None or self.past.valid_until is None:
            return False
        until = self.certificate.valid_until
        return until is None or until > self.past.valid_until


def find_ours(document: Mapping[str, Any], *, at: datetime) -> Ours | None:
    """The certificate and edition that `document` is, word for word; None when we hold no such thing. Three queries at most.

    A document without a proof, as from a JWT, is compared without ours.
    """
    certificate = _certificate(document.get("id"))
    if certificate is None:
        return None
    signed = "proof" in document
    past = None
    if not _same(document, certificate.credential, signed):
        editions = certificate.past_editions.order_by("-edition")
        past = next((edition for edition in editions if _same(document, edition.credential, signed)), None)
        if past is None:
            return None
    newest = check_certificate(number=certificate.number, at=at).newest if certificate.superseded_at else None
    return Ours(
        certificate=certificate,
        past=past,
        replaced_by=newest.number if newest else None,
        sound=is_sound(certificate),
    )


def facts_of(ours: Ours, *, at: datetime) -> Facts:
    """What we show of it today. A name that its holder took back, or had before, is not there."""
    row = ours.certificate
    superseded = row.superseded_at is not None and row.superseded_at <= at
    return Facts(
        title=row.title,
        holder=row.holder_name if row.shows_name and not superseded else None,
        issuer_name=row.issuer_name,
        issuer_id=row.issuer_did,
        issuer_url=issuer_url(),
        awarded_at=datetime.combine(row.awarded_on, time.min, tzinfo=UTC),
        valid_from=ours.past.signed_at if ours.past else row.signed_at,
        valid_until=ours.past.valid_until if ours.past else row.valid_until,
        kind=ACHIEVEMENT_TYPES[row.kind],  # type: ignore[index]
        credential_id=credential_id(row.public_id),
        number=row.number,
    )


def _certificate(identifier: object) -> Certificate | None:
    if not isinstance(identifier, str):
        return None
    try:
        public_id = UUID(identifier.rsplit("/", 1)[-1])
    except ValueError:
        return None
    if identifier != credential_id(public_id):
        return None
    return (
        Certificate.objects.select_related("signing_key", "status_list", "suspension_list", "requirement_set")
        .filter(public_id=public_id)
        .first()
    )


def _same(document: Mapping[str, Any], credential: str, signed: bool) -> bool:
    try:
        kept: dict[str, Any] = json.loads(credential)
    except ValueError:  # a row that was tampered with is no document
        return False
    if not signed:
        kept.pop("proof", None)
    return kept == document
