"""The workbook of a report, written at once or not at all."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from xlcrm.catalogue import text
from xlcrm.model.figures import Report
from xlcrm.sheets import bulk
from xlcrm.sheets.report import lists, overview, section
from xlcrm.sheets.report.charts import Charts
from xlcrm.sheets.report.tables import Pen
from xlcrm.sheets.report.ways import laid, named
from xlcrm.sheets.style import FONT, Styles
from xlcrm.sheets.whole import put

OVERVIEW = "overview"


def write(path: Path, report: Report, language: str) -> None:
    """Write ``report`` to ``path`` (.xlsx), replacing what is there; OSError where that is not possible, nothing is changed then.

    Equal reports give equal bytes.
    """
    made = io.BytesIO()
    base = {"font_name": FONT, "font_size": 10}
    settings = {"in_memory": True, "default_format_properties": base, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(made, settings)
    book.set_properties({"title": report.title, "author": report.by, "created": datetime.fromisoformat(report.at)})
    book.set_size(28_000, 18_000)
    styles = Styles(book)
    *titles, data = named([*(one.title for one in report.sections), text("dashboard.data", language)])
    sections = dict(zip(titles, report.sections, strict=True))
    top = next((title for title, one in sections.items() if one.key == OVERVIEW), "")
    shown = [table for one in report.sections for table in (overview.on_page(one) if one.key == OVERVIEW else one.tables)]
    ways = laid(report, shown, [*titles, data], language)
    sheets = {title: book.add_worksheet(title) for title in [*titles, *(one.sheet for one in ways.lists.values()), data]}
    charts = Charts(book, sheets[data], styles, language)
    tables = {table.key: table for one in report.sections for table in one.tables}
    about = f"{report.scope}　|　{report.by}　{report.at[:16]}"
    for title, one in sorted(sections.items(), key=lambda item: item[1].key == OVERVIEW):  # a row's way back goes to its section
        pen = Pen(sheets[title], styles, ways, report.scope, language)
        if one.key == OVERVIEW:
            pages = {other.title: name for name, other in sections.items() if other is not one}
            overview.add(pen, report, tables, charts, about, pages)
        else:
            section.add(pen, one, charts, about, top)
    long = [
        lists.add(sheets[behind.sheet], behind, number, ways, top or titles[0], styles, language)
        for number, behind in enumerate(ways.lists.values(), len(titles) + 1)
    ]
    for sheet in sheets.values():
        sheet.set_header(f"&L{_header(report.title)}&R{_header(report.scope)}")
        sheet.set_footer(f"&L{_header(report.by)}　{report.at[:16]}&R&A　{text('template.page', language)}")
    book.close()
    put(path, bulk.filled(made.getvalue(), long) if long else made.getvalue())


def _header(words: str) -> str:
    """A text in a header or footer, where & commands."""
    return words.replace("&", "&&")[:60]
