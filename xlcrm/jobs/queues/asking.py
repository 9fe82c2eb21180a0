"""申请更新: a row in 信息更新申请表 about the selected customer, with what is known already."""

from __future__ import annotations

from xlcrm.errors import UsageError
from xlcrm.jobs.prefill import chosen, waits
from xlcrm.jobs.readback import said
from xlcrm.model.context import Context
from xlcrm.model.fields import Field, Role
from xlcrm.model.rows import Cell, Rows
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.rules.clean import read
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.address import letters
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

TYPED = ("number", "after", "reason")
"""What tells a row that somebody has begun to fill in."""


def begin(book: Book, store: Store, context: Context, rulebook: Rulebook) -> tuple[str, str]:
    """Prepare a row in 信息更新申请表 about the selected customer, and save: (sheet, address to go on at).

    The field is that of the selected cell, if it is one of the customer's; what somebody typed over it there is what it is to
    become. UsageError where no stored customer is selected, BookError when the workbook cannot be written.
    """
    named, _ = chosen(book)
    rid = store.find([named]).get(named)
    record = store.records([rid]).get(rid) if rid else None
    if record is None or record.number is None or "name" in record.hidden:
        raise UsageError("ribbon.not_stored_yet", customer=named)
    cells: dict[str, Cell] = {
        "customer": record.number,
        "customer_name": record.values.get("name"),
        "contact": record.values.get("contact"),
        "initiator": context.actor.name if context.actor.rid else None,
    }
    field, typed = _field(book)
    if field is not None:
        before, after = record.values.get(field.key), read(typed, field, rulebook).value
        cells["field"] = field.title(context.language)
        if before is not None and field.key not in record.hidden:
            cells["before"] = said(before, field, context.language, rulebook.names)
        if after is not None and after != before:
            cells["after"] = said(after, field, context.language, rulebook.names)
    rows = book.read(REQUEST)
    if waits(rows, TYPED) and rows.cell(len(rows) - 1, "customer") == record.number:
        book.write(rows, {key: [*rows.columns.get(key, [None] * len(rows))[:-1], cell] for key, cell in cells.items()})
        place = rows.place(len(rows) - 1, "after" if field else "field")
    else:
        made = book.append(REQUEST, [cells])
        rows, place = made, made.place(0, "after" if field else "field")
    book.save()
    return rows.sheet, place


def _field(book: Book) -> tuple[Field | None, Cell]:
    """The customer's field that the selected cell of 客户基础信息表 belongs to, and what stands there."""
    standing = book.selected()
    rows = book.read(CUSTOMER) if CUSTOMER in book.tables() else Rows(CUSTOMER)
    if standing is None or standing.sheet != rows.sheet:
        return None, None
    key = next((key for key, place in rows.letters.items() if place == letters(standing.column + 1)), "")
    field = CUSTOMER.by_key.get(key)
    if field is None or field.role is not Role.DATA:
        return None, None
    return field, standing.cell
