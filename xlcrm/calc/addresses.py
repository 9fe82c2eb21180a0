"""Cell addresses as Excel writes them."""

from __future__ import annotations

import re

ROWS, COLUMNS = 1_048_576, 16_384
CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.IGNORECASE)
COLUMN = re.compile(r"\$?([A-Z]{1,3})", re.IGNORECASE)
ROW = re.compile(r"\$?([0-9]{1,7})")


def column_number(letters: str) -> int:
    """ "A" -> 1, "XFD" -> 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 -> "A", 16384 -> "XFD"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def parse(address: str) -> tuple[int, int, int, int] | None:
    """Row, column, height, width of "A1", "$A$1:B2", "A:C" or "1:10"; None if it is no address (but perhaps a name)."""
    first, colon, last = address.partition(":")
    last = last if colon else first
    if (start := CELL.fullmatch(first)) and (end := CELL.fullmatch(last)):
        rows, columns = (int(start[2]), int(end[2])), (column_number(start[1]), column_number(end[1]))
    elif colon and (start := COLUMN.fullmatch(first)) and (end := COLUMN.fullmatch(last)):
        rows, columns = (1, ROWS), (column_number(start[1]), column_number(end[1]))
    elif colon and (start := ROW.fullmatch(first)) and (end := ROW.fullmatch(last)):
        rows, columns = (int(start[1]), int(end[1])), (1, COLUMNS)
    else:
        return None
    if min(rows) < 1 or max(rows) > ROWS or max(columns) > COLUMNS:
        return None
    return min(rows), min(columns), abs(rows[1] - rows[0]) + 1, abs(columns[1] - columns[0]) + 1


def write(row: int, column: int, nrows: int, ncols: int, row_absolute: bool = True, col_absolute: bool = True) -> str:
    """The address of a block."""
    dollar_row, dollar_column = "$" * row_absolute, "$" * col_absolute
    first = f"{dollar_column}{column_letters(column)}{dollar_row}{row}"
    if nrows == ncols == 1:
        return first
    if ncols == COLUMNS:
        return f"{dollar_row}{row}:{dollar_row}{row + nrows - 1}"
    if nrows == ROWS:
        return f"{dollar_column}{column_letters(column)}:{dollar_column}{column_letters(column + ncols - 1)}"
    return f"{first}:{dollar_column}{column_letters(column + ncols - 1)}{dollar_row}{row + nrows - 1}"


def quoted(sheet: str) -> str:
    """A sheet's name as a formula must write it."""
    return sheet if re.fullmatch(r"[^\W\d]\w*", sheet) and not CELL.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"


def rectangles(cells: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Disjoint rectangles (first row, first column, last row, last column) that cover exactly ``cells``.

    Runs down a column first, then equal runs of neighbouring columns joined.
    """
    runs: dict[tuple[int, int], list[int]] = {}
    columns: dict[int, list[int]] = {}
    for row, column in cells:
        columns.setdefault(column, []).append(row)
    for column, rows in sorted(columns.items()):
        rows.sort()
        start = rows[0]
        for row, following in zip(rows, [*rows[1:], -1], strict=True):
            if following != row + 1:
                runs.setdefault((start, row), []).append(column)
                start = following
    found = []
    for (top, bottom), places in runs.items():
        left = places[0]
        for column, following in zip(places, [*places[1:], -1], strict=True):
            if following != column + 1:
                found.append((top, left, bottom, column))
                left = following
    return found
