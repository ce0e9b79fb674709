"""Which numbers are in an employer's list, and what do we answer, line by line? Nothing of the list is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .number_checks import MOST, Checked, check_numbers
from .numbers import BadNumber, read_number
from .verifying import Verdict

LARGEST = 1024 * 1024  # bytes
MOST_COLUMNS = 50
NAMES = frozenset(
    {"number", "no", "no.", "certificate", "certificate number", "certificate no", "certificate no.", "cert", "cs"}
)


class BadList(Exception):
    """The list cannot be read; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A list as it was given: its heading, if it has one, and its lines, with where the number stands in each."""

    heading: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]  # its place in the file, from 1, and its cells
    column: int

    def number(self, cells: tuple[str, ...]) -> str:
        return cells[self.column].strip() if self.column < len(cells) else ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the list with its answer."""

    line: int
    cells: tuple[str, ...]
    checked: Checked

    @property
    def holder(self) -> str:
        """As published: nothing where it is not shown."""
        answer = self.checked.answer
        return (answer.holder or "") if answer and answer.sound else ""

    @property
    def valid_until(self) -> datetime | None:
        answer = self.checked.answer
        return answer.certificate.valid_until if answer and answer.sound else None

    @property
    def status_words(self) -> str:
        answer = self.checked.answer
        if answer is None:
            return _("No such certificate") if self.checked.number else _("Not a number")
        return str(answer.status.label) if answer.sound else _("Not confirmed")

    @property
    def note(self) -> str:
        """What to do about it, where there is something."""
        checked = self.checked
        if checked.number is None:
            if not checked.asked:
                return _("Line %(line)d: there is no number in it.") % {"line": self.line}
            return _("Line %(line)d: %(problem)s") % {"line": self.line, "problem": checked.problem}
        answer = checked.answer
        if answer is None:
            return _("Compare it with the certificate once more. If it reads the same, do not rely on it.")
        if not answer.sound:
            return _("Do not rely on it until the registrar has answered you.")
        if answer.newest:
            return _("Replaced: check %(number)s instead.") % {"number": answer.newest.number}
        return answer.reason or ""

    @property
    def may_be_relied_on(self) -> bool:
        return self.checked.verdict == Verdict.VALID


def read_list(data: bytes) -> tuple[Sheet, str]:
    """A CSV file or pasted text as a list, and its text: commas, semicolons or tabs between cells, empty lines left out.

    The number stands in the column whose heading says so, else in the first. Raises BadList.
    """
    if len(data) > LARGEST:
        raise BadList(_("The list is larger than 1 MB. Check it in parts."))
    text = _text(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    between = max(",;\t", key=first.count)
    try:
        read = [
            (number, tuple(cell.strip() for cell in cells))
            for number, cells in _numbered(csv.reader(io.StringIO(text, newline=""), delimiter=between))
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error:
        raise BadList(_("The list cannot be read. Save it as CSV, or paste one number on each line.")) from None
    if not read:
        raise BadList(_("There is no number in it. Give one number on each line."))
    if any(len(cells) > MOST_COLUMNS for _line, cells in read):
        raise BadList(
            _("The list has more than 50 columns. Leave the column with the numbers, and what you need beside it.")
        )
    heading, column = _heading(read[0][1])
    lines = read[1:] if heading else read
    if not lines:
        raise BadList(_("There is a heading and nothing under it. Give one number on each line."))
    if len(lines) > MOST:
        raise BadList(
            _("There are %(count)d lines in it, and 1,000 can be checked at a time. Check it in parts.")
            % {"count": len(lines)}
        )
    return Sheet(heading=heading, lines=tuple(lines), column=column), text


def check_list(sheet: Sheet, *, at: datetime) -> list[Row]:
    """Every line of the list with its answer, in its order: as many queries for one line as for a thousand."""
    checked = check_numbers([sheet.number(cells) for _line, cells in sheet.lines], at=at)
    return [
        Row(line=line, cells=cells, checked=answer) for (line, cells), answer in zip(sheet.lines, checked, strict=True)
    ]


def result_columns(sheet: Sheet) -> list[str]:
    """The list's own columns, then ours."""
    own = list(sheet.heading) or [
        _("Certificate number") if place == sheet.column else _("Column %(place)d") % {"place": place + 1}
        for place in range(_width(sheet))
    ]
    own += [""] * (_width(sheet) - len(own))
    return [
        *own,
        _("Line"),
        _("Number"),
        _("Status"),
        _("Verdict"),
        _("Holder"),
        _("Valid until"),
        _("Checked at"),
        _("Note"),
    ]


def result_rows(sheet: Sheet, rows: list[Row], *, at: datetime) -> Iterator[list[object]]:
    """The same lines, each with its answer; days and times as ISO 8601, in UTC."""
    width = _width(sheet)
    for row in rows:
        until = row.valid_until
        yield [
            *row.cells,
            *[""] * (width - len(row.cells)),
            row.line,
            row.checked.number or "",
            row.checked.status,
            row.checked.verdict.value,
            row.holder,
            date_format(until, "Y-m-d") if until else "",
            f"{at:%Y-%m-%dT%H:%M:%SZ}",
            row.note,
        ]


def _width(sheet: Sheet) -> int:
    return max(len(sheet.heading), *(len(cells) for _line, cells in sheet.lines))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on: a quoted cell may hold several."""
    before = 0
    for cells in reader:
        yield before + 1, cells
        before = reader.line_num  # type: ignore[attr-defined]  # of csv's own reader


def _text(data: bytes) -> str:
    """What a spreadsheet saved: UTF-8, UTF-16 with its mark, or what Windows writes in Western Europe."""
    encodings = ["utf-16"] if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1").replace("\0", "")


def _heading(cells: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """The first line, if it is a heading, and the column of numbers: the one named so, else the first with a number in it."""
    for place, cell in enumerate(cells):
        if " ".join(cell.casefold().replace("_", " ").split()) in NAMES:
            return cells, place
    for place, cell in enumerate(cells):
        if _is_number(cell):
            return (), place
    # A first line without a single digit is a heading; with one, it may be a number that was mistyped.
    is_heading = not any(character.isdigit() for cell in cells for character in cell) and len(cells[0]) != 11
    return (cells, 0) if is_heading else ((), 0)


def _is_number(cell: str) -> bool:
    try:
        read_number(cell)
    except BadNumber:
        return False
    return True
