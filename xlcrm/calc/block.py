"""Where a range is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.addresses import COLUMNS, ROWS, write

if TYPE_CHECKING:
    from xlcrm.calc.sheets import Sheet


class Block(base_classes.Range):
    """``nrows`` x ``ncols`` cells of ``sheet`` from ``row``, ``column`` on (both from 1); UNO is asked only when needed."""

    max_cells_per_read = None  # the pipe has no limit
    max_cells_per_write = None
    row = 0
    column = 0

    def __init__(self, sheet: Sheet, row: int, column: int, nrows: int, ncols: int) -> None:
        self._sheet = sheet
        self.row = row
        self.column = column
        self.nrows = nrows
        self.ncols = ncols
        self.options: dict[str, Any] = {}  # xlwings puts the options of Range.options here
        self._xl: Any = None

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def xl(self) -> Any:
        """The UNO range."""
        if self._xl is None:
            left, top = self.column - 1, self.row - 1
            right, bottom = left + self.ncols - 1, top + self.nrows - 1
            if bottom >= ROWS or right >= COLUMNS:
                raise IndexError(f"{self.place()} lies outside the sheet.")
            try:
                self._xl = self.sheet.xl.getCellRangeByPosition(left, top, right, bottom)
            except Exception:  # cells of the sheet were deleted, see Sheet.renew
                self.sheet.renew()
                self._xl = self.sheet.xl.getCellRangeByPosition(left, top, right, bottom)
        return self._xl

    @property
    def api(self) -> Any:
        return self.xl

    def __len__(self) -> int:
        return self.nrows * self.ncols

    @property
    def shape(self) -> tuple[int, int]:
        return self.nrows, self.ncols

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return self.sheet.name, self.row, self.column, self.nrows, self.ncols

    @property
    def corners(self) -> tuple[int, int, int, int, int]:
        """Sheet from 0, then row, column, height, width."""
        return self.sheet.place, self.row, self.column, self.nrows, self.ncols

    @property
    def whole_columns(self) -> bool:
        return self.nrows == ROWS

    @property
    def whole_rows(self) -> bool:
        return self.ncols == COLUMNS

    def place(self, row_absolute: bool = True, col_absolute: bool = True) -> str:
        """The address without sheet and book."""
        return write(self.row, self.column, self.nrows, self.ncols, row_absolute, col_absolute)

    def formats(self) -> list[tuple[int, int, int, int, int]]:
        """Rectangles of equal format: kind (``looks.Formats.kind``), first row, first column, last row, last column; from 0."""
        found, groups = [], self.xl.getUniqueCellFormatRanges()
        for index in range(groups.Count):
            group = groups.getByIndex(index)
            kind = self.sheet.book.formats.kind(group.NumberFormat)
            for a in group.getRangeAddresses():
                top, left = a.StartRow - self.row + 1, a.StartColumn - self.column + 1
                bottom, right = a.EndRow - self.row + 1, a.EndColumn - self.column + 1
                found.append((kind, max(top, 0), max(left, 0), min(bottom, self.nrows - 1), min(right, self.ncols - 1)))
        return found

    def group(self, rectangles: list[tuple[int, int, int, int]]) -> Any:
        """One UNO object for many rectangles within (first row, first column, last row, last column; from 0)."""
        place, top, left = self.sheet.place, self.row - 1, self.column - 1
        return self.sheet.book.groups([(place, top + r1, left + c1, top + r2, left + c2) for r1, c1, r2, c2 in rectangles])

    def copy_to(self, destination: Block) -> None:
        """Copy contents and formats over the cells from the first of ``destination`` on."""
        if destination.sheet.book.document.RuntimeUID != self.sheet.book.document.RuntimeUID:
            raise NotImplementedError("Copying cells to another workbook.")
        target = destination.xl.getCellByPosition(0, 0).CellAddress
        destination.sheet.xl.copyRange(target, self.xl.RangeAddress)
