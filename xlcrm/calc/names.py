"""Defined names, of a workbook or of one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.addresses import quoted
from xlcrm.calc.bridge import struct
from xlcrm.calc.formulas import to_calc, to_excel

if TYPE_CHECKING:
    from xlcrm.calc.books import Book
    from xlcrm.calc.cells import Range
    from xlcrm.calc.sheets import Sheet


class Names(base_classes.Names):
    """The names of ``sheet``, or of the whole ``book`` with those of its sheets, in alphabetical order."""

    def __init__(self, book: Book, sheet: Sheet | None = None) -> None:
        self.book = book
        self.sheet = sheet

    @property
    def api(self) -> Any:
        return (self.sheet.xl if self.sheet is not None else self.book.document).NamedRanges

    def _all(self) -> list[Name]:
        found = [Name(self.book, self.api.getByName(name), self.sheet) for name in self.api.ElementNames]
        if self.sheet is None:
            for sheet in self.book.sheets:
                found += Names(self.book, sheet)._all()
        return sorted(found, key=lambda name: (name.local.lower(), name.name))

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Name]:
        return iter(self._all())

    def _find(self, key: str) -> Name | None:
        scope, _, local = key.rpartition("!")
        if scope and self.sheet is None:
            return Names(self.book, self.book.sheets(_unquoted(scope)))._find(local)
        if self.api.hasByName(local):
            return Name(self.book, self.api.getByName(local), self.sheet)
        same = next((name for name in self.api.ElementNames if name.lower() == local.lower()), None)
        return Name(self.book, self.api.getByName(same), self.sheet) if same is not None else None

    def __call__(self, key: int | str) -> Name:
        found = self._find(key) if isinstance(key, str) else self._all()[key - 1]
        if found is None:
            raise KeyError(key)
        return found

    def contains(self, key: int | str) -> bool:
        return self._find(key) is not None if isinstance(key, str) else 1 <= key <= len(self)

    def add(self, name: str, refers_to: str) -> Name:
        """Define ``name``, or ``Sheet1!name`` for one sheet only; an older meaning of it is replaced."""
        scope, _, local = name.rpartition("!")
        if scope and self.sheet is None:
            return self.book.sheets(_unquoted(scope)).names.add(local, refers_to)
        if self.api.hasByName(local):
            self.api.removeByName(local)
        self.api.addNewByName(local, _content(refers_to), struct("table.CellAddress", 0, 0, 0), 0)
        return Name(self.book, self.api.getByName(local), self.sheet)


class Name(base_classes.Name):
    """One defined name."""

    def __init__(self, book: Book, xl: Any, sheet: Sheet | None) -> None:
        self.book = book
        self.xl = xl
        self.sheet = sheet

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def local(self) -> str:
        """The name without the sheet it belongs to."""
        return str(self.xl.Name)

    @property
    def name(self) -> str:
        return self.local if self.sheet is None else f"{quoted(self.sheet.name)}!{self.local}"

    @name.setter
    def name(self, name: str) -> None:
        self.xl.Name = name.rpartition("!")[2]

    def delete(self) -> None:
        owner = self.sheet.xl if self.sheet is not None else self.book.document
        owner.NamedRanges.removeByName(self.local)

    @property
    def refers_to(self) -> str:
        return to_excel(f"={self.xl.Content}")

    @refers_to.setter
    def refers_to(self, refers_to: str) -> None:
        self.xl.Content = _content(refers_to)

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for; ValueError if it stands for a value or a formula."""
        cells = self.xl.ReferredCells
        if cells is None:
            raise ValueError(f"{self.name} does not refer to cells.")
        return self.book.cells(cells.RangeAddress)


def _content(refers_to: str) -> str:
    return to_calc("=" + refers_to.removeprefix("=")).removeprefix("=")


def _unquoted(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
