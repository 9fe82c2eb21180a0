"""Where the tables of a sheet begin: their header rows, wherever they stand.

A row with two known headers and nothing that looks like a value is a header row. Where no row is, the first row that is
as full as the others and looks like words is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from statistics import median

from xlcrm.model.vocabularies import fold
from xlcrm.sheets.grid import Grid
from xlcrm.sheets.sources import words
from xlcrm.sheets.sources.heading import Heading, extended, join, row_of, same, second_line
from xlcrm.sheets.sources.page import Page

Hits = dict[int, dict[int, str]]
"""Index of a row -> column number -> the known header that stands there."""
TOP = 30  # rows in which a header is looked for
_SAMPLE = 20  # rows below a header that show which columns are in use
_REPEATS = 1_000  # a word that a column says more often is a value
_GAPS = 100  # blank rows after which another table is looked for


def hits(grid: Grid) -> Hits:
    """The known headers of a sheet: anywhere as they usually stand, near its top and below blank rows in any dress."""
    found: Hits = {}
    usual = words.usual()
    for number, column in grid.columns.items():
        for word in usual.intersection(column):
            index = -1
            for _ in range(count if (count := column.count(word)) <= _REPEATS else 0):
                index = column.index(word, index + 1)
                found.setdefault(index, {})[number] = words.known(word)
    for index in sorted(_looked_at(grid, found)):
        for number, column in grid.columns.items():
            if column[index] is not None and (name := words.named(column[index])):
                found.setdefault(index, {})[number] = name
    return found


def _looked_at(grid: Grid, found: Hits) -> set[int]:
    top = range(min(TOP, len(grid.lines)))
    clear = next((index for index in top if len(found.get(index, ())) > 2), len(top))
    after = [index + more for index in gaps(grid) for more in range(3) if index + more < len(grid.lines)]
    return {*top[: clear + 3], *after}


def gaps(grid: Grid) -> list[int]:
    """The indexes of the first rows that follow a blank one."""
    lines = grid.lines
    if not lines or lines[-1] - lines[0] == len(lines) - 1:
        return []
    return [index for index, (above, line) in enumerate(pairwise(lines), 1) if line - above > 1][:_GAPS]


def headings(page: Page, hits: Hits, forms: Mapping[int, set[int]]) -> list[Heading]:
    """The headers of a sheet from top to bottom; the rows and columns of ``forms`` (index -> columns) hold none."""
    grid = page.grid
    found: list[Heading] = []
    unnamed = _unnamed(grid, hits)
    for index in sorted({*unnamed, *(index for index, names in hits.items() if len(names) > 1)}):
        for numbers in _groups(grid, index, found):
            if not forms.get(index, set()).isdisjoint(numbers):
                continue
            above = next((one for one in reversed(found) if one.overlaps(numbers)), None)
            new = _heading(grid, index, numbers, hits.get(index, {}), above, index in unnamed)
            if new is None:
                continue
            if above is not None and above.last >= index:
                continue  # a line of a header that is known already
            if above is not None and same(above, new):
                above.again.append(index)
            elif above is not None and not _between(grid, above, index):
                if second_line(page, above, new):
                    join(page, above, index)
                elif new.known > above.known:
                    found[found.index(above)] = extended(page, new)
            else:
                found.append(extended(page, new))
    if not found and not forms and grid.lines:
        first = _first(grid, hits)
        found = [] if first is None else [extended(page, first)]
    return found


def _heading(
    grid: Grid, index: int, numbers: list[int], known: Mapping[int, str], above: Heading | None, sure: bool
) -> Heading | None:
    """The header in these columns of a row, None if it is none: below an open table it must be plainer than on free ground."""
    row = row_of(grid, index, numbers)
    filled = [cell for cell in row if cell is not None]
    count = sum(1 for number in numbers if number in known)
    values = sum(1 for cell in filled if words.valued(cell))
    names = [known[number] for number in numbers if number in known]
    new = Heading(index, index, numbers, [words.said(cell) for cell in row], count)
    if above is not None and (same(above, new) or not _between(grid, above, index)):
        return new if count > 1 and not values else None
    if sure:
        return new
    if len(set(names)) < 2 or values * 5 > len(filled):
        return None
    if above is not None and (values or (count < 3 and count < len(filled)) or count * 2 < len(filled)):
        return None
    return new


def _between(grid: Grid, above: Heading, index: int) -> bool:
    """Whether a row with cells in the table's columns stands between its header and ``index``."""
    return any(cell is not None for row in range(above.last + 1, index) for cell in row_of(grid, row, above.numbers))


