"""Sheets of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.addresses import COLUMNS, ROWS, parse
from xlcrm.calc.cells import Range
from xlcrm.calc.names import Names
from xlcrm.calc.notes import Notes
from xlcrm.calc.tables import Tables
from xlcrm.calc.windows import FreezePanes, PageSetup, gridlines

if TYPE_CHECKING:
    from xlcrm.calc.books import Book


class Sheets(base_classes.Sheets):
    """The sheets of a book, hidden ones included, in the order of their tabs."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.xl = book.document.Sheets

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.document.CurrentController.ActiveSheet)

    def __call__(self, key: int | str) -> Sheet:
        """The sheet at a position from 1, or of a name in any case."""
        if isinstance(key, str):
            if not self.xl.hasByName(key):
                key = next((name for name in self.xl.ElementNames if name.lower() == key.lower()), key)
                if not self.xl.hasByName(key):
                    raise KeyError(key)
            return Sheet(self.book, self.xl.getByName(key))
        if not 1 <= key <= self.xl.Count:
            raise IndexError(key)
        return Sheet(self.book, self.xl.getByIndex(key - 1))

    def __len__(self) -> int:
        return int(self.xl.Count)

    def __iter__(self) -> Iterator[Sheet]:
        return (self(index + 1) for index in range(len(self)))

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new sheet, made the active one; without a place it stands before the active sheet, as in Excel."""
        place = after.index if after is not None else (before or self.active).index - 1
        self.xl.insertNewByName(name or self._free("Sheet", ""), place)
        added = self(place + 1)
        added.activate()
        return added

    def _free(self, stem: str, tail: str, number: int = 1) -> str:
        while self.xl.hasByName(f"{stem}{number}{tail}"):
            number += 1
        return f"{stem}{number}{tail}"

    def free_copy_name(self, name: str) -> str:
        """What Excel calls a copy of the sheet ``name``: "name (2)"."""
        return name if not self.xl.hasByName(name) else self._free(f"{re.sub(r' [(][0-9]+[)]$', '', name)} (", ")", 2)


class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, xl: Any) -> None:
        self._book = book
        self.xl = xl

    @property
    def book(self) -> Book:
        return self._book

    @property
    def api(self) -> Any:
        return self.xl

    def renew(self) -> None:
        """Take a new UNO object: when cells of a sheet are deleted, LibreOffice's old ones lose the rest of it."""
        self.xl = self.book.document.Sheets.getByName(self.xl.Name)

    @property
    def place(self) -> int:
        """Its position among the sheets, from 0."""
        return int(self.xl.RangeAddress.Sheet)

    @property
    def index(self) -> int:
        return self.place + 1

    @property
    def name(self) -> str:
        return str(self.xl.Name)

    @name.setter
    def name(self, name: str) -> None:
        self.xl.Name = name

    @property
    def names(self) -> Names:
        return Names(self.book, self)

    @property
    def visible(self) -> bool:
        return bool(self.xl.IsVisible)

    @visible.setter
    def visible(self, visible: bool | int) -> None:
        self.xl.IsVisible = visible is True or visible == -1  # Excel's xlSheetVisible; 0 and 2 (very hidden) hide

    def block(self, row: int, column: int, nrows: int, ncols: int) -> Range:
        """The range from ``row``, ``column`` (from 1) on."""
        return Range(self, row, column, nrows, ncols)

    @property
    def cells(self) -> Range:
        return self.block(1, 1, ROWS, COLUMNS)

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """The range of an address, a name, a (row, column), or between two of them."""
        if isinstance(arg1, tuple) and len(arg1) == 4:  # how xlwings slices: row, column, nrows, ncols
            return self.block(*arg1)
        first = self._find(arg1)
        if arg2 is None:
            return first
        last = self._find(arg2)
        row, column = min(first.row, last.row), min(first.column, last.column)
        end = max(first.row + first.nrows, last.row + last.nrows)
        right = max(first.column + first.ncols, last.column + last.ncols)
        return first.sheet.block(row, column, end - row, right - column)

    def _find(self, place: Any) -> Range:
        if isinstance(place, Range):
            return place
        if isinstance(place, tuple):
            if 0 in place:
                raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
            return self.block(place[0], place[1], 1, 1)
        text = str(place).removeprefix("=")
        if "!" in text:
            scope, text = text.rsplit("!", 1)
            return Sheets(self.book)(scope.strip("'").replace("''", "'"))._find(text)
        if corners := parse(text):
            return self.block(*corners)
        for names in (self.names, self.book.names):
            if names.contains(text):
                return names(text).refers_to_range
        areas = self.book.document.DatabaseRanges
        if areas.hasByName(text):
            table = Tables(self).of(areas.getByName(text))
            return table.data_body_range or table.range
        raise ValueError(f"No range, name or table is called {text!r}.")

    @property
    def used_range(self) -> Range:
        cursor = self.xl.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        cursor.gotoStartOfUsedArea(False)
        start = cursor.RangeAddress
        return self.block(
            start.StartRow + 1, start.StartColumn + 1, end.EndRow - start.StartRow + 1, end.EndColumn - start.StartColumn + 1
        )

    def activate(self) -> None:
        self.book.activate()
        self.book.document.CurrentController.setActiveSheet(self.xl)

    def select(self) -> None:
        self.activate()

    def clear(self) -> None:
        self.cells.clear()

    def clear_contents(self) -> None:
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        self.cells.clear_formats()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)

    def delete(self) -> None:
        self.book.document.Sheets.removeByName(self.name)

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        anchor = before or after
        assert anchor is not None, "xlwings always names a neighbour"
        target, place = anchor.book, anchor.index if after is not None else anchor.index - 1
        wanted = target.sheets.free_copy_name(self.name)
        if target.document.RuntimeUID == self.book.document.RuntimeUID:
            target.document.Sheets.copyByName(self.name, wanted, place)
        else:
            place = target.document.Sheets.importSheet(self.book.document, self.name, place)
            target.document.Sheets.getByIndex(place).Name = wanted
        target.sheets(wanted).activate()

    def move(self, before: Sheet | None, after: Sheet | None) -> None:
        anchor = before or after
        assert anchor is not None, "xlwings always names a neighbour"
        self.book.document.Sheets.moveByName(self.name, anchor.index if after is not None else anchor.index - 1)

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def notes(self) -> Notes:
        return Notes(self)

    @property
    def freeze_panes(self) -> FreezePanes:
        return FreezePanes(self)

    @property
    def page_setup(self) -> PageSetup:
        return PageSetup(self)

    @property
    def show_gridlines(self) -> bool:
        return gridlines(self)

    @show_gridlines.setter
    def show_gridlines(self, show: bool) -> None:
        gridlines(self, bool(show))
