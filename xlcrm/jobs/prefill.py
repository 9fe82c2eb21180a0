"""新增客户 and 记互动: a new row with what is known already, ready to be filled in."""

from __future__ import annotations

from datetime import datetime, time

from xlcrm.errors import UsageError
from xlcrm.model.context import Context
from xlcrm.model.resultsheets import FOUND
from xlcrm.model.rows import Cell, Rows
from xlcrm.model.tables import CUSTOMER, INTERACTION
from xlcrm.sheets.base import Book

CUSTOMER_TYPED = ("number", "name", "contact", "phone", "uscc")
INTERACTION_TYPED = ("number", "way", "topic", "summary")


def new_customer(book: Book, context: Context) -> tuple[str, str]:
    """Prepare a row for a new customer, first contacted today, and save: (sheet, address of the name to be typed).

    A row prepared before that nobody has filled in is offered again. Raises BookError.
    """
    rows = book.read(CUSTOMER)
    if waits(rows, CUSTOMER_TYPED):
        return rows.sheet, rows.place(len(rows) - 1, "name")
    today = datetime.combine(context.clock().date(), time())
    record: dict[str, Cell] = {"first_contact": today, "owner": context.actor.name if context.actor.rid else None}
    made = book.append(CUSTOMER, [record])
    book.save()
    return made.sheet, made.place(0, "name")


def interaction(book: Book, context: Context) -> tuple[str, str, str]:
    """Prepare a row in 客户互动记录表 about the customer in the selected row, and save: (customer, sheet, address to go on at).

    The customer comes from 客户基础信息表, 查找结果 or any sheet that names one. UsageError when no such row is
    selected, BookError when the workbook cannot be written.
    """
    customer, contact = chosen(book)
    rows = book.read(INTERACTION)
    if waits(rows, INTERACTION_TYPED) and rows.cell(len(rows) - 1, "customer") == customer:
        return customer, rows.sheet, rows.place(len(rows) - 1, "way")
    moment = context.clock().replace(second=0, microsecond=0)
    me = context.actor.name if context.actor.rid else None
    record: dict[str, Cell] = {"customer": customer, "at": moment, "contact": contact, "follower": me, "next_by": me}
    made = book.append(INTERACTION, [record])
    book.save()
    return customer, made.sheet, made.place(0, "way")


def chosen(book: Book) -> tuple[str, str | None]:
    """The customer of the selected row (number, else full name) and its contact. UsageError when there is none."""
    standing = book.selected()
    for table in book.tables() if standing is not None else ():
        rows = book.read(table)
        if standing is None or rows.sheet != standing.sheet or standing.line not in rows.lines:
            continue
        index = rows.lines.index(standing.line)
        own = ("number", "name") if table in (CUSTOMER, FOUND) else ("customer",)
        named = next((str(cell) for key in own if (cell := rows.cell(index, key)) is not None), None)
        if named is not None:
            contact = rows.cell(index, "contact") if table in (CUSTOMER, FOUND) else None
            return named, None if contact is None else str(contact)
    raise UsageError("ribbon.no_customer")


def waits(rows: Rows, typed: tuple[str, ...]) -> bool:
    """Whether the last row was prepared and not filled in yet."""
    return bool(len(rows)) and all(rows.cell(len(rows) - 1, key) is None for key in typed)
