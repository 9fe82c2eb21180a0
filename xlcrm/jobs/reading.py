"""Reading a workbook: every table's rows, checked; what all other jobs start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.errors import BookError
from xlcrm.model.fields import Table
from xlcrm.model.finding import Finding, Severity
from xlcrm.model.operation import Record, Values
from xlcrm.model.rows import Rows
from xlcrm.model.tables import CUSTOMER, STORED
from xlcrm.rules.checks import Checked, check
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.clean import read as clean
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


@dataclass(slots=True)
class Sheet:
    """One table of a workbook as read, and what the checks made of it."""

    rows: Rows
    checked: Checked
    records: dict[str, Record] = field(default_factory=dict)  # stored records by the numbers in the rows

    @property
    def table(self) -> Table:
        return self.rows.table

    def value(self, index: int, key: str) -> str | None:
        """The canonical value of row ``index`` in field ``key``; None where blank or without such a column."""
        column = self.checked.values.get(key)
        return column[index] if column is not None else None

    def label(self, index: int) -> str:
        """How a person recognises the row: the customer's name, else its number."""
        key = "name" if self.table.key == "customer" else "customer"
        return self.value(index, key) or self.value(index, "number") or ""


def read(book: Book, rulebook: Rulebook, tables: Sequence[Table] = STORED, store: Store | None = None) -> dict[str, Sheet]:
    """The tables of ``tables`` that the workbook has, by key; BookError when it has neither customers nor any rows.

    With a ``store`` the rows that have a number are also checked against their stored records: blank cells then mean
    "unchanged", forged numbers and edited audit columns are found.
    """
    found = {}
    for table in book.tables():
        if table in tables:
            rows = book.read(table)
            records = numbered(rows, rulebook, store) if store is not None else {}
            stored = None if store is None else {number: known(record) for number, record in records.items()}
            checked = check(rows, rulebook, stored)
            statuses = checked.values.get("submit_status") or []
            settled = {row for row, status in enumerate(statuses) if status in SETTLED}
            if settled:
                checked.findings[:] = [finding for finding in checked.findings if finding.row not in settled]
                checked.blocked.difference_update(settled)
            _reticent(rows, checked, records)
            found[table.key] = Sheet(rows, checked, records)
    if CUSTOMER.key not in found and not any(len(sheet.rows) for sheet in found.values()):
        raise BookError("jobs.no_table", name=book.name)
    return found


def numbered(rows: Rows, rulebook: Rulebook, store: Store) -> dict[str, Record]:
    """The stored records that the rows' numbers name, by the number as it stands in the sheet."""
    if "number" not in rows.columns:
        return {}
    item = rows.table["number"]
    numbers = {number for cell in set(rows.columns["number"]) if (number := clean(cell, item, rulebook).value)}
    rids = store.find(numbers)
    records = store.records(set(rids.values()))
    return {number: records[rid] for number, rid in rids.items() if rid in records and records[rid].table == rows.table.key}


def _reticent(rows: Rows, checked: Checked, records: Mapping[str, Record]) -> None:
    """Drop what the checks say about values the person may not see: they compared with nothing."""
    numbers = checked.values.get("number") or []
    known = {row: records[number] for row, number in enumerate(numbers) if number and number in records}
    hidden = {row: record.hidden for row, record in known.items() if record.hidden}
    if not hidden:
        return
    checked.findings[:] = [
        one
        for one in checked.findings
        if one.row not in hidden or (one.field not in hidden[one.row] and "name" not in hidden[one.row])
    ]
    still = {one.row for one in checked.findings if one.severity is Severity.MUST}
    checked.blocked.difference_update(row for row in hidden if row not in still)


def known(record: Record) -> Values:
    """What the checks compare a row with: the stored values, the version and the audit columns."""
    return {
        **record.values,
        "version": str(record.version),
        "origin": record.origin,
        "created_by": record.created_by,
        "created_at": record.created_at,
        "updated_by": record.updated_by,
        "updated_at": record.updated_at,
    }


@dataclass(slots=True)
class Tally:
    """How many rows of a sheet fell into each class, by the worst finding of each row."""

    total: int = 0
    passed: int = 0
    must: int = 0
    check: int = 0
    due: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.total + other.total,
            self.passed + other.passed,
            self.must + other.must,
            self.check + other.check,
            self.due + other.due,
        )


def tally(sheet: Sheet) -> Tally:
    """Count the rows of a sheet by their worst finding."""
    worst: dict[int, Severity] = {}
    for finding in sheet.checked.findings:
        if finding.row is not None:
            worst[finding.row] = max(worst.get(finding.row, Severity.DUE), finding.severity)
    counts = {severity: sum(1 for found in worst.values() if found is severity) for severity in Severity}
    return Tally(
        len(sheet.rows),
        len(sheet.rows) - len(worst),
        counts[Severity.MUST],
        counts[Severity.CHECK],
        counts[Severity.DUE],
    )


def by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    """Findings of single rows, by row index, worst first."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.row is not None:
            found.setdefault(finding.row, []).append(finding)
    for row in found.values():
        row.sort(key=lambda finding: -finding.severity)
    return found
