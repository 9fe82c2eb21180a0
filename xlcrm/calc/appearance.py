"""How cells look."""

from __future__ import annotations

from typing import Any, TypeVar

from xlcrm.calc.block import Block
from xlcrm.calc.bridge import enum
from xlcrm.calc.font import Font
from xlcrm.calc.looks import HORIZONTAL, VERTICAL, characters, common, from_characters, from_points, from_rgb, points, to_rgb

Value = TypeVar("Value", float, bool)

MANY = 64  # lines looked at one by one; of more the first and the sum decide whether all are alike

ROWS_AT_ONCE = 100_000  # rows that LibreOffice may look at to fit widths


class Appearance(Block):
    """Formats, colours and sizes of a range."""

    @property
    def number_format(self) -> str | None:
        key = common(self.xl, "NumberFormat")
        return None if key is None else self.sheet.book.formats.code(key)

    @number_format.setter
    def number_format(self, code: str) -> None:
        self.xl.NumberFormat = self.sheet.book.formats.key(code)

    @property
    def color(self) -> tuple[int, int, int] | None:
        """The cells' own colour; None for none or several. Conditional formats lie over it and are not seen here."""
        return to_rgb(common(self.xl, "CellBackColor"))

    @color.setter
    def color(self, color: tuple[int, int, int] | str | int | None) -> None:
        self.xl.CellBackColor = from_rgb(color)

    def set_colors(self, colors: list[list[Any]]) -> None:
        """A colour for every cell: one call for all cells of the same colour."""
        from xlcrm.calc.addresses import rectangles

        places: dict[int, set[tuple[int, int]]] = {}
        for i, row in enumerate(colors):
            for j, color in enumerate(row):
                places.setdefault(from_rgb(color), set()).add((i, j))
        for number, cells in places.items():
            self.group(rectangles(cells)).CellBackColor = number

    @property
    def font(self) -> Font:
        return Font(self.xl)

    @property
    def wrap_text(self) -> bool | None:
        wrapped = common(self.xl, "IsTextWrapped")
        return None if wrapped is None else bool(wrapped)

    @wrap_text.setter
    def wrap_text(self, wrap: bool) -> None:
        self.xl.IsTextWrapped = bool(wrap)

    @property
    def horizontal_alignment(self) -> str | None:
        found = common(self.xl, "HoriJustify")
        return next((name for name, value in HORIZONTAL.items() if found is not None and value == found.value), None)

    @horizontal_alignment.setter
    def horizontal_alignment(self, alignment: str) -> None:
        if alignment not in HORIZONTAL:
            raise NotImplementedError(f"Calc has no alignment {alignment}.")
        self.xl.HoriJustify = enum("table.CellHoriJustify", HORIZONTAL[alignment])

    @property
    def vertical_alignment(self) -> str | None:
        found = common(self.xl, "VertJustify")
        return "bottom" if found == 0 else next((name for name, value in VERTICAL.items() if value == found), None)

    @vertical_alignment.setter
    def vertical_alignment(self, alignment: str) -> None:
        if alignment not in VERTICAL:
            raise NotImplementedError(f"Calc has no alignment {alignment}.")
        self.xl.VertJustify = VERTICAL[alignment]

    # sizes

    @property
    def column_width(self) -> float | None:
        lines = self.xl.Columns
        return _common([characters(lines.getByIndex(i).Width) for i in range(min(self.ncols, MANY))])

    @column_width.setter
    def column_width(self, width: float) -> None:
        self.xl.Columns.Width = from_characters(width)

    @property
    def row_height(self) -> float | None:
        lines = self.xl.Rows
        if self.nrows > MANY:
            first = lines.getByIndex(0).Height
            return points(first) if abs(self.xl.Size.Height - first * self.nrows) <= self.nrows else None
        return _common([points(lines.getByIndex(i).Height) for i in range(self.nrows)])

    @row_height.setter
    def row_height(self, height: float) -> None:
        self.xl.Rows.Height = from_points(height)

    @property
    def width(self) -> float:
        return points(self.xl.Size.Width)

    @property
    def height(self) -> float:
        return points(self.xl.Size.Height)

    @property
    def left(self) -> float:
        return points(self.xl.Position.X)

    @property
    def top(self) -> float:
        return points(self.xl.Position.Y)

    def autofit(self, axis: str | None = None) -> None:
        """Fit widths ("columns", "c"), heights ("rows", "r") or both; of whole rows only heights, of whole columns widths."""
        used = self._within_use()
        if axis in (None, "columns", "c") and not (axis is None and self.whole_rows):
            used.Columns.OptimalWidth = True
        if axis in (None, "rows", "r") and not (axis is None and self.whole_columns):
            used.Rows.OptimalHeight = True

    def _within_use(self) -> Any:
        """Of whole rows or columns only what is in use, as LibreOffice would look at a million of them."""
        if not (self.whole_rows or self.whole_columns or self.nrows > ROWS_AT_ONCE):
            return self.xl
        used = self.sheet.used_range
        bottom = min(self.row + self.nrows - 1, max(used.row + used.nrows - 1, self.row))
        right = min(self.column + self.ncols - 1, max(used.column + used.ncols - 1, self.column))
        return self.sheet.block(self.row, self.column, bottom - self.row + 1, right - self.column + 1).xl

    @property
    def row_hidden(self) -> bool | None:
        lines = self.xl.Rows
        return _common([not lines.getByIndex(i).IsVisible for i in range(min(self.nrows, MANY))])

    @row_hidden.setter
    def row_hidden(self, hidden: bool) -> None:
        self.xl.Rows.IsVisible = not hidden

    @property
    def column_hidden(self) -> bool | None:
        lines = self.xl.Columns
        return _common([not lines.getByIndex(i).IsVisible for i in range(min(self.ncols, MANY))])

    @column_hidden.setter
    def column_hidden(self, hidden: bool) -> None:
        self.xl.Columns.IsVisible = not hidden


def _common(found: list[Value]) -> Value | None:
    return found[0] if all(value == found[0] for value in found) else None
