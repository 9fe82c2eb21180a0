"""校验: read, check, mark. Nothing leaves the workbook."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.jobs import dictionary, repair
from xlcrm.jobs.marking import write_marks
from xlcrm.jobs.reading import Sheet, Tally, read, tally
from xlcrm.model.context import Context
from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book


@dataclass(slots=True)
class Validation:
    """What a check found: the sheets with their findings, counts by table, and what was put right on the way."""

    sheets: dict[str, Sheet]
    tallies: dict[str, Tally]
    repairs: list[repair.Repair] = field(default_factory=list)
    restored: tuple[str, ...] = ()

    @property
    def total(self) -> Tally:
        return sum(self.tallies.values(), Tally())


def validate(book: Book, context: Context, rulebook: Rulebook, repairs: Sequence[repair.Repair] = ()) -> Validation:
    """Check every table of ``book``, mark the rows, fill 校验报告, restore dropdowns, save.

    ``repairs`` (from ``repair.plan``) are applied first; their old values stay in the report, so that
    ``repair.undo`` can take them back. Raises BookError; the workbook is then as it was.
    """
    book.progress(text("jobs.step_read", context.language), 0, 2)
    identify(book)
    restored = book.restore()
    kept = repair.done_before(book)
    if repairs:
        repair.apply(book, repairs)
        kept = [*(repair.line(one, context.language) for one in repairs), *kept]
    dictionary.share(book, rulebook.settings)
    sheets = read(book, rulebook)
    book.progress(text("jobs.step_write", context.language), 1, 2)
    for sheet in sheets.values():
        if statuses := unsent(sheet, context.language):
            book.write(sheet.rows, {"submit_status": statuses})
    write_marks(book, sheets, context.language, kept)
    book.save()
    book.progress("", 2, 2)
    return Validation(sheets, {key: tally(sheet) for key, sheet in sheets.items()}, list(repairs), restored)


def identify(book: Book) -> str:
    """The workbook's UUID, given on its first check or submission."""
    uid = book.setting("uid")
    if not uid:
        uid = uuid.uuid4().hex
        book.set_setting("uid", uid)
    return uid


def unsent(sheet: Sheet, language: str) -> list[Cell]:
    """The column 提交状态 with 未提交 where it was blank; empty where the sheet has no such column."""
    column = sheet.rows.columns.get("submit_status")
    if column is None:
        return []
    word = vocabulary("submit_status").label("unsent", language)
    return [cell if cell is not None else word for cell in column]
