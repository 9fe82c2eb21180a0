"""One sheet of an open workbook: read as two blocks, written as a few blocks for each changed column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.sheets.address import area
from xlcrm.sheets.grid import WIDEST, Grid
from xlcrm.sheets.gridsheet import Corners, GridSheet
from xlcrm.sheets.layout import LAST_ROW
from xlcrm.sheets.live.entries import Texts, entered, gridded, is_word, texts_of, trimmed
from xlcrm.sheets.live.faults import explained
from xlcrm.sheets.live.program import ERRORS, Excel
from xlcrm.sheets.live.runs import runs

if TYPE_CHECKING:
    from xlwings import Range
    from xlwings import Sheet as Tab
    from xlwings.main import Table

MOST_CELLS = 8_000_000  # more than this, and the sheet holds formatted blank rows down to its end
LINK_COLOUR = "#1F5FBF"
TEXT_FORMAT, NO_FORMAT = "@", "General"
# Formats that would make something else of numbers and truth values; None where several formats meet
UNFIT = (TEXT_FORMAT, "BOOLEAN", None)


class LiveList:
    """An Excel table of an open sheet; ``flush`` carries its new size out."""

    def __init__(self, table: Table, name: str) -> None:
        self.table, self.name = table, name
        cells = table.range
        rows, columns = cells.shape
        self.ref: Corners = (cells.column, cells.row, cells.column + columns - 1, cells.row + rows - 1)
        self.totals = 0 if table.totals_row_range is None else 1
        self._old = self.ref
        self.unfiltered = False

    def resized(self, bottom: int, unfiltered: bool = False) -> None:
        self.ref = (*self.ref[:3], bottom)
        self.unfiltered |= unfiltered

    def flush(self, tab: Tab, program: Excel) -> None:
        """Let the program's own table be as this one."""
        if self.unfiltered and program.filtered(self.table):
            self.table.autofilter.clear()
        if self.ref != self._old:
            self.table.resize(tab.range(area(*self.ref)))
        self._old, self.unfiltered = self.ref, False


