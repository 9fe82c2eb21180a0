"""The rows of one table, taken from the cells of its sheet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell, Rows
from xlcrm.sheets.address import letters
from xlcrm.sheets.grid import Grid
from xlcrm.sheets.headers import Headers


def extract(grid: Grid, table: Table, title: str, header: int, found: Headers, floor: int) -> Rows:
    """The non-blank rows between ``header`` and ``floor`` (its last row), in the columns that ``found`` names.

    A row that holds nothing but other people's formulas is blank.
    """
    first, last = bisect_right(grid.lines, header), bisect_right(grid.lines, floor)
    own = [grid.columns[number][first:last] for number in found.fields.values() if number in grid.columns]
    if any(None not in cells for cells in own):  # nothing blank: the usual case of a long list, found at once
        keep: Sequence[int] = range(first, last)
    else:
        keep = _filled(grid, found, own, first, last)

    def cells(number: int) -> list[Cell]:
        column = grid.columns.get(number)
        if column is None:
            return [None] * len(keep)
        return column[first:last] if isinstance(keep, range) else [column[index] for index in keep]

    rows = Rows(
        table,
        title,
        [grid.lines[index] for index in keep],
        {key: cells(number) for key, number in found.fields.items()},
        {key: letters(number) for key, number in found.fields.items()},
        dict(found.texts),
        {text: cells(number) for text, number in found.others.items()},
    )
    if grid.formulas or grid.hidden:
        index_of = {line: index for index, line in enumerate(rows.lines)}
        keys = {number: key for key, number in found.fields.items()}
        rows.formulas = {(index_of[line], keys[n]) for line, n in grid.formulas if line in index_of and n in keys}
        rows.hidden = {index_of[line] for line in grid.hidden if line in index_of}
    return rows


def _filled(grid: Grid, found: Headers, own: Sequence[list[Cell]], first: int, last: int) -> list[int]:
    strange = [(number, grid.columns[number]) for number in found.others.values() if number in grid.columns]
    return [
        index
        for index in range(first, last)
        if any(cells[index - first] is not None for cells in own)
        or any(cells[index] is not None and (grid.lines[index], number) not in grid.formulas for number, cells in strange)
    ]
