"""Tables: Excel's ListObjects, which LibreOffice loads as database ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from xlcrm.calc.autofilter import AutoFilter
from xlcrm.calc.cells import Range
from xlcrm.calc.moving import unwrapped
from xlcrm.calc.sorting import sort_rows
from xlcrm.calc.tableparts import TableColumns, TableRows

if TYPE_CHECKING:
    from xlcrm.calc.sheets import Sheet


class Tables(base_classes.Tables):
    """The tables of one sheet, from top to bottom and left to right."""

    def __init__(self, sheet: Sheet) -> None:
        self._parent = sheet
        self.xl = sheet.book.document.DatabaseRanges

    @property
    def parent(self) -> Sheet:
        return self._parent

    @property
    def api(self) -> Any:
        return self.xl

    def of(self, area: Any) -> Table:
        """The table of a UNO database range, on whichever sheet it is."""
        place = area.DataArea.Sheet
        return Table(self.parent if place == self.parent.place else self.parent.book.sheets(place + 1), area)

    def _all(self) -> list[Table]:
        areas = (self.xl.getByIndex(index) for index in range(self.xl.Count))
        places = [(area.DataArea, area) for area in areas]
        here = [(at.StartRow, at.StartColumn, area) for at, area in places if at.Sheet == self.parent.place]
        return [Table(self.parent, area) for _, _, area in sorted(here, key=lambda found: found[:2])]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Table]:
        return iter(self._all())

    def __call__(self, key: int | str) -> Table:
        if not isinstance(key, str):
            return self._all()[key - 1]
        if self.xl.hasByName(key) and (area := self.xl.getByName(key)).DataArea.Sheet == self.parent.place:
            return Table(self.parent, area)
        found = next((table for table in self if table.name.lower() == key.lower()), None)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: int | str) -> bool:
        try:
            self(key)
        except (KeyError, IndexError):
            return False
        return True

    def add(
        self,
        source_type: Any = None,
        source: Range | None = None,
        link_source: Any = None,
        has_headers: bool | str | None = None,
        destination: Any = None,
        table_style_name: str | None = None,
        name: str | None = None,
    ) -> Table:
        """Make ``source`` a table. A single row gets an empty row to be filled; without headers a row of them is put
        above. LibreOffice knows no styles of tables.
        """
        if source is None:
            raise NotImplementedError("Tables from other sources than cells.")
        source = unwrapped(source)
        if has_headers is False:
            source.sheet.block(source.row, source.column, 1, source.ncols).insert("down")
            source = source.sheet.block(source.row, source.column, source.nrows + 1, source.ncols)
        elif source.nrows == 1:
            source = source.sheet.block(source.row, source.column, 2, source.ncols)
        number = 1
        while name is None and self.xl.hasByName(f"Table{number}"):
            number += 1
        name = name or f"Table{number}"
        if self.xl.hasByName(name):
            raise ValueError(f"There is a table {name} already.")
        self.xl.addNewByName(name, source.xl.RangeAddress)
        area = self.xl.getByName(name)
        area.ContainsHeader = True
        area.AutoFilter = True
        table = Table(self.parent, area)
        table.name_columns()
        return table


class Table(base_classes.Table):
    """One table."""

    def __init__(self, parent: Sheet, xl: Any) -> None:
        self._parent = parent
        self.xl = xl

    @property
    def parent(self) -> Sheet:
        return self._parent

    @property
    def api(self) -> Any:
        return self.xl

    @property
    def name(self) -> str:
        return str(self.xl.Name)

    @name.setter
    def name(self, name: str) -> None:
        self.xl.Name = name

    @property
    def display_name(self) -> str:
        return self.name

    @display_name.setter
    def display_name(self, name: str) -> None:
        self.name = name

    @property
    def range(self) -> Range:
        return self.parent.book.cells(self.xl.DataArea)

    def part(self, first: int, count: int) -> Range | None:
        """``count`` of its rows from ``first`` (0 is the header) on; None for no rows."""
        whole = self.range
        return whole.sheet.block(whole.row + first, whole.column, count, whole.ncols) if count > 0 else None

    @property
    def header_row_range(self) -> Range | None:
        return self.part(0, 1) if self.xl.ContainsHeader else None

    @property
    def data_body_range(self) -> Range | None:
        head, foot = int(self.show_headers), int(self.show_totals)
        return self.part(head, self.range.nrows - head - foot)

    @property
    def totals_row_range(self) -> Range | None:
        return self.part(self.range.nrows - 1, 1) if self.xl.TotalsRow else None

    @property
    def insert_row_range(self) -> Range | None:
        """The row that waits for the first record: there is one as long as the table is empty."""
        body = self.data_body_range
        return body if body is not None and body.nrows == 1 and body.blank else None

    def resize(self, range: Range) -> None:
        self.xl.DataArea = unwrapped(range).xl.RangeAddress
        self.name_columns()

    def name_columns(self) -> None:
        """Give columns without a header one, as Excel does: a formula names columns."""
        header = self.header_row_range
        if header is None:
            return
        titles = [str(title) for title in header.xl.getDataArray()[0]]
        if "" in titles:
            taken = set(titles)
            for index, title in enumerate(titles):
                number = index + 1
                while not title and f"Column{number}" in taken:
                    number += 1
                titles[index] = title or f"Column{number}"
                taken.add(titles[index])
            header.xl.setDataArray((tuple(titles),))

    @property
    def show_headers(self) -> bool:
        return bool(self.xl.ContainsHeader)

    @show_headers.setter
    def show_headers(self, show: bool) -> None:
        """Whether the row of headers belongs to the table; its texts stay where they are."""
        if bool(show) != self.show_headers:
            whole, step = self.range, 1 if show else -1
            self.xl.ContainsHeader = bool(show)
            self.resize(whole.sheet.block(whole.row - step, whole.column, whole.nrows + step, whole.ncols))

    @property
    def show_totals(self) -> bool:
        return bool(self.xl.TotalsRow)

    @show_totals.setter
    def show_totals(self, show: bool) -> None:
        """Add or take away the last row with "Total" and the sum, or the number of texts, of the last column."""
        if bool(show) == self.show_totals:
            return
        whole = self.range
        if show:
            self._add_totals(whole)
        else:
            foot = self.part(whole.nrows - 1, 1)
            assert foot is not None
            self.xl.TotalsRow = False
            self.resize(whole.sheet.block(whole.row, whole.column, whole.nrows - 1, whole.ncols))
            foot.clear_contents()

    def _add_totals(self, whole: Range) -> None:
        below = whole.sheet.block(whole.row + whole.nrows, whole.column, 1, whole.ncols)
        if any(content for content in below.xl.getFormulaArray()[0]):
            below.insert("down")
        body = self.columns(whole.ncols).data_body_range
        numbers = body is None or not any(isinstance(row[0], str) and row[0] for row in body.xl.getDataArray())
        self.resize(whole.sheet.block(whole.row, whole.column, whole.nrows + 1, whole.ncols))
        self.xl.TotalsRow = True
        below(1, 1).raw_value = "Total"
        title = self.columns(whole.ncols).name
        below(1, whole.ncols).formula = f"=SUBTOTAL({109 if numbers else 103},{self.name}[{title}])"

    def sort(self, keys: list[int], ascending: list[bool]) -> None:
        """Sort the records by columns counted from 1; header and totals stay where they are."""
        body = self.data_body_range
        if body is not None:
            sort_rows(body, keys, ascending, False)

    @property
    def autofilter(self) -> AutoFilter:
        return AutoFilter(self.range, self.xl)

    @property
    def show_autofilter(self) -> bool:
        return bool(self.xl.AutoFilter)

    @show_autofilter.setter
    def show_autofilter(self, show: bool) -> None:
        self.xl.AutoFilter = bool(show)

    @property
    def table_style(self) -> str | None:
        """None: LibreOffice gives tables no style."""
        return None

    @table_style.setter
    def table_style(self, style: str) -> None:
        raise NotImplementedError("LibreOffice gives tables no style.")

    @property
    def rows(self) -> TableRows:
        return TableRows(self)

    @property
    def columns(self) -> TableColumns:
        return TableColumns(self)
