"""xlcrm tasks: what waits for the person at this machine, in the terminal or on the sheets of a closed workbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.jobs.queues.items import Item

COLUMNS = ("task", "left", "number", "name", "matter", "before", "after", "initiator")
LONGEST = 24  # characters of one cell in the terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, nargs="?", help=text("cli.tasks_book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """List what waits, or fill the sheets of a workbook with it; 0 nothing waits, 1 something does."""
    from xlcrm.jobs.queues import items, sheets

    language = options.lang
    with app.session(options.book, language, options.store, create=False, watch=terminal.Bar()) as desk:
        terminal.tell(app.deliver(desk))
        if options.book is None:
            found = items.waiting(desk.store, desk.context, desk.rulebook)
        else:
            found = sheets.show(desk.book, desk.store, desk.context, desk.rulebook, app.told(desk))
            terminal.tell(desk.said)
        counts = sheets.counts(found, desk.rulebook)
        if options.json:
            terminal.dump({"counts": counts, "items": _lines(found, desk)})
        elif not any(counts.values()):
            print(text("queues.nothing", language))
        else:
            print(text("queues.listed", language, **counts))
            if options.book is None:
                print(_table(found, desk))
            else:
                print(text("queues.filled", language, path=desk.path))
    return 1 if any(counts.values()) else 0


def _lines(found: list[Item], desk: app.Desk) -> dict[str, list[dict[str, str]]]:
    """The lines of each sheet as text, by the sheet's key."""
    from xlcrm.jobs.queues import lines, sheets
    from xlcrm.model.queuesheets import QUEUES

    told = {}
    for table in QUEUES:
        cells = (lines.line(one, desk.rulebook, desk.language) for one in sheets.on(table, found, desk.rulebook))
        told[table.key] = [{key: str(cell) for key, cell in one.items() if cell is not None} for one in cells]
    return told


def _table(found: list[Item], desk: app.Desk) -> str:
    from xlcrm.model.queuesheets import QUEUES

    parts, told = [], _lines(found, desk)
    for sheet in QUEUES:
        if told[sheet.key]:
            keys = [key for key in COLUMNS if any(key in one for one in told[sheet.key])]
            rows = [
                [sheet[key].title(desk.language) for key in keys],
                *([_short(one.get(key, "")) for key in keys] for one in told[sheet.key]),
            ]
            parts.append(f"{sheet.title(desk.language)}\n{terminal.table(rows)}")
    return "\n".join(parts)


def _short(said: str) -> str:
    plain = " ".join(said.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
