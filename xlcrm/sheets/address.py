"""Cell addresses: letters and numbers of columns, corners of ranges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

ROWS, COLUMNS = 1_048_576, 16_384
Box = tuple[int, int, int, int]
"""(first column, first row, last column, last row), from 1."""
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})$")


@cache
def column(letters: str) -> int:
    """The number of a column from 1: "A" is 1, "AA" 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@cache
def letters(number: int) -> str:
    """The letters of a column: 1 is "A"."""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


@lru_cache(4096)  # every press looks at each range of a sheet's dropdowns dozens of times
def corners(ref: str) -> Box | None:
    """(first column, first row, last column, last row) of "B4:D20" or "B4"; None if it is not such a range."""
    ends = [_CELL.match(part) for part in ref.split(":")]
    if not 1 <= len(ends) <= 2 or ends[0] is None or ends[-1] is None:
        return None
    left, top, right, bottom = column(ends[0][1]), int(ends[0][2]), column(ends[-1][1]), int(ends[-1][2])
    return (left, top, right, bottom) if 1 <= left <= right <= COLUMNS and 1 <= top <= bottom <= ROWS else None


def area(left: int, top: int, right: int, bottom: int) -> str:
    """The range with these corners, such as "B4:D20"."""
    return f"{letters(left)}{top}:{letters(right)}{bottom}"


def ranges(sqref: str) -> list[Box]:
    """The rectangles (left, top, right, bottom) of a list of ranges; what is no range is left out."""
    return [box for part in sqref.split() if (box := corners(part)) is not None]


def minus(boxes: Iterable[Box], cut: Box) -> list[Box]:
    """The rectangles without what ``cut`` covers."""
    left, top, right, bottom = cut
    rest = []
    for a, b, c, d in boxes:
        if c < left or a > right or d < top or b > bottom:
            rest.append((a, b, c, d))
            continue
        if b < top:
            rest.append((a, b, c, top - 1))
        if d > bottom:
            rest.append((a, bottom + 1, c, d))
        if a < left:
            rest.append((a, max(b, top), left - 1, min(d, bottom)))
        if c > right:
            rest.append((right + 1, max(b, top), c, min(d, bottom)))
    return rest


def covered(needed: Iterable[Box], boxes: Iterable[Box]) -> bool:
    """Whether ``boxes`` together hold all of ``needed``."""
    rest = list(needed)
    for box in boxes:
        rest = minus(rest, box)
    return not rest


def upto(boxes: Iterable[Box], bottom: int) -> list[Box]:
    """The rectangles without what lies below row ``bottom``."""
    return [(left, top, right, min(last, bottom)) for left, top, right, last in boxes if top <= bottom]
