"""The rows of all files side by side: one long sheet for each table, and where every row and every value stood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from xlcrm.jobs.consolidate.deliveries import Delivery
from xlcrm.jobs.fieldmatch.columns import Columns, columns, joined
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.model.fields import Table
from xlcrm.model.rows import Rows
from xlcrm.model.tables import BY_KEY, CUSTOMER, SUBMITTED
from xlcrm.sheets.sources.source import SourceTable


@dataclass(frozen=True, slots=True)
class Stretch:
    """A table of a file within the long sheet: its rows begin at ``first``."""

    delivery: Delivery
    source: SourceTable
    columns: Columns
    first: int

    @property
    def sheet(self) -> str:
        return self.source.sheet

    def address(self, row: int, key: str) -> str:
        """Where the value of a row of the long sheet in ``key`` stands in the file."""
        places = self.columns.fields.get(key, ())
        record = row - self.first
        at = next((place for place in places if self.source.columns[place][record] is not None), next(iter(places), None))
        return self.source.address(at, record) if at is not None else ""

    def line(self, row: int) -> int:
        return self.source.rows[row - self.first]


@dataclass(slots=True)
class Heap:
    """All rows of one table: ``rows`` (numbered from 0), and the stretch that each came from."""

    rows: Rows
    of: list[Stretch] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.of)

    def main(self, row: int) -> str:
        """Where a row comes from, as 数据来源 says it: file, sheet and the cell of its name. No two rows come from the same."""
        keys = self.of[row].columns.fields
        return self.place(row, next((key for key in ("name", "customer") if key in keys), next(iter(keys))))

    def place(self, row: int, key: str) -> str:
        """Where a value comes from."""
        one = self.of[row]
        return f"{one.delivery.name} {one.sheet}!{one.address(row, key) or one.line(row)}"


def gather(deliveries: Iterable[Delivery], matcher: Matcher, language: str) -> dict[str, Heap]:
    """The rows of every file that was read, by table key. A file without customers says so."""
    heaps = {table.key: Heap(_blank(table, language)) for table in SUBMITTED}
    for delivery in deliveries:
        if delivery.source is None:
            continue
        for source in delivery.source.tables:
            for found in columns(source, matcher, f"{delivery.name} {source.sheet}"):
                if found.fields:
                    _append(heaps[found.table.key], Stretch(delivery, found.source, found, len(heaps[found.table.key])))
        delivery.source = None
    return heaps


def _blank(table: Table, language: str) -> Rows:
    return Rows(table, table.title(language), headers={item.key: item.title(language) for item in table.fields})


def _append(heap: Heap, stretch: Stretch) -> None:
    count, source = len(stretch.source), stretch.source
    before = len(heap)
    for key, places in stretch.columns.fields.items():
        cells = joined(source, stretch.columns.table[key], places)
        heap.rows.columns.setdefault(key, [None] * before).extend(cells)
    for key, column in heap.rows.columns.items():
        if key not in stretch.columns.fields:
            column.extend([None] * count)
    heap.rows.formulas |= {
        (before + record, key)
        for record, column in source.formulas
        for key, places in stretch.columns.fields.items()
        if column in places
    }
    heap.of += [stretch] * count
    heap.rows.lines = list(range(before + count))
    if stretch.columns.table is CUSTOMER:
        stretch.delivery.rows += count
    names = BY_KEY[stretch.columns.table.key].by_key
    language = "zh" if heap.rows.sheet == stretch.columns.table.zh else "en"
    stretch.delivery.columns.append(
        f"{source.sheet}: "
        + "、".join(
            f"{names[key].title(language)}={source.column_letters[places[0]] or source.header[places[0]]}"
            for key, places in stretch.columns.fields.items()
        )
    )
    stretch.delivery.left += [source.header[place] for place in stretch.columns.left if source.header[place]]
