"""One sheet of an open workbook: read as two blocks, written as a few blocks for each changed column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.sheets.address import Box, area, covered, ranges, upto
from xlcrm.sheets.design import ColourRule, Validation, signature
from xlcrm.sheets.grid import WIDEST, Grid
from xlcrm.sheets.gridsheet import Corners, GridSheet
from xlcrm.sheets.layout import LAST_ROW
from xlcrm.sheets.live.entries import Texts, entered, gridded, is_word, texts_of, trimmed
from xlcrm.sheets.live.faults import Opened
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
    """A sheet of the workbook ``opened``. Nothing is read before it is needed, nothing written before ``flush``."""

    def __init__(self, tab: Tab, title: str, opened: Opened, tables: Sequence[Table]) -> None:
        super().__init__()
        self._tab, self._title, self._opened, self._tables = tab, title, opened, tables
        self._book, self._program = opened.name, opened.program
        self._texts: Texts = []
        self._visible: bool | None = None

    @property
    def title(self) -> str:
        return self._title

    @cached_property
    def lists(self) -> Sequence[LiveList]:
        with self._opened.explained():
            return [LiveList(table, table.name) for table in self._tables]

    @cached_property
    def grid(self) -> Grid:
        with self._opened.explained():
            cells = self._used()
            self._texts = texts_of(cells)
            marked = {
                (line, number): text
                for line, row in enumerate(self._texts, 1)
                for number, text in enumerate(row, 1)
                if text[:1] == "=" and text[1:] not in ERRORS
            }
            grid = gridded(self._program.values(cells))
            # Only a formula that shows nothing can be one that was never calculated; calculating all takes its time
            if any(grid.at(*place) in (None, 0) for place in marked) and self._program.calculated(self._opened.book):
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
        with self._opened.explained():
            return self._program.merged(self._range(top, left, bottom, right))

    def restored(self, limits: Mapping[int, Validation], colours: Sequence[ColourRule], top: int, bottom: int) -> bool:
        """Put back the dropdowns and limits (column number -> what the template ships) and the colour rules that are
        missing between rows ``top`` and ``bottom``; whether any were.

        A column that kept some has them copied, so that what a person set for the whole column stays.
        """
        program = self._program
        with self._opened.explained():
            states = {number: program.validated(self._range(top, number, bottom, number)) for number in limits}
            lost = [number for number, whole in states.items() if not whole]
            pale = not self._coloured(colours, bottom)
            if not (lost or pale) or program.protected(self._tab) or not self._tab.visible:
                return False  # nobody pastes into a hidden sheet, and Excel cannot stand in one
            found = pale
            for number in lost:
                column = self._range(top, number, bottom, number)
                kept = (self._range(line, number, line, number) for line in (LAST_ROW, top, bottom, (top + bottom) // 2))
                good = next((cell for cell in kept if program.validated(cell)), None) if states[number] is None else None
                if good is not None:
                    program.copy_validation(good, column)
                    found = True
                else:
                    found |= program.add_validation(self._range(top, number, LAST_ROW, number), limits[number])
            if pale:
                program.colour(self._tab, colours)
        return found

    def _coloured(self, colours: Sequence[ColourRule], bottom: int) -> bool:
        """Whether all ``colours`` are there down to row ``bottom``; they are known by their formulas."""
        present = self._program.colours(self._tab) if colours else None
        if present is None:
            return True
        boxes: dict[str, list[Box]] = {}
        for formula, where in present:
            boxes.setdefault(signature(formula), []).extend(where)
        return all(covered(upto(ranges(rule.sqref), bottom), boxes.get(signature(rule.formula), ())) for rule in colours)

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
        """BookError when the sheet is protected, or (if ``filtered`` matters) a filter is in the way."""
        if self._program.protected(self._tab):
            raise BookError("live.protected", path=self._book, sheet=self.title)
        if (
            filtered
            and self._program.astray
            and any(self._program.filtered(item.table) for item in self.lists if not item.unfiltered)
        ):
            raise BookError("live.filtered", path=self._book, sheet=self.title)

    def unchanged(self) -> None:
        """BookError when somebody changed the sheet since it was read; what formulas show may change."""
        if not self.loaded:
            return
        with self._opened.explained():
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
