"""The sheet 合并预览: customers side by side, a choice for each field; and whom a person selected to be merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.marking import fill, tell_unknown
from xlcrm.jobs.merge import Merging, Wishes, all_named
from xlcrm.jobs.readback import said
from xlcrm.jobs.refresh import refresh
from xlcrm.jobs.repair import PLACE
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.model.resultsheets import DUPLICATES, FOUND, MERGING
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

SIDES = ("first", "second", "third", "fourth")


def chosen(book: Book, store: Store) -> list[Record]:
    """The customers of the selected rows: two to four in 客户基础信息表 or 查找结果, one pair in 查重结果; else UsageError."""
    standing = book.selected()
    names: list[str] = []
    for table in book.tables() if standing is not None else ():
        if table not in (CUSTOMER, FOUND, DUPLICATES):
            continue
        rows = book.read(table)
        if standing is None or rows.sheet != standing.sheet:
            continue
        picked = [row for row, line in enumerate(rows.lines) if standing.line <= line < standing.line + standing.rows]
        if table is DUPLICATES:
            if len(picked) > 1:
                raise UsageError("ribbon.one_pair", count=len(picked))
            customers = book.read(CUSTOMER)
            pair = [_number(customers, rows.cell(row, key)) for row in picked for key in ("place", "other")]
            if not all(pair):
                raise UsageError("ribbon.pair_unsent")
            names = pair
        else:
            names = [str(number) for row in picked if (number := rows.cell(row, "number"))]
    if len(names) > len(SIDES):
        raise UsageError("ribbon.many_customers", count=len(names), most=len(SIDES))
    if len(names) < 2:
        raise UsageError("ribbon.two_customers")
    return all_named(store, names)


def _number(customers: Rows, cell: Cell) -> str:
    """The number that 查重结果 means: of a row of the sheet, or a stored customer's itself."""
    found = PLACE.fullmatch(str(cell or ""))
    if found is None:
        return str(cell or "")
    with suppress(ValueError):
        return str(customers.cell(customers.lines.index(int(found["line"])), "number") or "")
    return ""


def show(book: Book, found: Merging, language: str, names: Mapping[str, str]) -> None:
    """Fill 合并预览 and save."""
    fill(book, MERGING, [_line(found, place, language, names) for place in range(len(found.lines))], language)
    book.save()


def put_away(book: Book, language: str) -> None:
    """Empty 合并预览; its sheet hides."""
    fill(book, MERGING, [], language)


def wanted(book: Book, store: Store, context: Context) -> tuple[list[Record], Wishes] | None:
    """The customers that 合并预览 shows and what was chosen there; None where it is empty. UsageError: one is gone meanwhile."""
    rows = book.read(MERGING) if MERGING in book.tables() else Rows(MERGING)
    if not len(rows):
        return None
    words, wishes, unknown = vocabulary("merge_side"), Wishes(), []
    rids: Sequence[str] = ()
    for row in range(len(rows)):
        key, *rids = str(rows.cell(row, "pair") or "").split()
        choice = str(rows.cell(row, "choice") or "")
        option = words.find(choice)
        if option is not None and SIDES.index(option.code) < len(rids):
            wishes.sides[key] = rids[SIDES.index(option.code)]
        elif choice.strip():
            unknown.append(choice)
    tell_unknown(book, MERGING, words, unknown, context.language)
    records = store.records(rids)
    return all_named(store, [records[rid].number or rid for rid in rids if rid in records]), wishes


def written(book: Book, store: Store, context: Context, rulebook: Rulebook, done: Merging) -> None:
    """Show in the workbook what was merged, and save: 已合并, the survivor as it is now."""
    put_away(book, context.language)
    if CUSTOMER not in book.tables():
        book.save()
        return
    rows = book.read(CUSTOMER)
    gone = {one.number for one in done.others}
    label = vocabulary("submit_status").label("merged", context.language)
    if gone & set(map(str, rows.columns.get("number", ()))):
        statuses = list(rows.columns.get("submit_status") or [None] * len(rows))
        merged = [label if rows.cell(row, "number") in gone else cell for row, cell in enumerate(statuses)]
        book.write(rows, {"submit_status": merged})
    refresh(book, store, context, rulebook)


def _line(found: Merging, place: int, language: str, names: Mapping[str, str]) -> dict[str, Cell | Link]:
    line = found.lines[place]
    item = CUSTOMER[line.field]
    record: dict[str, Cell | Link] = {"field": item.title(language), "reason": text(f"merge.why_{line.why}", language)}
    for side, value in zip((*SIDES[: len(line.values)], "result"), (*line.values, line.value), strict=True):
        record[side] = said(value, item, language, names) if value else None
    record["pair"] = " ".join((line.field, *(one.rid for one in found.customers)))
    return record
