"""The cells of one sheet, read in a single pass over its XML.

Most rows of a real sheet look alike: the same columns with the same format and type. A regular expression made from a sample of
the sheet takes such rows in one match each; rows that look different are taken apart cell by cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell, CellError
from xlcrm.sheets.address import ROWS, column
from xlcrm.sheets.files.dates import moment
from xlcrm.sheets.files.markup import attributes, plain, runs, whole
from xlcrm.sheets.files.strings import filled
from xlcrm.sheets.grid import MOST_CELLS, WIDEST, Grid

CELL = re.compile(rb"<c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
ROW = re.compile(rb"<row(?=[\s/>])([^>]*?)(/?)>")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
_INLINE = re.compile(rb"<is>(.*?)</is>", re.DOTALL)
_PLACE = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,7})")
_SAMPLED = re.compile(rb'<c r="([A-Z]{1,3})[0-9]+"([^>]*)>(<v>|<is><t>|<is><t xml:space="preserve">)')
_SAMPLE = 1 << 14, 1 << 16  # bytes looked at in the beginning, the middle and the end: at least, at most
_OTHER = rb"<row(?=[\s/>])([^>]*?)(?:/>|>((?:[^<]++|<(?!/row>))*+)</row>)"
_NUMBER = rb"(-?[0-9]{1,20}(?:\.[0-9]{1,25})?(?:[Ee][+-]?[0-9]{1,2})?)"


@dataclass(frozen=True, slots=True)
class Values:
    """What a cell's XML needs to become a value: shared strings, date formats, first day."""

    strings: Sequence[str | None]
    dates: frozenset[int]
    since_1904: bool = False

    def moment(self, value: float) -> datetime | float:
        """The moment a date cell shows."""
        return moment(value, self.since_1904)

    def of(self, kind: bytes, style: bytes, inside: bytes) -> Cell:
        """The value of one cell from its type, format index and inner XML; None where there is none."""
        if kind == b"inlineStr":
            found = _INLINE.search(inside)
            return filled(runs(found[1])) if found else None
        found = _VALUE.search(inside)
        if found is None or not found[1]:
            return None
        text = found[1]
        if kind == b"s":
            number = whole(text.strip())
            return self.strings[number] if 0 <= number < len(self.strings) else None
        if kind == b"str":
            return filled(plain(text))
        if kind == b"b":
            return text.strip() in (b"1", b"true")
        if kind == b"e":
            return CellError(plain(text))
        try:
            if kind == b"d":
                return datetime.fromisoformat(plain(text).removesuffix("Z")).replace(tzinfo=None)
            value = float(text)
        except ValueError:
            return filled(plain(text))
        if not abs(value) < 1e300:  # not a number, endless, or more than a cell can hold
            return CellError("#NUM!")
        return self.moment(value) if whole(style) in self.dates else value


def read_grid(sheet: bytes, start: int, end: int, values: Values, name: str) -> Grid:
    """The cells of ``sheet[start:end]``, the inside of its ``<sheetData>``. Blank rows cost nothing where they end the sheet.

    BookError when that is more than any list; ``name`` is the workbook's.
    """
    last = max(sheet.rfind(b"</v>", start, end), sheet.rfind(b"</is>", start, end))
    end = sheet.find(b"</row>", last, end) + 6 if last >= 0 else start
    groups, usual = _usual(sheet, start, end, values)
    found = usual.findall(sheet, start, end)
    if len(found) * len(groups) > MOST_CELLS:
        raise BookError("sheets.too_large", path=name)
    grid = Grid(lines=[int(row[0] or 0) for row in found])
    odd: dict[int, dict[int, Cell]] = {}
    blank: set[int] = set()
    for index in [index for index, row in enumerate(found) if not row[0]]:
        tag, inside = found[index][-2:]
        named = attributes(tag)
        above = grid.lines[index - 1] if index else 0
        line = whole(named[b"r"], 0) if b"r" in named else above + 1
        grid.lines[index] = line
        if named.get(b"hidden") in (b"1", b"true"):
            grid.hidden.add(line)
        odd[index] = _cells(inside, line, values, grid) if inside and 0 < line <= ROWS else {}
        if not odd[index]:
            blank.add(index)
    before = 0
    for index, line in enumerate(grid.lines):  # rows that no sheet has, or out of order: no program would show them
        if before < line <= ROWS:
            before = line
        else:
            blank.add(index)
    for (place, convert), raw in zip(groups, list(zip(*found, strict=True))[1:-2], strict=bool(found)):
        new = convert(raw)
        old = grid.columns.get(place)
        grid.columns[place] = new if old is None else [a if a is not None else b for a, b in zip(new, old, strict=True)]
    size = len(grid.lines)
    for index, cells in odd.items():
        for place, value in cells.items():
            if place not in grid.columns:
                if len(grid.columns) * size > MOST_CELLS:
                    raise BookError("sheets.too_large", path=name)
                grid.columns[place] = [None] * size
            grid.columns[place][index] = value
    return grid.without(blank) if blank else grid


