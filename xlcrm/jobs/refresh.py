"""刷新我的客户: bring the store's present state of one's own customers into the sheet; unsent edits are never touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.jobs import dictionary, reviewing, views
from xlcrm.jobs.filters import Condition
from xlcrm.jobs.outbox.keep import QUEUED
from xlcrm.jobs.outbox.parcel import having
from xlcrm.jobs.readback import cells
from xlcrm.jobs.reading import Sheet, read
from xlcrm.jobs.submit import requests
from xlcrm.jobs.submit.existing import edited
from xlcrm.jobs.tokens import tokens
from xlcrm.model.context import Context
from xlcrm.model.fields import Role, Table
from xlcrm.model.operation import Record, Values
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER, REQUEST, SUBMITTED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.approvals import SETTING
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.marks import mark
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


@dataclass(slots=True)
class Refreshed:
    """What a refresh did with the rows of the customer sheet, in numbers.

    ``kept`` rows hold changes that were not submitted yet: nothing was written into them. ``added`` customers were
    in the store but not in the sheet; where a ``view`` is in use, only its customers were added.
    """

    rows: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    added: int = 0
    view: str = ""
    places: list[int] = field(default_factory=list)  # indexes of the updated rows

    def said(self, language: str) -> list[str]:
        """What the person is told, a sentence each."""
        told = [text("jobs.refreshed", language, updated=self.updated, added=self.added, unchanged=self.unchanged)]
        told += [text("jobs.refresh_kept", language, count=self.kept)] if self.kept else []
        return told + ([text("views.used", language, name=self.view)] if self.view else [])


def refresh(book: Book, store: Store, context: Context, rulebook: Rulebook, view: str = "") -> Refreshed:
    """Update the stored customers in ``book`` and append those of the acting person that it lacks; save.

    With a ``view`` (else the one that 数据字典 names as in use) only its customers are appended, and where it says whose, those.
    Raises BookError, StoreError, or UsageError for a view that cannot be used; the workbook is then as it was. Nothing is stored.
    """
    own, in_use = dictionary.own_views(book)
    view = view or in_use
    _, where = views.where(rulebook, view, own=own)
    book.progress(text("jobs.step_read", context.language), 0, 2)
    book.ready()
    _free(book, store.taken_back(), context.language)
    sheets = read(book, rulebook, _concerned(book), store)
    sheet = sheets.pop(CUSTOMER.key, None)
    if sheet is None:
        raise BookError("jobs.no_customers", name=book.name, sheet=CUSTOMER.title(context.language))
    done = Refreshed(len(sheet.rows), view=view)
    for other in sheets.values():
        _receive(book, other, store, context, rulebook.names)
    if REQUEST in book.tables():
        _follow(book, store, context, rulebook)
    _tell(book, sheet, store, context)
    current = _current(sheet, store, done, _answered(book, sheet, store))
    book.progress(text("jobs.step_write", context.language), 1, 2)
    if current:
        now = _columns(sheet, current, context, rulebook.names)
        book.write(sheet.rows, now)
        sheet.rows.columns.update({key: list(column) for key, column in now.items()})
    _reviewed(book, sheet, store, context, rulebook)
    fresh = _missing(book, sheet, store, context, where)
    if fresh:
        columns = cells(fresh, CUSTOMER.key, context.language, rulebook.names, {})
        book.append(CUSTOMER, [{key: column[index] for key, column in columns.items()} for index in range(len(fresh))])
        done.added = len(fresh)
    dictionary.share(book, rulebook.settings)
    book.save()
    book.progress("", 2, 2)
    return done


def _concerned(book: Book) -> list[Table]:
    """The customers, and the other tables of which rows wait for their answer."""
    return [table for table in SUBMITTED if table is CUSTOMER or (table in book.tables() and having(book.read(table), (QUEUED,)))]


def _free(book: Book, gone: Collection[str], language: str) -> None:
    """Let the rows with these numbers, whose records the person took back, be submitted anew."""
    for table in book.tables() if gone else ():
        if table not in SUBMITTED:
            continue
        rows = book.read(table)
        free = {row for row, cell in enumerate(rows.columns.get("number") or ()) if cell in gone}
        audit = [item.key for item in table.fields if item.role is Role.AUDIT and item.key in rows.columns]
        put: dict[str, Cell] = dict.fromkeys(audit)
        put["submit_status"] = vocabulary("submit_status").label("unsent", language)
        columns = {key: list(rows.columns.get(key) or [None] * len(rows)) for key in put}
        for key, row in product(put, free):
            columns[key][row] = put[key]
        if free:
            book.write(rows, columns)


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


def _follow(book: Book, store: Store, context: Context, rulebook: Rulebook) -> None:
    """Let the rows of update requests show how theirs stand; what somebody typed over one stays."""
    if not any(book.read(REQUEST).columns.get("number", ())):
        return
    sheet = read(book, rulebook, [REQUEST], store)[REQUEST.key]
    current = requests.unedited(sheet, store)
    columns = _columns(sheet, current, context, rulebook.names)
    if current:
        book.write(sheet.rows, {key: column for key, column in columns.items() if key != "customer"})


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


def _reviewed(book: Book, sheet: Sheet, store: Store, context: Context, rulebook: Rulebook) -> None:
    """Say of new customers what a second person said about them: still 待审核, 已提交, or 已退回 with the reason."""
    if SETTING not in rulebook.settings:
        return
    records = {row: one for row in range(len(sheet.rows)) if (one := sheet.records.get(sheet.value(row, "number") or ""))}
    waits = reviewing.waiting(store, rulebook.settings)
    back = reviewing.declined(store, {one.rid for one in records.values() if one.state == "void"})
    passed = {one.customer for one in store.proposals(reviewing.KIND, "done")}
    words = vocabulary("submit_status")
    columns = {
        key: list(sheet.rows.columns.get(key) or [None] * len(sheet.rows)) for key in ("submit_status", "check_result", "problem")
    }
    status = columns["submit_status"]
    before = list(status)
    for row, record in records.items():
        said = words.find(str(status[row] or ""))
        if record.state == "live" and record.rid in waits and said is not None and said.code == "stored":
            status[row] = words.label("review", context.language)
        elif record.state == "live" and record.rid in passed - waits and said is not None and said.code == "review":
            status[row] = words.label("stored", context.language)
        elif why := back.get(record.rid):
            finding = reviewing.told(why, sheet.table.key, row, rulebook.names)
            status[row] = words.label("refused", context.language)
            columns["check_result"][row] = mark([finding], sheet.rows.headers, context.language)
            columns["problem"][row] = finding.sentence(context.language)
    if status != before:
        book.write(sheet.rows, columns)


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


def _missing(book: Book, sheet: Sheet, store: Store, context: Context, where: Sequence[Condition]) -> list[Record]:
    """The acting person's customers, or those that ``where`` says, that no row of the sheet is about, by number.

    Rows whose submission was stored while its answer got lost are known by their token, not by a number.
    """
    here = {record.rid for record in sheet.records.values()}
    uid = book.setting("uid")
    if uid:
        here |= set(store.submitted(uid, tokens(sheet, store.digest)).values())
    whose = [] if any(key == "owner" for key, _, _ in where) else [("owner", "=", context.actor.rid)]
    wanted = [record for record in store.scan(CUSTOMER.key, [*whose, *where]) if record.rid not in here]
    return sorted(wanted, key=lambda record: (record.number or "", record.rid))
