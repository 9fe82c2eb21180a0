"""What xlwings cannot ask, or answers differently, in Excel for Windows, Excel for Mac and LibreOffice.

Everything here is a handful of calls whatever the number of rows. Only LibreOffice's part is executed by the tests;
the others follow the programs' object models.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlwings import App, Book, Range, Sheet
    from xlwings.main import Table

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#ERROR"})
MOST_SPLITS = 200  # questions asked about hidden or merged rows: beyond it what is left counts as one piece


class Excel:
    """Excel for Windows, over COM; the others differ where they say so."""

    def read_only(self, book: Book) -> bool:
        """Whether the workbook cannot be saved under its name."""
        return bool(book.api.ReadOnly)

    def protected(self, sheet: Sheet) -> bool:
        """Whether the cells of a sheet refuse to be written."""
        return bool(sheet.api.ProtectContents)

    def filtered(self, table: Table) -> bool:
        """Whether a filter hides rows of the table, so that block writes would go astray."""
        return any(one.type != "none" for one in table.autofilter.criteria)

    def values(self, cells: Range) -> list[list[Any]]:
        """The values of ``cells`` by rows; errors as their text."""
        found: list[list[Any]] = cells.options(ndim=2, err_to_str=True).value
        return found

    def hidden(self, cells: Range) -> set[int]:
        """The numbers of the hidden rows of ``cells``."""
        return _split(cells, self._rows_hidden)

    def _rows_hidden(self, cells: Range) -> bool | None:
        """True or False for all rows, None for some."""
        return cells.api.EntireRow.Hidden  # type: ignore[no-any-return]

    def merged(self, cells: Range) -> list[tuple[int, int, int, int]]:
        """The corners (left, top, right, bottom) of the first merged range that touches ``cells``; nothing without one."""
        if not self._has_merged(cells):
            return []
        while (shape := cells.shape) != (1, 1):
            height, width = shape
            if height > 1:
                first, second = cells[: height // 2, :], cells[height // 2 :, :]
            else:
                first, second = cells[:, : width // 2], cells[:, width // 2 :]
            cells = first if self._has_merged(first) else second
        whole = cells.merge_area
        rows, columns = whole.shape
        return [(whole.column, whole.row, whole.column + columns - 1, whole.row + rows - 1)]

    def _has_merged(self, cells: Range) -> bool:
        return cells.merge_cells is not False  # None: some of them

    def prepare(self, app: App) -> None:
        """Make sure that formulas show their values: Excel does."""

    def unhide(self, cells: Range) -> None:
        """Show the rows of ``cells``."""
        cells.rows.hidden = False

    def restore_validation(self, good: Range, lost: Range) -> None:
        """Give ``lost`` the dropdown or limit of the cell ``good``."""
        good.copy()
        lost.paste(paste="validation")
        lost.sheet.book.app.cut_copy_mode = False

    def uneven(self, cells: Range) -> bool:
        """Whether some cells of a column lack the validation of the others."""
        return cells.data_validation.type in ("mixed_criteria", "inconsistent")

    def bare(self, cell: Range) -> bool:
        """Whether a cell has no validation."""
        return cell.data_validation.type == "none"


class MacExcel(Excel):
    """Excel for Mac, over Apple events."""

    def read_only(self, book: Book) -> bool:
        return bool(book.api.read_only.get())

    def protected(self, sheet: Sheet) -> bool:
        return bool(sheet.api.protect_contents.get())

    def values(self, cells: Range) -> list[list[Any]]:
        # xlwings 0.37.8 fails on err_to_str for blocks: errors are taken from the texts that the cells show
        found: list[list[Any]] = cells.options(ndim=2).value
        shown = cells.api.string_value.get()
        rows = shown if isinstance(shown, list) and shown and isinstance(shown[0], list) else [shown]
        if isinstance(shown, str):
            rows = [[shown]]
        elif cells.shape[1] == 1 and isinstance(shown, list) and not isinstance(shown[0], list):
            rows = [[text] for text in shown]
        return [
            [text if text in ERRORS else value for value, text in zip(row, texts, strict=True)]
            for row, texts in zip(found, rows, strict=True)
        ]

    def _rows_hidden(self, cells: Range) -> bool | None:
        return cells.rows.hidden


class LibreOffice(Excel):
    """LibreOffice, over UNO. ``api`` of xlcrm's engine gives UNO objects."""

    def read_only(self, book: Book) -> bool:
        return bool(book.api.isReadonly())

    def protected(self, sheet: Sheet) -> bool:
        return bool(sheet.api.isProtected())

    def filtered(self, table: Table) -> bool:
        """Never in the way: blocks are written to hidden rows as well."""
        return False

    def values(self, cells: Range) -> list[list[Any]]:
        found = super().values(cells)
        for row in found:
            for number, value in enumerate(row):
                if isinstance(value, str) and "\x01" in value and "\n" in value:
                    row[number] = value.replace("\x01", "\t")  # how LibreOffice gives tabs in texts of several lines
        return found

    def hidden(self, cells: Range) -> set[int]:
        lines = set(range(cells.row, cells.row + cells.shape[0]))
        for area in cells.api.queryVisibleCells().getRangeAddresses():
            lines -= set(range(area.StartRow + 1, area.EndRow + 2))
        return lines

    def _has_merged(self, cells: Range) -> bool:
        return bool(cells.api.IsMerged)

    def prepare(self, app: App) -> None:
        app.calculate()  # formulas of some writers are 0 until they are calculated once

    def unhide(self, cells: Range) -> None:
        cells.api.Rows.IsVisible = True

    def restore_validation(self, good: Range, lost: Range) -> None:
        lost.api.Validation = good.api.Validation

    def uneven(self, cells: Range) -> bool:
        return str(cells.api.getPropertyState("Validation").value) == "AMBIGUOUS_VALUE"

    def bare(self, cell: Range) -> bool:
        return str(cell.api.Validation.Type.value) == "ANY"


def program(book: Book) -> Excel:
    """The program that ``book`` is open in."""
    if book.app.engine.name == "calc":
        return LibreOffice()
    return MacExcel() if sys.platform == "darwin" else Excel()


def _split(cells: Range, ask: Any) -> set[int]:
    """The rows for which ``ask`` (True, False, or None for some of them) says True, found by halving."""
    found: set[int] = set()
    waiting, asked = [cells], 0
    while waiting:
        part = waiting.pop()
        height = part.shape[0]
        answer, asked = ask(part), asked + 1
        if answer is None and height > 1 and asked < MOST_SPLITS:
            waiting += [part[: height // 2, :], part[height // 2 :, :]]
        elif answer is not False:
            found |= set(range(part.row, part.row + height))
    return found
