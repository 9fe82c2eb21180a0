"""Filling a workbook that is open with what a consolidation found: each sheet in one block."""

from __future__ import annotations

from xlcrm.errors import UsageError
from xlcrm.jobs.consolidate import Consolidation
from xlcrm.model.resultsheets import CONFLICTS, DUPLICATES, FIELD_MATCHES, PATTERNS, RESULTS, SETTING
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import BY_KEY, CUSTOMER, SUBMITTED
from xlcrm.sheets.base import Book

_TO_DECIDE = (FIELD_MATCHES, PATTERNS, DUPLICATES, CONFLICTS)


def check(book: Book) -> None:
    """UsageError unless ``book`` is a new workbook of ours, or one that a consolidation filled before."""
    if not book.ours:
        raise UsageError("consolidate.not_ours", name=book.name)
    book.ready()
    if not book.setting("consolidated") and any(len(book.read(table)) for table in SUBMITTED if table in book.tables()):
        raise UsageError("consolidate.not_empty", name=book.name)


def fill(book: Book, done: Consolidation) -> None:
    """Put everything into ``book`` in place of what it holds, and save."""
    present = book.tables()
    for table in (*SUBMITTED, *(one for one in RESULTS if one is not SETTING)):
        if table not in present:
            continue
        columns = done.columns.get(table.key, {})
        count = max(map(len, columns.values()), default=0)
        if table.result or count or len(book.read(table)):
            lines: list[dict[str, Cell | Link]] = [{key: cells[row] for key, cells in columns.items()} for row in range(count)]
            book.replace(table, lines)
    book.set_setting("consolidated", "1")
    book.set_setting("import", book.name)
    book.save()


def first(book: Book) -> tuple[str, str] | None:
    """Where the first decision is to be made, else the first customer; None in an empty workbook."""
    for table, key in (*((one, "choice" if "choice" in one.by_key else "decision") for one in _TO_DECIDE), (CUSTOMER, "name")):
        if table in book.tables() and BY_KEY[table.key].by_key:
            rows = book.read(table)
            if len(rows):
                return rows.sheet, rows.place(0, key)
    return None
