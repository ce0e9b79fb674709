"""Is the list of issuers we know the one that history tells of?"""

from collections.abc import Iterator

from certificates.models import TrustedIssuer
from certificates.verifying.trust import facts_about
from cms.accounts.models import Entry

from .fault import GONE, UNKNOWN, Fault


def faults() -> Iterator[Fault]:
    """Whoever could put a name beside a key could have a stranger's credential called that of a college."""
    told: dict[str, dict[str, Entry]] = {}
    for entry in Entry.objects.filter(chain__name="issuers").order_by("number").iterator():
        told.setdefault(entry.subject, {})[entry.verb] = entry
    for issuer in TrustedIssuer.objects.order_by("pk").iterator():
        row = f"trustedissuer:{issuer.pk}"
        happened = told.pop(row, {})
        begun, ended = happened.get("issuer.trusted"), happened.get("issuer.distrusted")
        if begun is None:
            yield Fault(row=row, reason=UNKNOWN)
        elif (begun.facts, begun.at) != (facts_about(issuer), issuer.trusted_at):
            yield Fault(row=row, reason="its id, its name or its beginning is not the one that history recorded")
        elif (ended.at if ended else None) != issuer.ended_at:
            yield Fault(row=row, reason="its end is not the one that history recorded")
    for row in told:
        yield Fault(row=row, reason=GONE)
