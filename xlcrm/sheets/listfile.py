"""Reading a list whose headers nobody declared: any headers, any kind, as columns of text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell
from xlcrm.sheets.grid import MOST_CELLS, WIDEST
from xlcrm.sheets.headers import SEARCHED
from xlcrm.sheets.sources.delivered import Delivered, fetch
from xlcrm.sheets.sources.kinds import Kind, encoding, kind
from xlcrm.sheets.sources.reading import read
from xlcrm.sheets.sources.texts import LONGEST_FIELD

if TYPE_CHECKING:
    import polars as pl

_DELIMITERS = ",;\t|"
_BLANK = re.compile(r"\n{2,}")
_HEAD = 1 << 18  # bytes in which the header is looked for


@dataclass(frozen=True, slots=True)
class ListFile:
    """``frame`` has a text column for each of ``headers``, named "0", "1", ... by their order; blanks are ""."""

    name: str
    headers: list[str]
    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def column(self, *positions: int) -> pl.Series:
        """The texts under one header; those under several (手机, 固话) joined by a space."""
        import polars as pl

        if len(positions) == 1:
            return self.frame.to_series(positions[0])
        return self.frame.select(pl.concat_str([pl.nth(at) for at in positions], separator=" ").str.strip_chars()).to_series()

    def sample(self, position: int, most: int = 200) -> list[str]:
        """The first texts under a header that are not blank."""
        import polars as pl

        filled = self.frame.select(pl.nth(position).str.strip_chars()).filter(pl.nth(0) != "")
        return [str(value) for value in filled.head(most).to_series()]

    def numbers(self, position: int) -> bool:
        """Whether a column can number the rows: a value everywhere, none twice."""
        column = self.frame.to_series(position)
        return not (column == "").any() and column.n_unique() == len(column)


def read_list(path: Path) -> ListFile:
    """The list in a text file, or the largest table of any other file that sheets/sources can read.

    In a text the header is the first of the first 20 rows that is about as full as they usually are. BookError when the file
    cannot be read or holds no rows.
    """
    file = fetch(path)
    found = _text(file) if kind(file) is Kind.TEXT else _sheet(path)
    if not found.frame.height:
        raise BookError("sheets.empty_list", path=file.name)
    return found


def _text(file: Delivered) -> ListFile:
    import polars as pl

    code = encoding(file.data)
    text = file.data.decode(code, "replace").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    csv.field_size_limit(LONGEST_FIELD)
    try:
        tops = {delimiter: _top(text, delimiter) for delimiter in _DELIMITERS}
    except csv.Error as error:
        raise BookError("sheets.damaged", part=file.name) from error
    # The delimiter under which the first rows are widest, and so the header fullest.
    delimiter = max(_DELIMITERS, key=lambda mark: max((_full(row) for _, row in tops[mark]), default=0))
    start, names = _header(tops[delimiter])
    width = len(names)
    if width > WIDEST or width * text.count("\n") > MOST_CELLS * 2:
        raise BookError("sheets.too_large", path=file.name)
    body = text.split("\n", start)[start] if text.count("\n", 0, _HEAD * 2) >= start else ""
    body = _BLANK.sub("\n", body).lstrip("\n")  # empty lines are no rows
    if not body:
        raise BookError("sheets.empty_list", path=file.name)
    try:
        frame = pl.read_csv(
            io.BytesIO(body.encode("utf-8", "replace")),
            has_header=False,
            separator=delimiter,
            schema={str(number): pl.String for number in range(width)},
            truncate_ragged_lines=True,
            missing_columns="insert",
        )
    except pl.exceptions.PolarsError as error:
        raise BookError("sheets.damaged", part=file.name) from error
    return ListFile(file.path.stem, names, frame.fill_null(""))


def _top(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records, each with the number of lines read by its end."""
    reader = csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=delimiter)
    return [(reader.line_num, row[: WIDEST + 1]) for row in islice(reader, SEARCHED)]


def _full(row: Sequence[object]) -> int:
    return sum(1 for cell in row if str(cell or "").strip())


def _header(rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[int, list[str]]:
    """The line after which the data begin, and the header's names."""
    found = list(rows)
    usual = median([_full(row) for _, row in found if _full(row)] or [0])
    for line, row in found:
        if usual and _full(row) >= usual * 0.8:
            return line, [str(cell).strip() for cell in row]
    return 0, []


def _sheet(path: Path) -> ListFile:
    import polars as pl

    table = max(read(path).tables, key=lambda one: len(one) * len(one.columns), default=None)
    if table is None:
        raise BookError("sheets.empty_list", path=path.name)
    columns = {str(at): [_said(cell) for cell in column] for at, column in enumerate(table.columns)}
    return ListFile(path.stem, table.header, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def _said(cell: Cell) -> str:
    """A cell as text: numbers without a false ".0", dates as YYYY-MM-DD."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
