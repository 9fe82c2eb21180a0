"""What other systems call .xls: tables of a web page, and the XML of Excel 2003. Nothing they refer to is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell, CellError
from xlcrm.sheets.address import ROWS, Box
from xlcrm.sheets.cells import as_read
from xlcrm.sheets.grid import MOST_CELLS, WIDEST, Grid
from xlcrm.sheets.sources.delivered import Delivered
from xlcrm.sheets.sources.kinds import encoding
from xlcrm.sheets.sources.page import Page, filled, texts

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BREAK = "\ue000"  # of those letters that no text uses
_2003 = "{urn:schemas-microsoft-com:office:spreadsheet}"
_LISTS = "{urn:schemas-microsoft-com:office:excel}"


class _Cells:
    """Cells put at their places, as long as they are no more than any list."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[dict[int, Cell]] = []
        self.merged: list[Box] = []
        self.count = 0

    def put(self, line: int, number: int, value: Cell) -> None:
        """Set the cell in row ``line`` (from 1) unless it lies further right than any list."""
        if number > WIDEST or value is None:
            return
        if line > ROWS:
            raise BookError("sources.too_many_rows", path=self.name, most=f"{ROWS:,}")
        while len(self.rows) < line:
            self.rows.append({})
        self.rows[line - 1][number] = value

    def grid(self) -> Grid:
        """All of them."""
        numbers = sorted({number for row in self.rows for number in row})
        if len(numbers) * len(self.rows) > MOST_CELLS:
            raise BookError("sheets.too_large", path=self.name)
        return filled(Grid(list(range(1, len(self.rows) + 1)), {n: [row.get(n) for row in self.rows] for n in numbers}))


# -- web pages --------------------------------------------------------------------------------------------------------


def html_pages(file: Delivered) -> list[Page]:
    """The tables of a web page, one a page; of tables inside each other the innermost."""
    from lxml import etree

    said = _CHARSET.search(file.data[:4096])
    code = said[1].decode().lower() if said else ""
    data = file.data
    if code.startswith(("gb", "x-gbk")):
        data = data.decode("gb18030", "replace").encode()
    elif not code or code.startswith("utf"):
        data = data.decode(encoding(data), "replace").encode()
    else:
        try:
            data = data.decode(code, "replace").encode()
        except LookupError:
            data = data.decode(encoding(data), "replace").encode()
    try:
        root = etree.fromstring(data, etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BookError("sheets.damaged", part=file.name) from error
    pages = []
    for table in () if root is None else root.iter("table"):
        if next(table.iterdescendants("table"), None) is None:
            cells = _html(table, file.name)
            pages.append(Page(file.path.stem, cells.grid(), merged=cells.merged))
    return pages


def _html(table: Any, name: str) -> _Cells:
    cells, taken = _Cells(name), set[tuple[int, int]]()
    for line, row in enumerate(table.iter("tr"), 1):
        number = 1
        for cell in row.iterchildren("td", "th"):
            while (line, number) in taken:
                taken.discard((line, number))
                number += 1
            wide, deep = (max(1, min(int(text), most)) if (text := cell.get(key, "1")).isdigit() and len(text) < 8 else 1
                          for key, most in (("colspan", WIDEST), ("rowspan", 10_000)))  # fmt: skip
            cells.put(line, number, texts([_said(cell)])[0])
            if wide > 1 or deep > 1:
                cells.merged.append((number, line, number + wide - 1, line + deep - 1))
                for below in range(line + 1, line + deep):
                    taken.update((below, n) for n in range(number, number + wide))
                if len(taken) > MOST_CELLS // 60:
                    raise BookError("sheets.too_large", path=name)
            number += wide
    return cells


def _said(cell: Any) -> str:
    """The text of a cell as a browser shows it."""
    for line in cell.iter("br"):
        line.tail = _BREAK + (line.tail or "")
    parts = "".join(cell.itertext()).replace("\xa0", " ").split(_BREAK)
    return "\n".join(filter(None, (_SPACES.sub(" ", part).strip() for part in parts)))


# -- the XML of Excel 2003 --------------------------------------------------------------------------------------------


def xml_pages(file: Delivered) -> list[Page]:
    """The sheets of an "XML spreadsheet 2003"; BookError for a document type or entities."""
    from lxml import etree

    if b"<!DOCTYPE" in file.data or b"<!ENTITY" in file.data or "<!DOCTYPE".encode("utf-16-le") in file.data:
        raise BookError("sheets.unsafe", part=file.name)
    reading = etree.iterparse(
        io.BytesIO(file.data.lstrip()), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return list(_sheets(reading, file))
    except etree.XMLSyntaxError as error:
        raise BookError("sheets.damaged", part=file.name) from error


def _sheets(reading: Any, file: Delivered) -> Iterator[Page]:
    cells, line, visible, hidden = _Cells(file.name), 0, True, set[int]()
    for _, element in reading:
        if element.tag == f"{_2003}Row":
            line = _whole(element.get(f"{_2003}Index"), line + 1)
            if element.get(f"{_2003}Hidden") == "1":
                hidden.add(line)
            _row(element, line, cells)
            line += _whole(element.get(f"{_2003}Span"), 0)
            element.clear()
        elif element.tag == f"{_LISTS}Visible":
            visible = (element.text or "") not in ("SheetHidden", "SheetVeryHidden")
        elif element.tag == f"{_2003}Worksheet":
            grid = cells.grid()
            grid.hidden = hidden
            yield Page(element.get(f"{_2003}Name", ""), grid, visible, cells.merged)
            cells, line, visible, hidden = _Cells(file.name), 0, True, set()
            element.clear()


def _row(row: Any, line: int, cells: _Cells) -> None:
    number = 0
    for cell in row.iterchildren(f"{_2003}Cell"):
        number = _whole(cell.get(f"{_2003}Index"), number + 1)
        data = cell.find(f"{_2003}Data")
        if data is not None:
            cells.put(line, number, _value(data.get(f"{_2003}Type", "String"), "".join(data.itertext())))
        wide, deep = _whole(cell.get(f"{_2003}MergeAcross"), 0), _whole(cell.get(f"{_2003}MergeDown"), 0)
        if wide or deep:
            cells.merged.append((number, line, number + wide, line + deep))
        number += wide


def _value(kind: str, text: str) -> Cell:
    try:
        if kind == "Number":
            return as_read(float(text))
        if kind == "DateTime":
            return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=None)
        if kind == "Boolean":
            return text.strip() == "1"
        if kind == "Error":
            return CellError(text)
    except (ValueError, BookError):
        pass
    return as_read(text)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 8 else otherwise
