"""A closed workbook (.xlsx, .xlsm) as a Book: read in one pass, written by patching the touched cells only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlcrm.sheets.address import letters
from xlcrm.sheets.base import Selected
from xlcrm.sheets.files.package import Package
from xlcrm.sheets.files.sheet import Sheet, Source
from xlcrm.sheets.files.workbook import Workbook
from xlcrm.sheets.gridbook import GridBook

Watch = Callable[[str, int, int], None]


class FileBook(GridBook[Sheet]):
    """A closed workbook. ``said`` collects what ``tell`` was told: the caller shows it."""

    def __init__(self, path: Path, watch: Watch | None = None, package: Package | None = None) -> None:
        self._watch = watch
        self._package = package or Package(path)
        self.path: Path | None = self._package.path
        self.name = self._package.path.name.encode(errors="replace").decode()  # names in another encoding exist
        self._load()
        self.said: list[str] = []

    def _load(self) -> None:
        workbook = Workbook(self._package)
        source = Source(self._package, workbook)
        self._open(Sheet(source, entry) for entry in workbook.sheets)

    # -- saving ---------------------------------------------------------------------------------------------------

    def restore(self) -> tuple[str, ...]:
        from xlcrm.sheets.files.restore import restored

        self._check_ours()
        found = []
        for table in self.tables():
            place = self._place(table)
            if place is None:
                continue
            place.sheet.patch()
            where = {key: letters(number) for key, number in place.headers.fields.items()}
            bottom = max(place.list_range.ref[3] if place.list_range else 0, (place.sheet.grid.lines or [0])[-1])
            if restored(place.sheet.source, place.sheet.entry.part, table, self.language, where, place.header, bottom):
                found.append(place.sheet.title)
        return tuple(found)

    def ready(self) -> None:
        self._check_ours()
        self._package.guard()

    def save(self) -> None:
        self._check_ours()
        for sheet in self._sheets.values():
            sheet.patch()
        self._package.save()

    # -- the person -----------------------------------------------------------------------------------------------

    def progress(self, sentence: str, done: int, total: int) -> None:
        if self._watch is not None:
            self._watch(sentence, done, total)

    def tell(self, sentence: str) -> None:
        self.said.append(sentence)

    def ask(self, sentence: str) -> bool:
        """Nobody is there to answer: no."""
        self.said.append(sentence)
        return False

    def choose_folder(self, sentence: str, start: Path) -> Path | None:
        """Nobody is there to choose another one."""
        return start

    def selected(self) -> Selected | None:
        return None

    def go(self, sheet: str, place: str) -> None:
        """Nobody is looking."""

    def open(self, path: Path) -> None:
        """Nobody is looking."""


def open_book(path: Path | str, watch: Watch | None = None) -> FileBook:
    """Open a closed workbook (.xlsx, .xlsm); BookError says what is wrong with it and what to do.

    ``watch`` is told the progress of long steps (sentence, done, total).
    """
    return FileBook(Path(path), watch)
