"""Which column of a sheet is which field: by header, in both languages, with the synonyms people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import fold

SEARCHED = 20  # rows in which a header is looked for


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of one row: field key -> column number (from 1), field key -> its text, other header -> column number.

    ``twice`` holds (column, text) of columns whose field is already taken.
    """

    fields: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[int, str]] = field(default_factory=list)


@cache
def _names(key: str, table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """Folded header -> field key: the declared titles, and the synonyms that are not somebody else's title."""
    titles: dict[str, str] = {}
    synonyms: dict[str, str] = {}
    for item in table.fields:
        for title in (item.zh, item.en):
            titles.setdefault(fold(title), item.key)
    for item in table.fields:
        for synonym in item.synonyms:
            if fold(synonym) not in titles:
                synonyms.setdefault(fold(synonym), item.key)
    return titles, synonyms


def match(table: Table, row: Mapping[int, Cell]) -> Headers:
    """Recognise the cells of a header ``row`` (column number -> cell).

    A field's own title goes before a synonym, then left before right.
    """
    titles, synonyms = _names(table.key, table)
    found = Headers()
    cells = [(number, str(cell).strip()) for number, cell in sorted(row.items()) if cell is not None and str(cell).strip()]
    for number, text in cells:
        key = titles.get(fold(text))
        if key is not None and key not in found.fields:
            found.fields[key], found.texts[key] = number, text
    taken = set(found.fields.values())
    for number, text in cells:
        if number in taken:
            continue
        key = titles.get(fold(text)) or synonyms.get(fold(text))
        if key is not None and key not in found.fields:
            found.fields[key], found.texts[key] = number, text
        elif key is not None or text in found.others:
            found.twice.append((number, text))
        else:
            found.others[text] = number
    return found


def search(table: Table, rows: Mapping[int, Mapping[int, Cell]]) -> tuple[int, Headers]:
    """The row (number and headers) with the most recognised headers among the first ``SEARCHED``; (0, none) if no row has any.

    ``rows`` maps row numbers to their cells.
    """
    best, line = Headers(), 0
    for number, row in sorted(rows.items()):
        if number > SEARCHED:
            break
        found = match(table, row)
        if len(found.fields) > len(best.fields):
            best, line = found, number
    return line, best
