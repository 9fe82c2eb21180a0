"""月度核对: putting the customers that are to be reviewed into a workbook."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from xlcrm.jobs.keeping import sheet
from xlcrm.jobs.keeping.sheet import SCOPES
from xlcrm.jobs.keeping.states import State, states
from xlcrm.jobs.marking import fill
from xlcrm.model.context import Context
from xlcrm.rules.keeping import Period
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


def show(
    book: Book,
    store: Store,
    context: Context,
    rulebook: Rulebook,
    scope: str = "month",
    period: Period = Period.MONTH,
    owners: Collection[str] | None = None,
) -> int:
    """Fill the sheet of ``scope`` with the customers of ``owners`` (rids; None: one's own) to be reviewed in this period.

    Answers that stand there unsent are kept. Saves; how many lines there are. Raises BookError, StoreError.
    """
    mine = owners if owners is not None else [context.actor.rid]
    table = SCOPES[scope]
    rows, said = sheet.answers(book, scope, rulebook)
    answered = {one.rid: one.line for one in said}
    wanted = sheet.due(states(store, context, rulebook, mine), scope, period, rulebook.day)
    lines = [
        {key: rows.cell(answered[one.record.rid], key) for key in rows.columns}
        if one.record.rid in answered
        else sheet.line(one, scope, rulebook)
        for one in wanted
    ]
    fill(book, table, lines, context.language)
    book.save()
    return len(lines)


def each(
    folder: Path,
    store: Store,
    context: Context,
    rulebook: Rulebook,
    scope: str = "month",
    period: Period = Period.MONTH,
    owners: Collection[str] | None = None,
) -> list[tuple[Path, int]]:
    """A workbook for each owner who has customers to review, in ``folder``: (path, customers), by name.

    One that is there already is left alone: somebody may be working on it. Raises StoreError, OSError.
    """
    of: dict[str, list[State]] = {}
    for one in sheet.due(states(store, context, rulebook, owners), scope, period, rulebook.day):
        of.setdefault(one.record.values.get("owner") or "", []).append(one)
    made = []
    for person in sorted((one for one in store.people() if one.rid in of), key=lambda one: one.name):
        lines = [sheet.line(one, scope, rulebook) for one in of[person.rid]]
        title = SCOPES[scope].title(context.language)
        path = folder / f"{title}_{_plain(person.name)}_{period.begins(rulebook.day):%Y-%m}.xlsx"
        if not path.exists():
            rows = {SCOPES[scope].key: {key: [line.get(key) for line in lines] for key in lines[0]}}
            template.build(path, context.language, rows, {"person": person.name})
        made.append((path, len(lines)))
    return made


def _plain(name: str) -> str:
    """A name as part of a file's name on every system."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)[:60]
