"""The rows of one table, taken from the cells of its sheet."""

from __future__ import annotations

from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell, Rows
from xlcrm.sheets.files.address import letters
from xlcrm.sheets.files.grid import Grid
from xlcrm.sheets.headers import Headers


def extract(grid: Grid, table: Table, title: str, header: int, found: Headers, floor: int) -> Rows:
    """The non-blank rows between ``header`` and ``floor`` (its last row), in the columns that ``found`` names.

    A row that holds nothing but other people's formulas is blank.
    """
    own = [grid.columns[number] for number in found.fields.values() if number in grid.columns]
    strange = [(number, grid.columns[number]) for number in found.others.values() if number in grid.columns]
    keep = [
        index
        for index, line in enumerate(grid.lines)
        if header < line <= floor
        and (
            any(cells[index] is not None for cells in own)
            or any(cells[index] is not None and (line, number) not in grid.formulas for number, cells in strange)
        )
    ]
    whole = bool(keep) and keep[-1] - keep[0] + 1 == len(keep)

    def cells(number: int) -> list[Cell]:
        column = grid.columns.get(number)
        if column is None:
            return [None] * len(keep)
        return column[keep[0] : keep[-1] + 1] if whole else [column[index] for index in keep]

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
