"""Rows as they come from a sheet: columns of cells with the place each row stands at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from xlcrm.model.fields import Table


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value of a spreadsheet, such as ``#N/A``."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that jumps to another place of the same workbook: written only, read back as its text."""

    text: str
    sheet: str
    place: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula: written only (by the template), read back as its value and named in ``Rows.formulas``."""

    text: str
    value: float | str

    def __str__(self) -> str:
        return self.text


Cell = str | float | bool | datetime | CellError | None
"""A cell's value. Numbers are floats, dates and times naive datetimes, blank cells None, never ""."""


@dataclass(slots=True)
class Rows:
    """The non-blank rows of one table on one sheet, by columns.

    ``lines[i]`` is the sheet's row number (from 1) of row i; every list in ``columns`` (field key -> cells) and
    ``others`` (unknown header -> cells) is as long as ``lines``. ``letters`` names the column each field stands in,
    ``headers`` the header text found there. ``formulas`` holds (row index, field key) of cells that carry a
    formula; their value is the cached one. ``hidden`` holds the indexes of rows the sheet does not show.
    """

    table: Table
    sheet: str = ""
    lines: list[int] = field(default_factory=list)
    columns: dict[str, list[Cell]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[Cell]] = field(default_factory=dict)
    formulas: set[tuple[int, str]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    flaws: list[Flaw] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def copied(self) -> Rows:
        """The same rows in lists of their own."""
        columns, others = ({key: list(cells) for key, cells in of.items()} for of in (self.columns, self.others))
        kept = list(self.lines), columns, dict(self.letters), dict(self.headers), others
        return Rows(self.table, self.sheet, *kept, set(self.formulas), set(self.hidden), list(self.flaws))

    def cell(self, index: int, key: str) -> Cell:
        """The cell of row ``index`` in field ``key``; None where the sheet has no such column."""
        column = self.columns.get(key)
        return column[index] if column is not None else None

    def place(self, index: int, key: str | None = None) -> str:
        """The address of a cell, such as ``F12``; of the row, such as ``12``, without a field."""
        return f"{self.letters.get(key, '')}{self.lines[index]}" if key else str(self.lines[index])


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a sheet as a whole: ``code`` as in rules/codes.py, ``place`` an address or ""."""

    code: str
    place: str = ""
    values: tuple[tuple[str, str], ...] = ()


def of(table: Table, records: Iterable[dict[str, Cell]], sheet: str = "", first: int = 2) -> Rows:
    """Rows made from dictionaries (field key -> cell), numbered from ``first``; for tests and previews."""
    found = list(records)
    keys = [item.key for item in table.fields if any(item.key in record for record in found)]
    return Rows(
        table,
        sheet or table.zh,
        list(range(first, first + len(found))),
        {key: [record.get(key) for record in found] for key in keys},
        {key: chr(65 + n) if n < 26 else f"A{chr(39 + n)}" for n, key in enumerate(keys)},
        {key: table[key].zh for key in keys},
    )
