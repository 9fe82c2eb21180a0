"""Reading a whole column: each distinct value once, the usual ones by one regular expression.

100,000 rows have few distinct dates, options and colleagues, and nearly all their names and phones are written
plainly; only what is neither repeated nor plain is read cell by cell (rules/clean).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.model.rows import Cell
from xlcrm.rules import clean
from xlcrm.rules.clean import amounts, codes, mail, phone
from xlcrm.rules.clean.names import PLAIN_NAMES
from xlcrm.rules.clean.text import LONG_DIGITS, ODD_LINE, ODD_LONG
from xlcrm.rules.clean.words import CLEAR, PLACEHOLDERS
from xlcrm.rules.reading import BLANK, Reading
from xlcrm.rules.rulebook import Rulebook

_PLAIN: dict[Kind, Callable[[str], str | None]] = {
    Kind.PHONE: phone.plain,
    Kind.EMAIL: mail.plain,
    Kind.USCC: codes.plain_uscc,
}
_WORDY = frozenset({Kind.TEXT, Kind.LONG, Kind.CUSTOMER, Kind.PERSON})
_MARK = "\ue000"  # stands between the texts of a joined column: a private character that nobody types
_ENDS = ("", " ", "\n", "'")  # a text that begins or ends so may need trimming
_INSIDE = ("  ", " \n", "\n ")
_LOOSE = (*_INSIDE, *(f"{end}{_MARK}" for end in _ENDS[1:]), *(f"{_MARK}{end}" for end in _ENDS[1:]), _MARK * 2)

Column = tuple[list[str | None], dict[int, Reading]]


def read_column(cells: Sequence[Cell], field: Field, book: Rulebook, parents: Sequence[str | None] | None = None) -> Column:
    """The canonical values of a column, and by row what is to be said about some of them.

    ``parents`` holds the codes that narrow a dependent option, row by row.
    """
    if cells.count(None) == len(cells):
        return [None] * len(cells), {}
    if parents is not None:
        return _dependent(cells, field, book, parents)
    if bool in set(map(type, cells)):
        # True and 1.0 are one key of a dictionary but not one cell
        readings = [clean.read(cell, field, book) for cell in cells]
        return [reading.value for reading in readings], {i: reading for i, reading in enumerate(readings) if reading.code}
    distinct: dict[Cell, None] = dict.fromkeys(cells)
    if field.kind in _WORDY:
        return _words(cells, distinct, field, book)
    values: dict[Cell, str | None] = {}
    odd: dict[Cell, Reading] = {}
    plain = _PLAIN.get(field.kind)
    decimal = field.kind is Kind.DECIMAL
    for cell in distinct:
        value = amounts.plain_decimal(cell) if decimal else plain(cell) if plain is not None and type(cell) is str else None
        if value is None:
            reading = clean.read(cell, field, book)
            value = reading.value
            if reading.code:
                odd[cell] = reading
        values[cell] = value
    column = list(map(values.__getitem__, cells))
    return column, {i: odd[cell] for i, cell in enumerate(cells) if cell in odd} if odd else {}


def _words(cells: Sequence[Cell], distinct: dict[Cell, None], field: Field, book: Rulebook) -> Column:
    """Text: one search over the whole column joined shows which cells are worth reading."""
    texts = [cell for cell in distinct if type(cell) is str]
    found: dict[Cell, Reading] = {cell: clean.read(cell, field, book) for cell in distinct if type(cell) is not str}
    found.pop(None, None)
    for text in _suspects(texts, field):
        found[text] = clean.read(text, field, book)
    column: list[str | None] = list(cells)  # type: ignore[arg-type]  # every cell that is no str is replaced below
    if not found:
        return column, {}
    odd: dict[int, Reading] = {}
    for i, cell in enumerate(cells):
        if cell in found:
            reading = found[cell]
            column[i] = reading.value
            if reading.code:
                odd[i] = reading
    return column, odd


def _suspects(texts: list[str], field: Field) -> list[str]:
    """The texts that may be anything but clean already."""
    suspects = set(CLEAR.intersection(texts))
    if field.kind in PLAIN_NAMES or field.need in (Need.BLOCKING, Need.DUE):
        suspects |= PLACEHOLDERS.intersection(texts)
    if texts and max(map(len, texts)) > field.longest:
        suspects.update(text for text in texts if len(text) > field.longest)
    joined = _MARK.join(texts)
    marked = joined.count(_MARK) >= len(texts)
    if field.kind in PLAIN_NAMES:
        plain = PLAIN_NAMES[field.kind].fullmatch
        suspects.update(text for text in texts if not plain(text))
    else:
        odd = (ODD_LONG if field.kind is Kind.LONG else ODD_LINE).search
        if marked or odd(joined) or any(part in joined for part in _LOOSE) or joined[:1] in _ENDS or joined[-1:] in _ENDS:
            suspects.update(text for text in texts if odd(text) or text[:1] in _ENDS or text[-1:] in _ENDS)
            suspects.update(text for text in texts if any(part in text for part in _INSIDE))
    if not field.sensitive and (marked or LONG_DIGITS.search(joined)):
        suspects.update(text for text in texts if LONG_DIGITS.search(text))
    return list(suspects)


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