def _cells(row: bytes, line: int, values: Values, grid: Grid) -> dict[int, Cell]:
    """The filled cells of one row, whatever it looks like; notes its formulas in ``grid``."""
    found: dict[int, Cell] = {}
    number = 0
    for tag, inside in CELL.findall(row):
        named = attributes(tag)
        place = _PLACE.match(named.get(b"r", b""))
        number = column(place[1].decode()) if place else number + 1
        if number > WIDEST or not inside:
            continue
        if b"<f" in inside:
            grid.formulas.add((line, number))
        value = values.of(named.get(b"t", b"n"), named.get(b"s", b"0"), inside)
        if value is not None:
            found[number] = value
    return found


Convert = Callable[[Sequence[bytes]], list[Cell]]


def _usual(sheet: bytes, begin: int, end: int, values: Values) -> tuple[list[tuple[int, Convert]], re.Pattern[bytes]]:
    """The pattern of this sheet's usual row, and for each of its groups but the first and the last two, column and converter.

    The first group is the number of a usual row; the last two are the start tag and the inside of any other row.
    """
    seen: Counter[tuple[int, bytes, bytes, bytes]] = Counter()
    sample = min(max(_SAMPLE[0], (end - begin) // 32), _SAMPLE[1])
    for start in {begin, (begin + end) // 2, max(begin, end - sample)}:
        for name, tag, opener in _SAMPLED.findall(sheet, start, min(end, start + sample)):
            seen[column(name.decode()), name, tag, opener] += 1
    forms: dict[tuple[int, bytes], list[tuple[bytes, bytes, Convert]]] = {}
    rare = max(seen.values(), default=0) / 20
    for (number, name, tag, opener), count in seen.most_common():
        form = _form(tag, opener, values) if count > rare else None
        if form and number <= WIDEST and len(forms.setdefault((number, name), [])) < 2:
            forms[number, name].append((tag, *form))
    pattern, groups = [rb'<row r="([0-9]{1,7})"(?![^>]*\shidden="[1t])[^>]*>'], []
    for (number, name), found in sorted(forms.items()):
        filled_forms = b"|".join(re.escape(tag) + b">" + inside + b"</c>" for tag, inside, _ in found)
        pattern.append(rb'(?:<c r="%b[0-9]+"(?:%b|[^>]*/>))?' % (name, filled_forms))
        groups += [(number, convert) for _, _, convert in found]
    return groups, re.compile(b"".join(pattern) + b"</row>|" + _OTHER)


def _form(tag: bytes, opener: bytes, values: Values) -> tuple[bytes, Convert] | None:
    """The pattern of a cell's inside (one group) and the converter of its column, by type; None for rare types."""
    named = attributes(tag)
    kind = named.get(b"t", b"n")
    strings, size = values.strings, len(values.strings)

    def shared(raw: Sequence[bytes]) -> list[Cell]:
        try:
            return [strings[int(text)] if text else None for text in raw]
        except IndexError:
            return [strings[int(text)] if text and int(text) < size else None for text in raw]

    def number(raw: Sequence[bytes]) -> list[Cell]:
        return [float(text) if text else None for text in raw]

    def date(raw: Sequence[bytes]) -> list[Cell]:
        known: dict[bytes, Cell] = {text: values.moment(float(text)) for text in set(raw) if text}
        return [known[text] if text else None for text in raw]

    def text(raw: Sequence[bytes]) -> list[Cell]:
        return [filled(plain(item)) if item else None for item in raw]

    if kind == b"s" and opener == b"<v>":
        return rb"<v>([0-9]{1,9})</v>", shared
    if kind == b"n" and opener == b"<v>":
        style = named.get(b"s", b"0")
        return b"<v>" + _NUMBER + b"</v>", date if whole(style) in values.dates else number
    if kind == b"inlineStr" and opener != b"<v>":
        return re.escape(opener) + rb"([^<]*)</t></is>", text
    return None
