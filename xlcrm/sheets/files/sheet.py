"""One worksheet of a closed workbook: its cells read once, its changes buffered until they are patched in."""

from __future__ import annotations

import re
from functools import cached_property

from xlcrm.sheets.address import corners
from xlcrm.sheets.files.dates import date_styles
from xlcrm.sheets.files.grid import Values, read_grid
from xlcrm.sheets.files.package import Package
from xlcrm.sheets.files.patch import Formats, bounds, column_formats, hidden_columns, parted, patched_rows, widened
from xlcrm.sheets.files.strings import shared_strings
from xlcrm.sheets.files.workbook import Entry, ListObject, Workbook
from xlcrm.sheets.grid import Grid
from xlcrm.sheets.gridsheet import Corners, GridSheet

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


class Sheet(GridSheet):
    """The cells of ``entry``; ``put`` changes them, ``patch`` puts the changes into the package."""

    def __init__(self, source: Source, entry: Entry) -> None:
        super().__init__()
        self.source, self.entry = source, entry
        self._merged: list[Corners] = []

    @property
    def title(self) -> str:
        return self.entry.title

    @property
    def lists(self) -> tuple[ListObject, ...]:
        return self.entry.lists

    @cached_property
    def grid(self) -> Grid:
        """All cells with a value. Also notes the merged ranges."""
        part = self.entry.part
        sheet = self.source.package.part(part)
        start, end = bounds(sheet, part)
        found = (corners(ref.decode("ascii", "replace")) for ref in _MERGED.findall(sheet, end))
        self._merged = [ref for ref in found if ref is not None]
        return read_grid(sheet, start, end, self.source.values, self.source.package.path.name)

    @property
    def unseen(self) -> list[tuple[int, int]]:
        """The runs of columns that the sheet does not show."""
        part = self.entry.part
        sheet = self.source.package.part(part)
        return hidden_columns(sheet[: bounds(sheet, part)[0]])

    def merged(self, body: Corners) -> list[Corners]:
        left, top, right, bottom = body
        return [ref for ref in self._merged if ref[3] >= top and ref[1] <= bottom and ref[0] <= right and ref[2] >= left]

    def relink(self, left: int, top: int, right: int) -> None:
        self.patch((left, top, right))

    def show(self, visible: bool) -> None:
        self.source.book.show(self.entry, visible)

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
