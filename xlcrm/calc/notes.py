"""Notes at cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range
    from xlcrm.calc.sheets import Sheet


class Notes:
    """All notes of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.xl = sheet.xl.Annotations

    def __len__(self) -> int:
        return int(self.xl.Count)

    def __iter__(self) -> Iterator[Note]:
        for index in range(len(self)):
            place = self.xl.getByIndex(index).Position
            yield Note(self.sheet.block(place.Row + 1, place.Column + 1, 1, 1))

    def __call__(self, index: int) -> Note:
        return list(self)[index - 1]


class Note(base_classes.Note):
    """The note at one cell."""

    def __init__(self, location: Range) -> None:
        self._location = location
        self.cell = location.xl.getCellByPosition(0, 0)

    @property
    def location(self) -> Range:
        return self._location

    @property
    def api(self) -> Any:
        return self.cell.Annotation

    @property
    def author(self) -> str:
        return str(self.api.Author)

    @property
    def text(self) -> str:
        return str(self.api.String)

    @text.setter
    def text(self, text: str) -> None:
        self.api.String = text

    def delete(self) -> None:
        here, notes = self.cell.CellAddress, self._location.sheet.xl.Annotations
        for index in range(notes.Count):
            place = notes.getByIndex(index).Position
            if (place.Row, place.Column) == (here.Row, here.Column):
                notes.removeByIndex(index)
                return
