"""xlcrm submit: check, compare, number, store, write back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.jobs.submit import Submission


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, help=text("cli.book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--dry-run", action="store_true", help=text("cli.dry_run", language))
    parser.add_argument("--accept", action="store_true", help=text("cli.accept", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Submit; 0 when every row is in, 1 when rows were refused or wait."""
    from xlcrm.jobs.submit import Count, submit

    with app.session(options.book, options.lang, options.store, watch=terminal.Bar()) as desk:
        done = submit(desk.book, desk.store, desk.context, desk.rulebook, dry_run=options.dry_run, accept=options.accept)
        terminal.tell(desk.said)
        if options.json:
            terminal.dump(_json(done, desk.path))
        else:
            show(done, options.lang, desk.path)
    return 1 if done.total[Count.REFUSED] or done.total[Count.WAITING] else 0


def show(done: Submission, language: str, path: Path) -> None:
    """Print what a submission did, in a few lines."""
    from xlcrm.jobs.submit import Count
    from xlcrm.model.tables import CUSTOMER

    total = {count.value: number for count, number in done.total.items()}
    print(text("jobs.would_submit" if done.dry else "jobs.submitted", language, rows=done.rows, **total))
    for key, found in done.counts.items():
        sheet = done.draft.sheets[key]
        if len(done.counts) > 1 and len(sheet.rows):
            numbers = {count.value: number for count, number in found.items()}
            print("  " + text("jobs.table_counts", language, table=sheet.table.title(language), rows=len(sheet.rows), **numbers))
    if not done.rows:
        print(text("jobs.nothing_filled", language, sheet=CUSTOMER.title(language)))
        return
    if done.dry:
        return
    if done.total[Count.REFUSED]:
        print(text("jobs.refused_rows", language))
    if done.total[Count.WAITING]:
        print(text("jobs.waiting_rows", language))
    print(text("jobs.saved_in", language, path=path))


def _json(done: Submission, path: Path) -> dict[str, object]:
    return {
        "book": str(path),
        "dry_run": done.dry,
        "rows": done.rows,
        "total": done.total,
        "tables": done.counts,
        "operation": done.operation,
        "head": done.head,
    }
