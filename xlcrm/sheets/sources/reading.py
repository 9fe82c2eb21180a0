"""Any file a colleague may deliver, opened and its tables found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from xlcrm.errors import BookError
from xlcrm.sheets.address import letters
from xlcrm.sheets.files.book import FileBook
from xlcrm.sheets.layout import LISTS_SHEET, SETTINGS_SHEET
from xlcrm.sheets.sources import kinds
from xlcrm.sheets.sources.bodies import listed
from xlcrm.sheets.sources.delivered import Delivered, fetch
from xlcrm.sheets.sources.kinds import Kind
from xlcrm.sheets.sources.page import Page
from xlcrm.sheets.sources.source import Note, Source, SourceTable
from xlcrm.sheets.sources.tables import tables
from xlcrm.sheets.sources.texts import Watch, text_page

_GUIDE = re.compile("说明|指南|示例|样例|须知|字典|规范|要求|guide|how to|instruction|example|readme", re.IGNORECASE)
_WHY = {"hidden_sheet": "sources.only_hidden", "no_rows": "sources.only_header", "form_blank": "sources.only_header"}
_SETTINGS = ("uid", "template", "language", "person", "store", "import", "receipt", "consolidated")


def read(path: Path | str, watch: Watch | None = None, root: Path | None = None) -> Source:
    """The tables of a file: .xlsx, .xlsm, .xls, .xlsb, .ods, .csv and other text, web tables and XML that call themselves .xls.

    What the file is, its content tells. ``watch`` is told how many lines of a long text were read, and of how many. A link
    that leads out of ``root`` is refused. BookError says in one sentence why a file cannot be read or that it holds no table.
    """
    file = fetch(Path(path), root)
    try:
        source = _read(file, watch)
    except BookError as error:
        file.settle()  # a file that is still being written looks damaged
        if "path" in error.values:
            error.values["path"] = file.name
        raise
    file.settle()
    return source


def _read(file: Delivered, watch: Watch | None) -> Source:
    kind = kinds.kind(file)
    notes: list[Note] = []
    if kinds.misnamed(file, kind):
        notes.append(("misnamed", {"kind": kind.value}))
    if kind is Kind.XLSX:
        from xlcrm.sheets.sources.workbooks import package_pages

        book, pages, macros = package_pages(file)
        if macros:
            notes.append(("macros", {}))
        if book is not None:
            return _template(file, book, notes)
    else:
        pages, told = _pages(file, kind, watch)
        notes += told
    return _source(file, pages, notes)


def _pages(file: Delivered, kind: Kind, watch: Watch | None) -> tuple[list[Page], list[Note]]:
    if kind is Kind.TEXT:
        page, notes = text_page(file, watch)
        return [page], notes
    if kind in (Kind.HTML, Kind.XML):
        from xlcrm.sheets.sources.markup import html_pages, xml_pages

        return (html_pages if kind is Kind.HTML else xml_pages)(file), []
    from xlcrm.sheets.sources.workbooks import calamine_pages

    pages, macros = calamine_pages(file, kind)
    return pages, [("macros", {})] if macros else []


def _source(file: Delivered, pages: list[Page], notes: list[Note]) -> Source:
    found: list[SourceTable] = []
    for page in pages:
        if not page.visible:
            if page.grid.lines and page.title not in (SETTINGS_SHEET, LISTS_SHEET):
                notes.append(("hidden_sheet", {"sheet": page.title, "rows": str(len(page.grid.lines))}))
            continue
        here, told = tables(page)
        found += here
        notes += told
        if not here and not told and page.grid.lines:
            notes.append(("no_table", {"sheet": page.title}))
    listed = any(not table.sample for table in found) or any(key == "no_rows" for key, _ in notes)
    for table in [table for table in found if table.form]:
        if (table.sample and listed) or _GUIDE.search(table.sheet):  # beside a list, examples only explain it
            notes.append(("form_explains", {"sheet": table.sheet}))
            found.remove(table)
    if not found:
        reasons = {key for key, _ in notes}
        raise BookError(next((_WHY[key] for key in _WHY if key in reasons), "sources.no_table_found"), path=file.name)
    return _made(file, "form" if all(table.form for table in found) else "table", found, notes)


def _made(file: Delivered, kind: Literal["template", "table", "form"], found: list[SourceTable], notes: list[Note]) -> Source:
    return Source(file.path, kind, found, notes, file.name, file.digest, file.size, file.modified / 1e9)


def _template(file: Delivered, book: FileBook, notes: list[Note]) -> Source:
    """The declared tables of a workbook of our own, by its own reader."""
    found = []
    for table in book.tables():
        if table.result or not table.stored:
            continue
        rows, heads = book.read(table), book.headers(table)
        columns = {number: (rows.headers[key], rows.columns[key]) for key, number in heads.fields.items()}
        columns |= {number: (text, rows.others[text]) for text, number in heads.others.items()}
        order = sorted(columns)
        places = {key: order.index(number) for key, number in heads.fields.items()}
        one = SourceTable(
            rows.sheet,
            [columns[number][0] for number in order],
            [columns[number][1] for number in order],
            rows.lines,
            [letters(number) for number in order],
            table.key,
            formulas={(record, places[key]) for record, key in rows.formulas},
        )
        if len(one):
            found.append(one)
        if rows.hidden:
            lines = {rows.lines[record] for record in rows.hidden}
            notes.append(("hidden_rows", {"sheet": rows.sheet, "count": str(len(lines)), "rows": listed(lines)}))
    source = _made(file, "template", found, notes)
    source.settings = {name: value for name in _SETTINGS if (value := book.setting(name))}
    return source
