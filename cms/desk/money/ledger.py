"""Which money came and went, month by month, and what does it come to?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, Table, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed
from cms.accounts.spreadsheet import as_csv, decimal
from cms.accounts.templatetags.look import money
from courses.models import LedgerEntry, ProgrammePage

from ..frame import day, show_list

COLUMNS = (
    "at", "kind", "order", "buyer", "programme", "amount", "tax", "currency", "amount_minor", "tax_minor", "provider_id",
    "receipt",
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which part of the ledger is looked at; None is all of it."""

    month: date | None  # its first day
    programme: int | None

    @property
    def query(self) -> str:
        said = {"month": f"{self.month:%Y-%m}" if self.month else "", "programme": self.programme or ""}
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What came, what went and what is left in one currency, in minor units. `left = came - went`."""

    currency: str
    came_minor: int
    went_minor: int
    tax_minor: int  # contained in what is left

    @property
    def left_minor(self) -> int:
        return self.came_minor - self.went_minor


@require_safe
@allowed("desk.use")
def ledger(request: HttpRequest) -> HttpResponse:
    """Every movement, newest first, of one month or programme or all; with what came, went, and is left, by currency."""
    policy.require(request.user, "money.see")
    asked = _asked(request)
    entries = _entries(asked)
    return show_list(
        request,
        title=_("Ledger"),
        icon="table",
        template="cms/desk/ledger.html",
        rows=entries.order_by("-at", "-pk"),
        columns=[
            Column("at", label=_("When"), accessor=lambda row: day(row.at)),
            TitleColumn(
                "what", label=_("What"), url_name="desk:order_detail", id_accessor="order_id",
                accessor=lambda row: row.get_kind_display(),
            ),
            Column("buyer", label=_("Buyer"), accessor=lambda row: row.order.organisation or row.order.buyer),
            Column("for", label=_("For"), accessor=lambda row: row.order.description),
            Column("amount", label=_("Amount"), accessor=lambda row: signed(row.amount_minor, row.currency)),
        ],
        buttons=[(_("As CSV"), f"csv/{f'?{asked.query}' if asked.query else ''}", "download")],
        empty=_("No money moved."),
        sums=_table_of(sums(entries)),
        months=[
            (f"{month:%Y-%m}", date_format(month, "F Y"), month == asked.month) for month in _months()
        ],
        programmes=[
            (pk, title, pk == asked.programme)
            for pk, title in ProgrammePage.objects.order_by("title", "pk").values_list("pk", "title")
        ],
    )  # fmt: skip


@require_safe
@allowed("desk.use")
def ledger_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a file: amounts as decimal numbers and in minor units, a row each, oldest first."""
    policy.require(request.user, "money.see")
    asked = _asked(request)
    entries = _entries(asked).order_by("at", "pk")

    def rows() -> Iterator[list[object]]:
        for entry in entries.iterator(chunk_size=500):
            yield row_of(entry)

    return as_csv(f"ledger-{asked.month:%Y-%m}" if asked.month else "ledger", COLUMNS, rows())


def row_of(entry: LedgerEntry) -> list[object]:
    """One movement, as the columns of the file."""
    order = entry.order
    receipt = getattr(entry.payment, "receipt", None)
    return [
        entry.at.isoformat(timespec="seconds"), entry.kind, order.reference,
        order.organisation.name if order.organisation else order.buyer.display_name, order.description,
        decimal(entry.amount_minor), decimal(entry.tax_minor), entry.currency,
        entry.amount_minor, entry.tax_minor, entry.payment.provider_id or "", receipt.reference if receipt else "",
    ]  # fmt: skip


def sums(entries: QuerySet[LedgerEntry]) -> list[Sums]:
    """What came, what went and what is left, for each currency: one query."""
    found = (
        entries.order_by()
        .values("currency")
        .annotate(
            came=Sum("amount_minor", filter=Q(amount_minor__gt=0), default=0),
            went=Sum("amount_minor", filter=Q(amount_minor__lt=0), default=0),
            tax=Sum("tax_minor", default=0),
        )
        .order_by("currency")
    )
    return [
        Sums(currency=row["currency"], came_minor=row["came"], went_minor=-row["went"], tax_minor=row["tax"])
        for row in found
    ]


def signed(amount_minor: int, currency: str) -> str:
    """An amount with its sign, where it is below nothing."""
    return f"{MINUS if amount_minor < 0 else ''}{money(abs(amount_minor), currency)}"


def _table_of(found: list[Sums]) -> Table | None:
    if not found:
        return None

    def amount(name: str, label: str) -> Column:
        return Column(name, label=label, accessor=lambda row: signed(getattr(row, name), row.currency))

    columns = [
        Column("currency", label=_("Currency")),
        amount("came_minor", _("Came in")),
        amount("went_minor", _("Went out")),
        amount("left_minor", _("Balance")),
        amount("tax_minor", _("Tax in the balance")),
    ]
    return Table(columns, found, caption=_("What it comes to"))


def _entries(asked: Asked) -> QuerySet[LedgerEntry]:
    entries = LedgerEntry.objects.select_related("order__buyer", "order__organisation", "payment__receipt")
    if asked.programme is not None:
        entries = entries.filter(order__programme=asked.programme)
    if asked.month is None:
        return entries
    following = date(asked.month.year + asked.month.month // 12, asked.month.month % 12 + 1, 1)
    return entries.filter(at__gte=_midnight(asked.month), at__lt=_midnight(following))


def _midnight(first: date) -> datetime:
    """When a month begins where the reader is."""
    return timezone.make_aware(datetime(first.year, first.month, 1))  # noqa: DTZ001 - made aware here


def _asked(request: HttpRequest) -> Asked:
    """The month and programme in the address; what is not one is not asked for."""
    said: Mapping[str, str] = request.GET
    month = re.fullmatch(r"(2[0-9]{3})-(0[1-9]|1[0-2])", said.get("month", ""))
    programme = re.fullmatch(r"[0-9]{1,9}", said.get("programme", ""))
    return Asked(
        month=date(int(month[1]), int(month[2]), 1) if month else None,
        programme=int(programme[0]) if programme else None,
    )


def _months() -> list[date]:
    """Each month in which money moved, newest first: one query."""
    known = LedgerEntry.objects.annotate(month=TruncMonth("at")).order_by("-month").values_list("month", flat=True)
    return [timezone.localtime(month).date() for month in known.distinct() if month]
