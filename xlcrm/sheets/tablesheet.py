"""One table's sheet in the template: title, legend, bands, the Excel table, its dropdowns and colour rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlcrm.catalogue import text
from xlcrm.model.fields import Role, Table
from xlcrm.model.rows import Cell, CellError, Formula, Link
from xlcrm.sheets import design
from xlcrm.sheets.layout import BODY_ROWS, HEADER_ROW
from xlcrm.sheets.style import ACCENT, BANDS, HEADERS, INK, LINE, PAPER, SOFT, Styles

ROW_HEIGHT = 18  # points; room for Chinese characters at 10 points. Fixed: not every program fits rows to sentences
LONGEST = 32_767  # characters a cell can hold
OPERATORS = {"between": "between", "greaterThanOrEqual": ">=", "lessThanOrEqual": "<="}
KINDS = {"textLength": "length", "whole": "integer"}  # XlsxWriter's own names
TABS = {"result": "#D9A300", "list": "#9AA3B2", "open": ACCENT}

Content = Cell | Link | Formula
Columns = Mapping[str, Sequence[Content]]


def add(book: Workbook, styles: Styles, table: Table, language: str, columns: Columns, formats: bool = False) -> Worksheet:
    """Add the sheet of ``table`` with ``columns`` (field key -> one cell per row, all equally long) as its body.

    ``formats``: leave the rows out, but for the formats of the first one (see bulk.py).

    The sheet is hidden unless it is one of the two a sales person opens every day, or holds rows.
    """
    sheet: Worksheet = book.add_worksheet(table.title(language))
    shape = design.columns(table, language)
    count = max((len(cells) for cells in columns.values()), default=0)
    for number, column in enumerate(shape):
        body = styles(
            num_format=column.number_format,
            text_wrap=column.wraps,
            valign=_upright(column),
            font_color=SOFT if column.field.role in (Role.AUDIT, Role.DERIVED) else INK,
        )
        options = {"level": column.level, "hidden": bool(column.level) or column.hidden, "collapsed": column.leads}
        sheet.set_column(number, number, column.width, body, options)
        cells = columns.get(column.field.key)
        if cells is not None and formats:
            sheet.write_blank(HEADER_ROW, number, None, _body(styles, column, column.number_format))
        elif cells is not None:
            _fill(sheet, styles, number, column, cells)
    _above(sheet, styles, table, shape, language)
    _list(sheet, styles, table, shape, 1 if formats else max(count, 1 if table.result else BODY_ROWS), language)
    _support(sheet, styles, table, language)
    _view(sheet, table, language)
    if not (table.visible or (count and table.key != "dictionary")):
        sheet.hide()
    return sheet


def _above(sheet: Worksheet, styles: Styles, table: Table, shape: Sequence[design.Column], language: str) -> None:
    """The rows above the table: title and steps, legend, bands."""
    about = table.help_zh if language == "zh" else table.help_en
    sheet.set_default_row(2 * ROW_HEIGHT if any(column.wraps for column in shape) else ROW_HEIGHT)
    sheet.set_row(0, 30, styles(bg_color=PAPER))
    sheet.set_row(1, 20, styles(bg_color=PAPER))
    sheet.set_row(2, 18)
    sheet.set_row(HEADER_ROW - 1, 32)
    sheet.write_string(0, 0, table.title(language), styles(bold=True, font_size=15, font_color=ACCENT, bg_color=PAPER))
    note = styles(font_color=SOFT, bg_color=PAPER, font_size=9)
    if "check_result" in table.by_key:
        sheet.write_string(0, 2, f"{about}  {text('template.steps', language)}", note)
        for number, code in enumerate(("must", "check", "due")):
            fill, font = design.COLOURS[code]
            chip = styles(bg_color=f"#{fill}", font_color=f"#{font}", align="center", font_size=9, bold=True)
            sheet.write_string(1, number, text(f"template.legend_{code}", language), chip)
        sheet.write_string(1, 3, text("template.legend_headers", language), note)
        leading = next((number for number, column in enumerate(shape) if column.leads), None)
        if leading is not None and shape[leading].role == "optional":
            sheet.write_string(1, leading, text("template.legend_fold", language), note)
    else:
        sheet.write_string(
            1, 0, f"{about} {text('template.dictionary_hint', language) if table.key == 'dictionary' else ''}".strip(), note
        )
    band = ""
    for number, column in enumerate(shape):
        fill, font = BANDS[column.role]
        sheet.write_string(
            2, number, column.band if column.band != band else "", styles(bg_color=fill, font_color=font, font_size=9, bold=True)
        )
        band = column.band


def _list(sheet: Worksheet, styles: Styles, table: Table, shape: Sequence[design.Column], count: int, language: str) -> None:
    """The Excel table itself, ``count`` rows long."""
    headers = []
    for column in shape:
        fill, font = HEADERS[column.role]
        style = styles(
            bold=column.role != "system", bg_color=fill, font_color=font, text_wrap=True, border=1, border_color="#FFFFFF"
        )
        headers.append({"header": column.field.title(language), "header_format": style})
    last = HEADER_ROW - 1 + count
    options = {"name": table.listname, "columns": headers, "style": "Table Style Light 1", "banded_rows": False}
    sheet.add_table(HEADER_ROW - 1, 0, last, len(shape) - 1, options)


def _support(sheet: Worksheet, styles: Styles, table: Table, language: str) -> None:
    """Dropdowns, limits, input messages and colour rules, far below the last row."""
    for rule in design.validations(table, language):
        options: dict[str, object] = {
            "validate": KINDS.get(rule.type, rule.type),
            "input_title": rule.prompt_title,
            "input_message": rule.prompt,
            "error_title": rule.error_title,
            "error_message": rule.error,
            "error_type": rule.error_style,
        }
        if rule.type == "list":
            options["source"] = f"={rule.formula1}"
        elif rule.formula2:
            options |= {"criteria": OPERATORS[rule.operator], "minimum": f"={rule.formula1}", "maximum": f"={rule.formula2}"}
        elif rule.operator:
            options |= {"criteria": OPERATORS[rule.operator], "value": f"={rule.formula1}"}
        else:
            options["value"] = f"={rule.formula1}"
        sheet.data_validation(rule.sqref, options)
    for mark in design.colour_rules(table, language):
        style = styles.colour(mark.fill, mark.font)
        sheet.conditional_format(mark.sqref, {"type": "formula", "criteria": f"={mark.formula}", "format": style})


def _view(sheet: Worksheet, table: Table, language: str) -> None:
    """What stays in sight, how groups fold, and how the sheet prints."""
    first = next((number for number, field in enumerate(table.fields) if field.role is Role.DATA), 0)
    sheet.freeze_panes(HEADER_ROW, first + 1)
    sheet.outline_settings(True, True, False, False)  # the + stands over the first column of a group
    sheet.set_tab_color(TABS["result" if table.result else "open" if table.stored else "list"])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L&A&C{text('template.page', language)}")


def _upright(column: design.Column) -> str:
    """Where text stands in a row: several sentences in a row of one line begin with the first."""
    return "top" if column.field.key == "problem" else "vcenter"


def _body(styles: Styles, column: design.Column, number_format: str) -> Format:
    """The format of a whole column below the header."""
    return styles(
        num_format=number_format,
        text_wrap=column.wraps,
        valign=_upright(column),
        align="center" if number_format.startswith("yyyy") else "general",
        font_color=SOFT if column.field.role in (Role.AUDIT, Role.DERIVED) else INK,
        border=1,
        border_color=LINE,
    )


def _fill(sheet: Worksheet, styles: Styles, number: int, column: design.Column, cells: Sequence[Content]) -> None:
    """Write a column's body: text stays text whatever it starts with, numbers and dates keep their type."""
    body = _body(styles, column, column.number_format)
    moment = body if column.number_format.startswith("yyyy") else _body(styles, column, "yyyy-mm-dd hh:mm")
    for row, value in enumerate(cells, HEADER_ROW):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            sheet.write_string(row, number, _clean(value), body)
        elif isinstance(value, bool):
            sheet.write_boolean(row, number, value, body)
        elif isinstance(value, int | float) and math.isfinite(value):
            sheet.write_number(row, number, value, body)
        elif isinstance(value, datetime) and value.year >= 1900:
            sheet.write_datetime(row, number, value, moment)
        elif isinstance(value, Formula):
            sheet.write_formula(row, number, value.text, body, value.value)
        elif isinstance(value, CellError):
            sheet.write_formula(row, number, "=NA()", body, value.text)
        elif isinstance(value, Link):
            _jump(sheet, row, number, value, styles)
        else:
            sheet.write_string(row, number, _clean(str(value)), body)


def _jump(sheet: Worksheet, row: int, number: int, link: Link, styles: Styles) -> None:
    quoted = link.sheet.replace("'", "''")
    sheet.write_url(
        row, number, f"internal:'{quoted}'!{link.place}", styles(font_color="#1F5FBF", underline=1), _clean(link.text)
    )


def _clean(value: str) -> str:
    """Text as a file can hold it: no lone surrogates, not longer than a cell."""
    if not value.isprintable():
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value[:LONGEST]
