"""提交 while the store is away: check as far as that goes without it, keep the rows sealed, mark them 待发送."""

from __future__ import annotations

from dataclasses import dataclass

from xlcrm.errors import BookError
from xlcrm.jobs.marking import write_marks
from xlcrm.jobs.outbox.box import Outbox
from xlcrm.jobs.outbox.parcel import having, pack, unheld
from xlcrm.jobs.reading import Sheet, read
from xlcrm.jobs.repair import done_before
from xlcrm.jobs.validate import identify
from xlcrm.model.context import Context
from xlcrm.model.rows import Cell
from xlcrm.model.tables import SUBMITTED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book

QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows were kept: ``new`` ones, and ``known`` ones, whose number tells that their changes are found later.

    ``refused`` are those that were not.
    """

    rows: int
    new: int
    known: int
    refused: int


def keep(book: Book, outbox: Outbox, store: str, url: str, context: Context, rulebook: Rulebook) -> Kept:
    """Keep the rows of ``book`` for the store ``store``, to be reached at ``url``; rows with something 必须修改 are refused.

    What waited of this workbook before is replaced by what it says now; rows that are no longer in it go on waiting. Raises
    BookError, KeysError (nothing to seal with), UsageError (the folder cannot be written); then nothing is kept.
    """
    book.ready()
    identify(book)
    sheets = read(book, rulebook, SUBMITTED)
    refused = {key: _new(sheet) & sheet.checked.blocked for key, sheet in sheets.items()}
    new = {key: _new(sheet) - refused[key] for key, sheet in sheets.items()}
    chosen = {key: set(range(len(sheet.rows))) - refused[key] for key, sheet in sheets.items()}
    parcel = pack(book, store, url, context.now(), chosen)
    rows, fresh = parcel.rows, sum(map(len, new.values()))
    if rows:
        older = list(outbox.of(book.setting("uid"), store))
        outbox.add(parcel)
        current = {key: sheet.rows for key, sheet in sheets.items()}
        edited = {key: unheld(rows, new[key], [one for _, one in older]) for key, rows in current.items()}
        for name, one in older:
            outbox.reduce(name, one, one.left(current, edited))
    try:
        for key, sheet in sheets.items():
            book.write(sheet.rows, {"submit_status": _statuses(sheet, new[key], refused[key], context.language)})
        write_marks(book, sheets, context.language, done_before(book))
        book.save()
    except BookError as error:
        raise BookError("outbox.unmarked", name=book.name, rows=rows, why=error.sentence(context.language)) from error
    return Kept(rows, fresh, rows - fresh, sum(map(len, refused.values())))


def _new(sheet: Sheet) -> set[int]:
    """The rows without a number that were not dealt with before."""
    return {row for row in range(len(sheet.rows)) if not sheet.value(row, "number")} - having(sheet.rows, SETTLED)


def _statuses(sheet: Sheet, kept: set[int], refused: set[int], language: str) -> list[Cell]:
    words = vocabulary("submit_status")
    column = sheet.rows.columns.get("submit_status") or [None] * len(sheet.rows)
    told = {**dict.fromkeys(kept, QUEUED), **dict.fromkeys(refused, "refused")}
    return [words.label(told[row], language) if row in told else cell for row, cell in enumerate(column)]
