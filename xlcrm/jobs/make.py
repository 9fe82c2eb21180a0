"""New workbooks: empty, from an old list, or from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlcrm.errors import BookError
from xlcrm.jobs import readback
from xlcrm.model.context import Context
from xlcrm.model.fields import Role
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.store.base import Store


@dataclass(slots=True)
class Made:
    """A new workbook: where it lies, how many customers it holds, and the old list's columns it has no field for."""

    path: Path
    rows: int = 0
    unknown: list[str] = field(default_factory=list)


def new(path: Path, language: str, source: Path | None = None) -> Made:
    """Write an empty workbook, or one filled from an old list (``source``: xlsx, xls, xlsb, ods, csv).

    The cells are taken over as they are; checking them is the next step. Another system's ID becomes 原编号. Raises
    BookError where ``source`` cannot be read or holds no customers, OSError where ``path`` cannot be written.
    """
    if source is None:
        template.build(path, language)
        return Made(path)
    from xlcrm.sheets.foreign import read_table

    rows = read_table(source, CUSTOMER)
    if not len(rows) or "name" not in rows.columns:
        raise BookError("jobs.no_rows", path=source.name)
    columns: dict[str, list[Cell]] = {key: cells for key, cells in rows.columns.items() if CUSTOMER[key].role is Role.DATA}
    if "number" in rows.columns and "foreign_number" not in columns:
        columns["foreign_number"] = rows.columns["number"]
    template.build(path, language, {CUSTOMER.key: columns}, {"import": source.name})
    return Made(path, len(rows), list(rows.others))


def export(path: Path, store: Store, context: Context, rulebook: Rulebook, where: Sequence[tuple[str, str, str]] = ()) -> Made:
    """Write the living customers that fit ``where``, with contacts, interactions and tags, into a new workbook.

    The workbook can be edited and submitted like any other. Raises StoreError, or OSError for ``path``.
    """
    customers = list(store.scan(CUSTOMER.key, where))
    numbers = {record.rid: record.number or "" for record in customers}
    sheets = {CUSTOMER.key: customers, **readback.family(store, customers)}
    rows = {
        key: readback.cells(records, key, context.language, rulebook.names, numbers) for key, records in sheets.items() if records
    }
    template.build(path, context.language, rows, {"person": context.actor.name})
    return Made(path, len(customers))
