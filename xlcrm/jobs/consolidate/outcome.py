"""The consolidated sheet: one row a customer, cleaned, with the marks of the check and the key of where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.jobs import reading
from xlcrm.jobs.consolidate.gathering import Heap
from xlcrm.jobs.consolidate.joining import Unit
from xlcrm.jobs.reading import Sheet
from xlcrm.model.fields import Field, Role, Table
from xlcrm.model.operation import Record
from xlcrm.model.rows import Cell, Rows
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.checks import check
from xlcrm.rules.clean import show
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import design
from xlcrm.sheets.layout import HEADER_ROW


def consolidated(units: Sequence[Unit], heap: Heap, sheet: Sheet, rulebook: Rulebook, language: str) -> Sheet:
    """The customers as rows of our template, checked. What could not be read stands there as it was written, and is marked."""
    columns: dict[str, list[Cell]] = {}
    for item in CUSTOMER.data:
        cells = _column(item, units, heap, sheet, rulebook, language)
        if any(cell is not None for cell in cells):
            columns[item.key] = cells
    columns["number"] = [unit.record.number if unit.record else _number(unit, heap) for unit in units]
    columns["version"] = [float(unit.record.version) if unit.record else None for unit in units]
    columns["origin"] = [unit.record.origin if unit.record else heap.main(unit.main) for unit in units]
    columns["submit_status"] = [vocabulary("submit_status").label("unsent", language)] * len(units)
    records = {unit.record.number or "": unit.record for unit in units if unit.record}
    return checked(CUSTOMER, columns, rulebook, language, records)


def checked(
    table: Table, columns: dict[str, list[Cell]], rulebook: Rulebook, language: str, records: dict[str, Record]
) -> Sheet:
    """``columns`` as the sheet of ``table`` that the template makes of them, checked."""
    count = max(map(len, columns.values()), default=0)
    headers = {item.key: item.title(language) for item in table.fields}
    for key in headers:
        columns.setdefault(key, [None] * count)
    lines = list(range(HEADER_ROW + 1, HEADER_ROW + 1 + count))
    rows = Rows(table, table.title(language), lines, columns, design.places(table), headers)
    return Sheet(rows, check(rows, rulebook, {number: reading.known(one) for number, one in records.items()}), records)


def _number(unit: Unit, heap: Heap) -> Cell:
    numbers = heap.rows.columns.get("number")
    return numbers[unit.main] if numbers else None


def _column(
    item: Field, units: Sequence[Unit], heap: Heap, sheet: Sheet, rulebook: Rulebook, language: str
) -> list[Cell]:
    """What stands in one column: the value that was chosen, else what nobody could read."""
    values = [unit.values.get(item.key) for unit in units]
    shown = {value: show(value, item, language, rulebook.names, rulebook.options) for value in set(values) if value}
    cells: list[Cell] = [shown[value] if value else None for value in values]
    raw = heap.rows.columns.get(item.key, [])
    if len(raw) > raw.count(None):
        for place, (unit, value) in enumerate(zip(units, values, strict=True)):
            if not value:
                cells[place] = next((raw[row] for row in unit.rows if raw[row] is not None), None)
    return cells


def written(sheet: Sheet, marks: Mapping[str, list[Cell]]) -> dict[str, list[Cell]]:
    """The columns of a sheet to be written: those that hold anything, and its marks."""
    roles = (Role.DATA, Role.SHEET, Role.AUDIT)
    columns = {item.key: sheet.rows.columns[item.key] for item in sheet.table.fields if item.role in roles}
    return {key: cells for key, cells in {**columns, **marks}.items() if any(cell is not None for cell in cells)}
