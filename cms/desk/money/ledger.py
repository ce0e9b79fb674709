"""Which money came and went, month by month, and what does it come to?"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, TitleColumn

from cms.accounts import policy
from cms.accounts.policy import allowed
from cms.accounts.templatetags.look import money
from courses.models import LedgerEntry

from ..frame import Choice, day, show_list

COLUMNS = (
    "at", "kind", "order", "buyer", "programme", "amount", "tax", "currency", "amount_minor", "tax_minor", "provider_id",
    "receipt",
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"


@require_safe
@allowed("desk.use")
def ledger(request: HttpRequest) -> HttpResponse:
    """Every movement, newest first, of one month or all; with what came, went, and is left, by currency."""
    policy.require(request.user, "money.see")
    month = _month(request)
    entries = _entries(month)
    return show_list(
        request,
        title=_("Ledger"),
        icon="table",
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
        choices=_choices(request, month),
        note=" ".join(sums(entries)),
        buttons=[(_("As CSV"), f"csv/{f'?month={month:%Y-%m}' if month else ''}", "download")],
        empty=_("No money moved."),
    )  # fmt: skip


@require_safe
@allowed("desk.use")
def ledger_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file: amounts as decimal numbers and in minor units, a row each, oldest first."""
    policy.require(request.user, "money.see")
    month = _month(request)
    name = f"ledger-{month:%Y-%m}" if month else "ledger"

    class Line:
        """What `csv` writes to: it hands each line back."""

        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Line())
    rows = _entries(month).order_by("at", "pk").iterator(chunk_size=500)

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for entry in rows:
            yield writer.writerow([safe(value) for value in row_of(entry)])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer  # type: ignore[return-value]  # streamed: it is written as it is read


def row_of(entry: LedgerEntry) -> list[object]:
    """One movement, as the columns of the file."""
    order = entry.order
    receipt = getattr(entry.payment, "receipt", None)
    return [
        entry.at.isoformat(timespec="seconds"), entry.kind, order.reference,
        order.organisation.name if order.organisation else order.buyer.display_name, order.description,
        f"{Decimal(entry.amount_minor) / 100:.2f}", f"{Decimal(entry.tax_minor) / 100:.2f}", entry.currency,
        entry.amount_minor, entry.tax_minor, entry.payment.provider_id or "", receipt.reference if receipt else "",
    ]  # fmt: skip


def safe(value: object) -> object:
    """A cell that no spreadsheet takes for a formula. Source: OWASP, CSV injection."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} and not value[1:2].isdecimal():
        return f"'{value}"
    return value


def sums(entries: QuerySet[LedgerEntry]) -> list[str]:
    """What came, what went and what is left, a sentence for each currency: one query."""
    found = (
        entries.order_by()
        .values("currency")
        .annotate(
            came=Sum("amount_minor", filter=Q(amount_minor__gt=0), default=0),
            went=Sum("amount_minor", filter=Q(amount_minor__lt=0), default=0),
            left=Sum("amount_minor"),
        )
        .order_by("currency")
    )
    return [
        _("%(currency)s: %(came)s came, %(went)s went, %(left)s is left.")
        % {
            "currency": row["currency"],
            "came": money(row["came"], row["currency"]),
            "went": money(-row["went"], row["currency"]),
            "left": signed(row["left"], row["currency"]),
        }
        for row in found
    ]


def signed(amount_minor: int, currency: str) -> str:
    return f"{MINUS if amount_minor < 0 else ''}{money(abs(amount_minor), currency)}"


def _entries(month: date | None) -> QuerySet[LedgerEntry]:
    entries = LedgerEntry.objects.select_related("order__buyer", "order__organisation", "payment__receipt")
    if month is None:
        return entries
    begin = timezone.make_aware(datetime(month.year, month.month, 1))  # noqa: DTZ001 - made aware here
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return entries.filter(at__gte=begin, at__lt=timezone.make_aware(datetime(following.year, following.month, 1)))  # noqa: DTZ001


def _month(request: HttpRequest) -> date | None:
    try:
        return datetime.strptime(request.GET.get("month", ""), "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return None


def _choices(request: HttpRequest, chosen: date | None) -> list[Choice]:
    """All, and each month in which money moved, newest first: the last twelve."""
    months = LedgerEntry.objects.annotate(month=TruncMonth("at")).values_list("month", flat=True)
    known = sorted({month.date().replace(day=1) for month in months.distinct().order_by("-month")[:12]}, reverse=True)
    return [
        Choice(label=_("All"), url=request.path, here=chosen is None),
        *(
            Choice(label=date_format(month, "F Y"), url=f"{request.path}?month={month:%Y-%m}", here=month == chosen)
            for month in known
        ),
    ]
