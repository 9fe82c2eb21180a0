"""Cells that move, are copied, merged or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlcrm.calc.block import Block
from xlcrm.calc.bridge import enum
from xlcrm.calc.formulas import shifted

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range


def unwrapped(cells: Any) -> Range:
    """Our range, where xlwings hands on its own one."""
    found: Range = getattr(cells, "impl", cells)
    return found


class Moving(Block):
    """Insert, delete, copy, paste and merge."""

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        """Make room here. Without ``shift`` the longer side decides, as in Excel: wide blocks push down, tall ones right."""
        if self.whole_rows:
            mode = "ROWS"
        elif self.whole_columns:
            mode = "COLUMNS"
        else:
            mode = "RIGHT" if shift == "right" or (shift is None and self.nrows > self.ncols) else "DOWN"
        self.sheet.xl.insertCells(self.xl.RangeAddress, enum("sheet.CellInsertMode", mode))
        self._xl = None
        self.sheet.renew()

    def delete(self, shift: str | None = None) -> None:
        """Remove the cells. Without ``shift`` the longer side decides, as in Excel: wide blocks pull up, the others left."""
        if self.whole_rows:
            mode = "ROWS"
        elif self.whole_columns:
            mode = "COLUMNS"
        else:
            mode = "LEFT" if shift == "left" or (shift is None and self.nrows >= self.ncols) else "UP"
        self.sheet.xl.removeRange(self.xl.RangeAddress, enum("sheet.CellDeleteMode", mode))
        self._xl = None
        self.sheet.renew()

    def copy(self, destination: Range | None = None) -> None:
        """Copy contents and formats to ``destination``, or remember the cells for ``paste``."""
        if destination is None:
            self.sheet.book.app.clipboard = self.sheet.block(*self.corners[1:])
        else:
            self.copy_to(unwrapped(destination))

    def move(self, destination: Range) -> None:
        destination = unwrapped(destination)
        if destination.sheet.book.document.RuntimeUID != self.sheet.book.document.RuntimeUID:
            raise NotImplementedError("Moving cells to another workbook.")
        target = destination.xl.getCellByPosition(0, 0).CellAddress
        destination.sheet.xl.moveRange(target, self.xl.RangeAddress)

    def take_formats(self, source: Block) -> None:
        """Look like ``source``, which has the same shape, and keep the contents."""
        contents = self.xl.getFormulaArray()
        source.copy_to(self)
        self.xl.setFormulaArray(contents)

    def paste(
        self, paste: str | None = None, operation: str | None = None, skip_blanks: bool = False, transpose: bool = False
    ) -> None:
        """Paste what ``copy`` remembered: "all", "values", "formulas" or "formats"."""
        source = self.sheet.book.app.clipboard
        if source is None:
            raise ValueError("Nothing was copied before.")
        if operation or skip_blanks or transpose or paste not in (None, "all", "values", "formulas", "formats"):
            raise NotImplementedError("Pasting with an operation, without blanks, transposed, or of other parts.")
        target = self.sheet.block(self.row, self.column, source.nrows, source.ncols)
        if paste == "values":
            target.xl.setDataArray(source.xl.getDataArray())
        elif paste == "formats":
            target.take_formats(source)
        elif paste == "formulas":
            rows, columns = self.row - source.row, self.column - source.column
            target.formula = [[shifted(text, rows, columns) for text in row] for row in source.formula_rows()]
        else:
            source.copy_to(target)

    @property
    def merge_area(self) -> Range:
        cursor = self.sheet.xl.createCursorByRange(self.xl.getCellByPosition(0, 0))
        cursor.collapseToMergedArea()
        return self.sheet.book.cells(cursor.RangeAddress)

    @property
    def merge_cells(self) -> bool:
        return len(self.merge_area) > 1

    def merge(self, across: bool = False) -> None:
        """Merge into one cell, or ``across`` each row into one."""
        self.xl.merge(False)
        for rows in self.sheet.block(*self.corners[1:]).rows if across else [self]:
            rows.xl.merge(True)

    def unmerge(self) -> None:
        self.xl.merge(False)
