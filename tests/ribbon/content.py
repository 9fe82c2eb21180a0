"""Comparing whole workbooks cell for cell."""

from __future__ import annotations

from xlcrm.model.rows import Cell
from xlcrm.model.tables import TABLES
from xlcrm.sheets.base import Book


def content(book: Book) -> dict[str, dict[str, list[Cell]]]:
    """Every cell of every table; the hidden system keys hold random identities and are left out."""
    found = {}
    for table in TABLES:
        rows = book.read(table)
        found[table.key] = {key: column for key, column in rows.columns.items() if key != "pair" and any(column)}
        found[table.key]["lines"] = [float(line) for line in rows.lines]
    return found


def same(found: dict[str, dict[str, list[Cell]]], wanted: dict[str, dict[str, list[Cell]]]) -> None:
    """AssertionError that names the first column that differs."""
    for key, columns in wanted.items():
        assert found[key].keys() == columns.keys(), key
        for name, column in columns.items():
            assert found[key][name] == column, f"{key}.{name}"
