"""One worksheet of a closed workbook: its cells read once, its changes buffered until they are patched in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlcrm.model.rows import Cell, Link
from xlcrm.sheets.cells import as_read, same
from xlcrm.sheets.files.address import corners, letters
from xlcrm.sheets.files.dates import date_styles
from xlcrm.sheets.files.grid import Grid, Values, read_grid
from xlcrm.sheets.files.package import Package
from xlcrm.sheets.files.patch import Formats, bounds, column_formats, parted, patched_rows, widened
from xlcrm.sheets.files.strings import shared_strings
from xlcrm.sheets.files.workbook import Entry, Workbook

_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([^"]*)"')


class Source:
    """What all sheets of one workbook share: shared strings and date formats."""

    def __init__(self, package: Package, book: Workbook) -> None:
        self.package, self.book = package, book

    @cached_property
    def dates(self) -> frozenset[int]:
        """The cell formats that show dates."""
        part = self.book.related("styles")
        return date_styles(self.package.part(part)) if part else frozenset()

    @cached_property
    def values(self) -> Values:
        """What turns cells into values."""
        part = self.book.related("sharedStrings")
        strings = shared_strings(self.package.part(part)) if part else []
        return Values(strings, self.dates, self.book.since_1904)


@dataclass
class Sheet:
    """The cells of ``entry``; ``put`` changes them, ``patch`` puts the changes into the package."""

    source: Source
    entry: Entry
    changes: dict[int, dict[int, Cell | Link]] = field(default_factory=dict)
    unhidden: set[int] = field(default_factory=set)
    links: dict[str, Link] | None = None
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    @cached_property
    def grid(self) -> Grid:
        """All cells with a value. Also notes the merged ranges."""
        part = self.entry.part
        sheet = self.source.package.part(part)
        start, end = bounds(sheet, part)
        found = (corners(ref.decode("ascii", "replace")) for ref in _MERGED.findall(sheet, end))
        self.merged = [ref for ref in found if ref is not None]
        return read_grid(sheet, start, end, self.source.values, self.source.package.path.name)

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

    def patch(self, cleared: tuple[int, int, int] | None = None) -> None:
        """Put the buffered changes into the package. ``cleared`` (first column, first row, last column) loses its old links."""
        if not self.changes and not self.unhidden and self.links is None:
            return
        package, part = self.source.package, self.entry.part
        head, rows, rest = parted(package.part(part), part)
        formats = Formats(self.source.dates, self.source.book.since_1904, column_formats(head))
        rows = patched_rows(rows, self.changes, formats, self.unhidden)
        if self.links is not None:
            from xlcrm.sheets.files.tail import Tail

            tail = Tail(head, rest, part)
            tail.set_links(self.links, cleared)
            rest = bytes(tail)
        package.put(part, widened(head, self.changes) + rows + rest)
        self.changes, self.unhidden, self.links = {}, set(), None
