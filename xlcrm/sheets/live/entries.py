"""Cells on their way from and to a spreadsheet program."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.sheets.grid import Grid
from xlcrm.sheets.live.program import ERRORS, Excel

if TYPE_CHECKING:
    from xlwings import Range

Block = list[list[Any]]
"""Values by rows, as xlwings gives and takes them."""
Texts = list[list[str]]
"""What was typed, by rows."""
# Text that no program takes for a number, date, formula or error when it is typed: no digit, no leading sign
_WORD = re.compile(r"(?!true\s*$|false\s*$)[^\d\s=+\-@'#.,%$¥￥€£(（][^\d]*", re.IGNORECASE)


def gridded(block: Block) -> Grid:
    """The rows of ``block``, which begins at A1, that hold a value."""
    rows = [[cell_of(value) for value in row] for row in block]
    lines = [line for line, row in enumerate(rows, 1) if any(value is not None for value in row)]
    columns = {number + 1: [rows[line - 1][number] for line in lines] for number in range(len(rows[0]) if rows else 0)}
    return Grid(lines, {number: cells for number, cells in columns.items() if any(cell is not None for cell in cells)})


def texts_of(cells: Range) -> Texts:
    """What was typed into ``cells``, by rows: formulas, and the other contents as text; "" for blank ones."""
    found = cells.formula
    rows = [[found]] if isinstance(found, str) else [row if isinstance(row, list | tuple) else [row] for row in found]
    if len(rows) > 1 and cells.shape[0] == 1:
        rows = [[row[0] for row in rows]]  # a single row comes flat
    return [[text if isinstance(text, str) else "" if text is None else str(text) for text in row] for row in rows]


def trimmed(texts: Texts) -> Texts:
    """``texts`` without blank rows at the bottom and blank cells on the right: the used area may shrink or grow by them."""
    rows = list(texts)
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((number for row in rows for number, text in enumerate(row, 1) if text), default=0)
    return [row[:width] for row in rows]


def cell_of(value: Any) -> Cell:
    """A value as the program gives it, as rows hold it."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        if value in ERRORS:
            return CellError(value)
        return None if not value or value.isspace() else value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int) and value < -2_146_000_000:  # an error of Excel that xlwings has no name for
        return CellError("#ERROR")
    return float(value)


def one_cell(cells: Range, program: Excel) -> Cell:
    """What the first of ``cells`` holds."""
    return cell_of(program.values(cells[0, 0])[0][0])


def is_word(value: Cell | Link) -> bool:
    """Whether a value stays what it is, whatever the cell's format."""
    return value is None or (isinstance(value, str) and _WORD.fullmatch(value) is not None)


def entered(value: Cell | Link, quoted: bool) -> object:
    """What is handed to the program; ``quoted`` where it takes text for typing."""
    if isinstance(value, Link):
        where = "#'" + value.sheet.replace("'", "''") + "'!" + value.place
        return '=HYPERLINK("{}","{}")'.format(where.replace('"', '""'), value.text[:255].replace('"', '""'))
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, str) and quoted and not _WORD.fullmatch(value):
        return f"'{value}"
    return value
