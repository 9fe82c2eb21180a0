"""New workbooks: empty, from an old list, or from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlcrm.errors import BookError, UsageError
from xlcrm.jobs import readback
from xlcrm.model.context import Context
from xlcrm.model.fields import Role
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.store import asking
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


def export(
    path: Path,
    store: Store,
    context: Context,
    rulebook: Rulebook,
    where: Sequence[tuple[str, str, str]] = (),
    asked: str = "",
) -> Made:
    """Write the living customers that fit ``where``, with contacts, interactions and tags, into a new workbook.

    Only those the acting person may export; the log says who exported how many, and with which filter (``asked``). The
    workbook can be edited and submitted like any other. Raises StoreError, UsageError without the right, or OSError.
    """
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if not rights.ever(Action.EXPORT):
        raise UsageError("rights.no_export")
    customers = [one for one in store.scan(CUSTOMER.key, where) if rights.may(Action.EXPORT, one.values.get("owner"))]
    numbers = {record.rid: record.number or "" for record in customers}
    sheets = {CUSTOMER.key: customers, **readback.family(store, customers)}
    rows = {
        key: readback.cells(records, key, context.language, rulebook.names, numbers) for key, records in sheets.items() if records
    }
    asking.note_export(store, context, len(customers), asked)
    template.build(path, context.language, rows, {"person": context.actor.name})
    return Made(path, len(customers))
