"""One section of a report on a sheet of its own: its tables one below the other, each with its charts at its right."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.figures import Section
from xlcrm.sheets.report.charts import Charts
from xlcrm.sheets.report.drawn import drawn
from xlcrm.sheets.report.looks import LINK
from xlcrm.sheets.report.tables import ROW, Pen, widths
from xlcrm.sheets.report.ways import inside
from xlcrm.sheets.style import ACCENT, SOFT

TABLE = 1  # the column where tables begin; left of it a margin
SIZE, ASIDE = (520, 264), 24  # pixels of a chart, and between it and its table
TALL = 12  # rows that a chart takes, with what is free below it
GAP = 1
PIXELS, PIXELS_HIGH = 7, 24  # of a character, and of a row
A4 = 2**0.5
FEW = 1.6  # pages that may be shrunk to one
FULL = 0.9  # of a page: programs differ in how much one holds


def add(pen: Pen, section: Section, charts: Charts, about: str, top: str) -> None:
    """Write ``section`` onto the pen's sheet.

    ``about`` is said under the title; ``top`` is the sheet that the way back leads to, "" without one.
    """
    sheet, styles = pen.sheet, pen.styles
    over = widths(section.tables)
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW)
    sheet.set_column(0, 0, 2)
    for place, width in enumerate(over, TABLE):
        sheet.set_column(place, place, width)
    sheet.set_row(0, 32)
    sheet.write_string(0, TABLE, section.title, styles(bold=True, font_size=16, font_color=ACCENT))
    sheet.write_string(1, TABLE, about, styles(font_color=SOFT, font_size=9))
    if top:
        link = styles(font_color=LINK, underline=1)
        sheet.write_url(2, TABLE, inside(top, "A1"), link, text("dashboard.to", pen.language, sheet=top))
    row = 3
    if section.note:
        row = pen.note(section.note, row, TABLE, over)
    row, right = row + GAP, sum(over)
    bands = []
    for table in section.tables:
        beside = row
        end = pen.table(table, row, TABLE)
        for chart in section.charts:
            if chart.table == table.key:
                charts.place(sheet, (beside, TABLE + len(table.columns)), SIZE, drawn(chart, table, pen.language), ASIDE)
                beside += TALL
                right = max(right, sum(over[: len(table.columns)]) + (ASIDE + SIZE[0]) / PIXELS)
        bands.append((row, row := max(end, beside) + GAP))
    sheet.freeze_panes(3, 0)
    sheet.set_tab_color("#2F6DB5")
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    _printed(sheet, right * PIXELS, bands)


def _printed(sheet: Worksheet, wide: float, bands: Sequence[tuple[int, int]]) -> None:
    """Pages of A4 as wide as the sheet (in pixels): one where it can still be read, else broken before a band (its first row, and
    the one behind it) that would be cut in two.
    """
    high = bands[-1][1] * PIXELS_HIGH if bands else 0
    page = wide / A4 if wide > high else wide * A4
    whole = high < FEW * page
    sheet.set_paper(9)
    if wide > high:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 1 if whole else 0)
    top, breaks = 0, []
    for first, end in bands:
        if first > top and (end - top) * PIXELS_HIGH > FULL * page:
            breaks.append(first)
            top = first
    if not whole:
        sheet.set_h_pagebreaks(breaks)
