"""Do certificates, keys and status lists still say what was issued?"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from certificates.checking import ENDED, is_sound, key_is_trusted
from certificates.credential_tokens import digest_of
from certificates.issuing import row_digest
from certificates.models import (
    Certificate,
    CredentialToken,
    KeyAlgorithm,
    PastEdition,
    SigningKey,
    StatusList,
    StatusPurpose,
)
from certificates.proofs import proof_holds, raw_public_key
from certificates.status import set_places, signed_places
from certificates.tokens import token_says
from cms.accounts import history
from cms.accounts.history import Facts
from cms.accounts.models import Entry

from .fault import Fault

EDITIONS = {"certificate.issued", "certificate.replaced", "certificate.edition"}


def faults() -> Iterator[Fault]:
    yield from _signing_keys()
    yield from _certificates()
    yield from _tokens()
    yield from _status_lists()


def _certificates() -> Iterator[Fault]:
    told = _told()
    loaded = Certificate.objects.select_related("signing_key", "status_list", "suspension_list", "replaces")
    rows, now = loaded.order_by("pk"), timezone.now()
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
        elif certificate.status(now) not in ENDED and not key_is_trusted(certificate):
            yield Fault(row=row, reason="it stands by a compromised key: run “keys compromise” with that key again")
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


def _tokens() -> Iterator[Fault]:
    """Each JWT is its key's, and says what the edition says that it was made from."""
    rows = CredentialToken.objects.select_related("certificate", "signing_key").order_by("pk")
    for token in rows.prefetch_related("certificate__past_editions").iterator(chunk_size=500):
        row = f"credentialtoken:{token.pk} ({token.certificate.number})"
        editions: list[Certificate | PastEdition] = [token.certificate, *token.certificate.past_editions.all()]
        repeated = next((one for one in editions if one.credential_digest == token.credential_digest), None)
        if repeated is None:
            yield Fault(row=row, reason="it repeats no edition of its certificate")
        elif token.digest != digest_of(token.token):
            yield Fault(row=row, reason="it is not the one that was signed")
        elif not token_says(token.token, _read(repeated.credential), key=token.signing_key):
            yield Fault(row=row, reason="its signature does not hold, or it says something else than the credential")


KEY_DATES = {
    "key.staged": "made_at",
    "key.activated": "activated_at",
    "key.retired": "retired_at",
    "key.compromised": "compromised_at",
}


def _signing_keys() -> Iterator[Fault]:
    """Each key has the public half and the dates that history knows of it, and no others."""
    told: dict[str, dict[str, datetime]] = defaultdict(dict)
    public: dict[str, Any] = {}
    entries = Entry.objects.filter(chain__name="keys", verb__in=KEY_DATES).order_by("number")
    for subject, verb, facts, at in entries.values_list("subject", "verb", "facts", "at"):
        told[subject][KEY_DATES[verb]] = at
        public.setdefault(subject, facts.get("public"))
    for key in SigningKey.objects.order_by("pk"):
        row = history.name_of(key)
        dates = {name: getattr(key, name) for name in KEY_DATES.values() if getattr(key, name)}
        if public.get(row) != key.public_multibase:
            yield Fault(row=row, reason="it is not the key that history recorded")
        elif dates != told[row]:
            yield Fault(row=row, reason="its state is not the one that history recorded")


def _status_lists() -> Iterator[Fault]:
    """Each list is signed by a trusted key of ours, in both forms, and no bit of it is set that no row asks for."""
    keys = {key.kid: key for key in SigningKey.objects.all()}
    for served in StatusList.objects.order_by("pk"):
        row = f"statuslist:{served.pk} (number {served.number})"
        document = _read(served.document)
        try:
            key = keys[document["proof"]["verificationMethod"]]
            holds = proof_holds(document, public_key=raw_public_key(key.public_multibase))
        except (ValueError, LookupError, TypeError):
            holds = False
        if not holds:
            yield Fault(row=row, reason="its signature does not hold")
        elif key.compromised_at:
            yield Fault(row=row, reason="a compromised key signed it: run “keys compromise” with that key again")
        elif _strays(served):
            yield Fault(row=row, reason="a bit of it is not what an edition that ended says, or is nobody’s")
        elif served.token and not any(
            token_says(served.token, document, key=key) for key in keys.values() if key.algorithm == KeyAlgorithm.RS256
        ):
            yield Fault(row=row, reason="its JWT form does not hold, or says something else")


def _strays(served: StatusList) -> set[int]:
    """Places where the list and the rows differ and no certificate answers for it: theirs are looked at with them."""
    suspension = served.purpose == StatusPurpose.SUSPENSION
    own = (
        served.suspendable_certificates.values_list("suspension_index", flat=True)
        if suspension
        else served.certificates.values_list("status_index", flat=True)
    )
    return (signed_places(served) ^ set_places(served)) - {index for index in own if index is not None}


def _read(document: str) -> dict[str, Any]:
    try:
        read = json.loads(document)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
