"""Was anything altered behind the product's back? Every seal, chain, signature and status bit, asked again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.agreements import digest_of_words
from assessments.models import AgreementSignature, Shift
from assessments.sealing import seal_holds
from certificates.checking import is_sound
from certificates.models import Certificate, SigningKey, StatusList
from certificates.proofs import proof_holds, raw_public_key
from cms.accounts import history
from cms.accounts.models import Entry


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that no longer says what was recorded, named to the row."""

    row: str
    reason: str


def counts() -> dict[str, int]:
    """How much there is to check."""
    return {
        "history entries": Entry.objects.count(),
        "sealed shifts": Shift.objects.signed().count(),
        "agreement signatures": AgreementSignature.objects.count(),
        "certificates": Certificate.objects.count(),
        "status lists": StatusList.objects.count(),
    }


def faults() -> Iterator[Fault]:
    """Everything that is not as it was recorded; nothing when all is well. Reads every record once."""
    yield from _history()
    yield from _seals()
    yield from _agreements()
    yield from _certificates()
    yield from _status_lists()


def _history() -> Iterator[Fault]:
    for broken in history.breaks():
        row = f"entry:{broken.row}" if broken.row else "entry missing"
        yield Fault(row=f"{row} (chain {broken.chain}, place {broken.number})", reason=broken.reason)


def _seals() -> Iterator[Fault]:
    said = dict(Entry.objects.filter(verb="shift.signed").values_list("subject", "facts"))
    for shift in Shift.objects.signed().whole().order_by("pk").iterator():
        if not seal_holds(shift):
            yield Fault(row=f"shift:{shift.pk}", reason="its seal is broken: a sealed field or the seal was changed")
        elif said.get(f"shift:{shift.pk}", {}).get("seal") != shift.seal:
            yield Fault(row=f"shift:{shift.pk}", reason="its seal is not the one that history recorded")


def _agreements() -> Iterator[Fault]:
    for signature in AgreementSignature.objects.select_related("agreement").order_by("pk").iterator():
        if signature.text_digest != digest_of_words(signature.agreement):
            yield Fault(
                row=f"agreementsignature:{signature.pk}", reason="the words of its agreement are not those signed"
            )


def _certificates() -> Iterator[Fault]:
    issued = Entry.objects.filter(verb__in=["certificate.issued", "certificate.replaced"])
    said = {subject: facts.get("digest") for subject, facts in issued.values_list("subject", "facts")}
    for certificate in Certificate.objects.select_related("signing_key").order_by("pk").iterator():
        row = f"certificate:{certificate.pk} ({certificate.number})"
        if not is_sound(certificate):
            yield Fault(row=row, reason="it no longer says what was signed")
        elif said.get(f"certificate:{certificate.pk}") != certificate.credential_digest:
            yield Fault(row=row, reason="its credential is not the one that history recorded")


def _status_lists() -> Iterator[Fault]:
    keys = {key.kid: key.public_multibase for key in SigningKey.objects.all()}
    for served in StatusList.objects.order_by("number"):
        row = f"statuslist:{served.pk} (number {served.number})"
        document = json.loads(served.document or "{}")
        kid = document.get("proof", {}).get("verificationMethod", "")
        if kid not in keys or not proof_holds(document, public_key=raw_public_key(keys[kid])):
            yield Fault(row=row, reason="its signature does not hold")
