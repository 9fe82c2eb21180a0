"""Writing what was found into the workbook: 校验结果, 问题说明 and the sheet 校验报告."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from xlcrm.catalogue import text
from xlcrm.jobs.reading import Sheet, by_row
from xlcrm.model.fields import Table
from xlcrm.model.finding import Finding
from xlcrm.model.resultsheets import FINDINGS
from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.model.tables import BY_KEY
from xlcrm.model.vocabularies import Vocabulary, vocabulary
from xlcrm.rules.marks import CODES, mark
from xlcrm.sheets.base import Book

REPORT_ROWS = 20_000  # more lines than this help nobody; the marks in the rows are complete


def marks(sheet: Sheet, language: str) -> dict[str, list[Cell]]:
    """The columns 校验结果 and 问题说明 for every row of a sheet."""
    found = by_row(sheet.checked.findings)
    longest = sheet.table["problem"].longest
    words = vocabulary("check_result")
    results: list[Cell] = []
    problems: list[Cell] = []
    for index in range(len(sheet.rows)):
        row = found.get(index)
        if not row:
            results.append(words.label("passed", language))
            problems.append(None)
            continue
        results.append(mark(row, sheet.rows.headers, language))
        problems.append("\n".join(dict.fromkeys(finding.sentence(language) for finding in row))[:longest])
    return {"check_result": results, "problem": problems}


def write_marks(book: Book, sheets: Mapping[str, Sheet], language: str, kept: Sequence[Mapping[str, Cell | Link]] = ()) -> None:
    """Mark every sheet and list all findings in 校验报告, after the ``kept`` lines about repairs made before."""
    for sheet in sheets.values():
        book.write(sheet.rows, marks(sheet, language))
    fill(book, FINDINGS, [*kept, *report(sheets.values(), language)], language)


def report(sheets: Iterable[Sheet], language: str) -> list[Mapping[str, Cell | Link]]:
    """The lines of 校验报告, the worst first."""
    found = [(sheet, finding) for sheet in sheets for finding in sheet.checked.findings]
    found.sort(key=lambda one: -one[1].severity)
    return [line(sheet, finding, language) for sheet, finding in found[:REPORT_ROWS]]


def fill(book: Book, table: Table, lines: Sequence[Mapping[str, Cell | Link]], language: str) -> None:
    """Make ``lines`` the rows of a result sheet; a sheet that somebody deleted stops nothing, the person is told."""
    if table in book.tables():
        book.replace(table, lines)
    elif lines:
        book.tell(text("jobs.result_gone", language, sheet=table.title(language), count=len(lines)))


def tell_unknown(book: Book, table: Table, words: Vocabulary, unknown: Sequence[str], language: str) -> None:
    """Say that decisions in a result sheet are not understood: they were not carried out."""
    if not unknown:
        return
    choices = text("match.and", language).join(option.label(language) for option in words.options)
    sheet, count = table.title(language), len(unknown)
    book.tell(text("jobs.decision_unknown", language, sheet=sheet, count=count, first=unknown[0], choices=choices))


def choices(book: Book, table: Table, column: str, words: Vocabulary, language: str) -> dict[str, str]:
    """What people chose on a result sheet: system key -> code of ``words``; words that are none are told to the person."""
    if table not in book.tables():
        return {}
    rows, found, unknown = book.read(table), dict[str, str](), list[str]()
    for index in range(len(rows)):
        said = str(rows.cell(index, column) or "")
        option = words.find(said)
        if option is not None:
            found[str(rows.cell(index, "pair"))] = option.code
        elif said.strip():
            unknown.append(said)
    tell_unknown(book, table, words, unknown, language)
    return found


def line(sheet: Sheet, finding: Finding, language: str) -> dict[str, Cell | Link]:
    """One line of 校验报告."""
    rows, index, key = sheet.rows, finding.row, finding.field
    known = index is not None and key is not None and key in rows.columns
    place = (
        Link(f"{rows.sheet}!{rows.place(index, key if known else None)}", rows.sheet, _target(sheet, index, key))
        if index is not None
        else rows.sheet
    )
    return {
        "severity": vocabulary("severity").label(CODES[finding.severity], language),
        "place": place,
        "customer": sheet.label(index) if index is not None else None,
        "field": BY_KEY[finding.table][key].title(language) if key and key in BY_KEY[finding.table].by_key else None,
        "value": plain(rows.cell(index, key)) if known and index is not None and key is not None else None,
        "sentence": finding.sentence(language),
        "proposal": plain(finding.repair),
        "state": vocabulary("finding_state").label("open", language),
        "old": None,
        "code": finding.code,
    }


def _target(sheet: Sheet, index: int, key: str | None) -> str:
    letter = sheet.rows.letters.get(key or "") or next(iter(sheet.rows.letters.values()), "A")
    return f"{letter}{sheet.rows.lines[index]}"


def plain(cell: Cell) -> Cell:
    """A cell as the report keeps it: text, number or truth value; days without their midnight, errors as their text."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return str(cell) if isinstance(cell, CellError) else cell
