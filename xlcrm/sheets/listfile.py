"""A list whose headers nobody declared: the largest table of any file, as columns of text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.model.rows import Cell
from xlcrm.sheets.sources import read
from xlcrm.sheets.sources.source import Note

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class ListFile:
    """``frame`` has a text column for each of ``headers``, named "0", "1", ... by their order; blanks are "".

    ``notes`` are what a person should know of the file.
    """

    name: str
    headers: list[str]
    frame: pl.DataFrame
    notes: list[Note] = field(default_factory=list)

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
    """The largest table of a file, read as sheets/sources reads any. BookError when it cannot be read or holds no rows."""
    import polars as pl

    source = read(path)
    table = max(source.tables, key=lambda one: len(one) * len(one.columns))
    texts = []
    for at in range(len(table.columns)):  # column by column, so that a million rows are not held twice
        texts.append(pl.Series(str(at), [_said(cell) for cell in table.columns[at]], pl.String))
        table.columns[at] = []
    return ListFile(path.stem, table.header, pl.DataFrame(texts), source.notes)


def _said(cell: Cell) -> str:
    """A cell as text: numbers without a false ".0", dates as YYYY-MM-DD."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
