"""xlcrm consolidate: many people's workbooks become one."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.consolidate import Consolidation

SHOWN = 12  # files that were not read, named on the terminal


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("files", metavar="FOLDER|FILE", nargs="+", type=Path, help=text("cli.consolidate_files", language))
    parser.add_argument("--out", metavar="BOOK.xlsx", type=Path, help=text("cli.consolidate_out", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--until", metavar="DATE", default="", help=text("cli.consolidate_until", language))
    parser.add_argument("--department", metavar="NAME", default="", help=text("cli.consolidate_department", language))
    parser.add_argument("--dry-run", action="store_true", help=text("cli.consolidate_dry", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Consolidate; 0 when every file was read and nothing is to be decided, else 1."""
    from xlcrm.jobs.consolidate import consolidate, earlier
    from xlcrm.jobs.submit import receipts

    until = _day(options.until)
    if not options.dry_run:
        if options.out is None:
            raise UsageError("cli.consolidate_no_out")
        app.writable(options.out, options.force)
    for path in options.files:
        if not path.exists():
            raise UsageError("cli.missing", path=path)
    with app.session(None, options.lang, options.store) as desk:
        rulebook, before = replace(desk.rulebook, old=True), None
        if options.out and not options.dry_run:
            before = earlier.find(options.out, rulebook, options.lang)
        done = consolidate(
            options.files,
            desk.store,
            desk.context,
            rulebook,
            terminal.Bar(),
            skip=[options.out, receipts.folder(options.out, options.lang)] if options.out else [],
            until=until,
            department=options.department,
            before=before,
        )
        if not options.dry_run:
            with app.writing(options.out):
                done.write(options.out, options.lang, {"person": desk.context.actor.name})
    if options.json:
        terminal.dump(_json(done, options))
    else:
        show(done, options.lang)
        print(text("consolidate.would" if options.dry_run else "consolidate.book", options.lang, path=options.out))
    unread = any(one.state in ("failed", "empty") for one in done.deliveries)
    return 1 if unread or done.decisions else 0


def show(done: Consolidation, language: str) -> None:
    """Print what a consolidation found, in a few lines."""
    from xlcrm.jobs.consolidate import say
    from xlcrm.model.vocabularies import vocabulary

    words = vocabulary("delivery_state")
    unread = [one for one in done.deliveries if one.state != "read"]
    lines = [(words.label(one.state, language), one.name, one.reason) for one in unread[:SHOWN]]
    if lines:
        print(terminal.table(lines))
    if len(unread) > SHOWN:
        print("  " + text("consolidate.more_files", language, count=len(unread) - SHOWN))
    for sentence in say.sentences(done, language):
        print(sentence)


def _day(said: str) -> str:
    try:
        return date.fromisoformat(said).isoformat() if said else ""
    except ValueError as error:
        raise UsageError("consolidate.until", day=said) from error


def _json(done: Consolidation, options: argparse.Namespace) -> dict[str, object]:
    return {
        "book": None if options.dry_run else str(options.out),
        "rows": done.rows,
        "customers": len(done.units),
        "new": done.new,
        "changed": done.changed,
        "pairs": len(done.matches),
        "decisions": done.asked,
        "files": [
            {"file": one.name, "state": one.state, "rows": one.rows, "person": one.person and one.person.name, "note": one.reason}
            for one in done.deliveries
        ],
    }
