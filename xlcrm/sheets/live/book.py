"""A workbook that is open in Excel or LibreOffice as a Book: the person goes on working in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.model.tables import TABLES
from xlcrm.sheets.base import Selected
from xlcrm.sheets.gridbook import GridBook
from xlcrm.sheets.live.entries import one_cell
from xlcrm.sheets.live.faults import explained
from xlcrm.sheets.live.program import program
from xlcrm.sheets.live.sheet import LiveSheet

if TYPE_CHECKING:
    import xlwings


class LiveBook(GridBook[LiveSheet]):
    """The open workbook ``book`` (of xlwings).

    ``save`` writes the cells; where ``keep`` is true it also saves the file, as submitting needs: the workbook must
    not forget which rows are stored. Without it saving is left to the person, like after typing.

    What was read is compared before it is written over; a workbook changed meanwhile is left alone (BookError).
    """

    def __init__(self, book: xlwings.Book, keep: bool = True) -> None:
        self.book, self.keep = book, keep
        with explained(""):
            self.name = book.name
        with explained(self.name):
            place = str(book.impl.fullname)  # xlwings' own property insists on a local path for OneDrive
            online = place.lower().startswith(("http:", "https:"))
            self.stored = online or "/" in place or "\\" in place
            self.path: Path | None = Path(place) if self.stored and not online else None
            self._program = program(book)
            tabs = [(tab, tab.name) for tab in book.sheets]
        self._open([LiveSheet(tab, title, self.name, self._program) for tab, title in tabs])

    # -- saving ---------------------------------------------------------------------------------------------------

    def restore(self) -> tuple[str, ...]:
        """Put back dropdowns and limits that pasting took from some rows of a table, from the rows that kept them.

        A column that lost them everywhere, and colour rules, stay as they are: the closed file restores those.
        """
        self._check_ours()
        found = []
        for table in self.tables():
            place = self._place(table)
            if place is None or not place.sheet.grid.lines or (last := place.sheet.grid.lines[-1]) <= place.header:
                continue  # nothing was pasted
            bottom = max(last, place.list_range.ref[3] if place.list_range else 0)
            if place.sheet.restored(place.headers.fields.values(), place.header + 1, bottom):
                found.append(place.sheet.title)
        return tuple(found)

    def ready(self) -> None:
        self._check_ours()
        with explained(self.name):
            if self.keep and not self.stored:
                raise BookError("live.never_saved", path=self.name)
            if self._program.read_only(self.book):
                raise BookError("live.read_only", path=self.name)
            for sheet in self._sheets.values():
                sheet.unchanged()
            for table in TABLES:
                if listed := self._listed(table):  # any sheet may be written, of those read every row
                    listed[0].writable(filtered=table.stored and listed[0].loaded)

    def save(self) -> None:
        """Write the changes into the open workbook, and save its file where ``keep``.

        BookError before the first cell is touched when a sheet is protected, filtered or was changed meanwhile; a
        program that ends half way leaves what it saved last.
        """
        self._check_ours()
        with explained(self.name):
            dirty = [sheet for sheet in self._sheets.values() if sheet.dirty]
            for sheet in dirty:
                if sheet.changes:
                    sheet.writable()
                sheet.unchanged()
            app = self.book.app
            app.screen_updating = False
            try:
                for sheet in dirty:
                    sheet.flush()
            finally:
                with suppress(Exception):  # the first failure is the one to tell
                    app.screen_updating = True
            if self.keep:
                self._store()
        self._places.clear()

    def _store(self) -> None:
        try:
            self.book.save()
        except OSError as error:
            raise BookError("live.not_stored", path=self.name) from error

    # -- the person -----------------------------------------------------------------------------------------------

    def progress(self, sentence: str, done: int, total: int) -> None:
        shown = text("live.progress", self.language, sentence=sentence, done=done, total=total) if done < total else False
        with explained(self.name):
            self.book.app.status_bar = shown

    def tell(self, sentence: str) -> None:
        with explained(self.name):
            self.book.app.alert(sentence, title=text("live.title", self.language))

    def ask(self, sentence: str) -> bool:
        with explained(self.name):
            answer = self.book.app.alert(sentence, title=text("live.title", self.language), buttons="yes_no")
        return answer == "yes"

    def selected(self) -> Selected | None:
        with explained(self.name):
            cells = self.book.app.selection
            if cells is None or cells.sheet.book.name != self.name:
                return None
            return Selected(cells.sheet.name, cells.row, one_cell(cells, self._program))

    def go(self, sheet: str, place: str) -> None:
        with explained(self.name):
            tab = self.book.sheets[sheet]
            tab.activate()
            tab.range(place).select()


def attach(name: str = "", keep: bool = True) -> LiveBook:
    """The workbook in front of the person, or the open one called ``name`` (file name or full path).

    BookError when none is open, or several have that name.
    """
    import xlwings

    with explained(name):
        books = [book for app in xlwings.apps for book in app.books]
        if not books:
            raise BookError("live.no_book")
        if not name:
            return LiveBook(xlwings.books.active, keep)
        found = [book for book in books if book.impl.fullname == name] or [book for book in books if book.name == name]
    if not found:
        raise BookError("live.not_open", path=name)
    if len(found) > 1:
        raise BookError("live.same_name", path=name, count=len(found))
    return LiveBook(found[0], keep)
