"""A form to print, fill in by hand and sign: one page of A4."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from xlsxwriter import Workbook

from xlcrm.sheets.cells import LONGEST
from xlcrm.sheets.style import ACCENT, INK, LINE, PAPER, SOFT, Styles
from xlcrm.sheets.template import BUILT
from xlcrm.sheets.whole import put

_PER_LINE = 30  # Chinese characters that fit into the wide column
_LINE = 24  # points


def write(path: Path, title: str, lines: Sequence[tuple[str, str]], note: str, signed: Sequence[str]) -> None:
    """Write the form to ``path``: its ``title``, ``lines`` of label and content, a ``note``, and places to sign (their labels).

    OSError where it cannot be written; what was there stays then.
    """
    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "author": "xlcrm", "created": BUILT})
    styles = Styles(book)
    sheet = book.add_worksheet(title[:31])
    sheet.set_paper(9)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_margins(left=0.7, right=0.7, top=0.8, bottom=0.8)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 62)
    sheet.set_row(0, 40)
    sheet.merge_range(0, 0, 0, 1, title, styles(bold=True, font_size=18, align="center", font_color=ACCENT))
    head = styles(border=1, border_color=LINE, bg_color=PAPER, font_color=SOFT, bold=True, text_wrap=True, indent=1)
    body = styles(border=1, border_color=LINE, font_color=INK, text_wrap=True, font_size=11, indent=1)
    row = 2
    for label, content in lines:
        sheet.set_row(row, _height(content))
        sheet.write_string(row, 0, label, head)
        sheet.write_string(row, 1, content[:LONGEST], body)
        row += 1
    row += 1
    sheet.set_row(row, _height(note, 41))
    sheet.merge_range(row, 0, row, 1, note[:LONGEST], styles(text_wrap=True, font_color=INK))
    line = styles(bottom=1, bottom_color=INK)
    for label in signed:
        row += 2
        sheet.set_row(row, 30)
        sheet.write_string(row, 0, label, styles(align="right", font_color=INK))
        sheet.write_blank(row, 1, None, line)
    sheet.print_area(0, 0, row, 1)
    book.close()
    put(path, made.getvalue())


def _height(content: str, per_line: int = _PER_LINE) -> int:
    """How high a row must be for its content, in points: no program fits rows to wrapped text when a file is opened."""
    return _LINE * max(1, sum(-(-len(part) // per_line) or 1 for part in content.split("\n")))
