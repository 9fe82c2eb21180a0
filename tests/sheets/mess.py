"""Workbooks as colleagues make them, written for the tests of reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from xlcrm.model.rows import Cell
from xlcrm.sheets.sources import SourceTable

Rows = Sequence[Sequence[Any]]


def book(
    path: Path,
    sheets: dict[str, Rows],
    merged: Iterable[str] = (),
    hidden_rows: Iterable[int] = (),
    hidden_sheets: Iterable[str] = (),
    hidden_columns: Iterable[str] = (),
) -> Path:
    """A workbook with ``sheets`` from A1; merged ranges, hidden rows and columns are those of the first sheet."""
    made = Workbook()
    del made[made.sheetnames[0]]
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if title in hidden_sheets:
            sheet.sheet_state = "hidden"
    first = made.worksheets[0]
    for box in merged:
        first.merge_cells(box)
    for line in hidden_rows:
        first.row_dimensions[line].hidden = True
    for letter in hidden_columns:
        first.column_dimensions[letter].hidden = True
    made.save(path)
    return path


def records(table: SourceTable) -> list[dict[str, Cell]]:
    """The records of a table as dictionaries, for comparing; a header said twice fails."""
    assert len(set(table.header)) == len(table.header)
    return [dict(zip(table.header, row, strict=True)) for row in zip(*table.columns, strict=True)]


def rows(table: SourceTable) -> list[tuple[Cell, ...]]:
    """The records of a table as tuples in the order of its columns."""
    return list(zip(*table.columns, strict=True))
