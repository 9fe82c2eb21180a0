"""一键修正: apply the safe repairs, keep the old values in 校验报告, take them back on demand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.jobs.marking import fill, plain
from xlcrm.jobs.reading import Sheet
from xlcrm.model.fields import Table
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.tables import STORED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.marks import CODES
from xlcrm.sheets.base import Book

LAST = "repaired"
"""The workbook's setting: up to which receipt it was submitted when it was last repaired."""
PLACE = re.compile(r"(?P<sheet>.+)!(?P<letter>[A-Z]{1,3})(?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Repair:
    """One cell to be changed: where, what stands there, what shall stand there, and why."""

    table: str
    sheet: str
    place: str
    line: int
    field: str
    old: Cell
    new: Cell
    code: str
    severity: str
    label: str
    sentence: str
    title: str


def plan(sheets: Mapping[str, Sheet], language: str) -> list[Repair]:
    """The safe repairs among the findings of checked sheets; at most one for each cell."""
    found: dict[tuple[str, int, str], Repair] = {}
    for sheet in sheets.values():
        for finding in sheet.checked.findings:
            index, key = finding.row, finding.field
            if not finding.safe or finding.repair is None or index is None or key is None or key not in sheet.rows.columns:
                continue
            found.setdefault(
                (sheet.table.key, index, key),
                Repair(
                    sheet.table.key,
                    sheet.rows.sheet,
                    sheet.rows.place(index, key),
                    sheet.rows.lines[index],
                    key,
                    sheet.rows.cell(index, key),
                    finding.repair,
                    finding.code,
                    CODES[finding.severity],
                    sheet.label(index),
                    finding.sentence(language),
                    sheet.table[key].title(language),
                ),
            )
    return list(found.values())


def apply(book: Book, repairs: Sequence[Repair]) -> None:
    """Write the repairs into the workbook (buffered until it is saved)."""
    book.set_setting(LAST, book.setting("receipt") or "-")
    _write(book, [(one.sheet, one.line, one.field, one.new) for one in repairs])


def latest(book: Book) -> bool:
    """Whether repairs are the last thing that was done in ``book``: nothing was submitted from it since."""
    return book.setting(LAST) == (book.setting("receipt") or "-")


def line(one: Repair, language: str) -> dict[str, Cell | Link]:
    """The line of 校验报告 that remembers a repair."""
    return {
        "severity": vocabulary("severity").label(one.severity, language),
        "place": Link(f"{one.sheet}!{one.place}", one.sheet, one.place),
        "customer": one.label,
        "field": one.title,
        "value": plain(one.new),
        "sentence": one.sentence,
        "proposal": plain(one.new),
        "state": vocabulary("finding_state").label("fixed", language),
        "old": plain(one.old),
        "code": one.code,
    }


def done_before(book: Book) -> list[dict[str, Cell | Link]]:
    """The lines about earlier repairs that 校验报告 holds."""
    if FINDINGS not in book.tables():
        return []
    rows = book.read(FINDINGS)
    states = vocabulary("finding_state")
    kept = []
    for index in range(len(rows)):
        state = states.find(str(rows.cell(index, "state") or ""))
        if state is not None and state.code in ("fixed", "undone"):
            kept.append(_with_link({key: rows.cell(index, key) for key in rows.columns}))
    return kept


def undo(book: Book, language: str) -> tuple[int, int]:
    """Take back the repairs recorded in 校验报告 and save: (taken back, left because the cell was changed since)."""
    lines = done_before(book)
    states = vocabulary("finding_state")
    fixed, undone = states.label("fixed", language), states.label("undone", language)
    sheets = {rows.sheet: rows for rows in (book.read(table) for table in book.tables() if table in STORED)}
    back: list[tuple[str, int, str, Cell]] = []
    left = 0
    for record in lines:
        if record["state"] != fixed:
            continue
        found = _find(sheets, str(record["place"]))
        if found and plain(found[0].cell(found[1], found[2])) == record["proposal"]:
            rows, index, key = found
            old = record["old"]
            back.append((rows.sheet, rows.lines[index], key, None if isinstance(old, Link) else old))
            record["state"] = undone
        else:
            left += 1
    _write(book, back)
    if book.setting(LAST):
        book.set_setting(LAST, "")
    fill(book, FINDINGS, [record for record in lines if record["state"] == fixed], language)
    book.save()
    return len(back), left


def _write(book: Book, cells: Sequence[tuple[str, int, str, Cell]]) -> None:
    """Write single cells (sheet, line, field key, cell) as whole columns, one block for each."""
    tables: list[Table] = [table for table in book.tables() if table in STORED]
    for table in tables:
        rows = book.read(table)
        columns: dict[str, list[Cell]] = {}
        where = {number: index for index, number in enumerate(rows.lines)}
        for sheet, number, key, cell in cells:
            if sheet == rows.sheet and number in where:
                columns.setdefault(key, list(rows.columns[key]))[where[number]] = cell
        if columns:
            book.write(rows, columns)


def _find(sheets: Mapping[str, Rows], place: str) -> tuple[Rows, int, str] | None:
    found = PLACE.fullmatch(place)
    rows = sheets.get(found["sheet"]) if found else None
    if found is None or rows is None or int(found["line"]) not in rows.lines:
        return None
    keys = [key for key, letter in rows.letters.items() if letter == found["letter"]]
    return (rows, rows.lines.index(int(found["line"])), keys[0]) if keys else None


def _with_link(record: dict[str, Cell]) -> dict[str, Cell | Link]:
    linked: dict[str, Cell | Link] = dict(record)
    found = PLACE.fullmatch(str(record.get("place") or ""))
    if found:
        linked["place"] = Link(found[0], found["sheet"], found["letter"] + found["line"])
    return linked