class LiveSheet(GridSheet):
    """A sheet of the open workbook ``book``. Nothing is read before it is needed, nothing written before ``flush``."""

    def __init__(self, tab: Tab, title: str, book: str, program: Excel) -> None:
        super().__init__()
        self._tab, self._title, self._book, self._program = tab, title, book, program
        self._texts: Texts = []
        self._visible: bool | None = None

    @property
    def title(self) -> str:
        return self._title

    @cached_property
    def lists(self) -> Sequence[LiveList]:
        with explained(self._book):
            return [LiveList(table, table.name) for table in self._tab.tables]

    @cached_property
    def grid(self) -> Grid:
        with explained(self._book):
            cells = self._used()
            self._texts = texts_of(cells)
            marked = {
                (line, number): text
                for line, row in enumerate(self._texts, 1)
                for number, text in enumerate(row, 1)
                if text[:1] == "=" and text[1:] not in ERRORS
            }
            if marked:
                self._program.prepare(self._tab.book.app)
            grid = gridded(self._program.values(cells))
            grid.formulas = {place for place, text in marked.items() if grid.at(*place) != text}  # text may begin so, too
            grid.hidden = self._program.hidden(cells[:, :1]) if grid.lines else set()
            return grid

    def _used(self) -> Range:
        """From A1 to the last used cell."""
        used = self._tab.used_range
        rows, columns = used.shape
        bottom, right = used.row + rows - 1, min(used.column + columns - 1, WIDEST)
        if bottom * right > MOST_CELLS:
            raise BookError("sheets.too_large", path=self._book)
        return self._range(1, 1, bottom, right)

    def _range(self, top: int, left: int, bottom: int, right: int) -> Range:
        return self._tab.range((top, left), (bottom, right))

    def merged(self, body: Corners) -> list[Corners]:
        """The first merged range that touches ``body``: enough to point at it."""
        left, top, right, _ = body
        bottom = min(body[3], max(self.grid.lines, default=0))
        if bottom < top:
            return []
        with explained(self._book):
            return self._program.merged(self._range(top, left, bottom, right))

    def restored(self, numbers: Iterable[int], top: int, bottom: int) -> bool:
        """Give rows that lost a column's dropdown or limit the one of a row that kept it; whether any had lost it."""
        found = False
        with explained(self._book):
            for number in numbers:
                column = self._range(top, number, bottom, number)
                if not self._program.uneven(column):
                    continue
                if self._program.protected(self._tab):
                    return found
                for line in (LAST_ROW, top, bottom, (top + bottom) // 2):
                    good = self._range(line, number, line, number)
                    if not self._program.bare(good):
                        self._program.restore_validation(good, column)
                        found = True
                        break
        return found

    # -- writing --------------------------------------------------------------------------------------------------

    def relink(self, left: int, top: int, right: int) -> None:
        """Links are formulas among the cells: they go with them."""
        self.links = None

    def show(self, visible: bool) -> None:
        self._visible = visible

    @property
    def dirty(self) -> bool:
        """Whether ``flush`` has something to do besides sizes of tables."""
        return bool(self.changes or self.unhidden or self._visible is not None)

    @property
    def loaded(self) -> bool:
        """Whether the cells were read."""
        return "grid" in self.__dict__

    def writable(self, filtered: bool = True) -> None:
        """BookError when the sheet is protected, or (if ``filtered`` matters) one of its tables is filtered."""
        if self._program.protected(self._tab):
            raise BookError("live.protected", path=self._book, sheet=self.title)
        if filtered and any(self._program.filtered(item.table) for item in self.lists if not item.unfiltered):
            raise BookError("live.filtered", path=self._book, sheet=self.title)

    def unchanged(self) -> None:
        """BookError when somebody changed the sheet since it was read; what formulas show may change."""
        if not self.loaded:
            return
        with explained(self._book):
            now = texts_of(self._used())
        if trimmed(now) != trimmed(self._texts):
            raise BookError("sheets.changed", path=self._book)

    def flush(self) -> None:
        """Carry the buffered changes out and forget what was read."""
        if "lists" in self.__dict__:
            for item in self.lists:
                item.flush(self._tab, self._program)
        columns: dict[int, dict[int, Cell | Link]] = {}
        for line, cells in self.changes.items():
            for number, value in cells.items():
                columns.setdefault(number, {})[line] = value
        for number, column in sorted(columns.items()):
            self._write(number, column)
        if self.unhidden and self.grid.lines:
            self._program.unhide(self._range(min(self.unhidden), 1, max(self.unhidden), 1))
        if self._visible is not None and self._tab.visible != self._visible:
            self._tab.visible = self._visible
        self.changes, self.unhidden, self._visible = {}, set(), None
        self.__dict__.pop("grid", None)

    def _write(self, number: int, column: Mapping[int, Cell | Link]) -> None:
        """Write one column: its changes, and between them cells as they are where that saves writes."""
        grid = self.grid
        held = zip(grid.lines, grid.columns.get(number, ()), strict=False)
        barred = {line for line, place in grid.formulas if place == number} | {
            line for line, cell in held if isinstance(cell, CellError)
        }
        for first, last in runs(column, sorted(barred - column.keys())):
            block: list[Cell | Link] = []
            for line in range(first, last + 1):
                new = column.get(line)
                block.append(new if isinstance(new, Link) else grid.at(line, number))
            self._write_block(self._range(first, number, last, number), block)

    def _write_block(self, cells: Range, block: Sequence[Cell | Link]) -> None:
        quoted = True
        if not all(is_word(value) for value in block):
            shown = cells.number_format  # None: several
            if shown in UNFIT and not all(value is None or isinstance(value, str | CellError) for value in block):
                cells.number_format = shown = NO_FORMAT
            quoted = shown != TEXT_FORMAT
        rows = [[entered(value, quoted)] for value in block]
        if any(isinstance(value, Link) for value in block):
            cells.formula = rows
            cells.font.color = LINK_COLOUR
        else:
            cells.value = rows
