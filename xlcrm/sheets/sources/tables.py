"""The tables and forms of one sheet."""

from __future__ import annotations

from itertools import chain

from xlcrm.sheets.address import letters
from xlcrm.sheets.sources.bodies import Body
from xlcrm.sheets.sources.forms import forms
from xlcrm.sheets.sources.heading import Heading
from xlcrm.sheets.sources.headings import headings, hits
from xlcrm.sheets.sources.page import Page
from xlcrm.sheets.sources.source import Note, SourceTable

_PROSE = 20  # characters from which on a text is no name


def tables(page: Page) -> tuple[list[SourceTable], list[Note]]:
    """What a sheet holds, from top to bottom, and what should be known about it. Sheets of prose hold nothing."""
    if not page.grid.lines:
        return [], []
    known = hits(page.grid)
    form, covered, notes = forms(page, known)
    found = [] if form is None else [form]
    heads = headings(page, known, covered)
    for at, heading in enumerate(heads):
        below = [other.first for other in heads[at + 1 :] if other.overlaps(heading.numbers)]
        below += [index for index, numbers in covered.items() if index > heading.last and heading.overlaps(numbers)]
        table, told = Body(page, heading, min(below, default=len(page.grid.lines))).table()
        if len(table) and (heading.known or _regular(table)):
            found.append(table)
            notes += told
            if not any(table.header):
                notes.append(("no_header", {"sheet": page.title}))
        elif not len(table) and heading.known > 1:
            notes.append(("no_rows", {"sheet": page.title}))
    notes += _beside(page, heads) if found and not covered else []
    return found, notes


def _regular(table: SourceTable) -> bool:
    """Whether a table with unknown headers looks like one: most cells are filled, and not with prose."""
    if len(table.columns) < 2:
        return False
    cells = [cell for column in table.columns for cell in column[:200] if cell is not None]
    rows = min(len(table), 200)
    prose = sum(1 for cell in cells if isinstance(cell, str) and len(cell) > _PROSE)
    return len(cells) * 2 >= rows * len(table.columns) and prose * 5 < len(cells)


def _beside(page: Page, heads: list[Heading]) -> list[Note]:
    """Columns beside the tables that hold something and were not read."""
    taken = set(chain.from_iterable(heading.numbers for heading in heads))
    first = min(heading.first for heading in heads)
    left = [
        number
        for number, cells in page.grid.columns.items()
        if number not in taken and any(cell is not None for cell in cells[first:])
    ]
    return [("beside", {"sheet": page.title, "columns": "、".join(letters(number) for number in sorted(left))})] if left else []
