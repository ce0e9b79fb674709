"""Do certificates, keys and status lists still say what was issued?"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from certificates.checking import is_sound
from certificates.issuing import row_digest
from certificates.models import Certificate, SigningKey, StatusList
from certificates.proofs import proof_holds, raw_public_key
from cms.accounts.history import Facts
from cms.accounts.models import Entry

from .fault import Fault

EDITIONS = {"certificate.issued", "certificate.replaced", "certificate.edition"}


def faults() -> Iterator[Fault]:
    yield from _signing_keys()
    yield from _certificates()
    yield from _status_lists()


def _certificates() -> Iterator[Fault]:
    told = _told()
    rows = Certificate.objects.select_related("signing_key", "status_list", "replaces").order_by("pk")
    for certificate in rows.prefetch_related("past_editions").iterator(chunk_size=500):
        row = f"certificate:{certificate.pk} ({certificate.number})"
        happened = told[f"certificate:{certificate.pk}"]
        editions = [facts for verb, facts in happened if verb in EDITIONS]
        begun = editions[-1] if editions else {}
        if not is_sound(certificate):
            yield Fault(row=row, reason="it no longer says what was signed")
        elif begun.get("digest") != certificate.credential_digest:
            yield Fault(row=row, reason="its credential is not the one that history recorded")
        elif begun.get("row", row_digest(certificate)) != row_digest(certificate):
            yield Fault(row=row, reason="something on it that never changes was changed")
        elif not _status_is_as_told(certificate, [verb for verb, _facts in happened], told):
            yield Fault(row=row, reason="its status is not the one that history recorded")
        yield from _past_editions(certificate, [facts.get("digest") for facts in editions], row)


def _past_editions(certificate: Certificate, digests: list[Any], row: str) -> Iterator[Fault]:
    """History names the digest of each edition in order; the last of them is the certificate's own."""
    kept = {past.edition: past for past in certificate.past_editions.all()}
    for edition, digest in enumerate(digests[:-1], start=1):
        past = kept.pop(edition, None)
        if past is None:
            yield Fault(row=row, reason=f"its edition {edition} is gone")
        elif digest != past.credential_digest or digest != hashlib.sha256(past.credential.encode()).hexdigest():
            yield Fault(row=row, reason=f"its edition {edition} is not the one that history recorded")
    for edition in kept:
        yield Fault(row=row, reason=f"history knows no edition {edition} of it")


Told = dict[str, list[tuple[str, Facts]]]


def _told() -> Told:
    """What history says of each certificate, in order; of one that was replaced also under its number."""
    told: Told = defaultdict(list)
    entries = Entry.objects.filter(chain__name="certificates").order_by("number")
    for subject, verb, facts in entries.values_list("subject", "verb", "facts").iterator():
        told[subject].append((verb, facts))
        if verb == "certificate.replaced":
            told[f"replaced {facts['replaces']}"].append((verb, facts))
    return told


def _status_is_as_told(certificate: Certificate, verbs: list[str], told: Told) -> bool:
    changes = [verb for verb in verbs if verb in {"certificate.suspended", "certificate.reinstated"}]
    # A replacement takes the suspension of the one before it along, which has not changed since.
    inherited = certificate.replaces is not None and certificate.replaces.suspended_at is not None
    suspended = changes[-1] == "certificate.suspended" if changes else inherited
    return (
        bool(certificate.revoked_at) == ("certificate.revoked" in verbs)
        and bool(certificate.superseded_at) == bool(told.get(f"replaced {certificate.number}"))
        and bool(certificate.suspended_at) == suspended
    )


def _signing_keys() -> Iterator[Fault]:
    made = Entry.objects.filter(verb="key.staged").values_list("subject", "facts")
    said = {subject: facts.get("public") for subject, facts in made}
    for key in SigningKey.objects.order_by("pk"):
        if said.get(f"signingkey:{key.pk}") != key.public_multibase:
            yield Fault(row=f"signingkey:{key.pk}", reason="it is not the key that history recorded")


def _status_lists() -> Iterator[Fault]:
    keys = {key.kid: key.public_multibase for key in SigningKey.objects.all()}
    for served in StatusList.objects.order_by("number"):
        row = f"statuslist:{served.pk} (number {served.number})"
        try:
            document = json.loads(served.document)
            public = raw_public_key(keys[document["proof"]["verificationMethod"]])
            holds = proof_holds(document, public_key=public)
        except (ValueError, LookupError, TypeError):
            holds = False
        if not holds:
            yield Fault(row=row, reason="its signature does not hold")
