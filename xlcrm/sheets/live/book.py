"""A workbook that is open in Excel or LibreOffice as a Book: the person goes on working in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.model.tables import TABLES
from xlcrm.sheets import design
from xlcrm.sheets.address import letters
from xlcrm.sheets.base import Selected
from xlcrm.sheets.gridbook import GridBook
from xlcrm.sheets.live import lean
from xlcrm.sheets.live.entries import one_cell
from xlcrm.sheets.live.faults import Opened, explained
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
        with explained("", book):
            self.name = book.name
            self._opened = Opened(self.name, book, program(book))
        with self._opened.explained():
            place = str(book.impl.fullname)  # xlwings' own property insists on a local path for OneDrive
            online = place.lower().startswith(("http:", "https:"))
            self.stored = online or "/" in place or "\\" in place
            self.path: Path | None = Path(place) if self.stored and not online else None
            tabs = [(tab, tab.name) for tab in book.sheets]
            tables = self._opened.program.tables(book)
        self._open([LiveSheet(tab, title, self._opened, tables.get(title, ())) for tab, title in tabs])

    # -- saving ---------------------------------------------------------------------------------------------------

    def restore(self) -> tuple[str, ...]:
        """Put back the dropdowns, limits and colour rules that pasting destroyed; the names of the sheets that needed it."""
        self._check_ours()
        found = []
        for table in self.tables():
            place = self._place(table)
            if place is None or not place.sheet.grid.lines or (last := place.sheet.grid.lines[-1]) <= place.header:
                continue  # nothing was pasted
            bottom = max(last, place.list_range.ref[3] if place.list_range else 0)
            where = {key: letters(number) for key, number in place.headers.fields.items()}
            limits = design.validations(table, self.language, where, place.header)
            numbers = {place.headers.fields[one.key]: one for one in limits}
            colours = design.colour_rules(table, self.language, where, place.header)
            if place.sheet.restored(numbers, colours, place.header + 1, bottom):
                found.append(place.sheet.title)
        return tuple(found)

    def ready(self) -> None:
        self._check_ours()
        with self._opened.explained():
            if self.keep and not self.stored:
                raise BookError("live.never_saved", path=self.name)
            if self._opened.program.read_only(self.book):
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
        with self._opened.explained():
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
        with self._opened.explained():
            self.book.app.status_bar = shown

    def tell(self, sentence: str) -> None:
        with self._opened.explained():
            self.book.app.alert(sentence, title=text("live.title", self.language))

    def ask(self, sentence: str) -> bool:
        with self._opened.explained():
            answer = self.book.app.alert(sentence, title=text("live.title", self.language), buttons="yes_no")
        return answer == "yes"

    def choose_folder(self, sentence: str, start: Path) -> Path | None:
        with self._opened.explained():
            chosen = self._opened.program.choose_folder(self.book.app, sentence, str(start))
        return Path(chosen) if chosen else None

    def selected(self) -> Selected | None:
        with self._opened.explained():
            cells = self.book.app.selection
            if cells is None or cells.sheet.book.name != self.name:
                return None
            first = one_cell(cells, self._opened.program)
            return Selected(cells.sheet.name, cells.row, first, cells.rows.count, cells.column - 1)

    def go(self, sheet: str, place: str) -> None:
        with self._opened.explained():
            tab = self.book.sheets[sheet]
            tab.activate()
            tab.range(place).select()

    def open(self, path: Path) -> None:
        with self._opened.explained():
            self.book.app.books.open(path).activate()


def attach(name: str = "", keep: bool = True) -> LiveBook:
    """The open workbook called ``name`` (file name or full path); without one the workbook whose button was pressed in
    Excel, else the one in front of the person.

    BookError when none is open, or several have that name: never a guess.
    """
    lean.load()
    import xlwings

    window = ""
    if not name:
        name, window = caller(sys.argv)
    with explained(name):
        apps = list(xlwings.apps)
        pressed = [app for app in apps if str(app.hwnd) == window] if window else []
        books = [book for app in pressed or apps for book in app.books]
        if not books:
            raise BookError("live.no_book")
        if not name:
            return LiveBook(xlwings.books.active, keep)
        wanted = normalize("NFC", name)  # the Mac spells names in pieces
        found = [book for book in books if normalize("NFC", book.impl.fullname) == wanted]
        found = found or [book for book in books if normalize("NFC", book.name) == wanted]
    if not found:
        raise BookError("live.not_open", path=name)
    if len(found) > 1:
        raise BookError("live.same_name", path=name, count=len(found))
    return LiveBook(found[0], keep)


def caller(words: Sequence[str]) -> tuple[str, str]:
    """The workbook whose button was pressed: its name, and its Excel's window, from xlwings' words on the command line.

    xlwings' own Book.caller() takes what stands between the first two = for the name. ("", "") outside of Excel.
    """
    told = dict(word[2:].split("=", 1) for word in words if word.startswith(("--wb=", "--hwnd=")))
    return told.get("wb", "").strip(), told.get("hwnd", "").strip()
