"""The workbook people fill: built from the declaration, the same bytes every time.

``populate`` writes into an open Workbook, so that the add-in's builder can pack its VBA project into the same book.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xlcrm.model.fields import Table
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY, DICTIONARY, TABLES
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets import bulk, guide, lists, tablesheet
from xlcrm.sheets.design import FORMATS, letter
from xlcrm.sheets.layout import HEADER_ROW, LISTS_SHEET, SETTINGS_SHEET, TEMPLATE_VERSION
from xlcrm.sheets.style import FONT, Styles
from xlcrm.sheets.tablesheet import Columns
from xlcrm.sheets.whole import put

BUILT = datetime(2025, 1, 1)  # a fixed date: equal input gives equal bytes
SETTINGS = ("template", "language", "uid", "person", "store", "import")
OWN_OPTIONS = 30  # options a team can add to one list in the dictionary, or to one parent's part of it
DICTIONARY_ROWS = 2_000  # rows of the dictionary that the lists look at
# Too long, or explained elsewhere.
REFERENCE = ("province", "city", "district", "extensible", "customer_field", "import_field", "import_list", "import_option")


def build(
    path: Path | str,
    language: str = "zh",
    rows: Mapping[str, Columns] | None = None,
    settings: Mapping[str, str] | None = None,
    tables: Sequence[Table] = TABLES,
) -> None:
    """Write a new workbook to ``path`` (.xlsx), replacing what is there; OSError where that is not possible, nothing is
    changed then.

    ``rows`` maps table keys to columns (field key -> one cell per row); ``settings`` fills the book's settings
    ("uid", "person", "store", ...; see ``Book.setting``). With fewer ``tables`` it has only their sheets, and no guide. Equal
    arguments give equal bytes.
    """
    base = {"font_name": FONT, "font_size": 10}
    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True, "default_format_properties": base, "strings_to_formulas": False})
    rows = rows or {}
    long = frozenset(key for key, columns in rows.items() if bulk.fits(columns))
    populate(book, language, rows, settings or {}, long, tables)
    book.close()
    data = made.getvalue()
    if long:
        numbers = {sheet.get_name(): number for number, sheet in enumerate(book.worksheets(), 1)}
        data = bulk.filled(data, [_long(BY_KEY[key], numbers[BY_KEY[key].title(language)], rows[key]) for key in sorted(long)])
    put(Path(path), data)


def _long(table: Table, sheet: int, columns: Columns) -> bulk.Long:
    places = {field.key: number for number, field in enumerate(table.fields, 1)}
    placed = {places[key]: cells for key, cells in columns.items() if key in places}
    dates = frozenset(places[field.key] for field in table.fields if FORMATS.get(field.kind, "").startswith("yyyy"))
    return bulk.Long(sheet, table.listname, HEADER_ROW + 1, placed, dates)


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A sheet whose formulas are written as they are. XlsxWriter would look through each of them for 150 functions of newer
    Excels, which we do not use: half the time of a new workbook."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")


def populate(
    book: Workbook,
    language: str,
    rows: Mapping[str, Columns],
    settings: Mapping[str, str],
    long: Collection[str] = (),
    tables: Sequence[Table] = TABLES,
) -> None:
    """Add every sheet of the template to ``book``; the caller closes it. The rows of the tables ``long`` are left out."""
    book.set_properties({"title": guide.name(language), "author": "xlcrm", "created": BUILT})
    book.set_size(28_000, 16_000)
    book.worksheet_class = _Sheet
    styles = Styles(book)
    guided = [guide.add(book, styles, language)] if tables is TABLES else []
    sheets: dict[str, Worksheet] = {}
    for table in tables:
        body = rows.get(table.key) or ({} if table is not DICTIONARY else dictionary(language))
        sheets[table.key] = tablesheet.add(book, styles, table, language, body, table.key in long)
    _add_lists(book, language)
    _add_settings(book, language, settings)
    filled = [sheets[table.key] for table in tables if rows.get(table.key) and table is not DICTIONARY]
    (*filled, *guided, *sheets.values())[0].activate()


def dictionary(language: str) -> dict[str, list[Cell]]:
    """The body of the dictionary: the lists that a team may extend first, then the others for reference."""
    found: dict[str, list[Cell]] = {field.key: [] for field in DICTIONARY.fields}
    used = [item for item in lists.used(language) if item.vocabulary not in REFERENCE]
    for item in sorted(used, key=lambda item: not vocabulary(item.vocabulary).extensible):
        source = vocabulary(item.vocabulary)
        above = _above(item.vocabulary)
        labels = dict.fromkeys((option.label(language), option.parent, option.synonyms) for option in source.options)
        for label, parent, synonyms in labels:
            found["list"].append(item.title)
            found["label"].append(label)
            found["synonyms"].append(("、" if language == "zh" else ", ").join(synonyms) or None)
            found["parent"].append(vocabulary(above).label(parent, language) if parent and above else None)
            found["note"].append(guide.dictionary_note(source.extensible, bool(item.parents), language))
    return found


def _above(name: str) -> str:
    """The vocabulary whose options are the parents of those of ``name``; "" when there is none."""
    for table in TABLES:
        for field in table.fields:
            if field.options == name and field.parent:
                return table[field.parent].options
    return ""


def _add_lists(book: Workbook, language: str) -> None:
    """The very hidden sheet with the options behind the dropdowns, and the names that point to them."""
    sheet: Worksheet = book.add_worksheet(LISTS_SHEET)
    sheet.very_hidden()
    book.define_name(lists.BLANK, f"={LISTS_SHEET}!$A$1:$A$2")
    number = 1
    for item in lists.used(language):
        sheet.write_string(0, number, item.vocabulary)
        write = _write_extensible if item.extensible else _write_fixed
        count = write(sheet, number, item, language)
        labels, parents = (f"{LISTS_SHEET}!${letter(place)}$2:${letter(place)}${count + 1}" for place in (number, number + 1))
        if item.extensible and not item.parents:  # the filled part only
            labels = f'OFFSET({labels.split(":")[0]},0,0,MAX(1,COUNTIF({labels},"?*")),1)'
        book.define_name(lists.name_of(item.vocabulary), f"={labels}")
        if item.parents:
            book.define_name(lists.parents_of(item.vocabulary), f"={parents}")
        number += 2 if item.parents else 1


def _write_fixed(sheet: Worksheet, number: int, item: lists.OptionList, language: str) -> int:
    """Write the options, and their parents beside them; gives the number of rows used."""
    for place, cells in enumerate((item.labels, item.parents)):
        for row, label in enumerate(cells, 1):
            sheet.write_string(row, number + place, label)
    return len(item.labels)


def _write_extensible(sheet: Worksheet, number: int, item: lists.OptionList, language: str) -> int:
    """Write formulas that collect the options from the dictionary, wherever in it they stand.

    A dependent list has a block for each parent, with free places at its end: equal parents stay side by side.
    """
    source, top, end = f"'{DICTIONARY.title(language)}'!", HEADER_ROW + 1, HEADER_ROW + DICTIONARY_ROWS
    names, labels, above = (f"{source}${column}${top}:${column}${end}" for column in "ABD")
    row = 0
    for parent in dict.fromkeys(item.parents) or ("",):
        shipped = [label for place, label in enumerate(item.labels) if not parent or item.parents[place] == parent]
        mine = f'({names}="{item.title}")' + (f'*({above}="{parent}")' if parent else "")
        for nth in range(1, len(shipped) + OWN_OPTIONS + 1):
            row += 1
            shown = shipped[nth - 1] if nth <= len(shipped) else ""
            found = f'IFERROR(INDEX({labels},SMALL(IF({mine},ROW({names})-{HEADER_ROW}),{nth}))&"","")'
            sheet.write_array_formula(row, number, row, number, f"{{={found}}}", None, shown)
            if parent:
                beside = f'=IF({letter(number)}{row + 1}="","","{parent}")'
                sheet.write_formula(row, number + 1, beside, None, parent if shown else "")
    return row


def _add_settings(book: Workbook, language: str, settings: Mapping[str, str]) -> None:
    sheet: Worksheet = book.add_worksheet(SETTINGS_SHEET)
    sheet.very_hidden()
    values = {**dict.fromkeys(SETTINGS, ""), "template": TEMPLATE_VERSION, "language": language, **settings}
    sheet.set_column(0, 1, 30, book.add_format({"num_format": "@"}))
    for row, (name, value) in enumerate(values.items()):
        sheet.write_string(row, 0, name)
        if value:
            sheet.write_string(row, 1, value)
