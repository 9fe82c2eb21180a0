"""Long tables into a workbook that was just built: their rows are made as text, many times as fast as cell by cell.

The builder writes the first row of such a table, so that every column's format has its number; the rows below are made like it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from xml.sax.saxutils import quoteattr

from xlcrm.model.rows import Cell, CellError, Formula, Link
from xlcrm.sheets.address import letters
from xlcrm.sheets.cells import LONGEST
from xlcrm.sheets.files.dates import serial
from xlcrm.sheets.files.markup import escaped, harmless

LONG = 2_000
"""From so many rows on a table is written this way."""

Content = Cell | Link | Formula

_ROWS = re.compile(rb"<row r=\"(\d+)\"[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_STYLE = re.compile(rb'<c r="([A-Z]+)\d+" s="(\d+)"')
_REF = re.compile(rb'(\bref="[A-Z]+\d+:[A-Z]+)\d+')
_HEIGHT = re.compile(rb'<row r="\d+"([^>]*?)/?>')


def fits(columns: Mapping[str, Sequence[Content]]) -> bool:
    """Whether a table is long, and holds nothing but values."""
    count = max((len(cells) for cells in columns.values()), default=0)
    return count >= LONG and not any({Link, Formula} & set(map(type, cells)) for cells in columns.values())


@dataclass(frozen=True, slots=True)
class Long:
    """A long table: the number of its sheet (from 1), its name, the row of its first record, its cells by column number.

    ``dates`` are the columns whose format shows dates; elsewhere a moment is written as text. ``links`` of cells to places of the
    book ("A5" -> "'Sheet'!B7") need one that the builder wrote on the same sheet.
    """

    sheet: int
    name: str
    first: int
    columns: Mapping[int, Sequence[Content]]
    dates: frozenset[int]
    links: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return max(map(len, self.columns.values()))


def filled(book: bytes, tables: Sequence[Long]) -> bytes:
    """``book`` with the rows of its long ``tables``, of which the builder made one row each: it shows the columns' formats."""
    sheets = {f"xl/worksheets/sheet{table.sheet}.xml": table for table in tables}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as target:
        for info in source.infolist():
            part = source.read(info)
            if info.filename in sheets:
                part = _filled(part, sheets[info.filename])
            elif info.filename.startswith("xl/tables/"):
                part = _reaching(part, tables)
            target.writestr(info, part, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _reaching(part: bytes, tables: Sequence[Long]) -> bytes:
    """The part of an Excel table, down to its last row."""
    for table in tables:
        if f' name="{table.name}"'.encode() in part:
            return _REF.sub(rb"\g<1>%d" % (table.first + len(table) - 1), part)
    return part


def _filled(part: bytes, table: Long) -> bytes:
    first, columns = table.first, table.columns
    sample = next(row for row in _ROWS.finditer(part) if int(row[1]) == first)
    styles = {name.decode(): number.decode() for name, number in _STYLE.findall(sample[0])}
    attributes = _HEIGHT.match(sample[0])
    rest = re.sub(rb'\sspans="[^"]*"', b"", attributes[1]).decode() if attributes else ""
    names = [(f'<c r="{letters(number)}', f'" s="{styles.get(letters(number), "0")}"') for number in sorted(columns)]
    ready = [_escaped(cells if number in table.dates else _texts(cells)) for number, cells in sorted(columns.items())]
    rows = []
    for line, values in enumerate(zip_longest(*ready), first):
        cells = [
            f'{name}{line}{style} t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
            if isinstance(value, str)
            else f"{name}{line}{style}{_plain(value)}</c>"
            for (name, style), value in zip(names, values, strict=True)
            if value is not None and value != ""
        ]
        rows.append(f'<row r="{line}"{rest}>{"".join(cells)}</row>')
    links = "".join(f'<hyperlink ref="{cell}" location={quoteattr(place)}/>' for cell, place in table.links.items())
    below = part[sample.end() :].replace(b"</hyperlinks>", links.encode() + b"</hyperlinks>")
    return part[: sample.start()] + "".join(rows).encode() + below


def _texts(cells: Sequence[Content]) -> Sequence[Content]:
    """The cells with moments as texts."""
    if datetime not in set(map(type, cells)):
        return cells
    return [cell.isoformat(" ").removesuffix(" 00:00:00") if isinstance(cell, datetime) else cell for cell in cells]


def _escaped(cells: Sequence[Content]) -> Sequence[Content]:
    """The cells with their texts as an element holds them: mostly the very same ones, so that all are looked at together."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if max(map(len, texts), default=0) <= LONGEST and harmless("\n".join(texts)):
        return cells
    return [escaped(cell) if isinstance(cell, str) else cell for cell in cells]


def _plain(value: Content) -> str:
    """The rest of a cell that holds no text."""
    if isinstance(value, bool):
        return f' t="b"><v>{int(value)}</v>'
    if isinstance(value, datetime):
        return f"><v>{serial(value)!r}</v>"
    if isinstance(value, CellError):
        return f' t="e"><v>{escaped(value.text)}</v>'
    return f"><v>{value!r}</v>"
