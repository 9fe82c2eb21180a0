"""The rows behind the figures: a sheet for each list, made as text however long it is (sheets/bulk.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.figures import Column, Measure
from xlcrm.sheets.bulk import Content, Long
from xlcrm.sheets.files.dates import serial
from xlcrm.sheets.report.looks import FORMATS, LINK, side, wide
from xlcrm.sheets.report.ways import HEAD, Laid, Ways, inside, unlike
from xlcrm.sheets.style import ACCENT, HEADERS, INK, SOFT, Styles

OWN = 2  # columns before the list's own: the way back, and the figure
MOST_LINKS = 60_000  # a sheet holds 65,530
SAMPLE = 200  # rows whose texts say how wide a column is


def add(sheet: Worksheet, laid: Laid, number: int, ways: Ways, top: str, styles: Styles, language: str) -> Long:
    """Write everything of a list but its rows into ``sheet``, the ``number``-th of the book (from 1); the rows.

    ``top`` is the sheet that the list's own way back leads to.
    """
    columns = laid.source.columns
    sheet.write_url(0, 0, inside(top, "A1"), styles(font_color=LINK, underline=1), text("dashboard.to", language, sheet=top))
    sheet.write_string(0, OWN, laid.source.title, styles(bold=True, font_size=15, font_color=ACCENT))
    note = text("dashboard.list_note", language, section=laid.section)
    sheet.write_string(1, 0, note, styles(font_color=SOFT, font_size=9))
    for place, height in enumerate((30, 18, 6, 26)):
        sheet.set_row(place, height)
    names = {group: ways.back[laid.source.key, group].name for group in laid.starts if (laid.source.key, group) in ways.back}
    figure = [names.get(group, "") for group in laid.groups]
    titles = [text("dashboard.back", language), text("dashboard.group", language), *(one.title for one in columns)]
    _columns(sheet, laid, figure, styles)
    fill, font = HEADERS["due"]
    sides = ["center", "left", *(side(one) for one in columns)]
    heads = [
        {"header": title, "header_format": styles(bold=True, bg_color=fill, font_color=font, text_wrap=True, align=align)}
        for title, align in zip(unlike(titles), sides, strict=True)
    ]
    table = f"report_list_{number}"
    sheet.add_table(HEAD - 1, 0, HEAD, len(heads) - 1, {"name": table, "columns": heads, "style": "Table Style Light 1"})
    sheet.freeze_panes(HEAD, OWN)
    sheet.set_tab_color("#9AA3B2")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD - 1)
    back = [(row, ways.back[laid.source.key, group]) for group, row in laid.starts.items() if group in names][:MOST_LINKS]
    arrows: list[Content] = [None] * len(laid)
    for row, _ in back:
        arrows[row - HEAD - 1] = "↩"
    rows: dict[int, Sequence[Content]] = {1: arrows, 2: figure}
    rows |= {OWN + 1 + place: _cells(laid.values[one.key], one) for place, one in enumerate(columns)}
    links = {f"A{row}": inside(one.sheet, one.place).removeprefix("internal:") for row, one in back}
    return Long(number, table, HEAD + 1, rows, frozenset(), links)


def _columns(sheet: Worksheet, laid: Laid, figure: Sequence[str], styles: Styles) -> None:
    """Widths and formats of the columns; the sample row that tells ``bulk`` the formats."""
    _column(sheet, 0, 8, styles(font_color=LINK, align="center", bold=True))
    _column(sheet, 1, _width("", list(dict.fromkeys(figure))), styles(font_color=SOFT))
    for place, one in enumerate(laid.source.columns, OWN):
        style = styles(num_format=FORMATS[one.kind], font_color=INK, align=side(one))
        _column(sheet, place, _width(one.title, laid.values[one.key]), style)


def _column(sheet: Worksheet, place: int, width: float, style: object) -> None:
    sheet.set_column(place, place, width)
    sheet.write_blank(HEAD, place, None, style)


def _width(title: str, cells: Sequence[object]) -> float:
    longest = max((wide(cell) for cell in cells[:SAMPLE] if isinstance(cell, str)), default=0)
    return min(max(10, wide(title) + 4, longest + 2), 44)


def _cells(values: Sequence[str | float | None], column: Column) -> Sequence[Content]:
    """A column's cells: days as dates, everything else as it is."""
    if column.kind is not Measure.DATE:
        return values
    days = {value: _day(value) for value in set(values) if isinstance(value, str)}
    return [days[value] if isinstance(value, str) else value for value in values]


def _day(said: str) -> str | float:
    """The number of a day; a month, or what is no day, as its text."""
    try:
        return serial(datetime.fromisoformat(said)) if len(said) == 10 else said
    except ValueError:
        return said
