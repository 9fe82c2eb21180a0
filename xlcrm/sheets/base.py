"""The one interface between xlcrm and any spreadsheet; a contract suite runs over every implementation.

Reads and writes are blocks: their number never grows with the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell, Link, Rows


@dataclass(frozen=True, slots=True)
class Selected:
    """Where the person stands: the sheet, its row number (from 1), what the first selected cell holds, how many rows are
    selected, and the first one's column as a number from 0.
    """

    sheet: str
    line: int
    cell: Cell
    rows: int = 1
    column: int = 0


class Book(Protocol):
    """A workbook: closed file, open in a spreadsheet program, or in memory.

    ``ours`` says whether it was made from our template: only then may it be written. Every change is buffered
    until ``save``.
    """

    name: str
    path: Path | None
    language: str
    ours: bool

    def tables(self) -> tuple[Table, ...]:
        """The declared tables that the workbook has, in the order of model/tables.py."""
        ...

    def read(self, table: Table) -> Rows:
        """The non-blank rows of ``table``, those below the table's own range included; BookError if it is not there."""
        ...

    def write(self, rows: Rows, columns: Mapping[str, Sequence[Cell]]) -> None:
        """Put ``columns`` (field key -> one cell per row of ``rows``) back where ``rows`` came from.

        Cells that already hold the value, and cells with a formula, stay as they are. A field the sheet has no
        column for is skipped. Text stays text, whatever it starts with.
        """
        ...

    def replace(self, table: Table, records: Sequence[Mapping[str, Cell | Link]]) -> None:
        """Make ``records`` the only rows of a result table and show its sheet (hide it again when there are none)."""
        ...

    def append(self, table: Table, records: Sequence[Mapping[str, Cell]]) -> Rows:
        """Add ``records`` below the last row of ``table``, extending it, and give them back with their places."""
        ...

    def setting(self, name: str) -> str:
        """A named setting of the workbook: "uid", "template", "language", "person", "store", "import", "receipt", "folder" ...

        "" if it is unset.
        """
        ...

    def set_setting(self, name: str, value: str) -> None: ...

    def restore(self) -> tuple[str, ...]:
        """Put back the dropdowns and colour rules that pasting destroyed; the names of the sheets that needed it."""
        ...

    def ready(self) -> None:
        """BookError if ``save`` would be refused now: open elsewhere, read-only, changed since it was read."""
        ...

    def save(self) -> None:
        """Make all changes permanent, at once or not at all; BookError if the workbook changed since it was read."""
        ...

    def progress(self, sentence: str, done: int, total: int) -> None:
        """Show how far a long step is; ``done`` == ``total`` takes the display away."""
        ...

    def tell(self, sentence: str) -> None: ...

    def ask(self, sentence: str) -> bool: ...

    def choose_folder(self, sentence: str, start: Path) -> Path | None:
        """Let the person choose a folder, beginning in ``start``; None where they choose none, ``start`` where nobody looks."""
        ...

    def selected(self) -> Selected | None:
        """Where the person stands; None where nobody is looking (a closed file)."""
        ...

    def go(self, sheet: str, place: str) -> None:
        """Take the person to a cell, such as ("客户基础信息表", "E12"); nothing happens where nobody is looking."""
        ...

    def open(self, path: Path) -> None:
        """Open another workbook in front of the person; nothing happens where nobody is looking."""
        ...
