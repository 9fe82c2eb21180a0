"""Reading any old list: workbooks of every kind and text files, wherever their header stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from xlcrm.errors import BookError
from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell, CellError, Flaw, Rows
from xlcrm.sheets import headers
from xlcrm.sheets.address import ROWS, letters
from xlcrm.sheets.cells import LONGEST, as_read
from xlcrm.sheets.extract import extract
from xlcrm.sheets.files.package import Package, contents
from xlcrm.sheets.files.sheet import Sheet, Source
from xlcrm.sheets.files.workbook import Workbook
from xlcrm.sheets.grid import MOST_CELLS, WIDEST, Grid

DELIMITERS = ",;\t|"
LONGEST_FIELD = 1 << 20
TEXTS = (".csv", ".txt", ".tsv")
_CALAMINE = (".xls", ".xlsb", ".ods")
_ERRORS = frozenset(("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#GETTING_DATA"))


def read_table(path: Path | str, table: Table) -> Rows:
    """The rows of a list of ``table``'s kind in any file: .xlsx, .xlsm, .xls, .xlsb, .ods, .csv, .txt.

    The header is the row among the first 20 with the most recognised names; of several sheets the one with the best
    header is taken. Unknown columns come in ``Rows.others``. BookError when the file cannot be read or no header is found.
    """
    path = Path(path)
    found = [(path.stem, _text(path, table))] if path.suffix.lower() in TEXTS else grids(path)
    best: tuple[int, int, str, Grid, headers.Headers] | None = None
    for title, grid in found:
        top = {line: grid.row(index) for index, line in enumerate(grid.lines[: headers.SEARCHED])}
        line, match = headers.search(table, top)
        if match.fields and (best is None or len(match.fields) > best[0]):
            best = (len(match.fields), line, title, grid, match)
    if best is None:
        raise BookError("sheets.no_header", path=path.name, table=table.zh)
    _, line, title, grid, match = best
    rows = extract(grid, table, title, line, match, ROWS)
    unknown = [(number, text) for text, number in match.others.items()]
    for code, columns in (("SHEET_HEADER_TWICE", match.twice), ("SHEET_HEADER_UNKNOWN", unknown)):
        for number, text in columns:
            place = f"{letters(number)}{line}"
            rows.flaws.append(Flaw(code, place, (("place", place), ("header", text))))
    return rows


def grids(path: Path) -> list[tuple[str, Grid]]:
    """The sheets of a workbook of any kind, as (title, cells); BookError when it cannot be read."""
    if path.suffix.lower() in _CALAMINE:
        return _calamine(path)
    package = Package(path)
    source = Source(package, Workbook(package))
    return [(entry.title, Sheet(source, entry).grid) for entry in source.book.sheets]


def _grid(rows: Sequence[Sequence[Any]], name: str, convert: Callable[[Iterable[Any]], list[Cell]]) -> Grid:
    """A grid of rows that start in row 1, column A; ``convert`` makes cells of a column."""
    width = max(map(len, rows), default=0)
    if width > WIDEST:
        rows, width = [row[:WIDEST] for row in rows], WIDEST
    if width * len(rows) > MOST_CELLS:
        raise BookError("sheets.too_large", path=name)
    columns = {number: convert(column) for number, column in enumerate(zip_longest(*rows), 1)}
    return Grid(list(range(1, len(rows) + 1)), columns)


def _texts(column: Iterable[str | None]) -> list[Cell]:
    """The cells of a text file: all text, but for the error values that spreadsheets write."""
    return [
        None if not text or text.isspace() else CellError(text) if text[0] == "#" and text in _ERRORS else text[:LONGEST]
        for text in column
    ]


def _cells(column: Iterable[Any]) -> list[Cell]:
    return [_cell(value) for value in column]


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return None if not value or value.isspace() else CellError(value) if value in _ERRORS else as_read(value)
    if isinstance(value, bool | datetime) or value is None:
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, time):
        return datetime.combine(date(1899, 12, 30), value)
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400
    number = float(value)
    return number if number == number and abs(number) < 1e300 else CellError("#NUM!")


def _calamine(path: Path) -> list[tuple[str, Grid]]:
    """The sheets of a binary or OpenDocument workbook."""
    import python_calamine

    data = contents(path)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            (name, _grid(book.get_sheet_by_name(name).to_python(skip_empty_area=False), path.name, _cells))
            for name in book.sheet_names
        ]
    except python_calamine.PasswordError as error:
        raise BookError("sheets.encrypted", path=path.name) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise BookError("sheets.damaged", part=path.name) from error


def _text(path: Path, table: Table) -> Grid:
    """The rows of a text file; the delimiter is the one under which most headers are recognised."""
    text = decoded(contents(path)).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    csv.field_size_limit(LONGEST_FIELD)
    found: dict[str, int] = {}
    try:
        for delimiter in DELIMITERS:
            top = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), headers.SEARCHED))
            _, match = headers.search(table, {line: dict(enumerate(row[:WIDEST], 1)) for line, row in enumerate(top, 1)})
            found[delimiter] = len(match.fields)
        best = max(DELIMITERS, key=lambda delimiter: found[delimiter])
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=best))
    except csv.Error as error:
        raise BookError("sheets.damaged", part=path.name) from error
    return _grid(rows, path.name, _texts)


def decoded(data: bytes) -> str:
    """Text in whichever encoding Excel, WPS and old systems write: UTF-8 or UTF-16 with a mark, UTF-8, GB18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")
