"""A workbook whose tables are found, read and changed through grids of cells: closed files and open books alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from xlcrm.errors import BookError
from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell, Flaw, Link, Rows
from xlcrm.model.tables import TABLES
from xlcrm.model.vocabularies import fold
from xlcrm.sheets import headers
from xlcrm.sheets.address import ROWS, area, column, letters
from xlcrm.sheets.extract import extract
from xlcrm.sheets.gridsheet import GridSheet, ListRange
from xlcrm.sheets.headers import Headers
from xlcrm.sheets.layout import SETTINGS_SHEET, TEMPLATE_VERSION

S = TypeVar("S", bound=GridSheet)


@dataclass(slots=True)
class Place(Generic[S]):
    """Where a table stands: its sheet, Excel table (None if somebody removed it), header row and columns."""

    sheet: S
    list_range: ListRange | None
    header: int
    headers: Headers

    @property
    def width(self) -> tuple[int, int]:
        """The first and the last column."""
        numbers = [*self.headers.fields.values(), *self.headers.others.values()]
        if self.list_range:
            numbers += [self.list_range.ref[0], self.list_range.ref[2]]
        return min(numbers), max(numbers)

    @property
    def floor(self) -> int:
        """The last row that can belong to the table: above its totals row or the next Excel table."""
        own = self.list_range
        if own and own.totals:
            return own.ref[3] - own.totals
        left, right = self.width
        below = [
            other.ref[1] - 1
            for other in self.sheet.lists
            if other is not own and other.ref[1] > self.header and other.ref[0] <= right and other.ref[2] >= left
        ]
        return min(below, default=ROWS)


class GridBook(Generic[S]):
    """The part of ``base.Book`` that only needs grids. A subclass sets ``name`` and calls ``_open`` with the sheets."""

    name: str
    language: str
    ours: bool

    def _open(self, sheets: Iterable[S]) -> None:
        self._sheets = {sheet.title: sheet for sheet in sheets}
        self._places: dict[str, Place[S] | None] = {}
        self._settings = self._read_settings()
        self.ours = bool(self._settings.get("template")) and any(self._listed(table) for table in TABLES)
        self.language = self._settings.get("language") or self._guessed_language()

    def _guessed_language(self) -> str:
        titles = set(self._sheets)
        return "en" if any(table.en in titles for table in TABLES) and not any(table.zh in titles for table in TABLES) else "zh"

    def _check_ours(self) -> None:
        if not self.ours:
            raise BookError("sheets.foreign", path=self.name)

    # -- finding --------------------------------------------------------------------------------------------------

    def tables(self) -> tuple[Table, ...]:
        return tuple(table for table in TABLES if self._listed(table) or self._place(table))

    def _listed(self, table: Table) -> tuple[S, ListRange] | None:
        """The sheet and the Excel table of ``table``, by the Excel table's name; looked for on its own sheet first."""
        titles = (table.zh, table.en)
        for sheet in sorted(self._sheets.values(), key=lambda sheet: sheet.title not in titles):
            for item in sheet.lists:
                if item.name.lower() == table.listname:
                    return sheet, item
        return None

    def _place(self, table: Table) -> Place[S] | None:
        if table.key not in self._places:
            self._places[table.key] = self._searched(table)
        return self._places[table.key]

    def _searched(self, table: Table) -> Place[S] | None:
        sheet: S | None
        listed = self._listed(table)
        if listed:
            sheet, item = listed
            found = headers.match(table, _header_row(table, sheet, item))
            if found.fields:
                return Place(sheet, item, item.ref[1], found)
        else:
            titles = (fold(table.zh), fold(table.en))
            sheet = next((sheet for title, sheet in self._sheets.items() if fold(title) in titles), None)
        if sheet is None:
            return None
        top = {line: sheet.grid.row(index) for index, line in enumerate(sheet.grid.lines[: headers.SEARCHED])}
        header, found = headers.search(table, top)
        return Place(sheet, None, header, found) if len(found.fields) > 1 else None

    def _needed(self, table: Table) -> Place[S]:
        place = self._place(table)
        if place is None:
            raise BookError("sheets.no_table", path=self.name, table=table.title(self.language))
        return place

    # -- reading --------------------------------------------------------------------------------------------------

    def headers(self, table: Table) -> Headers:
        """Which columns of its sheet hold which fields of ``table``; BookError if the table is not there."""
        return self._needed(table).headers

    def read(self, table: Table) -> Rows:
        place = self._needed(table)
        rows = extract(place.sheet.grid, table, place.sheet.title, place.header, place.headers, place.floor)
        rows.flaws = self._flaws(table, place, rows)
        return rows

    def _flaws(self, table: Table, place: Place[S], rows: Rows) -> list[Flaw]:
        found, flaws = place.headers, list[Flaw]()
        if self.ours and self._settings.get("template", "") != TEMPLATE_VERSION:
            flaws.append(Flaw("SHEET_OLD_TEMPLATE"))
        missing = [item.title(self.language) for item in table.fields if item.key not in found.fields]
        flaws += [Flaw("SHEET_HEADER_MISSING", "", (("header", header),)) for header in missing]
        for number, text in found.twice:
            flaws.append(_flaw("SHEET_HEADER_TWICE", f"{letters(number)}{place.header}", header=text))
        for text, number in found.others.items():
            flaws.append(_flaw("SHEET_HEADER_UNKNOWN", f"{letters(number)}{place.header}", header=text))
        left, right = place.width
        first = letters(left)
        if place.list_range:
            below = [line for line in rows.lines if line > place.list_range.ref[3]]
            if below:
                flaws.append(_flaw("SHEET_ROWS_BELOW", f"{first}{below[0]}", count=str(len(below))))
        merged = place.sheet.merged((left, place.header + 1, right, place.floor))
        if merged:
            flaws.append(_flaw("SHEET_MERGED", area(*merged[0]), count=str(len(merged))))
        flaws += [Flaw("SHEET_COPY", "", (("header", title),)) for title in self._copies(place.sheet.title)]
        if rows.hidden:
            flaws.append(_flaw("SHEET_HIDDEN_ROWS", f"{first}{rows.lines[min(rows.hidden)]}", count=str(len(rows.hidden))))
        return flaws

    def _copies(self, title: str) -> list[str]:
        """Sheets that look like copies of ``title`` ("客户基础信息表 (2)") and hold something: they are not read."""
        declared = {name for table in TABLES for name in (table.zh, table.en)}
        alike = [name for name in self._sheets if name.startswith(title) and name not in {title, *declared}]
        return [name for name in alike if self._sheets[name].grid.lines]

    # -- writing --------------------------------------------------------------------------------------------------

    def write(self, rows: Rows, columns: Mapping[str, Sequence[Cell]]) -> None:
        self._check_ours()
        place = self._needed(rows.table)
        for key, cells in columns.items():
            if key not in rows.letters:
                continue
            number = column(rows.letters[key])
            for line, value in zip(rows.lines, cells, strict=True):
                place.sheet.put(line, number, value)
        if rows.lines:
            _reach(place, rows.lines[-1])

    def append(self, table: Table, records: Sequence[Mapping[str, Cell]]) -> Rows:
        self._check_ours()
        before = self.read(table)
        place = self._needed(table)
        first = (before.lines[-1] if before.lines else place.header) + 1
        lines = list(range(first, first + len(records)))
        if lines and lines[-1] > place.floor:
            raise BookError("sheets.no_room", path=self.name, table=place.sheet.title)
        rows = Rows(table, before.sheet, lines, {}, before.letters, before.headers)
        rows.columns = {key: [record.get(key) for record in records] for key in before.letters}
        self.write(rows, rows.columns)
        return rows

    def replace(self, table: Table, records: Sequence[Mapping[str, Cell | Link]]) -> None:
        self._check_ours()
        place = self._needed(table)
        sheet, top, (left, right) = place.sheet, place.header + 1, place.width
        last = top + len(records) - 1
        if last > place.floor:
            raise BookError("sheets.no_room", path=self.name, table=sheet.title)
        numbers = set(place.headers.fields.values())
        sheet.drop_formulas(top, place.floor, numbers)
        for line in [line for line in sheet.grid.lines if last < line <= place.floor and line >= top]:
            for number in numbers:
                sheet.put(line, number, None)
        sheet.links = {}
        for line, record in enumerate(records, top):
            for key, number in place.headers.fields.items():
                value = record.get(key)
                if isinstance(value, Link):
                    sheet.link(line, number, value)
                else:
                    sheet.put(line, number, value)
        sheet.unhidden |= set(range(top, last + 1))
        sheet.grid.hidden -= sheet.unhidden
        sheet.relink(left, top, right)
        if place.list_range:
            place.list_range.resized(max(last, top) + place.list_range.totals, unfiltered=True)
        sheet.show(bool(records))

    # -- settings -------------------------------------------------------------------------------------------------

    def _read_settings(self) -> dict[str, str]:
        sheet = self._sheets.get(SETTINGS_SHEET)
        if sheet is None:
            return {}
        rows = (sheet.grid.row(index) for index in range(len(sheet.grid.lines)))
        return {str(row[1]): str(row.get(2) or "") for row in rows if row.get(1) is not None}

    def setting(self, name: str) -> str:
        return self._settings.get(name, "")

    def set_setting(self, name: str, value: str) -> None:
        self._check_ours()
        sheet = self._sheets[SETTINGS_SHEET]
        lines = {str(sheet.grid.at(line, 1)): line for line in sheet.grid.lines}
        line = lines.get(name, (sheet.grid.lines[-1] if sheet.grid.lines else 0) + 1)
        sheet.put(line, 1, name)
        sheet.put(line, 2, value or None)
        self._settings[name] = value


def _header_row(table: Table, sheet: GridSheet, item: ListRange) -> dict[int, Cell]:
    """The header cells inside the Excel table, and known ones beside it: somebody may have resized it."""
    left, top, right, _ = item.ref
    row = sheet.row(top)
    known = headers.match(table, row).fields.values()
    return {number: cell for number, cell in row.items() if left <= number <= right or number in known}


def _reach(place: Place[S], line: int) -> None:
    """Extend the Excel table down to ``line``."""
    item = place.list_range
    if item and not item.totals and item.ref[3] < line <= place.floor:
        item.resized(line)


def _flaw(code: str, place: str, **values: str) -> Flaw:
    return Flaw(code, place, (("place", place), *values.items()))
