"""Records and fields of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.cells import Range

if TYPE_CHECKING:
    from xlcrm.calc.tables import Table


class TableRow(base_classes.TableRow):
    """One record; ``index`` counts from 1."""

    index = 0

    def __init__(self, table: Table, index: int) -> None:
        self.table = table
        self.index = index

    @property
    def range(self) -> Range | None:
        return self.table.part(self.index - 1 + int(self.table.show_headers), 1)

    async def get_range(self) -> Range | None:
        return self.range

    def delete(self) -> None:
        """Take the record away; the last one leaves an empty row, for a table is never without rows."""
        cells = self.range
        if cells is not None and len(self.table.rows) > 1:
            cells.delete("up")
        elif cells is not None:
            cells.clear_contents()


class TableRows(base_classes.TableRows):
    """The records of a table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @property
    def column_count(self) -> int:
        return self.table.range.ncols

    def __len__(self) -> int:
        body = self.table.data_body_range
        return body.nrows if body is not None and not (body.nrows == 1 and body.blank) else 0

    async def get_count(self) -> int:
        return len(self)

    def __iter__(self) -> Iterator[TableRow]:
        return (TableRow(self.table, index + 1) for index in range(len(self)))

    def __call__(self, index: int) -> TableRow:
        if not 1 <= index <= len(self):
            raise IndexError(index)
        return TableRow(self.table, index)

    def add(self, values: Sequence[Any] | None, index: int | None) -> TableRow:
        """A new record before ``index``, or at the end; what stands below the table makes room."""
        table, whole, count = self.table, self.table.range, len(self)
        place = count + 1 if index is None else index
        row = whole.row + place - 1 + int(table.show_headers)
        new = whole.sheet.block(row, whole.column, 1, whole.ncols)
        if count:  # an empty table has its first row already
            if place <= count or table.show_totals or not new.blank:
                new.insert("down")
            table.resize(whole.sheet.block(whole.row, whole.column, whole.nrows + 1, whole.ncols))
            new.take_formats(whole.sheet.block(row - 1 if place > 1 else row + 1, whole.column, 1, whole.ncols))
        if values is not None:
            new.raw_value = [list(values)]
        return TableRow(table, place)


class TableColumn(base_classes.TableColumn):
    """One field; ``index`` counts from 1."""

    index = 0

    def __init__(self, table: Table, index: int) -> None:
        self.table = table
        self.index = index

    @property
    def name(self) -> str:
        return str(self.range.xl.getCellByPosition(0, 0).String)

    @name.setter
    def name(self, name: str) -> None:
        self.range.xl.getCellByPosition(0, 0).String = name

    @property
    def range(self) -> Range:
        whole = self.table.range
        return whole.sheet.block(whole.row, whole.column + self.index - 1, whole.nrows, 1)

    async def get_range(self) -> Range:
        return self.range

    def delete(self) -> None:
        """Take the column away; what stands right of the table stays beside it."""
        self.range.delete("left")

    @property
    def data_body_range(self) -> Range | None:
        body = self.table.data_body_range
        return None if body is None else body.sheet.block(body.row, body.column + self.index - 1, body.nrows, 1)


class TableColumns(base_classes.TableColumns):
    """The fields of a table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return self.table.range.ncols

    async def get_count(self) -> int:
        return len(self)

    def add(self, name: str, index: int | None = None) -> TableColumn:
        """A new field before column ``index``, or at the end; what stands right of the table makes room."""
        whole = self.table.range
        place = whole.ncols + 1 if index is None else index
        new = whole.sheet.block(whole.row, whole.column + place - 1, whole.nrows, 1)
        new.insert("right")
        self.table.resize(whole.sheet.block(whole.row, whole.column, whole.nrows, whole.ncols + 1))
        added = TableColumn(self.table, place)
        added.name = name
        return added

    def __iter__(self) -> Iterator[TableColumn]:
        return (TableColumn(self.table, index + 1) for index in range(len(self)))

    def __call__(self, key: int | str) -> TableColumn:
        for column in self:
            if key in (column.index, column.name):
                return column
        raise KeyError(key)

    def __contains__(self, key: int | str) -> bool:
        return any(key in (column.index, column.name) for column in self)
