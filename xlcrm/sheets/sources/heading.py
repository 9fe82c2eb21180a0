"""A header: the columns it stands over, and the several lines that it may have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import fold
from xlcrm.sheets.grid import Grid
from xlcrm.sheets.sources import words
from xlcrm.sheets.sources.page import Page
from xlcrm.sheets.sources.source import JOINED


@dataclass(slots=True)
class Heading:
    """The header of a table: the indexes of its first and last row, its column numbers and what they are called.

    ``last`` is ``first - 1`` for a table without a header. ``known`` counts the known headers; ``again`` holds indexes of
    rows that say the same once more.
    """

    first: int
    last: int
    numbers: list[int]
    texts: list[str]
    known: int
    again: list[int] = field(default_factory=list)

    def overlaps(self, other: Iterable[int]) -> bool:
        """Whether columns are shared."""
        return not set(self.numbers).isdisjoint(other)


def row_of(grid: Grid, index: int, numbers: Iterable[int]) -> list[Cell]:
    """The cells of a row in these columns."""
    return [grid.columns[number][index] for number in numbers]


def same(one: Heading, other: Heading) -> bool:
    """Whether a row says what the header said: lists are printed with it on every page."""
    texts = dict(zip(one.numbers, one.texts, strict=True))
    told = [(texts.get(number, ""), text) for number, text in zip(other.numbers, other.texts, strict=True) if text]
    return len(told) > 1 and sum(1 for a, b in told if fold(a.rpartition(JOINED)[2]) == fold(b)) >= 0.8 * len(told)


def second_line(page: Page, above: Heading, new: Heading) -> bool:
    """Whether a row below a header goes on with it: it stands under merged or blank cells, or says all in another language."""
    if _merges(page, above, above.last):
        return True
    upper = {number for number, text in zip(above.numbers, above.texts, strict=True) if text}
    lower = {number for number, text in zip(new.numbers, new.texts, strict=True) if text}
    if not lower <= upper:
        return bool(upper - lower)
    return 2 * above.known >= len(upper) and 2 * new.known >= len(lower) == len(upper)


def _merges(page: Page, heading: Heading, index: int) -> list[tuple[int, int, int, int]]:
    """The merged ranges that begin in the row and in the table's columns, but for one that spans nearly all of them."""
    line, numbers = page.grid.lines[index], heading.numbers
    wide = 0.8 * (numbers[-1] - numbers[0] + 1)
    return [
        box
        for box in page.merged
        if box[1] == line and numbers[0] <= box[0] <= numbers[-1] and (box[2] - box[0] + 1 < wide or len(numbers) < 3)
    ]


def extended(page: Page, heading: Heading) -> Heading:
    """The header with the lines above and below that belong to it."""
    grid = page.grid
    if heading.last < heading.first:
        return heading
    boxes = _merges(page, heading, heading.first)
    below = heading.last + 1
    deep = max((box[3] for box in boxes), default=0)
    wide = any(box[2] > box[0] and box[3] == box[1] for box in boxes)
    while below < len(grid.lines) and (
        grid.lines[below] <= deep or (wide and below == heading.first + 1) or _under(grid, heading, below)
    ):
        row = [cell for cell in row_of(grid, below, heading.numbers) if cell is not None]
        if any(words.valued(cell) for cell in row):
            break
        join(page, heading, below)
        below = heading.last + 1
    above = heading.first - 1
    if above >= 0 and grid.lines[above] == grid.lines[heading.first] - 1 and _bands(page, heading, above):
        upper = _carried(page, heading, above)
        heading.texts = [_joined(top, text) for top, text in zip(upper, heading.texts, strict=True)]
        heading.first = above
    return heading


def _under(grid: Grid, heading: Heading, index: int) -> bool:
    """Whether a row only names what the header leaves blank, under its parts of several columns."""
    if index != heading.first + 1 or grid.lines[index] != grid.lines[heading.first] + 1:
        return False
    texts = heading.texts
    blank = {at for at, text in enumerate(texts) if not text and any(texts[:at])}
    told = {at for at, cell in enumerate(row_of(grid, index, heading.numbers)) if cell is not None}
    heads = {at for at, text in enumerate(texts) if text and at + 1 in blank}
    return bool(blank) and blank <= told <= blank | heads


def _bands(page: Page, heading: Heading, index: int) -> bool:
    """Whether the row above names groups of columns: merged, or each followed by a blank cell."""
    row = row_of(page.grid, index, heading.numbers)
    told = [at for at, cell in enumerate(row) if cell is not None]
    if any(words.valued(row[at]) or words.LABELLED.fullmatch(words.said(row[at])) for at in told):
        return False
    boxes = [box for box in _merges(page, heading, index) if box[2] > box[0] or box[3] > box[1]]
    if any(box[3] > box[1] for box in boxes) or (boxes and len(told) > 1):
        return True
    return len(told) > 1 and all(b - a > 1 for a, b in pairwise(told)) and told[0] < 2


def _carried(page: Page, heading: Heading, index: int) -> list[str]:
    """The texts of a row of groups, each over all its columns."""
    row = [words.said(cell) for cell in row_of(page.grid, index, heading.numbers)]
    boxes = _merges(page, heading, index)
    if boxes:
        for left, _, right, _ in boxes:
            inside = [at for at, number in enumerate(heading.numbers) if left <= number <= right]
            for at in inside:
                row[at] = row[inside[0]]
        return row
    for at in range(1, len(row)):
        row[at] = row[at] or row[at - 1]
    return row


def join(page: Page, heading: Heading, index: int) -> None:
    """Let the header go on with the row at ``index``."""
    lower = [words.said(cell) for cell in row_of(page.grid, index, heading.numbers)]
    upper = _carried(page, heading, heading.first) if heading.last == heading.first else heading.texts
    if not _merges(page, heading, heading.first):
        upper = [top if low or own else "" for top, low, own in zip(upper, lower, heading.texts, strict=True)]
    heading.texts = [_joined(top, low) for top, low in zip(upper, lower, strict=True)]
    heading.last = index
    heading.known = sum(1 for text in heading.texts if words.known(text) or words.known(text.rpartition(JOINED)[2]))


def _joined(top: str, low: str) -> str:
    return top if not low or fold(low) == fold(top) else low if not top else f"{top}{JOINED}{low}"
