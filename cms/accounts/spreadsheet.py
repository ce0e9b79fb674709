"""How does a list become a file that a spreadsheet opens?"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The rows as `name`.csv, sent as they are read. A text that a spreadsheet would take for a formula is quoted."""

    class Line:
        """What `csv` writes to: it hands each line back."""

        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Line())

    def lines() -> Iterator[str]:
        yield "\N{BYTE ORDER MARK}"  # without it Excel takes UTF-8 for something else
        yield writer.writerow(columns)
        for row in rows:
            yield writer.writerow([safe(value) for value in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def decimal(minor: int) -> Decimal:
    """An amount in minor units as a number with two decimals."""
    return Decimal(minor).scaleb(-2)


def safe(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are. Source: OWASP, CSV injection."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
