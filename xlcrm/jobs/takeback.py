"""What a workbook shows after 撤销: rows that the store no longer has may be submitted anew, others show what it says now."""

from __future__ import annotations

from xlcrm.errors import BookError
from xlcrm.jobs.refresh import refresh
from xlcrm.jobs.undo import Undo
from xlcrm.model.context import Context
from xlcrm.model.fields import Role, Table
from xlcrm.model.rows import Cell, Rows
from xlcrm.model.tables import CUSTOMER, STORED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


def show(book: Book, store: Store, context: Context, rulebook: Rulebook, done: Undo) -> None:
    """Bring ``book`` in line with what was taken back, and save. Raises BookError."""
    states = {change.rid: change.state for change in done.plan.changes}
    for table in book.tables():
        if table in STORED:
            rows = book.read(table)
            columns = _columns(rows, table, store, states, done, context.language)
            if columns:
                book.write(rows, columns)
    try:
        refresh(book, store, context, rulebook)
    except BookError:
        if CUSTOMER in book.tables():
            raise
        book.save()


def _columns(
    rows: Rows, table: Table, store: Store, states: dict[str, str | None], done: Undo, language: str
) -> dict[str, list[Cell]]:
    words = vocabulary("submit_status")
    numbers = [str(cell) if cell else "" for cell in rows.columns.get("number", [None] * len(rows))]
    own = store.records(store.find({number for number in numbers if number}).values())
    by_number = {record.number: record for record in own.values()}
    columns: dict[str, list[Cell]] = {}

    def put(row: int, key: str, cell: Cell) -> None:
        if key in rows.letters:
            columns.setdefault(key, list(rows.columns.get(key) or [None] * len(rows)))[row] = cell

    for row, number in enumerate(numbers):
        record = by_number.get(number)
        if record is None or record.rid not in states:
            continue
        status = words.find(str(rows.cell(row, "submit_status") or ""))
        joined = status is not None and status.code == "merged" and states[record.rid] is None
        if states[record.rid] == "void" or (joined and done.done.kind == "submit"):
            put(row, "submit_status", words.label("unsent", language))
            for item in table.fields:
                if item.role is Role.AUDIT:
                    put(row, item.key, None)
        elif states[record.rid] in ("live", "merged"):
            put(row, "submit_status", words.label("stored" if states[record.rid] == "live" else "merged", language))
    return columns
