"""总览: the figures that matter as tiles, and charts, on one page of A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.catalogue import text
from xlcrm.model.figures import Column, Measure, Report, Section, Table
from xlcrm.sheets.report.charts import Charts
from xlcrm.sheets.report.drawn import drawn
from xlcrm.sheets.report.looks import LINK, change, numbers, side, wide
from xlcrm.sheets.report.tables import Pen
from xlcrm.sheets.report.ways import inside
from xlcrm.sheets.style import ACCENT, LINE, PAPER, SOFT

GRID, FIRST = 12, 1  # columns of the page, all alike, and the one they begin at
COLUMN = 8.0  # characters
TILES = "tiles"  # the key of the table whose columns are the tiles, its first line now, its second a month ago
WORST = "worst"  # of the one under the charts
PIXELS = 61  # of a column
BLOCK = 10  # rows of a chart
HEIGHTS = (16, 30)  # points of a chart's row: what is left of the page, within reason
BANNER, TILE, LINES = (36, 22, 8), (18, 30, 17, 8), (8, 22, 18)  # points of the rows of a title, a tile, a table's head and lines
FOOT, GAP = 44, 8  # points below the last table; pixels between charts
PAGE = 930  # points of height, where the columns take the page's width: programs differ in how wide a column is
FIRST_LINES = 7  # of a bar chart
MOST = 6  # lines of another table that the page has room for


def add(pen: Pen, report: Report, tables: Mapping[str, Table], charts: Charts, about: str, pages: Mapping[str, str]) -> None:
    """Write the overview onto the pen's sheet; ``about`` stands under the title, ``pages`` are the other sheets by title."""
    page = _Page(pen, report, pages)
    section = report.sections[0]
    page.banner(about)
    tiles, worst = (next((table for table in on_page(section) if table.key == key), None) for key in (TILES, WORST))
    if tiles is not None:
        page.tiles(tiles)
    page.charts(section, tables, charts, worst)
    if worst is not None:
        page.table(worst)
    page.foot(section)
    page.printed()


def on_page(section: Section) -> list[Table]:
    """The tables of the overview that are written on its page; the others are there for its charts."""
    return [table for table in section.tables if table.key in (TILES, WORST)]


