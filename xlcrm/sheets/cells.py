"""What a sheet makes of a value that is written into it."""

from __future__ import annotations

import re
from datetime import datetime

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell

LONGEST = 32_767  # characters a cell can hold
_UNKNOWN = re.compile("[\0\ud800-\udfff]")  # no file can hold them


def same(old: Cell, new: Cell) -> bool:
    """Whether a cell already holds the value; true is not 1, and moments count to the second."""
    if isinstance(old, datetime) and isinstance(new, datetime):
        return abs((old - new).total_seconds()) < 0.5
    return isinstance(old, bool) == isinstance(new, bool) and old == new


def as_read(value: Cell) -> Cell:
    """The value as it will be read back: whole numbers as floats, blank text as nothing, text no longer than a cell.

    BookError for a number that no cell can hold.
    """
    if isinstance(value, str):
        value = _UNKNOWN.sub("\ufffd", value[:LONGEST]).replace("\r\n", "\n").replace("\r", "\n")
        return None if not value or value.isspace() else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value != value or abs(value) >= 1e300:
            raise BookError("sheets.no_number", value=str(value))
        return float(value)
    return value
