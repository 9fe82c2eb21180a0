"""刷新我的客户: bring the store's present state of one's own customers into the sheet; unsent edits are never touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.jobs.outbox.keep import QUEUED
from xlcrm.jobs.outbox.parcel import having
from xlcrm.jobs.readback import cells
from xlcrm.jobs.reading import Sheet, read
from xlcrm.jobs.submit.existing import edited
from xlcrm.jobs.tokens import tokens
from xlcrm.model.context import Context
from xlcrm.model.fields import Role, Table
from xlcrm.model.operation import Record, Values
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER, SUBMITTED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


@dataclass(slots=True)
class Refreshed:
    """What a refresh did with the rows of the customer sheet, in numbers.

    ``kept`` rows hold changes that were not submitted yet: nothing was written into them. ``added`` customers were
    in the store but not in the sheet.
    """

    rows: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    added: int = 0
    places: list[int] = field(default_factory=list)  # indexes of the updated rows


def refresh(book: Book, store: Store, context: Context, rulebook: Rulebook) -> Refreshed:
    """Update the stored customers in ``book`` and append those of the acting person that it lacks; save.

    Raises BookError or StoreError; the workbook is then as it was. Nothing is stored.
    """
    book.progress(text("jobs.step_read", context.language), 0, 2)
    book.ready()
    sheets = read(book, rulebook, _concerned(book), store)
    sheet = sheets.pop(CUSTOMER.key, None)
    if sheet is None:
        raise BookError("jobs.no_customers", name=book.name, sheet=CUSTOMER.title(context.language))
    done = Refreshed(len(sheet.rows))
    for other in sheets.values():
        _receive(book, other, store, context, rulebook.names)
    _tell(book, sheet, store, context)
    current = _current(sheet, store, done, _answered(book, sheet, store))
    book.progress(text("jobs.step_write", context.language), 1, 2)
    if current:
        book.write(sheet.rows, _columns(sheet, current, context, rulebook.names))
    fresh = _missing(book, sheet, store, context)
    if fresh:
        columns = cells(fresh, CUSTOMER.key, context.language, rulebook.names, {})
        book.append(CUSTOMER, [{key: column[index] for key, column in columns.items()} for index in range(len(fresh))])
        done.added = len(fresh)
    book.save()
    book.progress("", 2, 2)
    return done


def _concerned(book: Book) -> list[Table]:
    """The customers, and the other tables of which rows wait for their answer."""
    return [table for table in SUBMITTED if table is CUSTOMER or (table in book.tables() and having(book.read(table), (QUEUED,)))]


def _receive(book: Book, sheet: Sheet, store: Store, context: Context, names: Mapping[str, str]) -> None:
    """Number and stamp the rows of contacts, interactions or tags that were stored since they were sent."""
    _tell(book, sheet, store, context)
    answered = _answered(book, sheet, store)
    if not answered:
        return
    stored = cells(answered.values(), sheet.table.key, context.language, names, {})
    columns: dict[str, Sequence[Cell]] = {}
    for item in sheet.table.fields:
        if item.key in sheet.rows.letters and (item.role is Role.AUDIT or item.key == "submit_status"):
            column = list(sheet.rows.columns.get(item.key) or [None] * len(sheet.rows))
            for row, cell in zip(answered, stored[item.key], strict=True):
                column[row] = cell
            columns[item.key] = column
    book.write(sheet.rows, columns)


def _tell(book: Book, sheet: Sheet, store: Store, context: Context) -> None:
    """Say in the rows that were sent, and are not stored, what the machine that has the store said about them."""
    uid, waiting = book.setting("uid"), having(sheet.rows, (QUEUED,))
    if not uid or not waiting:
        return
    said = tokens(sheet, store.digest)
    found = store.answers(uid, [said[row] for row in sorted(waiting)])
    told = {row: found[said[row]] for row in waiting if said[row] in found}
    words, columns = vocabulary("submit_status"), dict[str, list[Cell]]()
    for place, key in enumerate(("submit_status", "check_result", "problem", "number")):
        column = list(sheet.rows.columns.get(key) or [None] * len(sheet.rows))
        for row, answer in told.items():
            if key == "submit_status":
                column[row] = words.label(answer[place], context.language)
            elif key != "number" or answer[place]:
                column[row] = answer[place] or None
        columns[key] = column
    if told:
        book.write(sheet.rows, columns)
        sheet.rows.columns.update(columns)  # what is written next starts from what stands there now


def _answered(book: Book, sheet: Sheet, store: Store) -> dict[int, Record]:
    """The rows without a number that were stored although the answer never came: from the outbox, or when it got lost."""
    uid = book.setting("uid")
    if not uid:
        return {}
    said = tokens(sheet, store.digest)
    rids = store.submitted(uid, [one for row, one in enumerate(said) if not sheet.value(row, "number")])
    records = store.records(set(rids.values()) - {record.rid for record in sheet.records.values()})
    rows = {row: rids[one] for row, one in enumerate(said) if one in rids and not sheet.value(row, "number")}
    return {row: records[rid] for row, rid in rows.items() if rid in records and records[rid].state == "live"}


def _current(sheet: Sheet, store: Store, done: Refreshed, answered: Mapping[int, Record]) -> dict[int, Record]:
    """The rows to update, with their records: those behind the store in which nobody typed anything."""
    known = {
        row: record
        for row in range(len(sheet.rows))
        if (record := sheet.records.get(sheet.value(row, "number") or "")) is not None
        and record.state == "live"
        and record.number == sheet.value(row, "number")
        and (sheet.value(row, "submit_status") or "") not in SETTLED
    }
    known |= answered
    seen = {row: 1 if row in answered else _version(sheet, row) for row in known}
    bases = store.as_of({(record.rid, seen[row]) for row, record in known.items() if 0 < seen[row] < record.version})
    found = {}
    for row, record in known.items():
        base = record.values if seen[row] == record.version else bases.get((record.rid, seen[row]))
        if base is None or _typed(sheet, row, record, base):
            done.kept += 1
        elif _differs(sheet, row, record):
            found[row] = record
            done.updated += 1
            done.places.append(row)
        else:
            done.unchanged += 1
    return found


def _version(sheet: Sheet, row: int) -> int:
    written = sheet.value(row, "version") or ""
    return int(written) if written.isdigit() else 0


def _typed(sheet: Sheet, row: int, record: Record, base: Values) -> bool:
    """Whether the row holds something the store does not know yet, even if it is not understood or not acceptable."""
    if edited(sheet, row, record, base):
        return True
    for item in sheet.table.data:
        place = (row, item.key)
        if place in sheet.checked.cleared:
            return True
        if sheet.rows.cell(row, item.key) is None or place in sheet.checked.masked:
            continue
        if sheet.value(row, item.key) is None:
            return True
    return False


def _differs(sheet: Sheet, row: int, record: Record) -> bool:
    return _version(sheet, row) != record.version or any(
        (sheet.value(row, item.key) or item.default or None) != record.values.get(item.key)
        for item in sheet.table.data
        if item.key in sheet.rows.letters and (row, item.key) not in sheet.checked.masked
    )


def _columns(
    sheet: Sheet, current: Mapping[int, Record], context: Context, names: Mapping[str, str]
) -> dict[str, Sequence[Cell]]:
    """The columns of the sheet with the stored values in the rows to update."""
    rows = list(current)
    stored = cells(current.values(), sheet.table.key, context.language, names, {})
    columns: dict[str, Sequence[Cell]] = {}
    for item in sheet.table.fields:
        if item.key not in sheet.rows.letters or item.role is Role.DERIVED or item.key in ("check_result", "problem"):
            continue
        column = list(sheet.rows.columns.get(item.key) or [None] * len(sheet.rows))
        for row, cell in zip(rows, stored[item.key], strict=True):
            if (row, item.key) not in sheet.checked.masked:
                column[row] = cell
        columns[item.key] = column
    return columns


def _missing(book: Book, sheet: Sheet, store: Store, context: Context) -> list[Record]:
    """The acting person's customers that no row of the sheet is about, by number.

    Rows whose submission was stored while its answer got lost are known by their token, not by a number.
    """
    here = {record.rid for record in sheet.records.values()}
    uid = book.setting("uid")
    if uid:
        here |= set(store.submitted(uid, tokens(sheet, store.digest)).values())
    mine = [record for record in store.scan(CUSTOMER.key, [("owner", "=", context.actor.rid)]) if record.rid not in here]
    return sorted(mine, key=lambda record: (record.number or "", record.rid))
