"""The cells of one sheet, by columns: what every reader of a sheet makes of it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import compress

from xlcrm.model.rows import Cell

WIDEST = 1_000  # columns read; whatever stands further right is nobody's customer list
MOST_CELLS = 60_000_000


@dataclass(slots=True)
class Grid:
    """The rows of a sheet that hold a value, by columns (number from 1 -> cells, each list as long as ``lines``).

    ``lines`` are the row numbers, rising. ``formulas`` holds (row number, column) of cells with a formula.
    """

    lines: list[int] = field(default_factory=list)
    columns: dict[int, list[Cell]] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    places: dict[int, int] = field(default_factory=dict)  # row number -> index, made when first needed

    def without(self, blank: set[int]) -> Grid:
        """The same cells without the rows at the indexes ``blank``."""
        keep = [index not in blank for index in range(len(self.lines))]
        columns = {number: list(compress(cells, keep)) for number, cells in self.columns.items()}
        return Grid(list(compress(self.lines, keep)), columns, self.formulas, self.hidden)

    def at(self, line: int, number: int) -> Cell:
        """The cell in row ``line``, column ``number``."""
        index = self._index(line)
        cells = self.columns.get(number)
        return cells[index] if index is not None and cells is not None else None

    def put(self, line: int, number: int, value: Cell) -> None:
        """Set the cell in row ``line``, column ``number``."""
        index = self._index(line)
        if index is None:
            index = bisect_left(self.lines, line)
            self.lines.insert(index, line)
            for cells in self.columns.values():
                cells.insert(index, None)
            if index == len(self.lines) - 1:
                self.places[line] = index
            else:
                self.places.clear()
        if number not in self.columns:
            self.columns[number] = [None] * len(self.lines)
        self.columns[number][index] = value

    def _index(self, line: int) -> int | None:
        if not self.places:
            self.places.update((number, index) for index, number in enumerate(self.lines))
        return self.places.get(line)

    def row(self, index: int) -> dict[int, Cell]:
        """The filled cells of the row at ``index`` of ``lines``."""
        return {number: cells[index] for number, cells in sorted(self.columns.items()) if cells[index] is not None}
