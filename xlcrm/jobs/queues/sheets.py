"""The four sheets of what waits: filled, and filled again without losing what somebody has begun to answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from xlcrm.jobs.marking import fill
from xlcrm.jobs.queues.items import Item, waiting
from xlcrm.jobs.queues.lines import line
from xlcrm.model.context import Context
from xlcrm.model.fields import Need, Table
from xlcrm.model.queuesheets import ANSWERED, OVERDUE, QUEUES
from xlcrm.model.rows import Cell
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

Said = Mapping[tuple[str, int | None], str]
"""A sentence about a line by the record (rid, version) that it is about."""
MOST = 5_000
"""Lines of one sheet; more than this is not read, and the counts are complete."""


def show(book: Book, store: Store, context: Context, rulebook: Rulebook, said: Said | None = None) -> list[Item]:
    """Fill the sheets with what waits, and save; the items. What was chosen and not submitted yet stays.

    ``said`` holds sentences for 结果. Raises BookError, StoreError; the workbook is then as it was.
    """
    book.ready()
    items = waiting(store, context, rulebook)
    _fill(book, items, context, rulebook, said or {})
    book.save()
    return items


def used(book: Book) -> bool:
    """Whether something is listed in the book."""
    there = book.tables()
    return any(len(book.read(table)) for table in QUEUES if table in there)


def counts(items: Sequence[Item], rulebook: Rulebook) -> dict[str, int]:
    """How many lines each sheet has, by its key."""
    found = Counter(one.sheet.key for one in items)
    return {table.key: found[table.key] for table in ANSWERED} | {OVERDUE.key: len(_late(items, rulebook))}


def on(table: Table, items: Sequence[Item], rulebook: Rulebook) -> list[Item]:
    """The items that stand on a sheet; on 逾期 everything that is late, the person's own included."""
    return _late(items, rulebook) if table is OVERDUE else [one for one in items if one.sheet is table]


def _late(items: Sequence[Item], rulebook: Rulebook) -> list[Item]:
    late = [(one.due.moment, one.key, one) for one in items if one.due is not None and one.late(rulebook.moment)]
    return [one for *_, one in sorted(late, key=lambda found: found[:2])]


def _fill(book: Book, items: Sequence[Item], context: Context, rulebook: Rulebook, said: Said) -> None:
    there, language = book.tables(), context.language
    for table in QUEUES:
        begun = _begun(book, table) if table in there else {}
        lines = []
        for item in on(table, items, rulebook)[:MOST]:
            cells: dict[str, Cell] = {"waits_for": context.actor.name, "outcome": said.get((item.about.rid, item.about.version))}
            cells |= line(item, rulebook, language)
            cells |= begun.get(item.key, {})
            lines.append({key: cell for key, cell in cells.items() if key in table.by_key})
        fill(book, table, lines, language)


def _begun(book: Book, table: Table) -> dict[str, dict[str, Cell]]:
    """What was chosen or typed on a sheet, by the key of its line."""
    rows = book.read(table)
    typable = [field.key for field in table.fields if field.need is not Need.SYSTEM and field.key in rows.letters]
    found: dict[str, dict[str, Cell]] = {}
    for row in range(len(rows)):
        typed: dict[str, Cell] = {key: cell for key in typable if (cell := rows.cell(row, key)) is not None}
        if typed.get("action") and (pair := rows.cell(row, "pair")):
            found[str(pair)] = typed
    return found
