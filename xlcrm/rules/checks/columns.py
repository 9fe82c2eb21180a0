"""Reading a whole column: each distinct value once, the usual ones by one regular expression.

100,000 rows have few distinct dates, options and colleagues, and nearly all their names and phones are written
plainly; only what is neither repeated nor plain is read cell by cell (rules/clean).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import compress

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.model.rows import Cell
from xlcrm.rules import clean
from xlcrm.rules.clean import amounts, codes, mail, names, phone
from xlcrm.rules.clean.text import ODD_LINE, ODD_LONG
from xlcrm.rules.clean.words import CLEAR, PLACEHOLDERS
from xlcrm.rules.reading import BLANK, Reading
from xlcrm.rules.rulebook import Rulebook

# What a column may hold without anybody looking closer, for kinds that are seldom the same twice ...
_SINGLE: dict[Kind, Callable[[Sequence[Cell]], list[str | None]]] = {
    Kind.PHONE: phone.plain,
    Kind.EMAIL: mail.plain,
    Kind.USCC: codes.plain_uscc,
}
# ... and for those that often are.
_NUMBER: dict[Kind, Callable[[Iterable[Cell]], dict[Cell, str]]] = {
    Kind.DECIMAL: amounts.plain,
    Kind.INTEGER: amounts.plain_whole,
}
_WORDY = frozenset({Kind.TEXT, Kind.LONG, Kind.CUSTOMER, Kind.PERSON})
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
    # A dictionary, not a set: it keeps the order, and reading a hundred thousand texts as they lie in memory is much quicker.
    distinct = {} if field.kind in _SINGLE else dict.fromkeys(cells)
    if (not distinct or True in distinct or False in distinct) and bool in set(map(type, cells)):
        # True and 1.0 are one key of a dictionary but not one cell
        readings = [clean.read(cell, field, book) for cell in cells]
        return [reading.value for reading in readings], {i: reading for i, reading in enumerate(readings) if reading.code}
    if field.kind in _SINGLE:
        column = _SINGLE[field.kind](cells)
        unsure = [i for i, value in enumerate(column) if value is None and cells[i] is not None]
        return _looked_at(cells, column, {cells[i] for i in unsure}, unsure, field, book)
    if field.kind in _WORDY:
        suspects = set(_suspects(distinct, field))
        # what is no text is suspect and replaced
        return _looked_at(cells, list(cells), suspects, _rows_with(suspects, cells), field, book)  # type: ignore[arg-type]
    plain = _NUMBER[field.kind](distinct) if field.kind in _NUMBER else {}
    found = {cell: clean.read(cell, field, book) for cell in distinct if cell not in plain}
    values = plain | {cell: reading.value for cell, reading in found.items()}
    odd = {cell: reading for cell, reading in found.items() if reading.code}
    return list(map(values.__getitem__, cells)), {i: odd[cells[i]] for i in _rows_with(odd, cells)}


def _rows_with(wanted: Collection[Cell], cells: Sequence[Cell]) -> Iterable[int]:
    """The rows whose cell is among ``wanted`` (a set or dictionary)."""
    return compress(range(len(cells)), map(wanted.__contains__, cells)) if wanted else ()


def _looked_at(
    cells: Sequence[Cell], column: list[str | None], suspects: set[Cell], rows: Iterable[int], field: Field, book: Rulebook
) -> Column:
    """``column`` with the suspect cells in its ``rows`` read one by one; each distinct cell once."""
    found = {cell: clean.read(cell, field, book) for cell in suspects}
    odd: dict[int, Reading] = {}
    for i in rows:
        reading = found[cells[i]]
        column[i] = reading.value
        if reading.code:
            odd[i] = reading
    return column, odd


def _suspects(distinct: Collection[Cell], field: Field) -> Iterator[Cell]:
    """The cells that may be anything but clean text: searches over all texts joined tell whether to look at each."""
    texts = [cell for cell in distinct if type(cell) is str]
    yield from [cell for cell in distinct if type(cell) is not str and cell is not None]
    named = names.PLAIN.get(field.kind)
    words = CLEAR | PLACEHOLDERS if named or field.need in (Need.BLOCKING, Need.DUE) else CLEAR
    yield from [word for word in words if word in distinct]
    joined = _MARK.join(texts)
    marked = joined.count(_MARK) >= len(texts)
    if named:
        yield from [text for text in texts if not named.fullmatch(text)]  # what is too long is not plain either
    else:
        yield from [text for text in texts if len(text) > field.longest]
        odd = (ODD_LONG if field.kind is Kind.LONG else ODD_LINE).search
        if marked or odd(joined) or not all(texts) or any(char in joined for char in _ENDS[1:]):
            yield from (text for text in texts if odd(text) or text[:1] in _ENDS or text[-1:] in _ENDS)
            yield from (text for text in texts if any(part in text for part in _INSIDE))
    if not field.sensitive:
        for digits in _DIGITS:
            if marked or digits.search(joined):
                yield from (text for text in texts if digits.search(text))


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
