"""Checking one sheet: every cell by its column, then the rows across their fields, then the sheet as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlcrm.model.fields import Field, Kind, Need, Role
from xlcrm.model.finding import Finding
from xlcrm.model.operation import Values
from xlcrm.model.rows import Rows
from xlcrm.model.tables import REQUEST
from xlcrm.rules.checks import (
    activity,
    contact,
    customer,
    feedback,
    interaction,
    needs,
    numbers,
    opportunity,
    request,
    sheet,
    tag,
)
from xlcrm.rules.checks.case import Case
from xlcrm.rules.checks.columns import read_column
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.wanted import SAID

_ROWS = {
    "customer": customer.check,
    "contact": contact.check,
    "interaction": interaction.check,
    "tag": tag.check,
    "request": request.check,
    "feedback": feedback.check,
    "opportunity": opportunity.check,
    "activity": activity.check,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """The canonical values of a sheet and everything found in it.

    ``values``: field key -> one value per row, for the data fields the sheet has, and "number", "version",
    "submit_status". None means blank, or unusable where there is a finding. ``cleared`` are cells whose stored
    value is to go; ``masked`` are cells that show a masked value: unchanged in a stored record. ``blocked`` are the
    rows with something 必须修改.
    """

    values: dict[str, list[str | None]]
    findings: list[Finding]
    cleared: set[tuple[int, str]]
    masked: set[tuple[int, str]]
    blocked: set[int]


def check(rows: Rows, book: Rulebook, known: Mapping[str, Values] | None = None) -> Checked:
    """Check all rows against all rules; never raises on what the cells hold.

    ``known`` holds the stored values of the records by the number as it stands in the sheet (with "version" and the
    audit fields, canonical): with it numbers that do not exist, edited audit columns and cross-field faults of
    changed records are found as well; None leaves these checks out.
    """
    case = Case(rows, book, known)
    for item in rows.table.fields:
        if item.key in rows.columns and (item.role is Role.DATA or item.key in ("number", "version", "submit_status")):
            _column(case, item)
    _defaults(case)
    sheet.check(case)
    numbers.check(case)
    needs.check(case)
    if rows.table.key in _ROWS:
        _ROWS[rows.table.key](case)
    case.findings.sort(key=lambda finding: -1 if finding.row is None else finding.row)
    return Checked(case.values, case.findings, case.cleared, case.masked, case.blocked)


def _defaults(case: Case) -> None:
    """A new row's blank cells take the field's default: a customer is a company unless somebody says otherwise."""
    new = case.new()
    for item in case.rows.table.data:
        if item.default and item.key in case.values:
            refused = {row for row, key in case.refused if key == item.key}
            for row, value in enumerate(case.values[item.key]):
                if value is None and new[row] and row not in refused:
                    case.values[item.key][row] = item.default


def _column(case: Case, item: Field) -> None:
    """Read one column and turn its readings into findings."""
    rows = case.rows
    parents = case.standing(item.parent) if item.parent in rows.columns else [None] * len(rows) if item.parent else None
    if rows.table.key == REQUEST.key and item.key in SAID:
        column, odd = request.column(case, item.key)
    else:
        column, odd = read_column(rows.columns[item.key], item, case.book, parents)
    case.values[item.key] = column
    if item.role is not Role.DATA and item.kind is not Kind.NUMBER:
        return
    numbers = case.column("number")
    for row, reading in odd.items():
        _reading(case, row, item, reading, numbers[row] is None)
    _formulas(case, item)


def _reading(case: Case, row: int, item: Field, reading: Reading, fresh: bool) -> None:
    code = reading.code or ""
    cell = (row, item.key)
    if code == "CLEARED":
        if fresh:
            return
        case.cleared.add(cell)
        if item.need is Need.BLOCKING:
            case.add("CLEAR_BLOCKING", row, item.key)
        return
    if code == "MASKED":
        case.masked.add(cell)
        if not fresh and case.stands(row, item.key):
            return
    elif reading.value is None and code != "PLACEHOLDER":
        case.refused.add(cell)
    values: dict[str, object] = {"due": case.until} if code == "MASKED" else reading.values
    repair = None if cell in case.rows.formulas else reading.repair
    case.add(code, row, item.key, values, repair, reading.safe and repair is not None)


def _formulas(case: Case, item: Field) -> None:
    """Formulas in a data column: their last result is taken; without one there is nothing to take."""
    cells = case.rows.columns[item.key]
    for row in case.formulas.get(item.key, ()):
        if cells[row] is None:
            case.refused.add((row, item.key))
            case.add("FORMULA_EMPTY", row, item.key)
        elif (row, item.key) not in case.refused:
            case.add("FORMULA", row, item.key)
