"""Reading a whole column: each distinct value once, the usual ones by one regular expression.

100,000 rows have few distinct dates, options and colleagues, and nearly all their names and phones are written
plainly; only what is neither repeated nor plain is read cell by cell (rules/clean).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, filterfalse

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.model.rows import Cell
from xlcrm.rules import clean
from xlcrm.rules.clean import amounts, codes, mail, names, phone
from xlcrm.rules.clean.text import ODD_LINE, ODD_LONG
from xlcrm.rules.clean.words import CLEAR, PLACEHOLDERS
from xlcrm.rules.reading import BLANK, Reading
from xlcrm.rules.rulebook import Rulebook

_PLAIN: dict[Kind, Callable[[Iterable[Cell]], dict[Cell, str]]] = {
    Kind.PHONE: phone.plain,
    Kind.EMAIL: mail.plain,
    Kind.USCC: codes.plain_uscc,
    Kind.DECIMAL: amounts.plain,
    Kind.INTEGER: amounts.plain_whole,
}
_WORDY = frozenset({Kind.TEXT, Kind.LONG, Kind.CUSTOMER, Kind.PERSON})
_WORDS = CLEAR | PLACEHOLDERS
_MARK = "\ue000"  # stands between the texts of a joined column: a private character that nobody types
_ENDS = ("", " ", "\n", "'")  # a text that begins or ends so may need trimming
_INSIDE = ("  ", " \n", "\n ")
# Every mobile holds the first, every identity number the first or the second; literal beginnings make them quick to find.
_DIGITS = (re.compile("1[3-9][0-9]{9}"), re.compile("20[0-9]{9}"))

Column = tuple[list[str | None], dict[int, Reading]]


def read_column(cells: Sequence[Cell], field: Field, book: Rulebook, parents: Sequence[str | None] | None = None) -> Column:
    """The canonical values of a column, and by row what is to be said about some of them.

    ``parents`` holds the codes that narrow a dependent option, row by row.
    """
    if cells.count(None) == len(cells):
        return [None] * len(cells), {}
    if parents is not None:
        return _dependent(cells, field, book, parents)
    distinct = set(cells)
    if not distinct.isdisjoint((True, False)) and bool in set(map(type, cells)):
        # True and 1.0 are one key of a dictionary but not one cell
        readings = [clean.read(cell, field, book) for cell in cells]
        return [reading.value for reading in readings], {i: reading for i, reading in enumerate(readings) if reading.code}
    if field.kind in _WORDY:
        found = {cell: clean.read(cell, field, book) for cell in _suspects(distinct, field)}
        column: list[str | None] = list(cells)  # type: ignore[arg-type]  # what is no text is suspect and replaced below
        odd = {}
        for i in compress(range(len(cells)), map(found.__contains__, cells)):
            reading = found[cells[i]]
            column[i] = reading.value
            if reading.code:
                odd[i] = reading
        return column, odd
    plain = _PLAIN[field.kind](distinct - _WORDS) if field.kind in _PLAIN else {}
    found = {cell: clean.read(cell, field, book) for cell in distinct.difference(plain)}
    values = plain | {cell: reading.value for cell, reading in found.items()}
    told = {cell: reading for cell, reading in found.items() if reading.code}
    rows = compress(range(len(cells)), map(told.__contains__, cells)) if told else ()
    return list(map(values.__getitem__, cells)), {i: told[cells[i]] for i in rows}


def _suspects(cells: set[Cell], field: Field) -> set[Cell]:
    """The cells that may be anything but clean text already: searches over all texts joined tell whether to look."""
    texts = [cell for cell in cells if type(cell) is str]
    suspects = cells.difference(texts, (None,))
    named = names.PLAIN.get(field.kind)
    suspects |= cells & (_WORDS if named or field.need in (Need.BLOCKING, Need.DUE) else CLEAR)
    joined = _MARK.join(texts)
    marked = joined.count(_MARK) >= len(texts)
    if named:
        suspects.update(filterfalse(named.fullmatch, texts))  # what is too long is not plain either
    else:
        suspects.update([text for text in texts if len(text) > field.longest])
        odd = (ODD_LONG if field.kind is Kind.LONG else ODD_LINE).search
        if marked or odd(joined) or not all(texts) or any(char in joined for char in _ENDS[1:]):
            suspects.update(text for text in texts if odd(text) or text[:1] in _ENDS or text[-1:] in _ENDS)
            suspects.update(text for text in texts if any(part in text for part in _INSIDE))
    if not field.sensitive:
        for digits in _DIGITS:
            if marked or digits.search(joined):
                suspects.update(filter(digits.search, texts))
    return suspects


def _dependent(cells: Sequence[Cell], field: Field, book: Rulebook, parents: Sequence[str | None]) -> Column:
    """Options that depend on another field: each pair of parent and text once."""
    known: dict[tuple[str | None, type, Cell], Reading] = {}
    column: list[str | None] = []
    odd: dict[int, Reading] = {}
    for i, (cell, parent) in enumerate(zip(cells, parents, strict=True)):
        if cell is None:
            column.append(None)
            continue
        key = (parent, type(cell), cell)
        reading = known.get(key)
        if reading is None:
            reading = known[key] = clean.read(cell, field, book, parent or "") or BLANK
        column.append(reading.value)
        if reading.code:
            odd[i] = reading
    return column, odd