def _groups(grid: Grid, index: int, found: Sequence[Heading] = ()) -> list[list[int]]:
    """The columns in use at a header row, apart where another table stands beside it: one of ``found`` or a new one."""
    until = min(index + 1 + _SAMPLE, len(grid.lines))
    used = [number for number in sorted(grid.columns) if any(cell is not None for cell in grid.columns[number][index:until])]
    runs = [[number for _, number in run] for _, run in groupby(enumerate(used), lambda pair: pair[1] - pair[0])]
    runs = [run for run in runs if any(cell is not None for cell in row_of(grid, index, run))]
    groups: list[list[int]] = []
    for run in runs:
        if groups and _under_one(found, groups[-1], run) and not _apart(grid, index, groups[-1], run):
            groups[-1] = [*groups[-1], *run]
        else:
            groups.append(run)
    return groups


def _under_one(found: Sequence[Heading], left: list[int], right: list[int]) -> bool:
    above = [next((one for one in reversed(found) if one.overlaps(run)), None) for run in (left, right)]
    return above[0] is above[1]


def _apart(grid: Grid, index: int, left: list[int], right: list[int]) -> bool:
    """Whether columns on both sides of a blank one are two tables: told by width, by headers said twice, by where they end."""
    if right[0] - left[-1] > 2:
        return True
    rows = [{fold(words.said(cell)) for cell in row_of(grid, index, run) if cell is not None} for run in (left, right)]
    if rows[0] & rows[1] or not any(row.isdisjoint(words.customer()) for row in rows):
        return True
    values = [sum(1 for cell in row_of(grid, index, run) if cell is not None and words.valued(cell)) for run in (left, right)]
    if (values[0] == 0) != (values[1] == 0):
        return True
    ends = [max(_end(grid, number) for number in run) for run in (left, right)]
    return abs(ends[0] - ends[1]) > max(2, 0.3 * (max(ends) - index))


def _end(grid: Grid, number: int) -> int:
    column = grid.columns[number]
    return next((index for index in range(len(column) - 1, -1, -1) if column[index] is not None), -1)


# -- headers nobody knows ---------------------------------------------------------------------------------------------


def _first(grid: Grid, hits: Hits) -> Heading | None:
    """The header of a sheet without known ones: its first full row of words; a table without a header if that is a record."""
    top = range(min(TOP, len(grid.lines)))
    counts = [sum(1 for column in grid.columns.values() if column[index] is not None) for index in top]
    usual = median(counts)
    for index in top:
        if counts[index] < 0.6 * usual or (counts[index] < 2 <= usual):
            continue
        numbers = max(_groups(grid, index), key=len)
        row = [cell for cell in row_of(grid, index, numbers) if cell is not None]
        texts = [words.said(cell) for cell in row_of(grid, index, numbers)]
        if usual < 2 and not hits.get(index):
            continue  # one column of words: prose
        if any(words.valued(cell) for cell in row) or len({fold(text) for text in texts if text}) < len(row):
            return Heading(index, index - 1, numbers, [""] * len(numbers), 0)
        return Heading(index, index, numbers, texts, len(hits.get(index, {})))
    return None


def _unnamed(grid: Grid, hits: Hits) -> set[int]:
    """Rows below a blank one that head a table though nobody knows their words: words above, values below."""
    found = set()
    for index in gaps(grid):
        row = {number: column[index] for number, column in grid.columns.items() if column[index] is not None}
        below = range(index + 1, min(index + 4, len(grid.lines)))
        if len(row) < 3 or not below or grid.lines[index + 1] != grid.lines[index] + 1:
            continue
        if len({fold(words.said(cell)) for cell in row.values()}) < len(row) or any(not isinstance(c, str) for c in row.values()):
            continue
        if any(words.valued(cell) or words.total(cell) or words.footer(cell) for cell in row.values()):
            continue
        contrast = sum(1 for number in row if all(words.valued(c) for i in below if (c := grid.columns[number][i]) is not None))
        if contrast * 3 >= len(row) and contrast:
            found.add(index)
    return found
