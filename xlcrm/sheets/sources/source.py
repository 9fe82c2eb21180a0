"""What a delivered file holds: its tables as plain columns, each cell with its address."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from xlcrm.model.rows import Cell

JOINED = " / "
"""Between the lines of a header of several lines, from the top: "联系信息 / 手机"."""

Note = tuple[str, dict[str, str]]
"""A key of the catalogue's area "sources" and the values of its sentence: what the reader should know about a file."""


@dataclass(slots=True)
class SourceTable:
    """The records of one table of a sheet, or of the forms on it, by columns.

    ``header[c]`` is what stands above column c ("" above nothing), ``columns[c][r]`` its value in record r and ``rows[r]``
    the row of the record (of a form: its first row), from 1. ``column_letters`` are those of the columns ("" in a form).
    ``table`` is the key of the declared table for a sheet of our own template, else "". ``places`` has the addresses of
    a form's cells, by record and column; ``sample`` says that a form has no place to be filled in but its column of
    examples. ``formulas`` holds (record, column) of cells that carry a formula.
    """

    sheet: str
    header: list[str]
    columns: list[list[Cell]]
    rows: list[int]
    column_letters: list[str]
    table: str = ""
    places: list[list[str]] | None = None
    sample: bool = False
    formulas: set[tuple[int, int]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def form(self) -> bool:
        """Whether the records were taken from forms: a label and beside it the value."""
        return self.places is not None

    def address(self, column: int, record: int) -> str:
        """Where the value of ``record`` in ``column`` stands, such as "B7"; "" where a form lacks the field."""
        if self.places is not None:
            return self.places[record][column]
        return f"{self.column_letters[column]}{self.rows[record]}"


@dataclass(slots=True)
class Source:
    """A file as read.

    ``kind``: "template" for one of our own workbooks, "form" when nothing but forms is in it, else "table". ``name`` is
    the file's name as it can be shown, ``digest`` the SHA-256 of its bytes in hexadecimal. ``settings`` are those of a template
    ("uid", "person", "language", ...).
    """

    path: Path
    kind: Literal["template", "table", "form"]
    tables: list[SourceTable]
    notes: list[Note] = field(default_factory=list)
    name: str = ""
    digest: str = ""
    size: int = 0
    modified: float = 0.0
    settings: dict[str, str] = field(default_factory=dict)
