"""Which rows below a header are records: not totals, sections, hints, bare numbers, nor what stands under the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlcrm.model.rows import Cell
from xlcrm.sheets.address import column, letters
from xlcrm.sheets.sources import words
from xlcrm.sheets.sources.heading import Heading
from xlcrm.sheets.sources.page import Page
from xlcrm.sheets.sources.source import JOINED, Note, SourceTable

_TAIL = 40  # rows at the end of a table in which footers are looked for
_SHOWN = 8


class Body:
    """The rows of the table under ``heading`` up to the row at index ``end``."""

    def __init__(self, page: Page, heading: Heading, end: int) -> None:
        self.page, self.heading = page, heading
        self.lines = page.grid.lines
        self.first = heading.last + 1
        self.columns = [page.grid.columns[number][self.first : end] for number in heading.numbers]
        self.size = end - self.first
        self.skipped: dict[str, set[int]] = {}
        self._left: set[int] | None = None

    def table(self) -> tuple[SourceTable, list[Note]]:
        """The records with what should be known about them."""
        self._blank()
        self._skip("header_again", {index - self.first for index in self.heading.again})
        self._totals()
        self._hints()
        self._sections()
        self._tail()
        notes = [self._note(kind, rows) for kind, rows in self.skipped.items() if kind != "blank" and rows]
        filled = self._unmerged()
        left = self._left
        keep: Sequence[int] = range(self.size) if left is None else sorted(left)
        whole = left is None
        columns = self.columns if whole else [[cells[index] for index in keep] for cells in self.columns]
        rows = [self.lines[self.first + index] for index in keep]
        used = [at for at, text in enumerate(self.heading.texts) if text or any(cell is not None for cell in columns[at])]
        names = [letters(self.heading.numbers[at]) for at in used]
        found = SourceTable(self.page.title, [self.heading.texts[at] for at in used], [columns[at] for at in used], rows, names)
        notes += self._formulas(found)
        if filled:
            notes.append(("merged", {"sheet": self.page.title, "count": str(filled)}))
        unseen = [at for at in used if any(first <= self.heading.numbers[at] <= last for first, last in self.page.unseen)]
        if unseen:
            said = "、".join(self.heading.texts[at] or letters(self.heading.numbers[at]) for at in unseen)
            notes.append(("hidden_columns", {"sheet": self.page.title, "columns": said}))
        hidden = self.page.grid.hidden.intersection(rows)
        if hidden:
            notes.append(("hidden_rows", {"sheet": self.page.title, "count": str(len(hidden)), "rows": listed(hidden)}))
        return found, notes

    def _skip(self, kind: str, rows: Iterable[int]) -> None:
        rows = set(rows)
        if not rows:
            return
        if self._left is None:
            self._left = set(range(self.size))
        self.skipped.setdefault(kind, set()).update(rows & self._left)
        self._left -= rows

    def _row(self, index: int) -> list[tuple[int, Cell]]:
        """The filled cells of a row with their positions."""
        return [(at, cells[index]) for at, cells in enumerate(self.columns) if cells[index] is not None]

    def _blank(self) -> None:
        """Rows without a cell in these columns, and those that hold nothing but their running number."""
        numbering = {
            at for at, text in enumerate(self.heading.texts) if words.bare(text.rpartition(JOINED)[2]) in words.NUMBERING
        }
        others = [cells for at, cells in enumerate(self.columns) if at not in numbering]
        if any(None not in cells for cells in others):  # the usual case of a long list, found at once
            return
        bare = set(range(self.size))
        for cells in others:
            bare = {index for index in bare if cells[index] is None}
        blank = {index for index in bare if not self._row(index)}
        self._skip("blank", blank)
        if others:
            self._skip("only_number", {index for index in bare - blank if all(_number(cell) for _, cell in self._row(index))})

    def _totals(self) -> None:
        numbering = {at for at, text in enumerate(self.heading.texts) if words.bare(text) in words.NUMBERING}
        found = set()
        for cells in self.columns[:3]:
            said = {cell for cell in set(cells) if words.total(cell)}
            if said:
                found |= {index for index, cell in enumerate(cells) if cell in said}
        rows = set()
        for index in found:
            first = next((cell for at, cell in self._row(index) if at not in numbering or words.total(cell)), None)
            if words.total(first):
                rows.add(index)
        self._skip("totals", rows)

    def _hints(self) -> None:
        """Rows right below the header that say how to fill it in, or show an example."""
        for index in range(min(3, self.size)):
            row = [cell for _, cell in self._row(index)]
            if not row or not (words.hint(row[0]) if len(row) > 1 and words.example(row[0]) else all(map(words.hint, row))):
                return
            self._skip("hints", [index])

    def _sections(self) -> None:
        """Rows of one cell that head those below them: merged over the columns, or numbered as headings are."""
        numbers = self.heading.numbers
        wide = max(3, len(numbers) // 2)
        across = {box[1] for box in self.page.merged if box[2] - box[0] + 1 >= wide and box[0] in numbers}
        lines = {line: index for index, line in enumerate(self.lines[self.first : self.first + self.size])} if across else {}
        found = {lines[line] for line in across if line in lines and len(self._row(lines[line])) == 1}
        if len(self.columns) > 1:
            first = self.columns[0]
            said = {cell for cell in set(first) if words.section(cell)}
            found |= {index for index, cell in enumerate(first) if said and cell in said and len(self._row(index)) == 1}
        self._skip("sections", found)

    def _tail(self) -> None:
        """What stands under the last record: who made the list, remarks, the next table's title."""
        index = self.size - 1
        for _ in range(min(_TAIL, self.size)):
            if index < 0:
                return
            if self._left is None or index in self._left:
                row = self._row(index)
                if row and not self._below(index, row):
                    return
                self._skip("footers", [index])
            index -= 1

    def _below(self, index: int, row: list[tuple[int, Cell]]) -> bool:
        """Whether the last row left is no record."""
        cell = row[0][1]
        if words.footer(cell):
            return True
        if len(self.columns) < 3 or not isinstance(cell, str) or len(row) * 3 > len(self.columns) + 2:
            return False
        line = self.first + index
        apart = index == 0 or self.lines[line] - self.lines[line - 1] > 1
        if words.LABELLED.fullmatch(cell) and len(row) < 4:
            return apart or len(row) > 1 or not words.valued(cell)
        return len(row) == 1 and ((apart and not words.valued(cell)) or len(cell) > 60)

    def _unmerged(self) -> int:
        """Give each row of a merged cell its value; how many cells that fills."""
        deep = [box for box in self.page.merged if box[3] > box[1] and box[0] in self.heading.numbers]
        if not deep:
            return 0
        if self._left is None:
            self._left = set(range(self.size))
        places = {line: index for index, line in enumerate(self.lines[self.first : self.first + self.size])}
        count = 0
        for left, top, _, bottom in deep:
            if top not in places:
                continue
            cells = self.columns[self.heading.numbers.index(left)]
            value = cells[places[top]]
            for line in range(top + 1, bottom + 1) if value is not None else ():
                index = places.get(line)
                if index is not None and index in self._left and cells[index] is None:
                    cells[index] = value
                    count += 1
        return count

    def _formulas(self, found: SourceTable) -> list[Note]:
        formulas = self.page.grid.formulas
        if not formulas:
            return []
        records = {line: record for record, line in enumerate(found.rows)}
        places = {column(name): at for at, name in enumerate(found.column_letters)}
        found.formulas = {(records[line], places[n]) for line, n in formulas if line in records and n in places}
        blank = [record for record, at in found.formulas if found.columns[at][record] is None]
        rows = listed({found.rows[record] for record in blank})
        return [("formulas", {"sheet": self.page.title, "count": str(len(blank)), "rows": rows})] if blank else []

    def _note(self, kind: str, rows: set[int]) -> Note:
        lines = {self.lines[self.first + index] for index in rows}
        return kind, {"sheet": self.page.title, "count": str(len(lines)), "rows": listed(lines)}


def _number(cell: Cell) -> bool:
    return isinstance(cell, float) or (isinstance(cell, str) and cell.strip(" .、").isdigit())


def listed(lines: set[int]) -> str:
    """Row numbers for a sentence: the first few."""
    return "、".join(map(str, sorted(lines)[:_SHOWN])) + ("…" if len(lines) > _SHOWN else "")
