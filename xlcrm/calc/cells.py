"""Ranges of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcrm.calc import values
from xlcrm.calc.addresses import COLUMNS, ROWS, quoted
from xlcrm.calc.appearance import Appearance
from xlcrm.calc.formulas import to_calc, to_excel
from xlcrm.calc.links import add_link, link_of
from xlcrm.calc.moving import Moving
from xlcrm.calc.names import Name
from xlcrm.calc.notes import Note
from xlcrm.calc.sorting import sort_rows
from xlcrm.calc.validation import DataValidation

if TYPE_CHECKING:
    from xlcrm.calc.tables import Table

DIRECTIONS = {"d": "down", "u": "up", "l": "left", "r": "right"}
CONTENTS = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: numbers, dates, texts, formulas
FORMATS = 32 | 64 | 256
NOTES = 8


class Range(Appearance, Moving):
    """A block of cells on one sheet."""

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        """The cell at a row and column from 1, or the nth cell row by row; it may lie outside."""
        row, column = divmod(arg1 - 1, self.ncols) if arg2 is None else (arg1 - 1, arg2 - 1)
        return self.sheet.block(self.row + row, self.column + column, 1, 1)

    @property
    def rows(self) -> list[Range]:
        return [self.sheet.block(self.row + index, self.column, 1, self.ncols) for index in range(self.nrows)]

    @property
    def columns(self) -> list[Range]:
        return [self.sheet.block(self.row, self.column + index, self.nrows, 1) for index in range(self.ncols)]

    def get_address(self, row_absolute: bool = True, col_absolute: bool = True, external: bool = False) -> str:
        address = self.place(row_absolute, col_absolute)
        if external:
            sheet = self.sheet.name.replace("'", "''")
            return f"'[{self.sheet.book.name}]{sheet}'!{address}"
        return address

    @property
    def address(self) -> str:
        return self.place()

    # contents

    @property
    def raw_value(self) -> Any:
        data = values.read(self, bool(self.options.get("err_to_str")))
        return data[0][0] if len(self) == 1 else data

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        values.write(self, value)

    def formula_rows(self) -> tuple[tuple[str, ...], ...]:
        """Formulas, and the other contents as text, row by row whatever the shape."""
        return values.read_formulas(self)

    @property
    def formula(self) -> Any:
        rows = self.formula_rows()
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, value: Any) -> None:
        values.write_formulas(self, value)

    @property
    def formula2(self) -> Any:
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        self.formula = value

    @property
    def formula_array(self) -> str | None:
        found = self.xl.getArrayFormula()
        return to_excel(found.strip("{}")) if found else self.formula

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        self.xl.setArrayFormula(to_calc(value))

    @property
    def blank(self) -> bool:
        """Whether all cells are empty."""
        return not any(content for row in self.xl.getFormulaArray() for content in row)

    @property
    def has_array(self) -> bool:
        return bool(self.xl.getCellByPosition(0, 0).getArrayFormula())

    def clear(self) -> None:
        self.xl.clearContents(CONTENTS | FORMATS | NOTES)

    def clear_contents(self) -> None:
        self.xl.clearContents(CONTENTS)

    def clear_formats(self) -> None:
        self.xl.clearContents(FORMATS)

    # navigation

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead to from the first cell."""
        towards = DIRECTIONS.get(direction, direction)
        used = self.sheet.used_range
        step = 1 if towards in ("down", "right") else -1
        if towards in ("down", "up"):
            last = max(used.row + used.nrows - 1, self.row)
            filled = [bool(row[0]) for row in self.sheet.block(1, self.column, last, 1).xl.getFormulaArray()]
            return self.sheet.block(_jump(filled, self.row - 1, step, ROWS) + 1, self.column, 1, 1)
        last = max(used.column + used.ncols - 1, self.column)
        filled = [bool(content) for content in self.sheet.block(self.row, 1, 1, last).xl.getFormulaArray()[0]]
        return self.sheet.block(self.row, _jump(filled, self.column - 1, step, COLUMNS) + 1, 1, 1)

    @property
    def current_region(self) -> Range:
        cursor = self.sheet.xl.createCursorByRange(self.xl.getCellByPosition(0, 0))
        cursor.collapseToCurrentRegion()
        return self.sheet.book.cells(cursor.RangeAddress)

    def select(self) -> None:
        self.sheet.activate()
        self.sheet.book.document.CurrentController.select(self.xl)

    # what hangs on cells

    @property
    def name(self) -> Name | None:
        """The name of exactly these cells."""
        wanted = self.corners
        for name in self.sheet.book.names:
            cells = name.xl.ReferredCells
            if cells is not None and self.sheet.book.cells(cells.RangeAddress).corners == wanted:
                return name
        return None

    @name.setter
    def name(self, name: str) -> None:
        self.sheet.book.names.add(name, f"={quoted(self.sheet.name)}!{self.address}")

    @property
    def note(self) -> Note | None:
        found = Note(self)
        return found if found.text else None

    def add_note(self, text: str) -> Note:
        self.sheet.xl.Annotations.insertNew(self.xl.getCellByPosition(0, 0).CellAddress, text)
        return Note(self)

    @property
    def table(self) -> Table | None:
        """The table its first cell belongs to."""
        for table in self.sheet.tables:
            whole = table.range
            inside = whole.row <= self.row < whole.row + whole.nrows
            if inside and whole.column <= self.column < whole.column + whole.ncols:
                return table
        return None

    @property
    def data_validation(self) -> DataValidation:
        return DataValidation(self)

    @property
    def hyperlink(self) -> str:
        return link_of(self)

    def add_hyperlink(self, address: str, text_to_display: str | None = None, screen_tip: str | None = None) -> None:
        add_link(self, address, text_to_display or address)

    def sort(self, keys: list[int], ascending: list[bool], has_headers: bool) -> None:
        """Sort the rows by columns counted from 1; formats travel with their rows. ValueError inside a table."""
        if self.table is not None:
            raise ValueError("The range belongs to a table: use Table.sort().")
        sort_rows(self, keys, ascending, has_headers)


def _jump(filled: list[bool], start: int, step: int, limit: int) -> int:
    """From position ``start`` to the end of the filled cells, or over empty ones to the next filled, or to the edge."""

    def is_filled(index: int) -> bool:
        return 0 <= index < len(filled) and filled[index]

    index = start + step
    if is_filled(start) and is_filled(index):
        while is_filled(index + step):
            index += step
        return index
    while 0 <= index < len(filled) and not filled[index]:
        index += step
    return 0 if index < 0 else limit - 1 if index >= len(filled) else index
