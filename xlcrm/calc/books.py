"""Open workbooks of one app."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc import files
from xlcrm.calc.bridge import file_path, struct
from xlcrm.calc.looks import Formats
from xlcrm.calc.names import Names
from xlcrm.calc.sheets import Sheet, Sheets

if TYPE_CHECKING:
    from xlcrm.calc.apps import App
    from xlcrm.calc.cells import Range


class Books(base_classes.Books):
    """The spreadsheets open in an app, in the order of opening."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Any:
        return self.app.desktop.Components

    def _documents(self) -> list[Any]:
        found, components = [], self.app.desktop.Components.createEnumeration()
        while components.hasMoreElements():
            component = components.nextElement()
            if component.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                found.append(component)
        return sorted(found, key=lambda document: int(document.RuntimeUID))

    def of(self, document: Any) -> Book:
        """The book of a UNO document."""
        return Book(self.app, document)

    @property
    def current(self) -> Any:
        """The UNO document in front, or None when no spreadsheet is open."""
        component = self.app.desktop.getCurrentComponent()
        if component is not None and component.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            return component
        return next(reversed(self._documents()), None)

    @property
    def active(self) -> Book | None:
        document = self.current
        return None if document is None else self.of(document)

    def __iter__(self) -> Iterator[Book]:
        return (self.of(document) for document in self._documents())

    def __len__(self) -> int:
        return len(self._documents())

    def __call__(self, key: int | str) -> Book:
        """The book at a position from 1, or the one of a name or full name."""
        if not isinstance(key, str):
            return list(self)[key - 1]
        wanted = key.lower()
        for book in self:
            if wanted in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(key)

    def add(self) -> Book:
        document = files.new(self.app.desktop, self.app.visible)
        names = {book.name.lower() for book in self}
        number = 1
        while f"book{number}" in names:
            number += 1
        document.setTitle(f"Book{number}")
        return self._opened(document)

    def open(
        self,
        fullname: str | os.PathLike[str],
        update_links: bool | None = None,
        read_only: bool | None = None,
        format: str | None = None,
        password: str | None = None,
        *ignored: Any,
        **more: Any,
    ) -> Book:
        """Open a file; its macros do not run and its links are not followed unless the person allowed it in LibreOffice."""
        path = Path(fullname)
        document = files.open_document(self.app.desktop, path, bool(read_only), password, self.app.visible)
        return self._opened(document)

    def _opened(self, document: Any) -> Book:
        book = self.of(document)
        book.activate()
        return book


class Book(base_classes.Book):
    """One open workbook."""

    def __init__(self, app: App, document: Any) -> None:
        self._app = app
        self.document = document
        self.formats = Formats(document)

    @property
    def app(self) -> App:
        return self._app

    @property
    def api(self) -> Any:
        return self.document

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    @property
    def window(self) -> Any:
        """The UNO window that shows the book."""
        return self.document.CurrentController.Frame.ContainerWindow

    @property
    def fullname(self) -> str:
        return file_path(self.document.URL) if self.document.URL else str(self.document.Title)

    @property
    def name(self) -> str:
        return re.split(r"[\\/]", self.fullname)[-1]

    @property
    def selection(self) -> Range | None:
        """The selected cells, or None when something else is selected."""
        selected = self.document.CurrentSelection
        if selected is None or not hasattr(selected, "RangeAddress"):
            return None
        return self.cells(selected.RangeAddress)

    def cells(self, address: Any) -> Range:
        """The range at a UNO CellRangeAddress."""
        sheet = Sheet(self, self.document.Sheets.getByIndex(address.Sheet))
        height, width = address.EndRow - address.StartRow + 1, address.EndColumn - address.StartColumn + 1
        return sheet.block(address.StartRow + 1, address.StartColumn + 1, height, width)

    def activate(self) -> None:
        self.app.apps.front(self.app)
        frame = self.document.CurrentController.Frame
        frame.activate()
        self.app.desktop.setActiveFrame(frame)
        if self.app.visible:
            frame.ContainerWindow.toFront()

    def close(self) -> None:
        """Close without saving."""
        with suppress(Exception):  # LibreOffice vetoes while it is busy printing or saving
            self.document.setModified(False)
        self.document.close(True)

    def save(self, path: str | os.PathLike[str] | None = None, password: str | None = None) -> None:
        if path is None:
            path = self.fullname if self.document.URL else f"{self.name}.xlsx"
        files.save(self.document, Path(path), password)

    def to_pdf(self, path: str | os.PathLike[str], quality: str | None = None) -> None:
        files.export_pdf(self.document, Path(path))

    def groups(self, ranges: list[tuple[Any, int, int, int, int]]) -> Any:
        """One UNO object for many rectangles (sheet index, first row, first column, last row, last column; from 0)."""
        group = self.document.createInstance("com.sun.star.sheet.SheetCellRanges")
        addresses = tuple(struct("table.CellRangeAddress", s, c1, r1, c2, r2) for s, r1, c1, r2, c2 in ranges)
        group.addRangeAddresses(addresses, False)
        return group
