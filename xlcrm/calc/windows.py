"""What belongs to a sheet's window and page rather than to its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

if TYPE_CHECKING:
    from xlcrm.calc.sheets import Sheet


def _controller(sheet: Sheet) -> Any:
    return sheet.book.document.CurrentController


def gridlines(sheet: Sheet, show: bool | None = None) -> bool:
    """Whether the window of ``sheet`` shows the grid; set it, for all sheets of the window, where ``show`` is given.

    ValueError for a hidden sheet: it has no window.
    """
    if not sheet.visible:
        raise ValueError(f"The sheet {sheet.name} is hidden.")
    if show is not None:
        _controller(sheet).ShowGrid = show
    return bool(_controller(sheet).ShowGrid)


class FreezePanes(base_classes.FreezePanes):
    """Rows and columns that stay when the sheet scrolls."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def freeze_at(self, frozen_range: str) -> None:
        """Keep everything up to the lower right corner of the range of this address in sight."""
        cells = self.sheet.range(frozen_range)
        rows = 0 if cells.whole_columns else cells.row + cells.nrows - 1
        columns = 0 if cells.whole_rows else cells.column + cells.ncols - 1
        self._freeze(columns, rows)

    def unfreeze(self) -> None:
        self._freeze(0, 0)

    def _freeze(self, columns: int, rows: int) -> None:
        controller = _controller(self.sheet)
        before = controller.ActiveSheet
        controller.setActiveSheet(self.sheet.xl)
        controller.freezeAtPosition(columns, rows)
        frozen = controller.hasFrozenPanes()
        controller.setActiveSheet(before)
        if frozen != bool(columns or rows):
            raise NotImplementedError("LibreOffice freezes panes only in a window that is shown.")


class PageSetup(base_classes.PageSetup):
    """What is printed."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def api(self) -> Any:
        return self.sheet.xl

    @property
    def print_area(self) -> str | None:
        return ",".join(self.sheet.book.cells(area).place() for area in self.sheet.xl.getPrintAreas()) or None

    @print_area.setter
    def print_area(self, address: str | None) -> None:
        parts = address.split(",") if address else []
        self.sheet.xl.setPrintAreas(tuple(self.sheet.range(part).xl.RangeAddress for part in parts))
