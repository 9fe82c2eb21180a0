"""Hyperlinks of cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range


def add_link(cells: Range, address: str, text: str) -> None:
    """Put ``text`` into the first cell, leading to ``address``; a bare www address gets its http://."""
    cell = cells.xl.getCellByPosition(0, 0)
    field = cells.sheet.book.document.createInstance("com.sun.star.text.TextField.URL")
    field.URL = f"http://{address}" if address.startswith("www.") else address
    field.Representation = text
    cell.setString("")
    cell.insertTextContent(cell.createTextCursor(), field, False)


def link_of(cells: Range) -> str:
    """Where the first cell leads: the link in it or its HYPERLINK formula; ValueError if it has none."""
    cell = cells.xl.getCellByPosition(0, 0)
    if found := re.match(r'=HYPERLINK\("((?:[^"]|"")*)"', str(cell.Formula), re.IGNORECASE):
        return found[1].replace('""', '"')
    fields = cell.TextFields.createEnumeration()
    if not fields.hasMoreElements():
        raise ValueError(f"{cells.place()} has no hyperlink.")
    return str(fields.nextElement().URL)
