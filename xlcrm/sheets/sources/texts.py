"""Text files: any encoding, any separator, read in pieces so that a million rows fit into memory."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell
from xlcrm.sheets.address import ROWS
from xlcrm.sheets.cells import LONGEST
from xlcrm.sheets.grid import MOST_CELLS, WIDEST, Grid
from xlcrm.sheets.sources import words
from xlcrm.sheets.sources.delivered import Delivered
from xlcrm.sheets.sources.kinds import encoding
from xlcrm.sheets.sources.page import Page, filled, texts
from xlcrm.sheets.sources.source import Note

SEPARATORS = ",;\t|，；、^~"
LONGEST_FIELD = 1 << 20
_TOP = 50  # rows that show the separator
_PIECE = 20_000  # rows at a time
_SWALLOWED = 100  # line breaks in a cell that come from a quotation mark nobody closed
_END = "\x1e"  # a record of our own at the end: inside an open quotation it is no record
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_FEW = 0.5  # a column whose piece holds fewer distinct cells than this share keeps each of them once

Watch = Callable[[int, int], None]


def text_page(file: Delivered, watch: Watch | None = None) -> tuple[Page, list[Note]]:
    """The rows of a text file, numbered as a spreadsheet would; BookError when they are more than a sheet holds."""
    csv.field_size_limit(LONGEST_FIELD)
    code = encoding(file.data)
    notes: list[Note] = []
    separator, skip = _separator(file, code)
    grid = _grid(file, code, separator, skip, csv.QUOTE_MINIMAL, watch)
    if grid is None:  # a quotation mark that nobody closed has swallowed rows: take the marks for letters
        grid = _grid(file, code, separator, skip, csv.QUOTE_NONE, watch)
        notes.append(("quotes", {}))
    if grid is None:
        raise BookError("sheets.damaged", part=file.name)
    if code == "gb18030" and any("\ufffd" in line for line in islice(_lines(file, code), 10_000)):
        notes.append(("letters_lost", {}))
    return Page(file.path.stem, grid), notes


def _lines(file: Delivered, code: str) -> Iterator[str]:
    """The lines of the file with their breaks; NULs, which old systems pad with, are left out."""
    for line in io.TextIOWrapper(io.BytesIO(file.data), code, "replace", newline=""):
        yield line.replace("\0", "") if "\0" in line else line


def _records(file: Delivered, code: str, separator: str, skip: int, quoting: int, rows: int | None = None) -> Iterator[list[str]]:
    def lines() -> Iterator[str]:
        yield from islice(_lines(file, code), skip, None)
        yield f"{_END}\n"

    return islice(csv.reader(lines(), delimiter=separator, quoting=quoting), rows)  # type: ignore[arg-type]  # one of csv's constants


def _separator(file: Delivered, code: str) -> tuple[str, int]:
    """The separator, and how many lines to leave out: the one that only names it ("sep=;")."""
    first = next(_lines(file, code), "")
    said = _SAID.fullmatch(first)
    if said:
        return said[1], 1
    best, most = ",", (0, 0.0)
    for mark in SEPARATORS:
        try:
            top = [row for row in _records(file, code, mark, 0, csv.QUOTE_MINIMAL, _TOP) if any(row) and row != [_END]]
        except csv.Error:
            continue
        known = max((sum(1 for cell in row if words.named(cell)) for row in top), default=0)
        wide = Counter(len(row) for row in top if len(row) > 1)
        width, count = max(wide.items(), key=lambda item: (item[1], item[0])) if wide else (1, 0)
        score = (known if known > 1 else 0, count / max(1, len(top)) * min(width, 30) * (1 if mark in ",;\t|" else 0.5))
        if score > most:
            best, most = mark, score
    return best, 0


def _grid(file: Delivered, code: str, separator: str, skip: int, quoting: int, watch: Watch | None) -> Grid | None:
    """The cells; None where a quotation was never closed."""
    columns: list[list[Cell]] = []
    known: list[dict[str, Cell]] = []
    records = _records(file, code, separator, skip, quoting)
    count, ended, total = 0, False, file.data.count(b"\n")
    try:
        while rows := list(islice(records, _PIECE)):
            if rows[-1] == [_END]:
                ended = True
                del rows[-1]
            raw = list(zip_longest(*(row[:WIDEST] for row in rows), fillvalue=""))
            if quoting == csv.QUOTE_MINIMAL and any(map(_swallowed, raw)):
                return None
            if count + len(rows) > ROWS:
                raise BookError("sources.too_many_rows", path=file.name, most=f"{ROWS:,}")
            if max(len(columns), len(raw)) * (count + len(rows)) > MOST_CELLS:
                raise BookError("sheets.too_large", path=file.name)
            while len(columns) < len(raw):
                columns.append([None] * count)
                known.append({})
            for at, column in enumerate(columns):
                column += _cells(raw[at], known[at]) if at < len(raw) else [None] * len(rows)
            count += len(rows)
            if watch is not None and count > _PIECE:
                watch(count, total)
    except csv.Error:
        return None
    if not ended:
        return None
    return filled(Grid(list(range(1, count + 1)), dict(enumerate(columns, 1))))


def _swallowed(cells: Sequence[str]) -> bool:
    """Whether a cell is longer than any or has too many lines."""
    if max(map(len, cells), default=0) <= _SWALLOWED:
        return False
    return any(len(cell) >= LONGEST or cell.count("\n") > _SWALLOWED for cell in cells)


def _cells(raw: Sequence[str], known: dict[str, Cell]) -> list[Cell]:
    """The cells of a piece of a column; of those that the column repeats, each text is kept once, in ``known``."""
    distinct = set(raw)
    if len(distinct) > _FEW * len(raw):
        return texts(raw)
    fresh = [text for text in distinct if text not in known]
    known.update(zip(fresh, texts(fresh), strict=True))
    return [known[text] for text in raw]