class _Page:
    """The page being written from top to bottom; ``row`` is the next free row (from 0), ``height`` what is above it in points."""

    def __init__(self, pen: Pen, report: Report, pages: Mapping[str, str]) -> None:
        self.pen, self.report, self.pages, self.row, self.height = pen, report, pages, 0, 0
        self.sheet, self.styles, self.language = pen.sheet, pen.styles, pen.language
        self.small = self.styles(font_color=SOFT, font_size=9)
        self.sheet.hide_gridlines(2)
        self.sheet.set_column(0, 0, 1.5)
        self.sheet.set_column(FIRST, FIRST + GRID - 1, COLUMN)
        self.sheet.set_column(FIRST + GRID, FIRST + GRID, 1.5)

    def banner(self, about: str) -> None:
        for row, (words, size, bold) in enumerate(((self.report.title, 18, True), (about, 9, False))):
            style = self.styles(bg_color=ACCENT, font_color="#FFFFFF", font_size=size, bold=bold, indent=1)
            self.sheet.merge_range(row, 0, row, FIRST + GRID, "", style)
            self.sheet.write_string(row, 0, words, style)
        self._heights(BANNER)

    def tiles(self, table: Table) -> None:
        """The figures, four or three in a row: the title, the number, how it moved within a month."""
        places = [place for place, column in enumerate(table.columns) if column.kind is not Measure.TEXT]
        across = 3 if len(places) in (3, 5, 6, 9) else 4
        width = GRID // across
        for first in range(0, len(places), across):
            for number, place in enumerate(places[first : first + across]):
                left = FIRST + number * width
                self._tile(table, place, self.row, left, left + width - 1)
            self._heights(TILE)

    def _tile(self, table: Table, place: int, row: int, left: int, right: int) -> None:
        column = table.columns[place]
        now = table.lines[0][place] if table.lines else None
        (figure,) = numbers([now])
        (before,) = numbers([table.lines[1][place]] if len(table.lines) > 1 else [None])
        box = {"bg_color": PAPER, "indent": 1, "right": 5, "right_color": "#FFFFFF"}
        title = self.styles(font_color=SOFT, font_size=9, top=2, top_color=ACCENT, **box)
        size = {"font_size": 18, "bold": True, "align": "left", "shrink": True, **box}
        moved = self.styles(font_color=SOFT, font_size=8, **box)
        said = change(figure, before, column.kind, self.language)
        if column.target is not None:
            said = f"{text('dashboard.target', self.language, value=f'{column.target:.0%}')}　{said}"
        self._over(row, left, right, title)
        self.sheet.write_string(row, left, column.title, title)
        self._over(row + 1, left, right, self.styles(**size))
        if figure is None:
            self.sheet.write_string(row + 1, left, "—", self.styles(font_color=SOFT, **size))
        else:
            self.pen.figure(row + 1, left, now, column, column.title, **size)
        self._over(row + 2, left, right, moved)
        self.sheet.write_string(row + 2, left, said, moved)

    def charts(self, section: Section, tables: Mapping[str, Table], charts: Charts, worst: Table | None) -> None:
        """Two in a row, those with something to see, as high as the rest of the page, with the table ``worst``, lets them."""
        pictures = [drawn(chart, tables[chart.table], self.language, FIRST_LINES) for chart in section.charts]
        pictures = [picture for picture in pictures if not picture.blank] or pictures
        rows = -(-len(pictures) // 2) * BLOCK
        below = sum(LINES) + LINES[-1] * min(MOST, max(1, len(worst.lines))) if worst is not None else 0
        left = PAGE - self.height - below - FOOT
        height = min(max(HEIGHTS[0], left // max(1, rows)), HEIGHTS[1])
        first = self.row
        self._heights([height] * rows)
        size = (GRID // 2 * PIXELS - GAP, BLOCK * height * 4 // 3 - GAP)
        for number, picture in enumerate(pictures):
            row, column = first + number // 2 * BLOCK, FIRST + number % 2 * GRID // 2
            charts.place(self.sheet, (row, column), size, picture)

    def table(self, table: Table) -> None:
        """The first lines of another table, its columns as wide as they need."""
        spans = _spans(table)
        heading = self.styles(bold=True, font_size=11, font_color=ACCENT)
        self._over(self.row + 1, FIRST, FIRST + GRID - 1, heading)
        self.sheet.write_string(self.row + 1, FIRST, table.title, heading)
        self._heights(LINES)
        head = {"bold": True, "font_size": 9, "font_color": SOFT, "bg_color": PAPER}
        left = FIRST
        for column, span in zip(table.columns, spans, strict=True):
            style = self.styles(**_aside(column), **head)
            self._over(self.row - 1, left, left + span - 1, style)
            self.sheet.write_string(self.row - 1, left, column.title, style)
            left += span
        look = {"font_size": 9, "bottom": 1, "bottom_color": LINE}
        for line in table.lines[:MOST]:
            left, label = FIRST, ""
            for cell, column, span in zip(line, table.columns, spans, strict=True):
                label = label or (cell if isinstance(cell, str) else "")
                self._over(self.row, left, left + span - 1, self.styles(**look))
                name = f"{label} · {column.title}"
                self.pen.figure(self.row, left, cell, column, name, shrink=True, **_aside(column), **look)
                left += span
            self._heights(LINES[-1:])
        if not table.lines:
            self.sheet.write_string(self.row, FIRST, text("dashboard.empty", self.language), self.small)
            self._heights(LINES[-1:])

    def foot(self, section: Section) -> None:
        """Where the details are, and what the reader may not see."""
        self._heights(LINES[:1])
        if self.pages:
            self.sheet.write_string(self.row, FIRST, text("dashboard.pages", self.language), self.small)
        link = self.styles(font_color=LINK, underline=1, font_size=9)
        place = FIRST + 1
        for title, sheet in self.pages.items():
            span = min(GRID, -(-(wide(title) + 2) // int(COLUMN)))
            if place + span > FIRST + GRID:
                self.row, place = self.row + 1, FIRST + 1
            self._over(self.row, place, place + span - 1, link)
            self.sheet.write_url(self.row, place, inside(sheet, "A1"), link, title)
            place += span
        self.row += bool(self.pages)
        for words in filter(None, (section.note, *self.report.left_out)):
            self.row = self.pen.note(words, self.row, FIRST, [COLUMN] * GRID)

    def printed(self) -> None:
        """One page of A4, standing."""
        sheet = self.sheet
        sheet.set_paper(9)
        sheet.set_portrait()
        sheet.print_area(0, 0, self.row - 1, FIRST + GRID)
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_tab_color("#2E8B57")
        sheet.activate()

    def _heights(self, points: Sequence[int]) -> None:
        """Give the next rows their heights, and go on below them."""
        for height in points:
            self.sheet.set_row(self.row, height)
            self.row, self.height = self.row + 1, self.height + height

    def _over(self, row: int, left: int, right: int, style: object) -> None:
        """Let one cell reach from ``left`` to ``right``."""
        if right > left:
            self.sheet.merge_range(row, left, row, right, "", style)


def _spans(table: Table) -> list[int]:
    """How many of the page's columns each column of a table takes: all together the whole page."""
    needs = [_need(column, [line[place] for line in table.lines[:MOST]]) for place, column in enumerate(table.columns)]
    spans = [max(1, round(need * GRID / sum(needs))) for need in needs]
    while sum(spans) != GRID:
        widest = spans.index(max(spans))
        spans[widest] += 1 if sum(spans) < GRID else -1
    return spans


def _aside(column: Column) -> dict[str, object]:
    """Where a column's cells stand: a text does not touch the number at its left."""
    return {"align": side(column), "indent": 1 if side(column) == "left" else 0}


def _need(column: Column, cells: Sequence[object]) -> int:
    return max(8, wide(column.title), *(wide(cell) for cell in cells if isinstance(cell, str)))
