"""A parcel: the rows of a workbook that are to be submitted, as they stood when the store was away."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from xlcrm.model.queuesheets import QUEUES
from xlcrm.model.resultsheets import FINDINGS, SETTING
from xlcrm.model.rows import Cell, CellError, Rows
from xlcrm.model.tables import ACTIVITY, BY_KEY, CONTACT, CUSTOMER, FEEDBACK, INTERACTION, OPPORTUNITY, REQUEST, SUBMITTED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.model.wish import Wish
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.sheets.base import Book
from xlcrm.sheets.memory import MemoryBook

_LEFT_OUT = (FINDINGS, SETTING, *QUEUES)
_KEPT_SETTINGS = ("uid", "template", "language", "import")
_TELLING = {
    CUSTOMER.key: ("name", "contact", "phone"),
    CONTACT.key: ("customer", "name", "phone"),
    INTERACTION.key: ("customer", "at", "summary"),
    FEEDBACK.key: ("customer", "type", "content"),
    OPPORTUNITY.key: ("customer", "title", "stage"),
    ACTIVITY.key: ("type", "title", "on"),
    REQUEST.key: ("customer", "field", "after"),
}
_ALIKE = 2  # of the three that tell rows apart; one may have been corrected


@dataclass(slots=True)
class Parcel:
    """What waits for the store ``store`` (Address.store), to be reached at ``url`` (without a password).

    ``tables`` holds the rows to be submitted, with the lists and decisions that belong to them. ``returned`` says of rows that
    went out and came back what is to be done: (title of the sheet, name in the row, problem). ``undo`` is the id of an operation
    that is to be taken back, ``actions`` are steps wanted of requests and proposals; such a parcel holds no rows. One that
    ``reviews`` holds answered lines of 月度核对.
    """

    store: str
    url: str
    book: str
    at: str
    language: str
    settings: dict[str, str]
    tables: dict[str, Rows]
    returned: list[tuple[str, str, str]] = field(default_factory=list)
    undo: str = ""
    actions: list[Wish] = field(default_factory=list)
    reviews: bool = False

    @property
    def wishes(self) -> bool:
        """Whether it holds a wish in the place of rows."""
        return bool(self.undo or self.actions or self.reviews)

    @property
    def uid(self) -> str:
        """The workbook's own identity."""
        return self.settings.get("uid", "")

    @property
    def rows(self) -> int:
        """How many rows are to be submitted; those dealt with before only keep equal rows apart."""
        return sum(len(rows) - len(having(rows, SETTLED)) for key, rows in self.tables.items() if BY_KEY[key] in SUBMITTED)

    def as_book(self) -> MemoryBook:
        """A workbook that holds these rows."""
        book = MemoryBook(rows=self.tables.values(), language=self.language, settings=self.settings)
        book.name = self.book
        return book

    def only(self, chosen: Mapping[str, Iterable[int]]) -> None:
        """Keep of the rows to be submitted only those chosen (table key -> indexes)."""
        for table in SUBMITTED:
            if table.key in self.tables:
                self.tables[table.key] = select(self.tables[table.key], sorted(chosen.get(table.key, ())))

    def left(self, current: Mapping[str, Rows], waiting: Mapping[str, set[int]]) -> dict[str, list[int]]:
        """The rows (table key -> indexes) that ``current`` does not hold any more.

        A row is there as it was, or under its number, or edited: as one of those ``waiting`` (table key -> indexes).
        """
        return {
            table.key: _missing(self.tables[table.key], current.get(table.key), waiting.get(table.key, set()))
            for table in SUBMITTED
            if table.key in self.tables
        }


def pack(book: Book, store: str, url: str, at: str, chosen: Mapping[str, Iterable[int]]) -> Parcel:
    """The chosen rows of ``book`` (table key -> indexes) with what belongs to them. Raises BookError."""
    tables = {table.key: book.read(table) for table in book.tables() if table not in _LEFT_OUT}
    settings = {name: value for name in _KEPT_SETTINGS if (value := book.setting(name))}
    parcel = Parcel(store, url, book.name, at, book.language, settings, tables)
    parcel.only(chosen)
    parcel.tables = {key: rows for key, rows in parcel.tables.items() if len(rows)}
    return parcel


