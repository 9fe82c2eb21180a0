"""A workbook that lives in memory only: for tests and previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xlcrm.errors import BookError
from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.tables import TABLES
from xlcrm.sheets import design
from xlcrm.sheets.base import Selected
from xlcrm.sheets.cells import as_read, same
from xlcrm.sheets.layout import HEADER_ROW, TEMPLATE_VERSION


class MemoryBook:
    """A workbook as the template makes it, holding ``records`` (table key -> rows as field key -> cell).

    ``rows`` replace whole tables, with places, formulas and flaws of their own. Tables not given are there and blank.
    ``shown`` holds the keys of the result tables that are visible, ``said`` what the person was told or asked,
    ``answer`` what the person answers, ``folder`` the one they choose; ``saves`` counts the calls of ``save``; ``standing`` is
    where the person stands, ``gone`` where they were taken to, ``opened`` the other workbook that was opened for them.
    """

    def __init__(
        self,
        records: Mapping[str, Sequence[Mapping[str, Cell]]] | None = None,
        rows: Iterable[Rows] = (),
        language: str = "zh",
        settings: Mapping[str, str] | None = None,
        ours: bool = True,
        answer: bool = True,
    ) -> None:
        self.name, self.language, self.ours, self.answer = "memory.xlsx", language, ours, answer
        self.path: Path | None = None
        self.shown: set[str] = set()
        self.said: list[str] = []
        self.folder: Path | None = None
        self.saves = 0
        self.standing: Selected | None = None
        self.gone: tuple[str, str] | None = None
        self.opened: Path | None = None
        self._rows = {table.key: _blank(table, language) for table in TABLES}
        self._rows |= {item.table.key: item.copied() for item in rows}
        for key, given in (records or {}).items():
            self._add(self._rows[key], given)
        own = {"template": TEMPLATE_VERSION, "language": language} if ours else {}
        self._settings = {**own, **(settings or {})}

    def tables(self) -> tuple[Table, ...]:
        return TABLES

    def read(self, table: Table) -> Rows:
        return self._rows[table.key].copied()

    def write(self, rows: Rows, columns: Mapping[str, Sequence[Cell]]) -> None:
        self._check_ours()
        mine = self._rows[rows.table.key]
        places = {line: index for index, line in enumerate(mine.lines)}
        for key, cells in columns.items():
            if key not in rows.letters:
                continue
            column = mine.columns.setdefault(key, [None] * len(mine))
            for line, value in zip(rows.lines, cells, strict=True):
                index, new = places[line], as_read(value)
                if (index, key) not in mine.formulas and not same(column[index], new):
                    column[index] = new

    def replace(self, table: Table, records: Sequence[Mapping[str, Cell | Link]]) -> None:
        self._check_ours()
        self._rows[table.key] = _blank(table, self.language)
        self._add(self._rows[table.key], records)
        (self.shown.add if records else self.shown.discard)(table.key)

    def append(self, table: Table, records: Sequence[Mapping[str, Cell]]) -> Rows:
        self._check_ours()
        return self._add(self._rows[table.key], records)

    def _add(self, mine: Rows, records: Sequence[Mapping[str, Cell | Link]]) -> Rows:
        first = (mine.lines[-1] if mine.lines else HEADER_ROW) + 1
        lines = list(range(first, first + len(records)))
        new = Rows(mine.table, mine.sheet, lines, {}, dict(mine.letters), dict(mine.headers))
        for key in mine.letters:
            cells = [record.get(key) for record in records]
            new.columns[key] = [as_read(str(cell) if isinstance(cell, Link) else cell) for cell in cells]
            mine.columns.setdefault(key, [None] * len(mine)).extend(new.columns[key])
        for others in mine.others.values():
            others.extend([None] * len(records))
        mine.lines += lines
        return new.copied()

    def setting(self, name: str) -> str:
        return self._settings.get(name, "")

    def set_setting(self, name: str, value: str) -> None:
        self._check_ours()
        self._settings[name] = value

    def restore(self) -> tuple[str, ...]:
        """Nothing is ever pasted into memory."""
        self._check_ours()
        return ()

    def ready(self) -> None:
        self._check_ours()

    def save(self) -> None:
        self._check_ours()
        self.saves += 1

    def progress(self, sentence: str, done: int, total: int) -> None:
        """Nobody is watching."""

    def tell(self, sentence: str) -> None:
        self.said.append(sentence)

    def ask(self, sentence: str) -> bool:
        self.said.append(sentence)
        return self.answer

    def choose_folder(self, sentence: str, start: Path) -> Path | None:
        self.said.append(sentence)
        return self.folder

    def selected(self) -> Selected | None:
        return self.standing

    def go(self, sheet: str, place: str) -> None:
        self.gone = (sheet, place)

    def open(self, path: Path) -> None:
        self.opened = path

    def _check_ours(self) -> None:
        if not self.ours:
            raise BookError("sheets.foreign", path=self.name)


def _blank(table: Table, language: str) -> Rows:
    """A table without rows, its columns where the template puts them."""
    headers = {field.key: field.title(language) for field in table.fields}
    return Rows(table, table.title(language), [], {key: [] for key in headers}, design.places(table), headers)
