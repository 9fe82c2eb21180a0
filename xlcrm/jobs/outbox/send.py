"""Sending what waited: rows go the way of every submission; what the world has overtaken meanwhile comes back as findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from xlcrm.jobs.marking import marks
from xlcrm.jobs.outbox.box import Outbox
from xlcrm.jobs.outbox.keep import QUEUED
from xlcrm.jobs.outbox.parcel import Parcel, having, records, select, unheld
from xlcrm.jobs.submit import Count, Submission, submit
from xlcrm.model.context import Context
from xlcrm.model.tables import SUBMITTED
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

Rules = Callable[[Book], Rulebook]


@dataclass(slots=True)
class Sent:
    """What became of one parcel: the workbook's name, its rows, the counts; ``returned`` as in ``Parcel``."""

    book: str
    rows: int
    counts: dict[Count, int]
    returned: list[tuple[str, str, str]] = field(default_factory=list)


def send(name: str, parcel: Parcel, outbox: Outbox, store: Store, context: Context, rules: Rules) -> Sent:
    """Submit a parcel as its workbook would have; refused and waiting rows stay in the box with the reason.

    Safe to repeat wherever it broke off: the store recognises what it has. Raises as ``submit``; the parcel then stays.
    """
    book = parcel.as_book()
    done = submit(book, store, context, rules(book), detached=True)
    left = {
        key: [row for row, fate in enumerate(fates) if fate.count in (Count.REFUSED, Count.WAITING)]
        for key, fates in done.draft.fates.items()
    }
    parcel.returned = _reasons(done, left, context.language)
    sent = Sent(parcel.book, parcel.rows, done.total, parcel.returned)
    if parcel.returned:
        parcel.only(left)
        outbox.replace(name, parcel)
    else:
        outbox.drop(name)
    return sent


def take_along(book: Book, outbox: Outbox, store: str) -> list[str]:
    """Put rows of ``book`` that wait, and that it holds no longer, back into it; the names of the parcels that go with it.

    They are to be dropped once the workbook is submitted. Raises BookError.
    """
    own = list(outbox.of(book.setting("uid"), store)) if book.setting("uid") else []
    parcels = [parcel for _, parcel in own]
    for parcel in parcels:
        current = {table.key: book.read(table) for table in SUBMITTED if table in book.tables()}
        left = parcel.left(current, {key: unheld(rows, having(rows, (QUEUED,)), parcels) for key, rows in current.items()})
        for key, missing in left.items():
            if missing and key in current:
                book.append(current[key].table, records(select(parcel.tables[key], missing)))
    return [name for name, _ in own]


def _reasons(done: Submission, left: dict[str, list[int]], language: str) -> list[tuple[str, str, str]]:
    found = []
    for key, rows in left.items():
        sheet = done.draft.sheets[key]
        problems = marks(sheet, language)["problem"] if rows else []
        found += [(sheet.table.title(language), sheet.label(row), str(problems[row] or "")) for row in rows]
    return found