def to_bytes(parcel: Parcel) -> bytes:
    """A parcel as it is sealed."""
    tables = {
        key: {
            "sheet": rows.sheet,
            "lines": rows.lines,
            "letters": rows.letters,
            "headers": rows.headers,
            "columns": {name: [_said(cell) for cell in cells] for name, cells in rows.columns.items()},
        }
        for key, rows in parcel.tables.items()
    }
    names = ("store", "url", "book", "at", "language", "settings", "returned")
    told = {name: getattr(parcel, name) for name in names} | {"tables": tables}
    if parcel.undo:
        told["undo"] = parcel.undo
    if parcel.reviews:
        told["reviews"] = True
    if parcel.actions:
        told["actions"] = [asdict(one) for one in parcel.actions]
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode())


def from_bytes(content: bytes) -> Parcel:
    """What ``to_bytes`` made; ValueError for anything else."""
    try:
        told = json.loads(zlib.decompress(content))
        tables = {
            key: Rows(
                BY_KEY[key],
                found["sheet"],
                found["lines"],
                {name: [_read(cell) for cell in cells] for name, cells in found["columns"].items()},
                found["letters"],
                found["headers"],
            )
            for key, found in told.pop("tables").items()
        }
        told["returned"] = [(sheet, label, problem) for sheet, label, problem in told["returned"]]
        told["actions"] = [Wish(**one) for one in told.get("actions", ())]
        return Parcel(**told, tables=tables)
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError("parcel") from error


def having(rows: Rows, statuses: Collection[str]) -> set[int]:
    """The rows whose 提交状态 is one of these codes."""
    words = vocabulary("submit_status")
    column = enumerate(rows.columns.get("submit_status") or [])
    return {row for row, cell in column if (found := words.find(str(cell or ""))) and found.code in statuses}


def select(rows: Rows, chosen: list[int]) -> Rows:
    """Only the chosen rows."""
    columns = {key: [cells[index] for index in chosen] for key, cells in rows.columns.items()}
    return Rows(rows.table, rows.sheet, [rows.lines[index] for index in chosen], columns, rows.letters, rows.headers)


def records(rows: Rows) -> list[dict[str, Cell]]:
    """The rows as field key -> cell, to be appended to a sheet."""
    return [{key: cells[index] for key, cells in rows.columns.items()} for index in range(len(rows))]


def _said(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    return {"e": cell.text} if isinstance(cell, CellError) else cell


def _read(found: Any) -> Cell:
    if isinstance(found, dict):
        return datetime.fromisoformat(found["t"]) if "t" in found else CellError(found["e"])
    cell: Cell = found
    return cell


def held(old: Rows, new: Rows) -> tuple[set[int], list[int]]:
    """The rows of ``new`` that are rows of ``old`` as they were, and the rows of ``old`` that are not there so."""
    there: dict[tuple[object, ...], list[int]] = {}
    for index in range(len(new)):
        there.setdefault(_content(new, index), []).append(index)
    found, gone = set(), []
    for index in range(len(old)):
        if same := there.get(_content(old, index)):
            found.add(same.pop())
        else:
            gone.append(index)
    return found, gone


def unheld(rows: Rows, chosen: set[int], parcels: Iterable[Parcel]) -> set[int]:
    """Those of the chosen rows that no parcel holds as they are now: edited since, or new."""
    key = rows.table.key
    return chosen.difference(*(held(one.tables[key], rows)[0] for one in parcels if key in one.tables))


def _missing(old: Rows, new: Rows | None, waiting: set[int]) -> list[int]:
    """The rows of ``old`` that ``new`` has neither as they were nor edited."""
    settled = having(old, SETTLED)
    if new is None:
        return sorted(set(range(len(old))) - settled)
    numbers = {new.cell(index, "number") for index in range(len(new))} - {None}
    found, gone = held(old, new)
    free, left = waiting - found, []
    for index in gone:
        if index in settled or old.cell(index, "number") in numbers:
            continue
        best = max(free, key=lambda other: _alike(old, index, new, other), default=None)
        if best is not None and _alike(old, index, new, best) >= _ALIKE:
            free.discard(best)
        else:
            left.append(index)
    return left


def _content(rows: Rows, index: int) -> tuple[object, ...]:
    cells = [rows.cell(index, field.key) for field in rows.table.data]
    return (rows.cell(index, "number"), *(cell.text if isinstance(cell, CellError) else cell for cell in cells))


def _alike(old: Rows, index: int, new: Rows, other: int) -> int:
    """In how many of the fields that tell rows apart the two say the same."""
    said = [(old.cell(index, key), new.cell(other, key)) for key in _TELLING.get(old.table.key, ())]
    return sum(one == another and one is not None for one, another in said)
