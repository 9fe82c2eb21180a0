"""A sheet of any file before its tables are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell, CellError
from xlcrm.sheets.address import Box
from xlcrm.sheets.cells import LONGEST, as_read
from xlcrm.sheets.grid import MOST_CELLS, WIDEST, Grid

_ERRORS = frozenset(("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#GETTING_DATA"))


@dataclass(slots=True)
class Page:
    """The cells of a sheet: its name on the tab, whether it is shown, which ranges are merged, and which runs of columns are
    hidden (first and last), as far as the format tells.
    """

    title: str
    grid: Grid
    visible: bool = True
    merged: list[Box] = field(default_factory=list)
    unseen: list[tuple[int, int]] = field(default_factory=list)


def gridded(
    rows: Sequence[Sequence[Any]], name: str, convert: Callable[[Iterable[Any]], list[Cell]], top: int = 1, left: int = 1
) -> Grid:
    """A grid of ``rows`` that begin at row ``top``, column ``left``, without blank rows; ``convert`` makes cells of a column.

    BookError when they are more than any list; ``name`` is the file's.
    """
    width = max(map(len, rows), default=0)
    if left - 1 + width > WIDEST:
        width = max(0, WIDEST + 1 - left)
        rows = [row[:width] for row in rows]
    if width * len(rows) > MOST_CELLS:
        raise BookError("sheets.too_large", path=name)
    columns = {number: convert(column) for number, column in enumerate(zip_longest(*rows), left)}
    return filled(Grid(list(range(top, top + len(rows))), columns))


def filled(grid: Grid) -> Grid:
    """The same cells without the rows that hold nothing."""
    columns = grid.columns.values()
    if any(None not in cells for cells in columns):  # nothing blank: the usual case of a long list, found at once
        return grid
    blank = set(range(len(grid.lines)))
    for cells in columns:
        blank = {index for index in blank if cells[index] is None}
        if not blank:
            return grid
    return grid.without(blank)


def texts(column: Iterable[str | None]) -> list[Cell]:
    """The cells of a text file: all text, but for the error values that spreadsheets write."""
    return [
        None if not text or text.isspace() else CellError(text) if text[0] == "#" and text in _ERRORS else text[:LONGEST]
        for text in column
    ]


def cells(column: Iterable[Any]) -> list[Cell]:
    """The cells of what a reader of workbooks gives."""
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
