"""Do the ledger and its papers still say what was entered and issued?"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from django.db.models import Model, QuerySet

from cms.accounts import history
from cms.accounts.history import Facts
from cms.accounts.models import Entry
from courses.ledger import facts_of, facts_of_payment, facts_of_refund
from courses.models import LedgerEntry, MoneyPaper, Payment, Refund
from courses.papers import digest_of as digest_of_paper

from .fault import Fault


def _movements[Row: Model](verb: str, rows: QuerySet[Row], facts: Callable[[Row], Facts]) -> Iterator[Fault]:
    """Money that came or went against what history recorded of it."""
    told = dict(Entry.objects.filter(verb=verb).values_list("subject", "facts"))
    for row in rows.order_by("pk").iterator():
        name = history.name_of(row)
        said = told.pop(name, {})
        if {key: said.get(key) for key in facts(row)} != facts(row):
            yield Fault(row=name, reason="it is not what history recorded")
    yield from (Fault(row=name, reason="it was recorded, and is gone") for name in sorted(told))


def faults() -> Iterator[Fault]:
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
