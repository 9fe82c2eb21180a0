"""The sheet 客户交接: a line says who hands which customers to whom, and why."""

from __future__ import annotations

import re

from xlcrm.catalogue import text
from xlcrm.errors import XlcrmError
from xlcrm.jobs import people
from xlcrm.jobs.keeping import handover
from xlcrm.jobs.marking import fill
from xlcrm.model.context import Context
from xlcrm.model.reviewsheets import HANDOVER_SHEET
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

_APART = re.compile(r"[\s,，;；、]+")


def prepare(book: Book, store: Store, context: Context, rulebook: Rulebook) -> None:
    """Put one line on the sheet: the selected customers and their owner; all of the acting person's where none is selected."""
    numbers = _selected(book)
    records = store.records(store.find(numbers).values())
    owners = {one.values.get("owner") for one in records.values()}
    sender = owners.pop() if len(owners) == 1 else context.actor.rid
    which = " ".join(numbers) if records else text("keeping.handover_all", context.language)
    line: dict[str, Cell | Link] = {"sender": rulebook.names.get(sender or "", context.actor.name), "which": which}
    fill(book, HANDOVER_SHEET, [line], context.language)
    book.save()


def propose(book: Book, store: Store, context: Context, rulebook: Rulebook) -> list[str]:
    """Propose what the lines of the sheet say; a sentence for each, [] where there is none to propose.

    A line that could not be proposed stays and says why.
    """
    if HANDOVER_SHEET not in book.tables():
        return []
    rows, said, left = book.read(HANDOVER_SHEET), [], []
    for row in range(len(rows)):
        sender, receiver, which, reason = (
            str(rows.cell(row, key) or "").strip() for key in ("sender", "receiver", "which", "reason")
        )
        if not receiver:
            continue
        try:
            numbers = [] if which in _everything() else [one for one in _APART.split(which) if one]
            found = [people.named(store.people(), name) for name in (sender, receiver)]
            handover.propose(store, context, found[0], found[1], numbers, reason)
            said.append(text("keeping.handover_proposed", context.language, sender=sender, receiver=receiver))
        except XlcrmError as error:
            said.append(f"{error.sentence(context.language)} {error.hint(context.language)}")
            left.append({key: rows.cell(row, key) for key in rows.columns} | {"outcome": said[-1]})
    if said:
        fill(book, HANDOVER_SHEET, left, context.language)
        book.save()
    return said


def _everything() -> set[str]:
    return {text("keeping.handover_all", language) for language in ("zh", "en")}


def _selected(book: Book) -> list[str]:
    """The numbers of the selected rows of 客户基础信息表."""
    standing = book.selected()
    rows = book.read(CUSTOMER) if standing is not None and CUSTOMER in book.tables() else None
    if rows is None or standing is None or rows.sheet != standing.sheet:
        return []
    picked = (row for row, line in enumerate(rows.lines) if standing.line <= line < standing.line + standing.rows)
    return [str(number) for row in picked if (number := rows.cell(row, "number"))]
