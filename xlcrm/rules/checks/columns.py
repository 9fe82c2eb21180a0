"""Reading a whole column: each distinct value once, the usual ones by one regular expression.

100,000 rows have few distinct dates, options and colleagues, and nearly all their names and phones are written
plainly; only what is neither repeated nor plain is read cell by cell (rules/clean).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.model.rows import Cell
from xlcrm.rules import clean
from xlcrm.rules.clean import amounts, codes, mail, names, phone
from xlcrm.rules.clean.text import ODD_LINE, ODD_LONG
from xlcrm.rules.clean.words import CLEAR, PLACEHOLDERS
from xlcrm.rules.reading import BLANK, Reading
from xlcrm.rules.rulebook import Rulebook

_PLAIN: dict[Kind, Callable[[Sequence[Cell]], list[str | None]]] = {
    Kind.PHONE: phone.plain,
    Kind.EMAIL: mail.plain,
    Kind.USCC: codes.plain_uscc,
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
    types = set(map(type, cells))
    if bool in types:
        # True and 1.0 are one key of a dictionary but not one cell
        readings = [clean.read(cell, field, book) for cell in cells]
        return [reading.value for reading in readings], {i: reading for i, reading in enumerate(readings) if reading.code}
    if field.kind in _WORDY:
        texts = cells if types == {str} else [cell for cell in cells if type(cell) is str]
        suspects: Iterable[Cell] = _suspects(texts, field)  # type: ignore[arg-type]
        if not types <= {str, type(None)}:
            suspects = {*suspects, *(cell for cell in cells if cell is not None and type(cell) is not str)}
        column: list[str | None] = list(cells)  # type: ignore[arg-type]  # what is no text is suspect and replaced below
        return _looked_at(cells, column, suspects, range(len(cells)) if suspects else (), field, book)
    if field.kind in _PLAIN:
        column = _PLAIN[field.kind](cells)
        rows = [i for i, value in enumerate(column) if value is None and cells[i] is not None]
        return _looked_at(cells, column, {cells[i] for i in rows}, rows, field, book)
    found = {cell: clean.read(cell, field, book) for cell in dict.fromkeys(cells)}
    values = {cell: reading.value for cell, reading in found.items()}
    odd = {cell: reading for cell, reading in found.items() if reading.code}
    column = list(map(values.__getitem__, cells))
    return column, {i: odd[cell] for i, cell in enumerate(cells) if cell in odd} if odd else {}


def _looked_at(
    cells: Sequence[Cell], column: list[str | None], suspects: Iterable[Cell], rows: Iterable[int], field: Field, book: Rulebook
) -> Column:
    """``column`` with those of its ``rows`` read one by one whose cell is among ``suspects``; each distinct cell once."""
    found = {cell: clean.read(cell, field, book) for cell in suspects}
    odd: dict[int, Reading] = {}
    for i in rows:
        reading = found.get(cells[i])
        if reading is not None:
            column[i] = reading.value
            if reading.code:
                odd[i] = reading
    return column, odd


def _suspects(texts: Sequence[str], field: Field) -> set[str]:
    """The texts that may be anything but clean already: searches over the whole column joined tell whether to look."""
    suspects = set(CLEAR.intersection(texts))
    named = names.PLAIN.get(field.kind)
    if named or field.need in (Need.BLOCKING, Need.DUE):
        suspects |= PLACEHOLDERS.intersection(texts)
    if texts and max(map(len, texts)) > field.longest:
        suspects.update(text for text in texts if len(text) > field.longest)
    joined = _MARK.join(texts)
    marked = joined.count(_MARK) >= len(texts)
    if named:
        suspects.update([text for text in texts if not named.fullmatch(text)])
    else:
        odd = (ODD_LONG if field.kind is Kind.LONG else ODD_LINE).search
        if marked or odd(joined) or not all(texts) or any(char in joined for char in _ENDS[1:]):
            suspects.update(text for text in texts if odd(text) or text[:1] in _ENDS or text[-1:] in _ENDS)
            suspects.update(text for text in texts if any(part in text for part in _INSIDE))
    if not field.sensitive:
        for digits in _DIGITS:
            if marked or digits.search(joined):
                suspects.update(text for text in texts if digits.search(text))
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
