"""Was anything altered behind the product's back? Every seal, chain, signature and status bit, asked again."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from assessments.agreements import digest_of_words
from assessments.models import AgreementSignature, Shift
from assessments.sealing import seal_holds
from certificates.checking import is_sound
from certificates.issuing import row_digest
from certificates.models import Certificate, SigningKey, StatusList
from certificates.proofs import proof_holds, raw_public_key
from cms.accounts import history
from cms.accounts.history import Facts
from cms.accounts.models import Entry
from courses.ledger import facts_of, facts_of_payment, facts_of_refund
from courses.models import LedgerEntry, MoneyPaper, Payment, Refund
from courses.papers import digest_of as digest_of_paper


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
        "signing keys": SigningKey.objects.count(),
        "certificates": Certificate.objects.count(),
        "status lists": StatusList.objects.count(),
        "ledger entries": LedgerEntry.objects.count(),
        "invoices, receipts and credit notes": MoneyPaper.objects.count(),
    }


def faults() -> Iterator[Fault]:
    """Everything that is not as it was recorded; nothing when all is well. Reads every record once."""
    yield from _history()
    yield from _seals()
    yield from _agreements()
    yield from _signing_keys()
    yield from _certificates()
    yield from _status_lists()
    yield from _money()


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
    said: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    for subject, actor, facts in Entry.objects.filter(verb="agreement.signed").values_list("subject", "actor", "facts"):
        said[subject, actor].add(facts.get("digest", ""))
    for signature in AgreementSignature.objects.select_related("agreement").order_by("pk").iterator():
        row = f"agreementsignature:{signature.pk}"
        if signature.text_digest != digest_of_words(signature.agreement):
            yield Fault(row=row, reason="the words of its agreement are not those signed")
        elif signature.text_digest not in said[f"agreement:{signature.agreement_id}", signature.person_id]:
            yield Fault(row=row, reason="it is not the signature that history recorded")


def _certificates() -> Iterator[Fault]:
    told = _told()
    rows = Certificate.objects.select_related("signing_key", "status_list", "replaces").order_by("pk")
    for certificate in rows.iterator():
        row = f"certificate:{certificate.pk} ({certificate.number})"
        happened = told[f"certificate:{certificate.pk}"]
        begun = next((facts for verb, facts in happened if verb in {"certificate.issued", "certificate.replaced"}), {})
        if not is_sound(certificate):
            yield Fault(row=row, reason="it no longer says what was signed")
        elif begun.get("digest") != certificate.credential_digest:
            yield Fault(row=row, reason="its credential is not the one that history recorded")
        elif begun.get("row", row_digest(certificate)) != row_digest(certificate):
            yield Fault(row=row, reason="something on it that never changes was changed")
        elif not _status_is_as_told(certificate, [verb for verb, _facts in happened], told):
            yield Fault(row=row, reason="its status is not the one that history recorded")


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


def _movements[Row: Model](verb: str, rows: QuerySet[Row], facts: Callable[[Row], Facts]) -> Iterator[Fault]:
    """Money that came or went against what history recorded of it."""
    told = dict(Entry.objects.filter(verb=verb).values_list("subject", "facts"))
    for row in rows.order_by("pk").iterator():
        name = history.name_of(row)
        said = told.pop(name, {})
        if {key: said.get(key) for key in facts(row)} != facts(row):
            yield Fault(row=name, reason="it is not what history recorded")
    yield from (Fault(row=name, reason="it was recorded, and is gone") for name in sorted(told))


def _money() -> Iterator[Fault]:
    """The ledger and its papers against what history recorded; numbers without gaps."""
    entered = dict(Entry.objects.filter(verb="ledger.entered").values_list("subject", "facts"))
    for entry in LedgerEntry.objects.order_by("pk").iterator():
        if entered.pop(f"ledgerentry:{entry.pk}", None) != facts_of(entry):
            yield Fault(row=f"ledgerentry:{entry.pk}", reason="it is not what history recorded")
    yield from (Fault(row=row, reason="it was recorded, and is gone") for row in sorted(entered))
    yield from _movements("payment.arrived", Payment.objects.all(), facts_of_payment)
    yield from _movements("refund.given", Refund.objects.filter(given_at__isnull=False), facts_of_refund)
    issued = dict(Entry.objects.filter(verb="paper.issued").values_list("subject", "facts"))
    following: dict[tuple[str, str], int] = defaultdict(int)
    for paper in MoneyPaper.objects.order_by("issuer", "kind", "number").iterator():
        row = f"moneypaper:{paper.pk} ({paper.reference})"
        following[paper.issuer, paper.kind] += 1
        if paper.number != following[paper.issuer, paper.kind]:
            yield Fault(row=row, reason="a number before it is missing")
            following[paper.issuer, paper.kind] = paper.number
        if issued.pop(f"moneypaper:{paper.pk}", {}).get("digest") != digest_of_paper(paper):
            yield Fault(row=row, reason="it no longer says what was issued")
    yield from (Fault(row=row, reason="it was issued, and is gone") for row in sorted(issued))
