"""A table of figures on a sheet: an Excel table whose numbers lead to their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.figures import Cell, Column, Figure, Measure, Table
from xlcrm.sheets.cells import LONGEST
from xlcrm.sheets.report.looks import FORMATS, LINK, colour, lines, plain, side, wide
from xlcrm.sheets.report.ways import Ways, unlike
from xlcrm.sheets.style import ACCENT, HEADERS, INK, LINE, PAPER, SOFT, Styles

ROW = 18  # points
NARROW, WIDE = 11, 46  # characters
LONG_HEAD = 22  # characters; a longer header has two lines
SAMPLE = 200  # lines that say how wide a column is


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes figures onto one sheet, where the title says what they are ``about``."""

    sheet: Worksheet
    styles: Styles
    ways: Ways
    about: str
    language: str

    def figure(self, row: int, place: int, cell: Cell, column: Column, name: str, **look: object) -> None:
        """Write one cell; a number that has rows behind it becomes a link to them, and is called ``name`` there."""
        found = plain(cell)
        if isinstance(found, str) or found is None:
            style = self.styles(**{"font_color": INK, **look})
            if found is None:
                self.sheet.write_blank(row, place, None, style)
            else:
                self.sheet.write_string(row, place, found[:LONGEST], style)
            return
        target = self.ways.target(cell) if isinstance(cell, Figure) else ""
        style = self.styles(
            **{"num_format": FORMATS[column.kind], "font_color": colour(column, found) or (LINK if target else INK), **look}
        )
        if target and isinstance(cell, Figure):
            self.sheet.write_url(row, place, target, style, "0", self._tip(cell))
            self.ways.stands(cell, self.sheet.get_name(), row, place, name)
        self.sheet.write_number(row, place, found, style)

    def _tip(self, figure: Figure) -> str:
        return text("dashboard.tip", self.language, sheet=self.ways.lists[figure.list].sheet)

    def table(self, table: Table, row: int, place: int) -> int:
        """Write ``table`` with its title into ``row`` and column ``place`` (from 0); the next row."""
        sheet, columns = self.sheet, table.columns
        sheet.set_row(row, 24)
        sheet.write_string(row, place, table.title, self.styles(bold=True, font_size=12, font_color=ACCENT))
        row, over = row + 1, widths([table])
        if note := table.note.removeprefix(self.about).strip():
            row = self.note(note, row, place, over)
        fill, font = HEADERS["due"]
        edge = {"border": 1, "border_color": "#FFFFFF"}
        heads = []
        for title, column in zip(unlike(one.title for one in columns), columns, strict=True):
            header = self.styles(bold=True, bg_color=fill, font_color=font, text_wrap=True, align=side(column), **edge)
            heads.append({"header": title, "header_format": header})
        sheet.set_row(row, ROW * max(map(lines, (one.title for one in columns), over)) + 6)
        last = row + max(1, len(table.lines))
        options = {"name": f"report_{table.key}", "columns": heads, "style": "Table Style Light 1", "banded_rows": False}
        sheet.add_table(row, place, last, place + len(columns) - 1, {**options, "autofilter": False})
        if not table.lines:
            sheet.write_string(row + 1, place, text("dashboard.empty", self.language), self.styles(font_color=SOFT, italic=True))
        for down, line in enumerate(table.lines, row + 1):
            tall = max(lines(cell, width) if isinstance(cell, str) else 1 for cell, width in zip(line, over, strict=True))
            if tall > 1:
                sheet.set_row(down, ROW * tall)
            self._line(line, columns, down, place, {"bottom": 1, "bottom_color": LINE})
        if table.total is not None:
            last += 1
            self._line(table.total, columns, last, place, {"bold": True, "bg_color": PAPER, "top": 1, "top_color": INK})
        return last + 1

    def note(self, words: str, row: int, place: int, over: Sequence[float]) -> int:
        """Write a sentence over columns that are ``over`` wide; the next row."""
        style = self.styles(font_color=SOFT, font_size=9, text_wrap=True, valign="top")
        self.sheet.set_row(row, 14 * lines(words, sum(over) * 1.1) + 2)
        if len(over) > 1:
            self.sheet.merge_range(row, place, row, place + len(over) - 1, "", style)
        self.sheet.write_string(row, place, words[:LONGEST], style)
        return row + 1

    def _line(self, cells: Sequence[Cell], columns: Sequence[Column], row: int, place: int, look: dict[str, object]) -> None:
        label = next((str(plain(cell)) for cell, one in zip(cells, columns, strict=True) if one.kind is Measure.TEXT), "")
        for across, (cell, column) in enumerate(zip(cells, columns, strict=True), place):
            name = f"{label} · {column.title}" if label else column.title
            wrap = {"text_wrap": True} if column.kind is Measure.TEXT else {}
            self.figure(row, across, cell, column, name, **wrap, **look)


def widths(tables: Sequence[Table]) -> list[float]:
    """How wide the columns must be for tables that stand one below the other, in characters."""
    found: list[float] = []
    for table in tables:
        for place, column in enumerate(table.columns):
            texts = (plain(line[place]) for line in [*table.lines[:SAMPLE], *([table.total] if table.total else [])])
            longest = max((wide(one) for one in texts if isinstance(one, str)), default=0)
            head = wide(column.title)
            width = min(max(NARROW, longest + 3, head + 3 if head < LONG_HEAD else head // 2 + 4), WIDE)
            if place == len(found):
                found.append(width)
            found[place] = max(found[place], width)
    return found
