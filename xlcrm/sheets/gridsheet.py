"""A sheet as a grid of cells read once, its changes buffered: what closed files and open books have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from xlcrm.model.rows import Cell, Link
from xlcrm.sheets.address import letters
from xlcrm.sheets.cells import as_read, same
from xlcrm.sheets.grid import Grid

Corners = tuple[int, int, int, int]
"""(first column, first row, last column, last row), from 1."""


class ListRange(Protocol):
    """An Excel table: its name, its corners with header and totals, and how many totals rows it has (0 or 1)."""

    @property
    def name(self) -> str: ...
    @property
    def ref(self) -> Corners: ...
    @property
    def totals(self) -> int: ...

    def resized(self, bottom: int, unfiltered: bool = False) -> None:
        """Let the table end in row ``bottom``; ``unfiltered`` also drops its filter criteria and sort order."""


class GridSheet:
    """The cells of one sheet; ``put`` and ``link`` buffer changes, a subclass takes them to where the sheet lives.

    ``changes`` maps row number -> column number -> the new value; ``links`` maps addresses to links, None while none
    were set; ``unhidden`` are rows to be shown again.
    """

    def __init__(self) -> None:
        self.changes: dict[int, dict[int, Cell | Link]] = {}
        self.links: dict[str, Link] | None = None
        self.unhidden: set[int] = set()

    @property
    def title(self) -> str:
        """The name on the sheet's tab."""
        raise NotImplementedError

    @property
    def lists(self) -> Sequence[ListRange]:
        """The Excel tables on the sheet."""
        raise NotImplementedError

    @property
    def grid(self) -> Grid:
        """All cells with a value."""
        raise NotImplementedError

    def merged(self, body: Corners) -> list[Corners]:
        """The merged ranges that touch ``body``."""
        raise NotImplementedError

    def relink(self, left: int, top: int, right: int) -> None:
        """Let the links set since the last time be the only ones from row ``top`` down, in these columns."""
        raise NotImplementedError

    def show(self, visible: bool) -> None:
        """Show or hide the sheet."""
        raise NotImplementedError

    def row(self, line: int) -> Mapping[int, Cell]:
        """The cells of row ``line`` by column number."""
        return {number: value for number in self.grid.columns if (value := self.grid.at(line, number)) is not None}

    def put(self, line: int, number: int, value: Cell | Link) -> None:
        """Change one cell, unless it holds the value already or a formula."""
        plain: Cell = as_read(str(value) if isinstance(value, Link) else value)
        if (line, number) in self.grid.formulas or (same(self.grid.at(line, number), plain) and not isinstance(value, Link)):
            return
        self.grid.put(line, number, plain)
        self.changes.setdefault(line, {})[number] = value

    def link(self, line: int, number: int, link: Link) -> None:
        """Write a cell that jumps elsewhere in the workbook."""
        self.put(line, number, link)
        if self.links is None:
            self.links = {}
        self.links[f"{letters(number)}{line}"] = link

    def drop_formulas(self, top: int, bottom: int, numbers: set[int]) -> None:
        """Clear the formulas in these rows and columns, so that values can take their place."""
        for line, number in [place for place in self.grid.formulas if top <= place[0] <= bottom and place[1] in numbers]:
            self.grid.formulas.discard((line, number))
            self.grid.put(line, number, None)
            self.changes.setdefault(line, {})[number] = None
