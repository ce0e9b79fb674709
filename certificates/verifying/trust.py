"""Whom do we know? The list of other issuers whose identity somebody here has looked into."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from ..documents import unsafe_text
from ..issuer import issuer_did
from ..models import TrustedIssuer
from .issuers import LONGEST_NAME, document_address
from .keys import key_from_multibase
from .refusal import CannotCheck, CheckFails


class CannotTrust(Exception):
    """The issuer cannot be put on the list; the message says why."""


def known_as(issuer: str) -> str | None:
    """The name by which we know the issuer; None for a stranger. One query."""
    return TrustedIssuer.objects.filter(issuer=issuer, ended_at=None).values_list("name", flat=True).first()


@transaction.atomic
def trust_issuer(*, issuer: str, name: str, by: User | None, at: datetime) -> TrustedIssuer:
    """Put an issuer on the list, under the name we know it by. Repeating returns the entry there is.

    Raises CannotTrust for an id that leads nowhere, ourselves, or an entry under another name: end that first.
    """
    issuer, name = issuer.strip(), " ".join(name.split())
    if problem := unsafe_text(name, longest=120):
        raise CannotTrust(problem)
    if issuer == issuer_did():
        raise CannotTrust(_("That is ourselves. Our own certificates are always known."))
    _check_id(issuer)
    history.lock("issuers")  # an issuer that is not on the list yet has no row to lock
    if there := TrustedIssuer.objects.filter(issuer=issuer, ended_at=None).first():
        if there.name != name:
            raise CannotTrust(_("This issuer is on the list as %(name)s. End that entry first.") % {"name": there.name})
        return there
    entry = TrustedIssuer.objects.create(issuer=issuer, name=name, trusted_by=by, trusted_at=at)
    _write(entry, "issuer.trusted", by, at)
    return entry


@transaction.atomic
def end_trust(*, entry: TrustedIssuer, by: User | None, at: datetime) -> TrustedIssuer:
    """Take an issuer off the list: its credentials are those of a stranger from now on. Repeating changes nothing."""
    history.lock("issuers")
    entry = TrustedIssuer.objects.select_for_update().get(pk=entry.pk)
    if entry.ended_at:
        return entry
    entry.ended_at = at
    entry.save(update_fields=["ended_at"])
    _write(entry, "issuer.distrusted", by, at)
    return entry


def facts_about(entry: TrustedIssuer) -> history.Facts:
    """What history keeps of an entry: the id, which is public, and a digest of the name."""
    return {"issuer": entry.issuer, "name": sha256(entry.name.encode()).hexdigest()}


def _check_id(issuer: str) -> None:
    if issuer.startswith("did:key:") and len(issuer) <= LONGEST_NAME:
        if key_from_multibase(issuer.removeprefix("did:key:")):
            return
        raise CannotTrust(_("That identifier has no key in it that we read."))
    try:
        document_address(issuer)
    except (CheckFails, CannotCheck) as problem:
        raise CannotTrust(str(problem)) from None


def _write(entry: TrustedIssuer, verb: str, by: User | None, at: datetime) -> None:
    history.record(
        chain="issuers",
        verb=verb,
        subject=history.name_of(entry),
        actor=by,
        at=at,
        facts=facts_about(entry),
    )
